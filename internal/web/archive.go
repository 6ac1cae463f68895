package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/templates"
)

// archiveLength is how many past editions are listed. Older ones keep their
// pages: letters lead there.
const archiveLength = 500

// archive lists past editions, newest first.
func (s *Server) archive(w http.ResponseWriter, r *http.Request) error {
	past, err := s.past(r.Context(), "", time.Now())
	if err != nil {
		return err
	}
	v := s.voice(r)
	past, pages := leaf(r, v, past)
	p := &templates.ArchivePage{Page: s.publicPage(r, v, v.Message("archive.title")), Subscribe: v.to("/subscribe"), Pages: pages}
	p.Canonical = s.at("/archive")
	for i := range past {
		d, err := s.whole(r.Context(), v, &past[i])
		if err != nil {
			return err
		}
		p.Editions = append(p.Editions, templates.EditionLink{
			Title: d.Subject, URL: v.to("/editions/" + past[i].ID),
			Date: d.Newsletter + " · " + d.Date, Summary: d.Summary,
		})
	}
	return s.public(w, r, v, p)
}

// past returns the editions the public may see, newest first; of all
// newsletters if newsletter is empty.
func (s *Server) past(ctx context.Context, newsletter string, now time.Time) ([]digest.Edition, error) {
	all, err := s.Editions.Editions(ctx, newsletter, archiveLength)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(e digest.Edition) bool { return !Out(&e, now) }), nil
}

// Out reports whether an edition is out: its letters have begun to leave, and
// were not stopped before the first was gone.
func Out(e *digest.Edition, now time.Time) bool {
	switch {
	case e.Published.IsZero(), now.Before(e.Slot):
		return false
	case e.State == digest.Cancelled:
		return e.Sent > 0
	}
	return true
}

// EditionID is the edition that the path of a request names, or nothing's ID.
func EditionID(r *http.Request) string { return r.PathValue("newsletter") + "/" + r.PathValue("slot") }

// edition is the public page of an edition: everything that was in any of its
// letters, and nothing of any reader.
func (s *Server) edition(w http.ResponseWriter, r *http.Request) error {
	id := EditionID(r)
	e, err := s.Editions.Edition(r.Context(), id)
	if err != nil {
		return err
	}
	now := time.Now()
	if !Out(e, now) {
		return NotFound
	}
	v := s.voice(r)
	d, err := s.whole(r.Context(), v, e)
	if err != nil {
		return err
	}
	p := &templates.EditionPage{
		Page: s.publicPage(r, v, d.Subject), Newsletter: d.Newsletter, Date: d.Date, Past: v.to("/archive"), Subscribe: v.to("/subscribe"),
		Headline: d.Subject, Intro: d.Intro, Summary: d.Summary, Reminders: d.Reminders, Notices: d.Notices,
	}
	p.Description, p.Canonical, p.Kind = d.Summary, s.at("/editions/"+id), "article"
	if d.Lead != nil {
		p.Articles = append(p.Articles, *d.Lead)
	}
	p.Articles = s.hang(r.Context(), append(append(p.Articles, d.Articles...), d.Headlines...), true)
	for i := range p.Articles {
		p.Articles[i].URL = s.here(v, p.Articles[i].URL)
	}
	if len(p.Articles) > 0 {
		p.Picture = p.Articles[0].Image.URL
	}
	if p.Pages, err = s.neighbours(r.Context(), v, e, now); err != nil {
		return err
	}
	return s.public(w, r, v, p)
}

// neighbours are the editions before and after e of its newsletter.
func (s *Server) neighbours(ctx context.Context, v voice, e *digest.Edition, now time.Time) (templates.Pages, error) {
	var pages templates.Pages
	past, err := s.past(ctx, e.Newsletter, now)
	if err != nil {
		return pages, err
	}
	i := slices.IndexFunc(past, func(of digest.Edition) bool { return of.ID == e.ID })
	if i > 0 {
		pages.Newer = v.to("/editions/" + past[i-1].ID)
	}
	if i >= 0 && i+1 < len(past) {
		pages.Older = v.to("/editions/" + past[i+1].ID)
	}
	return pages, nil
}

// whole returns the letter nobody got: with every item of an edition that may
// still be shown, and nobody's name in it.
func (s *Server) whole(ctx context.Context, v voice, e *digest.Edition) (*templates.Digest, error) {
	versions, readers, err := s.Editions.Versions(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	order := union(versions, readers)
	entries, err := s.Editions.EntriesByNumber(ctx, order)
	if err != nil {
		return nil, err
	}
	entries = slices.DeleteFunc(entries, func(e content.Entry) bool {
		return e.Kind == content.KindArticle && e.State != content.Public
	})
	slices.SortFunc(entries, func(a, b content.Entry) int {
		return cmp.Compare(slices.Index(order, a.N), slices.Index(order, b.N))
	})
	l := digest.Letter{
		Publication: s.Publication, Newsletter: s.Newsletter(e.Newsletter), Edition: e.ID,
		Entries: entries, Words: s.Words(v.Locale), At: e.Slot,
	}
	d := l.View()
	return &d, nil
}

// union returns the numbers of all releases in any of the versions, each once:
// those of the version with most items first, of two such the one that more
// readers got.
func union(versions []digest.Version, readers []int) []int64 {
	largest := make([]int, len(versions)) // indexes of versions
	for i := range largest {
		largest[i] = i
	}
	slices.SortStableFunc(largest, func(a, b int) int {
		return cmp.Or(
			cmp.Compare(len(versions[b].Items), len(versions[a].Items)),
			cmp.Compare(readers[b], readers[a]),
		)
	})
	var numbers []int64
	for _, i := range largest {
		for _, item := range versions[i].Items {
			if !slices.Contains(numbers, item.N) {
				numbers = append(numbers, item.N)
			}
		}
	}
	return numbers
}
