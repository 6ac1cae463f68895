package lint

import "strings"

func (l *linter) opml(data []byte) {
	root := l.parse(data, "")
	if root == nil {
		return
	}
	if root.name != "opml" || root.attrs["version"] != "2.0" {
		l.fail(root.line, "document", "InvalidOPMLVersion", "is %s %s, not opml 2.0", root.name, root.attrs["version"])
		return
	}
	l.once(root, "document", "head", "body")
	head, body := root.first("head"), root.first("body")
	if head == nil {
		l.fail(root.line, "document", "MissingElement", "head is missing")
	} else {
		l.once(head, "head", "title", "dateCreated", "dateModified")
		for _, k := range head.kids {
			if strings.HasPrefix(k.name, "date") {
				l.date822(k.spot("head"))
			}
		}
	}
	if body == nil || !body.has("outline") {
		l.fail(root.line, "document", "MissingElement", "has no outline")
		return
	}
	seen := map[string]bool{}
	walk(body, func(n *node) {
		if n.name == "outline" {
			l.outline(n, seen)
		}
	})
	l.encoding(root)
}

func (l *linter) outline(n *node, seen map[string]bool) {
	where := "outline " + n.attrs["text"]
	if n.attrs["text"] == "" {
		l.fail(n.line, where, "MissingAttribute", "has no text")
	}
	typ, typed := n.attrs["type"]
	if strings.EqualFold(typ, "rss") {
		if n.attrs["xmlUrl"] == "" {
			l.fail(n.line, where, "MissingXmlURL", "has no xmlUrl")
		}
		if n.attrs["title"] == "" {
			l.warn(n.line, where, "MissingTitleAttr", "has no title")
		}
	}
	if !typed {
		for _, name := range []string{"description", "htmlUrl", "language", "title", "version", "xmlUrl"} {
			if _, ok := n.attrs[name]; ok {
				l.warn(n.line, where, "MissingOutlineType", "has %s but no type", name)
				break
			}
		}
	}
	for _, name := range []string{"xmlUrl", "htmlUrl"} {
		if v, ok := n.attrs[name]; ok && v != "" {
			l.uri(spot{n.line, where + " " + name, v})
		}
	}
	if v, ok := n.attrs["language"]; ok {
		l.language(spot{n.line, where, v})
	}
	if u := n.attrs["xmlUrl"]; u != "" {
		if seen[u] {
			l.warn(n.line, where, "DuplicateValue", "%s is there twice", u)
		}
		seen[u] = true
	}
}
