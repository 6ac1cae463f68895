package feed

import (
	"fmt"
	"time"

	"github.com/gorilla/feeds"
)

type atomFeed struct {
	Lang    string   `xml:"xml:lang,attr"`
	Media   string   `xml:"xmlns:media,attr"`
	Event   string   `xml:"xmlns:ev,attr,omitempty"`
	History string   `xml:"xmlns:fh,attr,omitempty"`
	Title   atomText `xml:"title"`
	*feeds.AtomFeed
	Subtitle  *atomText          `xml:"subtitle"`
	Rights    *atomText          `xml:"rights"`
	Link      []atomLink         `xml:"link"`
	Author    []feeds.AtomPerson `xml:"author"`
	Generator string             `xml:"generator"`
	Archive   *struct{}          `xml:"fh:archive"`
	Complete  *struct{}          `xml:"fh:complete"`
}

type atomText = element

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	Lang  string   `xml:"xml:lang,attr,omitempty"`
	Title atomText `xml:"title"`
	*feeds.AtomEntry
	Link     []atomLink         `xml:"link"`
	Author   []feeds.AtomPerson `xml:"author"`
	Category []atomCategory     `xml:"category"`
	Summary  *atomText          `xml:"summary"`
	Content  *atomText          `xml:"content"`
	Picture  *picture           `xml:"media:content"`
	when
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

// plainAtom declares text as text; the hexadecimal references mean the same
// and keep validators from suspecting undeclared HTML in "AT&amp;T".
func plainAtom(s string) *atomText {
	if s == "" {
		return nil
	}
	return &atomText{Type: "text", XML: hex.Replace(s)}
}

// atomFrame writes Atom without its entries.
func (f *Feed) atomFrame() (head, foot string, err error) {
	x := &atomFeed{
		AtomFeed: (&feeds.Atom{Feed: f.generic()}).AtomFeed(),
		Lang:     f.Language,
		Media:    nsMedia,
		Title:    *plainAtom(f.Title),
		Subtitle: plainAtom(f.Description),
		Rights:   plainAtom(f.Copyright),
		Author:   []feeds.AtomPerson{{Name: f.owner}}, // for entries without a byline
		Link: []atomLink{
			{"self", Atom.MediaType(), f.Self(Atom)},
			{"alternate", "text/html", f.Home},
		},
		Generator: generator,
	}
	x.Id = f.ID // gorilla would name the feed by its home page
	x.Icon, x.Logo = f.Icon, f.Logo
	for _, h := range f.Hubs {
		x.Link = append(x.Link, atomLink{"hub", "", h})
	}
	if f.calendar {
		x.Event = nsEvent
		x.Link = append(x.Link, atomLink{"alternate", ICS.MediaType(), f.Self(ICS)})
	}
	for _, d := range f.directions(Atom) {
		x.Link = append(x.Link, atomLink{d.rel, Atom.MediaType(), d.href})
	}
	if x.Archive, x.Complete = f.history(); x.Archive != nil || x.Complete != nil {
		x.History = nsHistory
	}
	whole, err := document{f.Stylesheet, x}.write()
	if err != nil {
		return "", "", err
	}
	head, foot = part(whole, "\n</feed>")
	return head, foot, nil
}

func newAtomEntry(it *Item, made *feeds.AtomEntry) *atomEntry {
	made.Links = nil // has no tag in gorilla's struct, so that ours would not shadow it
	made.Published = it.Published.Format(time.RFC3339)
	// Readers that sort by the last change should not have to throw dice, and
	// validators want no two entries alike: the fraction tells them apart.
	made.Updated = it.Updated.Format("2006-01-02T15:04:05") + fmt.Sprintf(".%06dZ", it.Tie)
	x := &atomEntry{
		AtomEntry: made,
		Lang:      it.Language,
		Title:     *plainAtom(it.Title),
		Link:      []atomLink{{"alternate", "text/html", it.URL}},
		Summary:   plainAtom(it.Summary),
		Picture:   it.picture(),
		when:      it.when(),
	}
	for _, a := range it.Authors {
		x.Author = append(x.Author, feeds.AtomPerson{Name: a.Name, Uri: a.URL})
	}
	for _, c := range it.Categories {
		x.Category = append(x.Category, atomCategory{c})
	}
	if it.Content != "" {
		x.Content = &atomText{Type: "html", XML: minimal.Replace(it.Content)}
	}
	return x
}
