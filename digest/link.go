package digest

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
)

// A Link names an item of an edition's letters by numbers of the database. It
// is what letters hold instead of the item's address where clicks are counted:
// the same for every reader, and without a word of where it leads, which is
// looked up each time. So it leads to where the item is then, for ever.
type Link struct {
	Edition int64 // its number in the database, not its ID: links are read aloud, and break in plain text
	Release int64 // of the item, on the wire
}

// Path returns where our server answers for the link: "/r/142/570".
func (l Link) Path() string {
	return "/r/" + strconv.FormatInt(l.Edition, 10) + "/" + strconv.FormatInt(l.Release, 10)
}

// ParseLink reads the two last parts of a link's path, which anybody may have
// written. Each link has one path: what has signs, spaces, zeros in front, or
// more than 18 digits is none.
func ParseLink(edition, release string) (l Link, ok bool) {
	if l.Edition, ok = linkNumber(edition); !ok {
		return Link{}, false
	}
	if l.Release, ok = linkNumber(release); !ok {
		return Link{}, false
	}
	return l, true
}

func linkNumber(s string) (int64, bool) {
	const most = 18 // digits that fit an int64
	if s == "" || len(s) > most || s[0] == '0' {
		return 0, false
	}
	n := int64(0)
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, true
}

// LinkClicks is how often a link was followed on a day.
type LinkClicks struct {
	Link
	Day    string // "2026-11-24", in the publication's zone; "2026-11" for all days of a month long ago
	Clicks int
}

// ClickDay returns the day of a moment as clicks are kept by. Nothing finer is.
func ClickDay(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }

// Clicks are how often the links of an edition's letters were followed. The same
// item has one link for all readers, whatever their version.
type Clicks struct {
	Total int          `json:"total"`
	Items []ItemClicks `json:"items"` // all there are, those that nobody followed too; most clicks first
	Days  []DayClicks  `json:"days"`  // on which there were any, ascending
}

// ItemClicks is how often one item's link was followed.
type ItemClicks struct {
	Kind   content.Kind `json:"kind"`
	ID     string       `json:"id"` // of the article or event
	Title  string       `json:"title"`
	Clicks int          `json:"clicks"`
}

// Share returns which part of all clicks these are, from 0 to 1.
func (c *Clicks) Share(of int) float64 {
	if c.Total == 0 {
		return 0
	}
	return float64(of) / float64(c.Total)
}

// DayClicks is how often links were followed on a day, as in [LinkClicks].
type DayClicks struct {
	Day    string `json:"day"`
	Clicks int    `json:"clicks"`
}

// LeadsTo returns where an item of a letter leads: the address of the article
// or event as it is now, if letters may lead there, and else our own page of it.
func (p *Publication) LeadsTo(e *content.Entry) string {
	if e.Kind == content.KindArticle {
		return p.safe(e.Article.URL, "/articles/"+url.PathEscape(e.Article.Slug))
	}
	return p.eventAddress(e.Event)
}

// eventAddress is where a letter leads for an event.
func (p *Publication) eventAddress(e *content.Event) string {
	return p.safe(e.URL, "/events#"+url.PathEscape(e.Slug))
}

// safe returns an address as a letter may lead to it: by https, with nobody's
// name before the host, or to our own server, however that is reached. For any
// other it returns our page, which leads on: mail services warn of such links,
// and a name before the host makes one host look like another.
func (p *Publication) safe(address, page string) string {
	u, err := url.Parse(address)
	if err == nil && u.User == nil && (u.Scheme == "https" || strings.HasPrefix(address, p.URL+"/")) {
		return address
	}
	return p.URL + page
}
