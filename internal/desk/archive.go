package desk

import (
	"context"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/web"
)

// Archive is where editions are read, and what can be in them.
type Archive interface {
	web.Editions
	// Articles returns those that are public, as [web.Content] does.
	Articles(ctx context.Context, q content.ArticleQuery) ([]content.Entry, error)
	// Holding returns the edition that keeps a newsletter from going out, nil if
	// none does. It need not be the last: one that was approved, and is taken
	// back, may be older than one that was sent by hand meanwhile.
	Holding(ctx context.Context, newsletter string) (*digest.Edition, error)
}

// Holding returns the edition that keeps a newsletter from going out, nil if
// none does.
func (d *Desk) Holding(ctx context.Context, newsletter string) (*digest.Edition, error) {
	return d.Archive.Holding(ctx, newsletter)
}
