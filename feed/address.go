package feed

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
)

// Segment returns name as it stands, escaped, in the path of a feed. Names with
// one [content.TopicKey] have one Segment, and are one topic (author, city) here.
// It is empty only for an empty name.
func Segment(name string) string {
	key := chars(content.TopicKey(name))
	if strings.Trim(key, ".") == "" && text(name) != "" {
		return strings.Repeat("-", max(1, len(key))) // "." and ".." would walk up the path
	}
	return escape(key, segmentChars)
}

// base returns the address of the feeds of articles in this scope, below the
// publication's and without an ending.
func (s Scope) base() string {
	switch {
	case s.Topic != "":
		return "/topics/" + Segment(s.Topic) + "/feed"
	case s.Author != "":
		return "/authors/" + Segment(s.Author) + "/feed"
	}
	return "/feed"
}

// eventBase does the same for events.
func (s Scope) eventBase() string {
	if s.City != "" {
		return "/events/" + Segment(s.City)
	}
	return "/events"
}

// root returns where the publication is, without a slash at the end.
func (p *Publication) root() string { return strings.TrimRight(link(p.URL), "/") }

// domain returns the authority of tag URIs: never a port, never upper case.
func (p *Publication) domain() string {
	d := p.Domain
	if d == "" {
		if u, err := url.Parse(p.root()); err == nil {
			d = u.Hostname()
		}
	}
	d = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return -1
	}, strings.ToLower(d))
	if d == "" {
		return "localhost"
	}
	return d
}

func (p *Publication) year() int {
	if p.Year < 1990 || p.Year > 9999 {
		return 2026
	}
	return p.Year
}

// floor is the date of what has none.
func (p *Publication) floor() time.Time {
	return time.Date(p.year(), 1, 1, 0, 0, 0, 0, time.UTC)
}

// tag returns the tag URI (RFC 4151) of a thing.
func (p *Publication) tag(parts ...string) string {
	for i, part := range parts {
		parts[i] = escape(part, tagChars)
	}
	return "tag:" + p.domain() + "," + strconv.Itoa(p.year()) + ":" + strings.Join(parts, "/")
}

const (
	alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	segmentChars = alphanumeric + "-._~+"
	tagChars     = alphanumeric + "-._~:"
	uriChars     = alphanumeric + "-._~:/?#@!$&'()*+,;=%"
)

// escape writes every byte of s outside of chars as %XX.
func escape(s, chars string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; strings.IndexByte(chars, c) >= 0 {
			b.WriteByte(c)
		} else {
			const hex = "0123456789ABCDEF"
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
