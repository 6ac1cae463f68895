package web

import (
	"cmp"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/standfirst/standfirst/templates"
)

// apology is the page that people get instead of the one they asked for: what
// is wrong, and where to go from here.
func (s *Server) apology(r *http.Request, code int) *templates.ErrorPage {
	v := s.voice(r)
	p := &templates.ErrorPage{Page: s.publicPage(r, v, ""), Status: code, Home: v.to("/")}
	p.Hidden, p.Languages = true, nil // there is no such page in any language
	if code == http.StatusNotFound || code == http.StatusGone {
		p.Links = s.perhaps(v, r.URL.Path)
	}
	return p
}

// Bounds on looking for what somebody may have meant: anybody can ask for any
// number of addresses.
const (
	mostWords  = 12
	mostLooked = 2000 // the newest articles
	mostMeant  = 3
)

// perhaps are the articles that somebody may have meant with an address that is
// none: those whose slug shares most words with its last part.
func (s *Server) perhaps(v voice, address string) []templates.Link {
	wanted := slugWords(path.Base(address))
	if len(wanted) < 2 {
		return nil
	}
	type match struct{ at, words int }
	var matches []match
	articles := s.Shelf.now().articles
	for i := range articles[:min(mostLooked, len(articles))] {
		n := 0
		for _, word := range slugWords(articles[i].Article.Slug) {
			if slices.Contains(wanted, word) {
				n++
			}
		}
		if n >= 2 || n == 1 && len(wanted) == 2 {
			matches = append(matches, match{i, n})
		}
	}
	slices.SortStableFunc(matches, func(a, b match) int { return cmp.Compare(b.words, a.words) })
	var links []templates.Link
	for _, m := range matches[:min(mostMeant, len(matches))] {
		item := s.item(v, articles[m.at].Article)
		links = append(links, templates.Link{Label: item.Title, URL: item.URL, Lang: item.Lang, Dir: item.Dir})
	}
	return links
}

// slugWords takes the words out of the last part of an address, each once. What
// has an ending is a file's name, and programs ask for those.
func slugWords(slug string) []string {
	if strings.Contains(slug, ".") || len(slug) > 200 {
		return nil
	}
	var words []string
	for word := range strings.FieldsFuncSeq(strings.ToLower(slug), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(word) > 2 && len(words) < mostWords && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}
