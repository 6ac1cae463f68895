package dir

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/content/markup"
)

const (
	maxAuthors = 30
	maxTopics  = 50
)

// authors reads the byline in the forms that occur: a name, a list of names, a
// table with name and url, Markdown links, "A, B and C".
func authors(v value) []content.Author {
	var out []content.Author
	switch v.kind {
	case scalar:
		for _, part := range people(v.text) {
			out = append(out, person(part))
		}
	case sequence:
		for _, e := range v.list {
			if e.kind == scalar { // a list has been taken apart by its author
				out = append(out, person(e.text))
				continue
			}
			out = append(out, authors(e)...)
		}
	case mapping:
		a := content.Author{Name: markup.Title(v.get("name", "title", "display_name", "id").text)}
		a.URL = web(v.get("url", "link", "website", "web", "homepage", "uri").text)
		out = append(out, a)
	}
	return unique(out, maxAuthors, func(a content.Author) string { return strings.ToLower(a.Name) })
}

var (
	mdLink   = regexp.MustCompile(`\[([^\[\]]+)\]\(([^()\s]+)\)`)
	mailbox  = regexp.MustCompile(`\s*<[^<>\s]+@[^<>\s]+>`)
	noreply  = regexp.MustCompile(`^\S+@\S+\s+\((.+)\)$`)
	brackets = regexp.MustCompile(`\([^()]*\)`)
	address  = regexp.MustCompile(`\S+@\S+\.\S+`)
)

// person reads one name with what may stand around it. An e-mail address is
// left out: what feeds publish, robots collect.
func person(s string) content.Author {
	var a content.Author
	if m := mdLink.FindStringSubmatch(s); m != nil {
		a.URL = web(m[2])
		s = mdLink.ReplaceAllString(s, "$1")
	}
	s = strings.TrimSpace(s)
	if m := noreply.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	s = address.ReplaceAllString(mailbox.ReplaceAllString(s, ""), "")
	a.Name = strings.Trim(markup.Title(markup.Plain(s)), " ,;&")
	return a
}

// people takes a byline apart at commas, "and" and "&", but only where every
// part is a person's: a link, or two words or more that do not name a post.
// "Jo Doe, Director of Research" is one person.
func people(s string) []string {
	s = strings.Join(strings.Fields(s), " ")
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '(' || c == '[':
			depth++
		case (c == ')' || c == ']') && depth > 0:
			depth--
		case depth > 0:
		default:
			if n := separator(s[i:]); n > 0 {
				parts = append(parts, strings.TrimSpace(s[start:i]))
				start = i + n
				i = start - 1
			}
		}
	}
	parts = append(parts, strings.TrimSpace(s[start:]))
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	for _, p := range parts {
		if !isPerson(p) {
			return []string{s}
		}
	}
	return parts
}

// separator is the length of what parts two names at the beginning of s.
func separator(s string) int {
	for _, sep := range []string{", and ", ", ", "; ", " and ", " & "} {
		if strings.HasPrefix(s, sep) {
			return len(sep)
		}
	}
	return 0
}

// posts are words of what people do, not of what they are called.
var posts = []string{
	"director", "engineer", "engineering", "developer", "manager", "lead", "leader", "head", "chief", "officer", "president",
	"founder", "co-founder", "cofounder", "editor", "professor", "board", "team", "staff", "architect", "consultant", "designer",
	"scientist", "researcher", "analyst", "advocate", "ceo", "cto", "vp", "inc", "inc.", "ltd", "llc", "gmbh", "university", "foundation",
}

func isPerson(s string) bool {
	if mdLink.MatchString(s) {
		return true
	}
	words := strings.Fields(brackets.ReplaceAllString(s, "")) // the employer, a nickname
	for _, w := range words {
		if slices.Contains(posts, strings.ToLower(w)) || strings.EqualFold(w, "of") {
			return false
		}
	}
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1]
	}
	return len(words) >= 2 && !startsLower(last)
}

func startsLower(s string) bool {
	for _, r := range s {
		return unicode.IsLower(r)
	}
	return false
}

// topics gathers what an article is about, each once, as it is first written.
func topics(m value) []string {
	var out []string
	for _, name := range []string{"tags", "tag", "categories", "category", "keywords", "topics", "topic"} {
		v := m.get(name)
		if v.kind == scalar {
			for part := range strings.SplitSeq(v.text, ",") {
				out = append(out, part)
			}
			continue
		}
		for _, e := range v.list {
			out = append(out, e.text, e.get("name", "title", "label").text)
		}
	}
	for i, t := range out {
		out[i] = strings.TrimLeft(markup.Title(markup.Plain(t)), "#")
		if k := content.TopicKey(out[i]); k == "uncategorized" || k == "uncategorised" || len(out[i]) > 100 {
			out[i] = ""
		}
	}
	return unique(out, maxTopics, content.TopicKey)
}

// unique drops what has no key or one that was there before, and what is too
// much.
func unique[T any](all []T, most int, key func(T) string) []T {
	seen := make(map[string]bool)
	var out []T
	for _, x := range all {
		if k := key(x); k != "" && !seen[k] && len(out) < most {
			seen[k] = true
			out = append(out, x)
		}
	}
	return out
}

// web returns an address if it is one on the web.
func web(s string) string {
	if content.URLKey(s) == "" {
		return ""
	}
	return strings.TrimSpace(s)
}
