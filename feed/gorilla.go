package feed

import (
	"encoding/xml"
	"strings"

	"github.com/gorilla/feeds"
)

// generic returns the feed without items in the model of gorilla/feeds. Its
// conversions make the elements of each format from it; the file of the format
// then adds what the model has no word for, and shadows fields that come out
// wrong.
func (f *Feed) generic() *feeds.Feed {
	return &feeds.Feed{
		Title:       f.Title,
		Link:        &feeds.Link{Href: f.Home},
		Description: f.Description,
		Id:          f.ID,
		Updated:     f.Updated,
		Copyright:   f.Copyright,
	}
}

// fragment returns the item in a format: as it was set, or set now.
func (it *Item) fragment(format Format) (Fragment, error) {
	if it.set != nil {
		switch format {
		case RSS:
			return it.set.rss, nil
		case Atom:
			return it.set.atom, nil
		case JSON:
			return it.set.json, nil
		}
	}
	text, err := it.encode(format)
	if err != nil {
		return Fragment{}, err
	}
	return newFragment(text), nil
}

// encode writes the item as it stands in a feed of its format.
func (it *Item) encode(format Format) (string, error) {
	alone := &feeds.Feed{Items: []*feeds.Item{it.generic()}}
	switch format {
	case RSS:
		return indented("    ", newRSSItem(it, (&feeds.Rss{Feed: alone}).RssFeed().Items[0]))
	case Atom:
		return indented("  ", newAtomEntry(it, (&feeds.Atom{Feed: alone}).AtomFeed().Entries[0]))
	}
	return compact(newJSONItem(it, (&feeds.JSON{Feed: alone}).JSONFeed().Items[0]))
}

// indented writes an element on lines of its own, as gorilla's writer would
// within a document.
func indented(prefix string, x any) (string, error) {
	var b strings.Builder
	b.WriteByte('\n')
	e := xml.NewEncoder(&b)
	e.Indent(prefix, "  ")
	if err := e.Encode(x); err != nil {
		return "", err
	}
	return b.String(), nil
}

func (it *Item) generic() *feeds.Item {
	return &feeds.Item{
		Id:          it.ID,
		IsPermaLink: "false",
		Title:       it.Title,
		Link:        &feeds.Link{Href: it.URL},
		Description: it.Summary,
		Content:     it.Content,
		Created:     it.Published,
		Updated:     it.Updated,
	}
}

// An element is XML that is written as it is: encoding/xml would spell every
// quote and line break as a reference, a third more bytes in a full-text feed.
type element struct {
	Type string `xml:"type,attr,omitempty"`
	XML  string `xml:",innerxml"`
}

var (
	minimal = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	hex     = strings.NewReplacer("&", "&#x26;", "<", "&#x3C;", ">", "&#x3E;")
)

// plainText is text in an element whose type is not declared. Some readers of
// RSS take it for HTML, others do not; hexadecimal references are what both
// show rightly (RSS Advisory Board profile).
func plainText(s string) element { return element{XML: hex.Replace(s)} }

// optional is plainText that is left out when there is none.
func optional(s string) *element {
	if s == "" {
		return nil
	}
	e := plainText(s)
	return &e
}

// A picture is a Media RSS element.
type picture struct {
	URL    string   `xml:"url,attr"`
	Medium string   `xml:"medium,attr"`
	Alt    *element `xml:"media:description"`
}

func (it *Item) picture() *picture {
	if it.Image.URL == "" {
		return nil
	}
	p := &picture{URL: it.Image.URL, Medium: "image", Alt: optional(it.Image.Alt)}
	if p.Alt != nil {
		p.Alt.Type = "plain"
	}
	return p
}

// when is the Event module of RSS (http://purl.org/rss/1.0/modules/event/).
type when struct {
	Start    string   `xml:"ev:startdate,omitempty"`
	End      string   `xml:"ev:enddate,omitempty"`
	Location *element `xml:"ev:location"`
}

func (it *Item) when() when {
	if it.Event == nil {
		return when{}
	}
	return when{it.Event.Start, it.Event.End, optional(it.Event.Location)}
}

// A document is an XML document with its processing instruction, written by
// gorilla's writer.
type document struct {
	stylesheet string
	root       any
}

// FeedXml makes a document a feeds.XmlFeed.
func (d document) FeedXml() any { return d }

// MarshalXML writes the stylesheet's instruction before the root; encoding/xml
// has no other place for it.
func (d document) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	head := []xml.Token{xml.CharData("\n")}
	if d.stylesheet != "" {
		head = append(head, xml.ProcInst{Target: "xml-stylesheet", Inst: []byte(`type="text/css" href="` + minimal.Replace(d.stylesheet) + `"`)}, xml.CharData("\n"))
	}
	for _, t := range head {
		if err := e.EncodeToken(t); err != nil {
			return err
		}
	}
	return e.Encode(d.root)
}

func (d document) write() (string, error) {
	var b strings.Builder
	if err := feeds.WriteXML(d, &b); err != nil {
		return "", err
	}
	b.WriteByte('\n')
	return b.String(), nil
}
