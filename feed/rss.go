package feed

import (
	"encoding/xml"
	"strings"
	"time"

	"github.com/gorilla/feeds"
)

type rssRoot struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Content string   `xml:"xmlns:content,attr"`
	DC      string   `xml:"xmlns:dc,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Media   string   `xml:"xmlns:media,attr"`
	Event   string   `xml:"xmlns:ev,attr,omitempty"`
	History string   `xml:"xmlns:fh,attr,omitempty"`
	Channel *rssChannel
}

// Fields with the name of an embedded one take its place. What stands before
// the embedded struct is written before it.
type rssChannel struct {
	Title       element `xml:"title"`
	Description element `xml:"description"`
	*feeds.RssFeed
	Links    []rssLink `xml:"atom:link"`
	Archive  *struct{} `xml:"fh:archive"`
	Complete *struct{} `xml:"fh:complete"`
}

type rssLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type rssItem struct {
	Title       element `xml:"title"`
	Description element `xml:"description"`
	*feeds.RssItem
	Updated  string    `xml:"atom:updated"`
	Creator  *element  `xml:"dc:creator"`
	Language string    `xml:"dc:language,omitempty"`
	Category []element `xml:"category"`
	Picture  *picture  `xml:"media:content"`
	when
}

// rssFrame writes RSS without its items.
func (f *Feed) rssFrame() (head, foot string, err error) {
	channel := &rssChannel{
		Title:       plainText(f.Title),
		Description: plainText(f.Description),
		RssFeed:     (&feeds.Rss{Feed: f.generic()}).RssFeed(),
	}
	channel.PubDate = "" // of the edition of a paper; lastBuildDate says what we know
	channel.Language = strings.ToLower(f.Language)
	channel.Generator = generator
	if f.Logo != "" {
		// Title and link must repeat the channel's; a width above 144 is an error.
		channel.Image = &feeds.RssImage{Url: f.Logo, Title: f.Title, Link: f.Home}
	}
	link := func(rel, kind, href string) { channel.Links = append(channel.Links, rssLink{rel, kind, href}) }
	link("self", RSS.MediaType(), f.Self(RSS))
	for _, h := range f.Hubs {
		link("hub", "", h)
	}
	if f.calendar {
		link("alternate", ICS.MediaType(), f.Self(ICS))
	}
	for _, d := range f.directions(RSS) {
		link(d.rel, RSS.MediaType(), d.href)
	}
	root := &rssRoot{
		Version: "2.0",
		Content: "http://purl.org/rss/1.0/modules/content/",
		DC:      "http://purl.org/dc/elements/1.1/",
		Atom:    nsAtom,
		Media:   nsMedia,
		Channel: channel,
	}
	if f.calendar {
		root.Event = nsEvent
	}
	if channel.Archive, channel.Complete = f.history(); channel.Archive != nil || channel.Complete != nil {
		root.History = nsHistory
	}
	whole, err := document{f.Stylesheet, root}.write()
	if err != nil {
		return "", "", err
	}
	head, foot = part(whole, "\n  </channel>")
	return head, foot, nil
}

func newRSSItem(it *Item, made *feeds.RssItem) *rssItem {
	var names []string
	for _, a := range it.Authors {
		names = append(names, a.Name)
	}
	x := &rssItem{
		Title: plainText(it.Title),
		// HTML by custom: a plain "a < b" is written as HTML first.
		Description: element{XML: minimal.Replace(minimal.Replace(it.Summary))},
		RssItem:     made,
		Updated:     it.Updated.Format(time.RFC3339),
		// One element with all names: of several, most readers show one. The
		// format's own author demands an e-mail address, and we publish none.
		Creator:  optional(strings.Join(names, ", ")),
		Language: strings.ToLower(it.Language),
		Picture:  it.picture(),
		when:     it.when(),
	}
	for _, c := range it.Categories {
		x.Category = append(x.Category, plainText(c))
	}
	return x
}

const (
	generator = "Standfirst"
	nsAtom    = "http://www.w3.org/2005/Atom"
	nsMedia   = "http://search.yahoo.com/mrss/"
	nsEvent   = "http://purl.org/rss/1.0/modules/event/"
	nsHistory = "http://purl.org/syndication/history/1.0"
)
