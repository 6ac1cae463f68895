package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

type object = map[string]any

func (l *linter) json(data []byte) {
	if !utf8.Valid(data) {
		l.fail(0, "document", "InvalidJSON", "is not UTF-8")
		return
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // whole numbers must be written as such
	var feed object
	if err := d.Decode(&feed); err != nil {
		l.fail(0, "document", "InvalidJSON", "is not a JSON object: %v", err)
		return
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		l.fail(0, "document", "InvalidJSON", "goes on after its end")
	}
	if v, _ := feed["version"].(string); v != "https://jsonfeed.org/version/1.1" {
		l.fail(0, "feed version", "InvalidVersion", "is %q, not https://jsonfeed.org/version/1.1", v)
	}
	if l.str(feed, "feed", "title") == "" {
		l.fail(0, "feed", "MissingTitle", "has no title")
	}
	for _, name := range []string{"home_page_url", "feed_url", "icon", "favicon", "next_url"} {
		l.jsonURL(feed, "feed", name)
	}
	for _, name := range []string{"feed_url", "home_page_url", "language"} {
		if feed[name] == nil {
			l.warn(0, "feed", "MissingElement", "has no %s", name)
		}
	}
	l.str(feed, "feed", "description")
	l.jsonLanguage(feed, "feed")
	l.jsonAuthors(feed, "feed")
	if feed["next_url"] != nil && feed["next_url"] == feed["feed_url"] {
		l.fail(0, "feed next_url", "NextIsSelf", "is the feed itself")
	}
	for i, h := range l.list(feed, "feed", "hubs") {
		where := fmt.Sprintf("feed hub %d", i+1)
		hub, _ := h.(object)
		if l.str(hub, where, "type") == "" || l.jsonURL(hub, where, "url") == "" {
			l.fail(0, where, "MissingElement", "needs type and url")
		}
	}
	if _, ok := feed["items"]; !ok {
		l.fail(0, "feed", "MissingItems", "has no items; an empty list is one")
	}
	seen := map[string]bool{}
	for i, v := range l.list(feed, "feed", "items") {
		where := fmt.Sprintf("item %d", i+1)
		if item, ok := v.(object); ok {
			l.jsonItem(item, where, seen)
		} else {
			l.fail(0, where, "InvalidType", "is not an object")
		}
	}
}

func (l *linter) jsonItem(item object, where string, seen map[string]bool) {
	id, _ := item["id"].(string)
	switch {
	case id == "":
		l.fail(0, where, "MissingId", "has no id, or none that is a string: readers must discard it")
	case seen[id]:
		l.fail(0, where, "DuplicateValue", "id %s is another item's too", id)
	case strings.HasPrefix(id, "tag:"), strings.HasPrefix(id, "urn:uuid:"):
		l.uri(spot{where: where + " id", value: id})
	}
	seen[id] = true

	content, text := l.str(item, where, "content_html"), l.str(item, where, "content_text")
	if content == "" && text == "" {
		l.fail(0, where, "MissingContent", "has neither content_html nor content_text")
	}
	l.html(spot{where: where + " content_html", value: content})
	for _, name := range []string{"title", "summary"} {
		s := spot{where: where + " " + name, value: l.str(item, where, name)}
		l.plain(s, "&#x", "ContainsHTML") // JSON has no way to write a reference, so only tags tell
	}
	for _, name := range []string{"url", "external_url", "image", "banner_image"} {
		l.jsonURL(item, where, name)
	}
	for _, name := range []string{"date_published", "date_modified"} {
		if v := l.str(item, where, name); v != "" {
			l.date3339(spot{where: where + " " + name, value: v})
		}
	}
	for _, name := range []string{"banner_", "duration", "size"} {
		if _, ok := item[name]; ok {
			l.warn(0, where, "UndefinedElement", "%s is not a key of JSON Feed", name)
		}
	}
	l.jsonLanguage(item, where)
	l.jsonAuthors(item, where)
	for _, t := range l.list(item, where, "tags") {
		if s, _ := t.(string); s == "" {
			l.fail(0, where+" tags", "InvalidType", "holds what is not a string, or empty")
		}
	}
	for i, v := range l.list(item, where, "attachments") {
		l.attachment(v, fmt.Sprintf("%s attachment %d", where, i+1))
	}
}

func (l *linter) attachment(v any, where string) {
	a, _ := v.(object)
	if l.jsonURL(a, where, "url") == "" || l.str(a, where, "mime_type") == "" {
		l.fail(0, where, "MissingElement", "needs url and mime_type")
	}
	for _, name := range []string{"size_in_bytes", "duration_in_seconds"} {
		if v, ok := a[name]; ok {
			if n, ok := v.(json.Number); !ok || strings.ContainsAny(n.String(), ".eE-") {
				l.fail(0, where, "InvalidInteger", "%s is not a whole number; some readers drop the feed", name)
			}
		}
	}
}

// str returns a string of an object, checked for what may not stand in it.
func (l *linter) str(o object, where, name string) string {
	v, ok := o[name]
	if !ok {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		l.fail(0, where+" "+name, "InvalidType", "is not a string")
		return ""
	}
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' {
			l.warn(0, where+" "+name, "BadCharacters", "holds the control character U+%04X", r)
			break
		}
	}
	l.chars(spot{where: where + " " + name, value: s})
	return s
}

func (l *linter) list(o object, where, name string) []any {
	v, ok := o[name]
	if !ok {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		l.fail(0, where+" "+name, "InvalidType", "is not a list")
	}
	return list
}

func (l *linter) jsonURL(o object, where, name string) string {
	v := l.str(o, where, name)
	if _, ok := o[name]; ok {
		l.uri(spot{where: where + " " + name, value: v})
	}
	return v
}

func (l *linter) jsonLanguage(o object, where string) {
	if v := l.str(o, where, "language"); v != "" {
		l.language(spot{where: where + " language", value: v})
	}
}

func (l *linter) jsonAuthors(o object, where string) {
	if _, ok := o["author"]; ok {
		l.warn(0, where, "DeprecatedAuthor", "has author, which version 1.1 replaced by authors")
	}
	for i, v := range l.list(o, where, "authors") {
		where := fmt.Sprintf("%s author %d", where, i+1)
		a, _ := v.(object)
		name, url := l.str(a, where, "name"), l.jsonURL(a, where, "url")
		if name == "" && url == "" && a["avatar"] == nil {
			l.fail(0, where, "MissingElement", "has neither name, url nor avatar")
		}
		if inAngles.MatchString(name) {
			l.warn(0, where, "ContainsEmail", "name holds an e-mail address")
		}
	}
}
