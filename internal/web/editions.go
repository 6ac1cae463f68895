package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// archiveLength is how many past editions are listed.
const archiveLength = 100

// missing makes 404 of the errors that say so.
func missing(err error) error {
	if errors.Is(err, digest.ErrNotFound) || errors.Is(err, subscribers.ErrNotFound) {
		return notFound
	}
	return err
}

// archive lists past editions, newest first.
func (s *Server) archive(w http.ResponseWriter, r *http.Request) error {
	editions, err := s.Editions.Editions(r.Context(), "", archiveLength)
	if err != nil {
		return err
	}
	v := &templates.ArchivePage{Page: s.page(r, s.locale().Message("archive.title"))}
	s.at(&v.Page, "/archive")
	for i := range editions {
		e := &editions[i]
		if !s.shown(e) {
			continue
		}
		letter, err := s.everything(r, e)
		if err != nil {
			return err
		}
		v.Editions = append(v.Editions, templates.EditionLink{
			Title: letter.Subject, URL: "/editions/" + e.ID,
			Date: letter.Newsletter + " · " + letter.Date, Summary: letter.Summary,
		})
	}
	return s.public(w, r, v)
}

// shown reports whether the public may see an edition: one whose letters have
// begun to leave, of a newsletter there still is.
func (s *Server) shown(e *digest.Edition) bool {
	return !e.Published.IsZero() && !time.Now().Before(e.Slot) && s.newsletter(e.Newsletter) != nil
}

func (s *Server) newsletter(name string) *digest.Newsletter {
	i := slices.IndexFunc(s.Newsletters, func(n *digest.Newsletter) bool { return n.Name == name })
	if i < 0 {
		return nil
	}
	return s.Newsletters[i]
}

// edition is the public page of an edition: everything that was in any of its
// letters, and nothing of any reader.
func (s *Server) edition(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("newsletter") + "/" + r.PathValue("slot")
	e, err := s.Editions.Edition(r.Context(), id)
	if err != nil {
		return missing(err)
	}
	if !s.shown(e) {
		return notFound
	}
	d, err := s.everything(r, e)
	if err != nil {
		return err
	}
	v := &templates.EditionPage{
		Page: s.page(r, d.Subject), Newsletter: d.Newsletter, Date: d.Date,
		Headline: d.Subject, Summary: d.Summary,
		Reminders: d.Reminders, Notices: d.Notices, Events: d.Events,
	}
	s.at(&v.Page, "/editions/"+id)
	if d.Lead != nil {
		v.Articles = append(v.Articles, *d.Lead)
	}
	v.Articles = append(append(v.Articles, d.Articles...), d.Headlines...)
	return s.public(w, r, v)
}

// everything is the letter that holds every item of an edition that still may be
// shown: the union of its versions, the largest first.
func (s *Server) everything(r *http.Request, e *digest.Edition) (*templates.Digest, error) {
	versions, readers, err := s.Editions.Versions(r.Context(), e.ID)
	if err != nil {
		return nil, err
	}
	order := make([]int, len(versions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return len(versions[b].Items)*1_000_000 + readers[b] - len(versions[a].Items)*1_000_000 - readers[a]
	})
	var numbers []int64
	for _, i := range order {
		for _, it := range versions[i].Items {
			if !slices.Contains(numbers, it.N) {
				numbers = append(numbers, it.N)
			}
		}
	}
	entries, err := s.Editions.EntriesByNumber(r.Context(), numbers)
	if err != nil {
		return nil, err
	}
	entries = slices.DeleteFunc(entries, func(e content.Entry) bool {
		return e.Kind == content.KindArticle && e.State != content.Public
	})
	slices.SortFunc(entries, func(a, b content.Entry) int {
		return slices.Index(numbers, a.N) - slices.Index(numbers, b.N)
	})
	l := digest.Letter{
		Publication: s.Publication, Newsletter: s.newsletter(e.Newsletter), Edition: e.ID,
		Entries: entries, Words: s.words(), At: e.Slot,
	}
	d := l.View()
	return &d, nil
}

// static gives a file that pages refer to; its name changes with its bytes.
func (s *Server) static(w http.ResponseWriter, r *http.Request) error {
	for _, a := range s.Templates.Static() {
		if a.Path == r.URL.Path {
			w.Header().Set("Content-Type", a.Type)
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			return give(w, r, a.Body, etag(a.Body), time.Time{})
		}
	}
	return notFound
}

// size writes a number of bytes for people.
func size(n int64) string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(n)/1000, 'f', 1, 64), ".0") + " KB"
}
