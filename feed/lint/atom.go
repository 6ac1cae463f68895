package lint

import (
	"fmt"
	"time"
)

func (l *linter) atom(data []byte) {
	feed := l.parse(data, "http://www.w3.org/2005/Atom")
	if feed == nil {
		return
	}
	if feed.name != "feed" {
		l.fail(feed.line, "document", "UndefinedElement", "is %s, not an Atom feed", feed.name)
		return
	}
	l.needs(feed, "feed", "title", "id", "updated")
	l.once(feed, "feed", "title", "subtitle", "id", "updated", "icon", "logo", "rights", "generator")
	l.self(feed, "feed", "link", "MissingSelf")
	l.history(feed, "feed", "link")
	l.alternates(feed, "feed")
	for _, k := range feed.kids {
		l.common(k, "feed")
		switch k.name {
		case "icon", "logo":
			l.uri(k.spot("feed"))
		case "content":
			l.fail(k.line, "feed", "UndefinedElement", "content belongs to an entry")
		}
	}
	ids, dates := map[string]bool{}, map[string]bool{}
	for i, e := range feed.all("entry") {
		l.entry(e, feed, fmt.Sprintf("entry %d", i+1), ids, dates)
	}
	l.encoding(feed)
}

// common checks what feeds and entries share.
func (l *linter) common(k *node, where string) {
	s := k.spot(where)
	switch k.name {
	case "title", "subtitle", "summary", "rights":
		l.construct(k, s)
	case "id":
		l.uri(s)
	case "updated", "published":
		l.date3339(s)
	case "link":
		l.link(k, s.where)
	case "author", "contributor":
		l.person(k, s.where)
	case "category":
		if k.attrs["term"] == "" {
			l.fail(k.line, s.where, "MissingAttribute", "has no term")
		}
	}
}

// construct checks a text construct: declared as what it is, in a language.
func (l *linter) construct(k *node, s spot) {
	switch typ, ok := k.attrs["type"]; {
	case !ok || typ == "text":
		l.plain(s, k.raw, "ContainsUndeclaredHTML")
		if len(k.kids) > 0 {
			l.fail(k.line, s.where, "UndefinedElement", "holds elements")
		}
	case typ == "html":
		l.html(s)
	case typ != "xhtml":
		l.fail(k.line, s.where, "InvalidTextType", "type is %q, not text, html or xhtml", typ)
	}
	if k.lang == "" {
		l.warn(k.line, s.where, "MissingDCLanguage", "has no xml:lang")
	}
	if s.value == "" && len(k.kids) == 0 {
		l.warn(k.line, s.where, "NotBlank", "is empty")
	}
}

func (l *linter) person(k *node, where string) {
	l.needs(k, where, "name")
	if n := k.first("name"); n != nil && inAngles.MatchString(n.text) {
		l.warn(n.line, where, "ContainsEmail", "name holds an e-mail address")
	}
	if u := k.first("uri"); u != nil {
		l.uri(u.spot(where))
	}
}

// alternates checks that no two links say the same thing.
func (l *linter) alternates(n *node, where string) {
	seen := map[string]bool{}
	for _, k := range n.all("link") {
		rel := k.attrs["rel"]
		if rel != "" && rel != "alternate" {
			continue
		}
		if key := k.attrs["type"] + " " + k.attrs["hreflang"]; seen[key] {
			l.fail(k.line, where, "DuplicateAtomLink", "has two alternate links of one type and language")
		} else {
			seen[key] = true
		}
	}
}

func (l *linter) entry(e, feed *node, where string, ids, dates map[string]bool) {
	l.needs(e, where, "title", "id", "updated")
	l.once(e, where, "title", "id", "updated", "published", "summary", "content", "rights", "source")
	l.alternates(e, where)
	for _, k := range e.kids {
		s := k.spot(where)
		l.common(k, where)
		switch k.name {
		case "id":
			if ids[s.value] {
				l.fail(s.line, s.where, "DuplicateEntries", "%s is another entry's too", s.value)
			}
			ids[s.value] = true
		case "updated":
			if dates[s.value] {
				l.warn(s.line, s.where, "DuplicateUpdated", "%s is another entry's too", s.value)
			}
			dates[s.value] = true
		case "content":
			l.construct(k, s)
		case "media:content":
			l.uri(spot{k.line, s.where, k.attrs["url"]})
		case "ev:startdate", "ev:enddate":
			l.w3cdtf(s)
		}
	}
	if !e.has("author") && !feed.has("author") {
		l.fail(e.line, where, "MissingElement", "has no author, and the feed has none")
	}
	if !e.has("content") {
		alternate := false
		for _, k := range e.all("link") {
			alternate = alternate || k.attrs["rel"] == "" || k.attrs["rel"] == "alternate"
		}
		if !alternate {
			l.fail(e.line, where, "MissingContentOrAlternate", "has neither content nor an alternate link")
		}
		if !e.has("summary") {
			l.warn(e.line, where, "MissingTextualContent", "has neither content nor a summary")
		}
	}
	published, updated := when(e.first("published")), when(e.first("updated"))
	if !updated.IsZero() && updated.Before(published) {
		l.warn(e.line, where, "UpdatedBeforePublished", "was updated before it was published")
	}
}

// when reads the date of a node that may be missing.
func when(n *node) time.Time {
	if n == nil {
		return time.Time{}
	}
	t, _ := time.Parse(time.RFC3339, n.trimmed())
	return t
}
