package main

import (
	"context"

	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/web"
)

// imprints keeps in the database what the web remembers of its feeds.
type imprints struct{ db *store.DB }

var _ web.Imprints = imprints{}

// Imprints implements [web.Imprints].
func (i imprints) Imprints(ctx context.Context) ([]web.Imprint, error) {
	kept, err := i.db.Imprints(ctx)
	all := make([]web.Imprint, len(kept))
	for n, k := range kept {
		all[n] = web.Imprint(k)
	}
	return all, err
}

// SetImprints implements [web.Imprints].
func (i imprints) SetImprints(ctx context.Context, some []web.Imprint) error {
	kept := make([]store.Imprint, len(some))
	for n, s := range some {
		kept[n] = store.Imprint(s)
	}
	return i.db.SetImprints(ctx, kept)
}
