package feed

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/standfirst/standfirst/content"
)

// allowed reports whether r may stand in a feed: a Char of XML 1.0, but
// neither U+FFFD, which tells of an older accident, nor a C1 control.
func allowed(r rune) bool {
	switch {
	case r == '\t' || r == '\n':
		return true
	case r < 0x20 || r >= 0x7F && r <= 0x9F:
		return false
	case r == 0xFFFD || r == 0xFFFE || r == 0xFFFF:
		return false
	}
	return true
}

// chars drops from s what may not stand in a feed, invalid UTF-8 included.
func chars(s string) string {
	if clean(s) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case allowed(r): // a broken byte arrives as U+FFFD and is not
			return r
		}
		return -1
	}, s)
}

func clean(s string) bool {
	for _, r := range s {
		if !allowed(r) {
			return false
		}
	}
	return true
}

// text returns s as one line of plain text.
func text(s string) string { return strings.Join(strings.Fields(chars(s)), " ") }

// shorten cuts s at a word to at most n runes, with an ellipsis if it did.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)[:n-1]
	cut := string(r)
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:–-") + "…"
}

// link returns s as an absolute http or https URL of ASCII characters, and
// nothing if it is none.
func link(s string) string { return resolve(s, nil, "http", "https") }

// resolve does the same for a reference relative to base, with the schemes
// given. Hosts are written in ASCII (RFC 5891), other characters escaped.
func resolve(ref string, base *url.URL, schemes ...string) string {
	u, err := url.Parse(text(ref))
	if err != nil {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if !slices.Contains(schemes, u.Scheme) {
		return ""
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		if u.Host == "" || u.Opaque != "" {
			return ""
		}
		if strings.ContainsFunc(u.Host, func(r rune) bool { return r >= utf8.RuneSelf }) {
			host, err := idna.Lookup.ToASCII(u.Hostname())
			if err != nil {
				return ""
			}
			u.Host = strings.Replace(u.Host, u.Hostname(), host, 1)
		}
		u.User = nil
	}
	written, host := escape(u.String(), uriChars), u.Hostname()
	if strings.HasPrefix(u.Host, "[") { // an address of IPv6, the only place for brackets
		if a, err := netip.ParseAddr(host); err != nil || a.Zone() != "" {
			return ""
		}
		written = strings.Replace(written, "%5B"+host+"%5D", "["+host+"]", 1)
	}
	return written
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

// language returns a BCP 47 tag, and nothing if tag is none.
func language(tag string) string {
	tag = strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")
	if !languageTag.MatchString(tag) {
		return ""
	}
	return tag
}

var address = regexp.MustCompile(`\s*[<(\[]?[^\s<>()\[\]]+@[^\s<>()\[\]]+[>)\]]?\s*`)

// authors cleans bylines. Some systems put an e-mail address into the name;
// a feed would hand it to every harvester.
func authors(list []content.Author) []content.Author {
	var out []content.Author
	seen := map[string]bool{}
	for _, a := range list {
		name := text(address.ReplaceAllString(text(a.Name), " "))
		if inner, ok := strings.CutPrefix(name, "("); ok && strings.IndexByte(inner, ')') == len(inner)-1 {
			name = text(strings.TrimSuffix(inner, ")")) // as RSS has it: dan@example.com (Dan)
		}
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		out = append(out, content.Author{Name: name, URL: link(a.URL)})
	}
	return out
}

// categories cleans topics and drops repeated ones.
func categories(topics []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range topics {
		t = text(t)
		if key := Segment(t); t != "" && !seen[key] {
			seen[key] = true
			out = append(out, t)
		}
	}
	return out
}

// eldest is the first date that readers and validators believe.
var eldest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// plausible reports whether t may be a date of something that was known at
// known; a zero known sets no limit but that of four digits.
func plausible(t, known time.Time) bool {
	if t.Before(eldest) || t.Year() > 9998 {
		return false
	}
	return known.IsZero() || !t.After(known)
}

// seconds returns t in UTC without fractions.
func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// latest returns the latest of several instants.
func latest(ts ...time.Time) time.Time {
	var max time.Time
	for _, t := range ts {
		if t.After(max) {
			max = t
		}
	}
	return max
}
