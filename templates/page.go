package templates

import (
	"bytes"
	"fmt"
	"html/template"
	"reflect"
)

// A View is what one page shows. Every view of this package embeds [Page].
type View interface {
	// view returns the name of the page's template and what it shares with
	// every other page.
	view() (name string, page *Page)
}

// Page is what every page has. Text is plain; links may be paths.
type Page struct {
	Lang string // BCP 47
	Dir  string // ltr or rtl; empty: that of Lang

	Title       string // of this page; empty: the publication's alone
	Description string // one sentence for search results; may be empty
	Canonical   string // absolute URL of this page; empty: none is named
	Picture     string // absolute URL of the image that stands for the page where it is shared; may be empty
	Kind        string // of thing the page is, where it is shared: "article"; empty: website
	// Facts are what the page is about in the words of schema.org, for search
	// engines (JSON-LD); nil: nothing.
	Facts map[string]any
	// Live pages load live.js, and come again every five seconds where scripts do
	// not run.
	Live   bool
	Hidden bool   // search engines are to leave it out: personal pages, caught mail
	Scheme string // light or dark as the reader chose; empty: as the system has it

	Publication Publication
	Home        string // URL of the front page; empty: /
	Nav         []Link // main menu, the current page marked
	Foot        []Link // below the address
	Languages   []Link // the same page in each language, that of this one marked; empty: not offered
	Feeds       []Feed // named in the head, for feed readers to find
}

// A Link is a place to go to and its name.
type Link struct {
	Label, URL string
	Text       string // a sentence about it, where there is room; may be empty
	Current    bool   // this is where the reader is
	Lang, Dir  string // of Label, if they differ from the page's
}

// A Feed is a feed's address for programs: Type is its media type.
type Feed struct{ Title, Type, URL string }

// Pages are the links to what is newer and older in a long list. Empty ones
// are left out.
type Pages struct{ Newer, Older string }

// HomePage is /: what this is, the form to sign up, the newest articles, the
// coming conferences, the newsletters.
type HomePage struct {
	Page
	Intro       string      // one or two sentences about the publication
	SignUp      *SignUpForm // nil: no form here
	Past        string      // URL of the past editions
	Topics      []Link      // of articles, the most used first
	AllArticles string      // URL
	Lead        *Article
	Articles    []Article
	Events      []Event
	Newsletters []Link // with Text
	AllEvents   string // URL of the events' page; empty: no link
	FeedsURL    string
	Pages       Pages
	// Start is shown while nothing has been published: where to go from here.
	Start []Link
}

// ArticlesPage is a list of articles: of a topic, of an author, all of them.
type ArticlesPage struct {
	Page
	Articles []Article
	Topics   []Link // to narrow the list by; empty: it is narrow already
	Follow   Follow
	Pages    Pages
}

// ArticlePage is one article.
type ArticlePage struct {
	Page
	Article Article
	// Body is HTML that the caller has sanitised; empty for what may not be
	// given away. It is written as it is.
	Body      template.HTML
	Topics    []Link
	Authors   []Link    // to what else they wrote
	Published string    // "Published 3 June 2026"
	Updated   string    // "Updated 5 June 2026"; may be empty
	Note      string    // how much of it may be read and why; may be empty
	ReadAt    Link      // where the whole text is, if not here; Label is the site's name
	First     Link      // where it was first published, if elsewhere
	Next      []Article // others on its topics
}

// EventsPage is all coming events, or those of a city.
type EventsPage struct {
	Page
	Events   []Event
	Calendar string // absolute URL of the .ics of just these; empty: none
	Cities   []Link
	Follow   Follow
}

// ArchivePage lists past editions, newest first.
type ArchivePage struct {
	Page
	Editions  []EditionLink
	Subscribe string // URL of the page to sign up; empty: no link
	Pages     Pages
}

// EditionLink is one past edition in a list.
type EditionLink struct{ Title, URL, Date, Summary string }

// EditionPage is the public page of an edition: everything that was in it,
// also what had no room in the letter, and nothing of any reader.
type EditionPage struct {
	Page
	Newsletter string
	Edition    string
	Date       string
	Past       string // URL of all past editions
	Subscribe  string // URL of the page to sign up; empty: no link
	Headline   string // the h1
	Intro      string // empty lines part paragraphs
	Summary    string
	Articles   []Article
	Reminders  []Event
	Notices    []Event
	Events     []Event
	Pages      Pages
}

// FeedsPage is /feeds: every feed and calendar to follow.
type FeedsPage struct {
	Page
	All       FeedSet
	Topics    []FeedSet
	Authors   []FeedSet
	OPML      string
	Address   string  // absolute URL of the feed that most people want, to be copied
	Oldest    FeedSet // the first page of the archive; empty: there is none
	Calendars []Link  // URLs are absolute, of the .ics files
	Events    []FeedSet
}

