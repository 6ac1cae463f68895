package digest

import (
	"context"
	"fmt"
	"net/url"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/templates"
)

// Pictures are the pictures of articles that our own server gives, by the
// addresses that articles name. Nil means that nobody keeps any.
type Pictures map[string]Picture

// A Picture is kept in two sizes.
type Picture struct {
	Lead  Print // for the head of a letter or page
	Thumb Print // for a card
}

// A Print is a picture in one size: twice as many pixels wide as it is shown,
// or fewer if it never had as many.
type Print struct {
	Name  string // of its file, below /img/
	Width int    // pixels
}

// A PictureStore knows which pictures are kept.
type PictureStore interface {
	// Pictures returns what is kept of these addresses; others are left out.
	// It never returns nil without an error.
	Pictures(ctx context.Context, addresses []string) (Pictures, error)
}

// PicturesOf returns what a store keeps of the pictures that entries show. With
// no store they are nil.
func PicturesOf(ctx context.Context, store PictureStore, entries []content.Entry) (Pictures, error) {
	if store == nil {
		return nil, nil
	}
	var addresses []string
	for i := range entries {
		if a := entries[i].Article; a != nil && a.Image.URL != "" {
			addresses = append(addresses, a.Image.URL)
		}
	}
	kept, err := store.Pictures(ctx, addresses)
	if err != nil {
		return nil, fmt.Errorf("pictures: %w", err)
	}
	return kept, nil
}

// Show returns the picture of an article as it is shown: ours, from the server
// at site, or none while we have none. Where nobody keeps pictures it is the
// article's own.
func (p Pictures) Show(site string, i content.Image, lead bool) templates.Image {
	if p == nil {
		return templates.Image{URL: i.URL, Alt: i.Alt}
	}
	kept, ok := p[i.URL]
	if !ok {
		return templates.Image{}
	}
	print := kept.Thumb
	if lead {
		print = kept.Lead
	}
	return templates.Image{URL: site + "/img/" + url.PathEscape(print.Name), Alt: i.Alt, Width: print.Width}
}
