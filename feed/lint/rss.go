package lint

import (
	"fmt"
	"strconv"
	"strings"
)

func (l *linter) rss(data []byte) {
	root := l.parse(data, "")
	if root == nil {
		return
	}
	if root.name != "rss" || root.attrs["version"] != "2.0" {
		l.fail(root.line, "document", "InvalidRSSVersion", "is %s %s, not rss 2.0", root.name, root.attrs["version"])
		return
	}
	channel := root.first("channel")
	if channel == nil {
		l.fail(root.line, "document", "MissingChannel", "has no channel")
		return
	}
	l.channel(channel)
	seen := map[string]bool{}
	for i, item := range channel.all("item") {
		l.rssItem(item, fmt.Sprintf("item %d", i+1), seen)
	}
	l.encoding(root)
}

func (l *linter) channel(c *node) {
	l.needs(c, "channel", "title", "link", "description")
	l.once(c, "channel", "title", "link", "description", "language", "copyright", "managingEditor", "webMaster", "pubDate",
		"lastBuildDate", "generator", "docs", "ttl", "image", "skipHours", "skipDays", "cloud")
	items := false
	for _, k := range c.kids {
		s := k.spot("channel")
		switch k.name {
		case "item":
			items = true
			continue
		case "title", "description", "copyright":
			l.plain(s, k.raw, "ContainsHTML")
		case "link", "docs":
			l.uri(s)
		case "language":
			l.language(s)
		case "pubDate", "lastBuildDate":
			l.date822(s)
		case "managingEditor", "webMaster":
			l.contact(s)
		case "ttl":
			l.positive(s)
		case "image":
			l.image(k, c)
		case "atom:link":
			l.link(k, "channel atom:link")
		case "textInput":
			l.warn(k.line, "channel", "AvoidTextInput", "textInput is known to no reader")
		case "skipHours", "skipDays", "cloud":
			if s.value != "" {
				l.fail(k.line, s.where, "UnexpectedText", "holds text")
			}
		case "category", "generator", "rating":
		default:
			l.undefined(k, "channel")
		}
		if items && !strings.Contains(k.name, ":") {
			l.warn(k.line, "channel", "MisplacedItem", "%s stands after an item", k.name)
		}
	}
	if !c.has("language") && !c.has("dc:language") {
		l.warn(c.line, "channel", "MissingDCLanguage", "has no language")
	}
	l.self(c, "channel", "atom:link", "MissingAtomSelfLink")
	l.history(c, "channel", "atom:link")
}

// history checks a document of an archived feed (RFC 5005).
func (l *linter) history(feed *node, where, link string) {
	links := map[string]string{}
	for _, k := range feed.all(link) {
		rel := k.attrs["rel"]
		switch rel {
		case "current", "prev-archive", "next-archive":
			if links[rel] != "" {
				l.fail(k.line, where, "DuplicateAtomLink", "has two links %s", rel)
			}
		}
		links[rel] = k.attrs["href"]
	}
	for _, rel := range []string{"prev-archive", "next-archive"} {
		if links[rel] != "" && (links[rel] == links["self"] || links[rel] == links["current"]) {
			l.fail(feed.line, where, "InvalidArchive", "%s leads to where one is", rel)
		}
	}
	archive := feed.first("fh:archive")
	switch {
	case archive == nil && links["next-archive"] != "":
		l.fail(feed.line, where, "InvalidArchive", "has a next page and is no fh:archive")
	case archive != nil && feed.has("fh:complete"):
		l.fail(archive.line, where, "InvalidArchive", "is a part of a feed and complete")
	case archive != nil && links["current"] == "":
		l.warn(archive.line, where, "InvalidArchive", "does not say where the feed is that it belongs to")
	}
}

// self checks for exactly one link to the feed itself.
func (l *linter) self(feed *node, where, link, missing string) {
	n := 0
	for _, k := range feed.all(link) {
		if k.attrs["rel"] == "self" {
			n++
		}
	}
	switch {
	case n == 0:
		l.warn(feed.line, where, missing, "does not say where it is: %s rel=self", link)
	case n > 1:
		l.warn(feed.line, where, "DuplicateAtomLink", "says %d times where it is", n)
	}
}

// link checks an Atom link.
func (l *linter) link(k *node, where string) {
	if k.attrs["href"] == "" {
		l.fail(k.line, where, "MissingHref", "has no href")
		return
	}
	l.uri(spot{k.line, where, k.attrs["href"]})
	if t, ok := k.attrs["type"]; ok && strings.Count(t, "/") != 1 {
		l.fail(k.line, where, "InvalidMIMEType", "%q is not a media type", t)
	}
}

func (l *linter) image(img, channel *node) {
	l.needs(img, "channel image", "url", "title", "link")
	for _, name := range []string{"title", "link"} {
		if a, b := img.first(name), channel.first(name); a != nil && b != nil && a.trimmed() != b.trimmed() {
			l.warn(a.line, "channel image", "ImageLinkDoesntMatch", "%s is not the channel's", name)
		}
	}
	if u := img.first("url"); u != nil {
		l.uri(u.spot("channel image"))
	}
	for name, most := range map[string]int{"width": 144, "height": 400} {
		if k := img.first(name); k != nil {
			if v, err := strconv.Atoi(k.trimmed()); err != nil || v < 1 || v > most {
				l.fail(k.line, "channel image", "InvalidWidth", "%s must be from 1 to %d", name, most)
			}
		}
	}
}

