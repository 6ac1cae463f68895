package feed

import (
	"encoding/json"
	"strings"

	"github.com/gorilla/feeds"
)

// Fields with the key of an embedded one take its place. The deprecated
// author is shadowed to be gone: readers would show the name twice.
type jsonFeed struct {
	*feeds.JSONFeed
	Author *struct{}  `json:"author,omitempty"`
	Items  []struct{} `json:"items"` // required, also when there are none
}

type jsonItem struct {
	*feeds.JSONItem
	Author      *struct{} `json:"author,omitempty"`
	BannerImage string    `json:"banner_image,omitempty"`
	Language    string    `json:"language,omitempty"`
}

// jsonFrame writes JSON Feed without its items. Authors stand with the items
// only: some readers add those of the feed to every item's. A page of the
// archive has the feed's own feed_url, which names the feed and not the page.
func (f *Feed) jsonFrame() (head, foot string, err error) {
	x := &jsonFeed{JSONFeed: (&feeds.JSON{Feed: f.generic()}).JSONFeed(), Items: []struct{}{}}
	x.Language = f.Language
	x.FeedUrl = f.current(JSON)
	if f.Older != "" {
		x.NextUrl = f.Older + "." + string(JSON)
	}
	x.Icon = f.Logo
	x.Favicon = f.Icon
	for _, h := range f.Hubs {
		x.Hubs = append(x.Hubs, &feeds.JSONHub{Type: "WebSub", Url: h})
	}
	whole, err := compact(x)
	if err != nil {
		return "", "", err
	}
	head, foot = part(whole+"\n", "]}")
	return head, foot, nil
}

// compact writes JSON without indents, and HTML as it is: nobody puts a feed
// into a page, and \u003c makes it a third larger.
func compact(x any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(x); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
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
