package content

import (
	"html"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxSlug bounds a slug in bytes: it is a path segment, and part of the file
// names of caches and archives.
const maxSlug = 96

// URLKey folds an address into the form in which two of them are compared: no
// scheme, no "www.", no port, no fragment, no trailing "/", "/index", ".html" or
// "/amp", the query sorted and without the marks of trackers. It is empty for
// what is not an absolute http or https URL.
//
// The key is for comparing only. What readers are sent is the source's own
// URL: folding loses what a server may insist upon.
func URLKey(raw string) Key {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	host = strings.TrimPrefix(host, "www.")
	if host == "" {
		return ""
	}
	if strings.Contains(host, ":") { // IPv6
		host = "[" + host + "]"
	}
	key := "url:" + host + foldPath(u)
	if q := foldQuery(u.RawQuery); q != "" {
		key += "?" + q
	}
	return Key(key)
}

// foldPath writes a path with the same escapes however it was escaped, and
// without the endings that servers add or leave out.
func foldPath(u *url.URL) string {
	p := (&url.URL{Path: path.Clean("/" + u.Path)}).EscapedPath()
	if strings.Contains(strings.ToLower(u.RawPath), "%2f") { // an escaped slash is not a separator
		p = strings.TrimRight(u.RawPath, "/")
	}
	for {
		was := p
		p = strings.TrimRight(p, "/")
		for _, end := range []string{"/index", "/amp", ".html", ".htm"} {
			if len(p) >= len(end) && strings.EqualFold(p[len(p)-len(end):], end) {
				p = p[:len(p)-len(end)]
			}
		}
		if p == was {
			return p
		}
	}
}

// foldQuery sorts a query and drops what only says where a click came from.
func foldQuery(raw string) string {
	var kept []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if n, err := url.QueryUnescape(name); err == nil {
			name = n
		}
		if v, err := url.QueryUnescape(value); err == nil {
			value = v
		}
		if name == "" || tracks(strings.ToLower(name)) {
			continue
		}
		kept = append(kept, url.QueryEscape(name)+"="+url.QueryEscape(value))
	}
	slices.Sort(kept)
	return strings.Join(kept, "&")
}

// tracks reports whether a query parameter is known to carry no content.
func tracks(name string) bool {
	switch name {
	case "fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid",
		"_hsenc", "_hsmi", "mkt_tok", "ref", "ref_src", "cmpid":
		return true
	}
	return strings.HasPrefix(name, "utm_") || strings.HasPrefix(name, "ns_")
}

// TopicKey folds a topic for comparing and for URLs: "Engineering Management",
// " engineering-management" and "#Engineering_Management" are one topic, "C",
// "C++" and "C#" are three. Empty means that s names no topic.
func TopicKey(s string) string {
	s = fold(html.UnescapeString(s))
	s = strings.TrimLeft(s, "#")
	return dashed(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !strings.ContainsRune("-_/\\–—", r)
	})
}

// CityKey folds the name of a city for comparing and for URLs: case, accents,
// and what follows a comma or stands in brackets do not matter ("San Francisco, CA"
// is San Francisco). The commonest local names are known: "München" is
// Munich. Empty means that s names no city.
func CityKey(s string) string {
	s, _, _ = strings.Cut(s, ",")
	s, _, _ = strings.Cut(s, "(")
	key := dashed(plainLatin(fold(s)), func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
	})
	if known, ok := endonyms[key]; ok {
		return known
	}
	return key
}

// endonyms are cities whose own name and English name are both in use in lists
// of conferences.
var endonyms = map[string]string{
	"bengaluru": "bangalore", "bruxelles": "brussels", "brussel": "brussels", "firenze": "florence",
	"geneve": "geneva", "goteborg": "gothenburg", "kobenhavn": "copenhagen", "koln": "cologne",
	"cracow": "krakow", "kiev": "kyiv", "lisboa": "lisbon", "milano": "milan", "munchen": "munich",
	"muenchen": "munich", "new-york-city": "new-york", "nyc": "new-york", "praha": "prague",
	"roma": "rome", "sevilla": "seville", "torino": "turin", "venezia": "venice", "warszawa": "warsaw", "wien": "vienna",
	"zuerich": "zurich",
}

// Slugify makes a path segment of a title or a file name: lower case, letters
// and digits of any script joined by single hyphens, Latin letters without
// accents. It is empty if nothing is left, and leaves a slug as it is.
func Slugify(s string) string {
	slug := dashed(plainLatin(strings.NewReplacer("'", "", "’", "").Replace(fold(s))), func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
	})
	if len(slug) <= maxSlug {
		return slug
	}
	cut := maxSlug
	for cut > 0 && slug[cut]&0xC0 == 0x80 { // not within a letter
		cut--
	}
	if i := strings.LastIndexByte(slug[:cut+1], '-'); i > maxSlug/2 {
		cut = i
	}
	return strings.Trim(norm.NFC.String(slug[:cut]), "-")
}

// fold brings s to composed, compatible, lower-case characters. Compatible
// forms may hold capitals and case folding may take composed ones apart, so it
// goes on until nothing changes.
func fold(s string) string {
	s = strings.ToValidUTF8(s, "")
	for range 4 {
		next := norm.NFKC.String(cases.Fold().String(s))
		if next == s {
			break
		}
		s = next
	}
	return s
}

// plainLatin takes the accents off Latin letters, which people leave out when
// they type, and leaves other scripts alone, where marks are letters.
func plainLatin(s string) string {
	var b strings.Builder
	latin := false
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r) && latin:
			continue
		case r < unicode.MaxASCII:
			latin = true
		default:
			latin = unicode.Is(unicode.Latin, r)
		}
		if plain, ok := letters[r]; ok {
			b.WriteString(plain)
			continue
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// letters are those that do not come apart into a letter and an accent.
var letters = map[rune]string{
	'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ß': "ss", 'ı': "i", 'ħ': "h",
}

// dashed joins the runs of runes that stay by single hyphens; "&" between
// words is read as "and".
func dashed(s string, stays func(rune) bool) string {
	var b strings.Builder
	gap := false
	for word := range strings.FieldsSeq(s) {
		if word == "&" {
			word = "and"
		}
		gap = b.Len() > 0
		for _, r := range word {
			lost := unicode.IsMark(r) && (gap || b.Len() == 0) // what it marked is gone
			if !stays(r) || lost || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				gap = b.Len() > 0
				continue
			}
			if gap {
				b.WriteByte('-')
				gap = false
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}
