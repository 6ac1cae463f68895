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
}

// Holding returns the edition that keeps a newsletter from going out, nil if
// none does: nothing was published after it.
func (d *Desk) Holding(ctx context.Context, newsletter string) (*digest.Edition, error) {
	last, err := d.Archive.Editions(ctx, newsletter, 1)
	if err != nil || len(last) == 0 || !last[0].State.Holding() {
		return nil, err
	}
	return &last[0], nil
}
