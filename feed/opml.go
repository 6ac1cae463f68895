package feed

import (
	"encoding/xml"
	"fmt"
)

// An Outline is one line of a subscription list: a feed, or a heading with
// Feeds below it.
type Outline struct {
	Title       string
	Description string
	URL         string // of the feed; empty for a heading
	Home        string
	Language    string
	Feeds       []Outline
}

// Outline returns the feed as a line of a subscription list, in one format: a
// list with all three would subscribe a reader to everything three times.
func (f *Feed) Outline(format Format) Outline {
	return Outline{Title: f.Title, Description: f.Description, URL: f.Self(format), Home: f.Home, Language: f.Language}
}

type opml struct {
	XMLName xml.Name      `xml:"opml"`
	Version string        `xml:"version,attr"`
	Title   string        `xml:"head>title"`
	Body    []opmlOutline `xml:"body>outline"`
}

type opmlOutline struct {
	Type        string        `xml:"type,attr,omitempty"`
	Text        string        `xml:"text,attr"`
	Title       string        `xml:"title,attr,omitempty"` // of feeds only
	XMLURL      string        `xml:"xmlUrl,attr,omitempty"`
	HTMLURL     string        `xml:"htmlUrl,attr,omitempty"`
	Description string        `xml:"description,attr,omitempty"`
	Language    string        `xml:"language,attr,omitempty"`
	Outlines    []opmlOutline `xml:"outline"`
}

// WriteOPML writes a subscription list as OPML 2.0. An outline whose URL is
// not one is left out.
func WriteOPML(pub Publication, outlines []Outline) ([]byte, error) {
	x := opml{Version: "2.0", Title: pub.feed("", "").Title, Body: newOutlines(outlines)}
	b, err := xml.MarshalIndent(x, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("feed: opml: %w", err)
	}
	return append(append([]byte(xml.Header), b...), '\n'), nil
}

func newOutlines(outlines []Outline) []opmlOutline {
	var out []opmlOutline
	for _, o := range outlines {
		x := opmlOutline{Text: text(o.Title)}
		if o.URL != "" {
			x.Type, x.Title, x.XMLURL = "rss", x.Text, link(o.URL) // "rss" stands for every syndication format
			x.HTMLURL, x.Description, x.Language = link(o.Home), text(o.Description), language(o.Language)
			if x.XMLURL == "" {
				continue
			}
		}
		x.Outlines = newOutlines(o.Feeds)
		out = append(out, x)
	}
	return out
}
