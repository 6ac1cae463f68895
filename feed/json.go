package feed

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/gorilla/feeds"
)

// Fields with the key of an embedded one take its place. The deprecated
// author is shadowed to be gone: readers would show the name twice.
type jsonFeed struct {
	*feeds.JSONFeed
	Author *struct{}   `json:"author,omitempty"`
	Items  []*jsonItem `json:"items"` // required, also when there are none
}

type jsonItem struct {
	*feeds.JSONItem
	Author      *struct{} `json:"author,omitempty"`
	BannerImage string    `json:"banner_image,omitempty"`
	Language    string    `json:"language,omitempty"`
}

// JSON writes the feed as JSON Feed 1.1. Authors stand with the items only:
// some readers add those of the feed to every item's.
func (f *Feed) JSON() ([]byte, error) {
	x := &jsonFeed{JSONFeed: (&feeds.JSON{Feed: f.generic()}).JSONFeed(), Items: []*jsonItem{}}
	x.Language = f.Language
	x.FeedUrl = f.Self(JSON)
	x.Icon = f.Logo
	x.Favicon = f.Icon
	for _, h := range f.Hubs {
		x.Hubs = append(x.Hubs, &feeds.JSONHub{Type: "WebSub", Url: h})
	}
	for i, made := range x.JSONFeed.Items {
		x.Items = append(x.Items, newJSONItem(&f.Items[i], made))
	}
	x.JSONFeed.Items = nil

	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // nobody puts a feed into a page; \u003c makes it a third larger
	if err := e.Encode(x); err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	return b.Bytes(), nil
}

func newJSONItem(it *Item, made *feeds.JSONItem) *jsonItem {
	x := &jsonItem{JSONItem: made, Language: it.Language}
	if it.Content == "" {
		x.ContentText = it.Summary // one of the two contents is required
	}
	x.Image = it.Image.URL
	for _, a := range it.Authors {
		x.Authors = append(x.Authors, &feeds.JSONAuthor{Name: a.Name, Url: a.URL})
	}
	x.Tags = it.Categories
	return x
}