func (l *linter) positive(s spot) {
	if v, err := strconv.Atoi(s.value); err != nil || v < 1 {
		l.fail(s.line, s.where, "InvalidPositiveInteger", "%q is not a positive number", s.value)
	}
}

func (l *linter) rssItem(item *node, where string, seen map[string]bool) {
	if !item.has("title") && !item.has("description") {
		l.fail(item.line, where, "ItemMustContainTitleOrDescription", "has neither title nor description")
	}
	if !item.has("guid") {
		l.warn(item.line, where, "MissingGuid", "has no guid")
	}
	l.once(item, where, "title", "link", "description", "content:encoded", "author", "guid", "pubDate", "source", "comments", "atom:updated")
	if all := item.all("enclosure"); len(all) > 1 {
		l.warn(all[1].line, where, "DuplicateEnclosure", "has more than one enclosure")
	}
	for _, twin := range [][2]string{{"author", "dc:creator"}, {"category", "dc:subject"}, {"pubDate", "dc:date"}, {"guid", "atom:id"}, {"pubDate", "atom:published"}} {
		if item.has(twin[0]) && item.has(twin[1]) {
			l.warn(item.line, where, "DuplicateItemSemantics", "has both %s and %s", twin[0], twin[1])
		}
	}
	described := false
	for _, k := range item.kids {
		s := k.spot(where)
		switch k.name {
		case "title":
			l.plain(s, k.raw, "ContainsHTML")
			l.notBlank(s)
		case "category":
			l.plain(s, k.raw, "ContainsHTML")
			l.notBlank(s)
		case "dc:creator":
			if inAngles.MatchString(s.value) {
				l.warn(s.line, s.where, "ContainsEmail", "holds an e-mail address")
			}
			l.notBlank(s)
		case "description":
			described = true
			l.html(s)
		case "content:encoded":
			if !described {
				l.warn(s.line, s.where, "NeedDescriptionBeforeContent", "stands before the description")
			}
			l.html(s)
		case "link", "comments":
			l.uri(s)
		case "guid":
			l.guid(k, s, seen)
		case "pubDate":
			l.date822(s)
		case "atom:updated":
			l.date3339(s)
		case "author":
			l.contact(s)
		case "enclosure":
			l.enclosure(k, s)
		case "source":
			if k.attrs["url"] == "" {
				l.fail(s.line, s.where, "MissingAttribute", "has no url")
			}
		case "dc:language":
			l.language(s)
		case "atom:link":
			l.link(k, s.where)
		case "media:content":
			l.uri(spot{k.line, s.where, k.attrs["url"]})
		case "ev:startdate", "ev:enddate":
			l.w3cdtf(s)
		default:
			l.undefined(k, where)
		}
	}
}

// undefined reports an element that RSS does not have; other namespaces may
// add what they like.
func (l *linter) undefined(k *node, where string) {
	if !strings.Contains(k.name, ":") {
		l.fail(k.line, where, "UndefinedElement", "%s is not an element of RSS", k.name)
	}
}

func (l *linter) notBlank(s spot) {
	if s.value == "" {
		l.warn(s.line, s.where, "NotBlank", "is empty")
	}
}

func (l *linter) guid(k *node, s spot, seen map[string]bool) {
	if s.value == "" {
		l.fail(s.line, s.where, "NotBlank", "is empty")
		return
	}
	if seen[s.value] {
		l.fail(s.line, s.where, "DuplicateValue", "%s is another item's too", s.value)
	}
	seen[s.value] = true
	perma, said := k.attrs["isPermaLink"]
	if said && perma != "true" && perma != "false" {
		l.fail(s.line, s.where, "InvalidBooleanAttribute", "isPermaLink is %q", perma)
		return
	}
	switch {
	case perma != "false" && !webURL.MatchString(s.value):
		l.fail(s.line, s.where, "InvalidPermalink", "%q is not the address of a page; say isPermaLink=\"false\"", s.value)
	case perma == "false" && strings.Contains(s.value, ":"):
		l.uri(s)
	case perma == "false" && len(s.value) < 9 && strings.Trim(s.value, "0123456789") == "":
		l.warn(s.line, s.where, "NotSufficientlyUnique", "%s is a number others use too", s.value)
	}
}

func (l *linter) enclosure(k *node, s spot) {
	for _, name := range []string{"url", "length", "type"} {
		if k.attrs[name] == "" {
			l.fail(s.line, s.where, "MissingAttribute", "has no %s", name)
		}
	}
	if v, err := strconv.Atoi(k.attrs["length"]); k.attrs["length"] != "" && (err != nil || v < 0) {
		l.fail(s.line, s.where, "InvalidIntegerAttribute", "length %q is not a number of bytes", k.attrs["length"])
	}
	if k.attrs["url"] != "" {
		l.uri(spot{s.line, s.where, k.attrs["url"]})
	}
}
