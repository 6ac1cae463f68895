package web

import (
	"context"
	"fmt"
	"maps"
	"time"
)

// An Imprint is what is remembered of the document at a path when its bytes are
// forgotten: that it was there, what was in it, and since when.
type Imprint struct {
	Path     string
	ETag     string
	Modified time.Time // in whole seconds
}

// Imprints keeps imprints beyond the end of the program, for all processes that
// serve the same publication.
type Imprints interface {
	// Imprints returns all there are.
	Imprints(ctx context.Context) ([]Imprint, error)
	// SetImprints keeps some, instead of those with the same paths. One whose
	// ETag is kept already stays as it is.
	SetImprints(ctx context.Context, some []Imprint) error
}

// date gives the documents of a stock that were not on the shelf before their
// date: that of their content, which is not in the future and not of any former
// content of theirs. An article that was withdrawn leaves no later date behind,
// and one that is dated ahead must not leave a date that has not come; so the
// date of a change is, at the least, a second after the one before.
//
// Pages of the archive have none: who asks for one again has its ETag.
func (s *Shelf) date(ctx context.Context, st, was *stock, now time.Time) error {
	st.imprints = was.imprints
	var fresh []*Document
	paths := map[*Document]string{}
	for at, d := range st.documents {
		if was.documents[at] == d {
			continue
		}
		if d.Archive {
			d.Modified = time.Time{}
			continue
		}
		fresh, paths[d] = append(fresh, d), at
	}
	if len(fresh) == 0 {
		return nil
	}
	imprints := maps.Clone(was.imprints)
	if imprints == nil {
		imprints = map[string]Imprint{}
	}
	if s.Imprints != nil {
		kept, err := s.Imprints.Imprints(ctx) // another process may know more than we do
		if err != nil {
			return fmt.Errorf("imprints: %w", err)
		}
		for _, i := range kept {
			imprints[i.Path] = i
		}
	}
	var changed []Imprint
	for _, d := range fresh {
		at := paths[d]
		i, known := imprints[at]
		if !known || i.ETag != d.ETag {
			i = Imprint{at, d.ETag, dated(d.Modified, i.Modified, now)}
			imprints[at] = i
			changed = append(changed, i)
		}
		d.Modified = i.Modified
	}
	if s.Imprints != nil && len(changed) > 0 {
		if err := s.Imprints.SetImprints(ctx, changed); err != nil {
			return fmt.Errorf("imprints: %w", err)
		}
	}
	st.imprints = imprints
	return nil
}

// dated is the date of a document whose content is of that date, and whose last
// content, if there was one, was dated last. It is ahead of now only when two
// changes came within a second.
func dated(content, last, now time.Time) time.Time {
	if content.After(now) {
		content = now
	}
	content = content.UTC().Truncate(time.Second)
	if !last.IsZero() && !content.After(last) {
		return last.Add(time.Second)
	}
	return content
}

// Was reports whether there ever was a document at a path where there is none
// now.
func (s *Shelf) Was(at string) bool {
	st := s.now()
	_, is := st.documents[at]
	_, was := st.imprints[at]
	return was && !is
}
