package digest

import (
	"context"
	"fmt"

	"github.com/standfirst/standfirst/mailer"
)

// Given writes the letter of a version as its readers have it, but for what is
// a reader's own: it is addressed to nobody in particular. It shows every item
// of the version, also what no longer holds, as of the moment of publishing;
// words that an editor has changed since are the new ones. Its links are not
// counted: they lead straight to items. It changes nothing.
func (p *Press) Given(ctx context.Context, edition *Edition, version int) (*mailer.Message, error) {
	v, err := p.Store.Version(ctx, edition.ID, version)
	if err != nil {
		return nil, fmt.Errorf("edition %s: version %d: %w", edition.ID, version, err)
	}
	entries, err := p.entries(ctx, v.Items, nil)
	if err != nil {
		return nil, fmt.Errorf("edition %s: %w", edition.ID, err)
	}
	l, err := p.letter(ctx, edition.Newsletter, edition.ID, v.Language, entries, edition.Published)
	if err != nil {
		return nil, err
	}
	l.edit(&edition.Changes)
	l.Counted = edition.Counted
	return p.address(l, v, fmt.Sprintf(" version %d", version), nil, edition.Published)
}