// A FeedSet is the same articles in three formats, and on a page for people.
// Empty URLs are left out.
type FeedSet struct{ Label, Page, RSS, Atom, JSON string }

// Follow is how to follow just what a page lists: an absolute address to copy,
// and links to the feed in each of its formats.
type Follow struct {
	Address string
	Formats []Link
}

// The states of an unsubscribe link.
const (
	Ask     = "ask"     // one button; GET changes nothing
	Done    = "done"    // it was pressed
	Undone  = "undone"  // and taken back
	Unknown = "unknown" // no such link
)

// UnsubscribePage is where the unsubscribe link of a letter leads.
type UnsubscribePage struct {
	Page
	State      string
	Newsletter string // empty: everything
	Address    string // masked: "a•••@example.com"
	Action     string // where the button posts: leave, when asking; undo, when done
	All        string // where "from everything" posts; empty: not offered
	Keep       string // where "no" leads; empty: not offered
	Field      string // name of a hidden field the forms send; empty: none
	Value      string
	Reasons    []Option // why somebody may leave; sent as "why", if one is chosen
}

// ErrorPage is what a reader gets instead of a page.
type ErrorPage struct {
	Page
	Status  int    // of HTTP
	Heading string // empty: the usual one for Status
	Text    string // empty: the usual one for Status
	Home    string // URL of the front page
	Links   []Link // what may have been meant
	Number  string // of the request, for whoever asks us about it; may be empty
}

// Kind is the group of messages that Status belongs to.
func (p *ErrorPage) Kind() string {
	switch {
	case p.Status == 404:
		return "not_found"
	case p.Status == 410:
		return "gone"
	case p.Status == 429:
		return "too_often"
	case p.Status >= 500:
		return "failed"
	}
	return "refused"
}

// MailboxPage lists caught letters, newest first.
type MailboxPage struct {
	Page
	Total   int
	Letters []CaughtLetter
	Pages   Pages
}

// A CaughtLetter is one line of the mailbox.
type CaughtLetter struct{ URL, To, Subject, Date, Size string }

// MailboxLetterPage shows one caught letter in one of its forms.
type MailboxLetterPage struct {
	Page
	From, To, Subject, Date string
	Mailbox                 string // URL of the list
	Tabs                    []Link // HTML, Text, Source, Headers; the current one marked
	// Frame is the URL of the letter's HTML, shown in a frame that may do
	// nothing but open links outside of it; empty: Text is shown.
	Frame   string
	Text    string      // the text part or the source, as it is
	Headers [][2]string // name and value; shown if there is neither Frame nor Text
}

// LandingPage is a page that only says where to go: a part of the site that
// has no page of its own yet, or a first run.
type LandingPage struct {
	Page
	Heading string
	Intro   string // empty lines part paragraphs
	Links   []Link // with Text
}

func (p *HomePage) view() (string, *Page)          { return "home", &p.Page }
func (p *ArticlesPage) view() (string, *Page)      { return "articles", &p.Page }
func (p *ArticlePage) view() (string, *Page)       { return "article", &p.Page }
func (p *EventsPage) view() (string, *Page)        { return "events", &p.Page }
func (p *ArchivePage) view() (string, *Page)       { return "archive", &p.Page }
func (p *EditionPage) view() (string, *Page)       { return "edition", &p.Page }
func (p *FeedsPage) view() (string, *Page)         { return "feeds", &p.Page }
func (p *UnsubscribePage) view() (string, *Page)   { return "unsubscribe", &p.Page }
func (p *ErrorPage) view() (string, *Page)         { return "error", &p.Page }
func (p *MailboxPage) view() (string, *Page)       { return "mailbox", &p.Page }
func (p *MailboxLetterPage) view() (string, *Page) { return "letter", &p.Page }
func (p *LandingPage) view() (string, *Page)       { return "landing", &p.Page }

// Page renders a page as UTF-8 HTML. v is not changed. An error is a
// template's: no data can cause one.
func (s *Set) Page(v View) ([]byte, error) {
	_, page := v.view()
	sp, err := s.in(page.Lang)
	if err != nil {
		return nil, err
	}
	return s.page(sp, v)
}

func (s *Set) page(sp *spoken, v View) ([]byte, error) {
	c := reflect.New(reflect.TypeOf(v).Elem())
	c.Elem().Set(reflect.ValueOf(v).Elem())
	v = c.Interface().(View)
	name, page := v.view()
	if page.Lang, page.Dir = language(page.Lang), direction(page.Dir); page.Lang == "" {
		page.Lang = sp.locale.Tag
	}
	if page.Dir == "" {
		page.Dir = sp.locale.Dir
	}
	var b bytes.Buffer
	if err := sp.page.ExecuteTemplate(&b, name, v); err != nil {
		return nil, fmt.Errorf("templates: %w", s.blame(s.files["page/"+name+".gohtml"], err))
	}
	return b.Bytes(), nil
}
