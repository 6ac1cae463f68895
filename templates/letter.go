package templates

// A Digest is one letter as its readers see it: words and links, in reading
// order. Text is plain and never trusted; it is escaped where it goes. Words
// that depend on counts, days and languages arrive finished. Links are
// absolute http or https URLs; any other is left out and its words stay.
//
// What differs between readers is a token of ASCII letters and digits in Near,
// Why, PreferencesURL and UnsubscribeURL, replaced after rendering; the letter is
// the same up to there. In a URL a token stands behind the host.
type Digest struct {
	Lang string // BCP 47, of the words around the items
	Dir  string // ltr or rtl; empty: that of Lang

	Publication Publication
	Newsletter  string // "The Weekly"
	Edition     string // "Edition 142"; may be empty
	Date        string // "Tuesday, 24 November 2026"

	Subject   string
	Preheader string // what inboxes show beside the subject; empty: made from the titles. Shown up to 140 characters
	Headline  string // the one h1, above everything; empty: the lead's title is it, or Solo's sentence, else the subject
	Intro     string // an editor's words; empty lines part paragraphs; may be empty
	Summary   string // "3 articles, 17 minutes of reading · 2 events"
	New       string // the same, said to a reader: "New for you: 3 articles …"; empty: Summary

	Lead      *Article  // shown large; nil: none
	Articles  []Article // shown with picture and standfirst
	Headlines []Article // shown as a list of titles
	More      int       // how many items there is no room for
	MoreURL   string    // where they are; empty: BrowserURL

	Reminders []Event // of events that come near
	Near      string  // the heading above them: "Events near you"; may hold tokens. Empty: "Coming up"
	Notices   []Event // of events that changed
	Events    []Event // all coming conferences, a strip below the news

	Why            string // why the reader gets this; may hold tokens
	Counted        bool   // it says that clicks on its links are counted, in total
	BrowserURL     string // the edition's public page: never a personal one, letters are forwarded
	PreferencesURL string
	UnsubscribeURL string
	FeedsURL       string
	PrivacyURL     string // may be empty
}

// A Publication is whose letter or page it is.
type Publication struct {
	Title   string
	URL     string
	Address string // postal, on one line; law asks for it in letters
}

// An Article is one item of a letter or page.
type Article struct {
	Lang, Dir   string // of title and standfirst, if they differ from the page's
	Topic       string
	Topics      []Link // all of them, on pages
	Title, URL  string
	Standfirst  string
	By          string // "By Ada Lovelace and Grace Hopper"
	Date        string // "3 June 2026"; letters leave it out
	ReadingTime string // "8 min read"; empty if unknown
	Access      string // what a reader meets behind the link: "free account needed"; empty: nothing
	Action      string // the words of the lead's button; empty: "Read the article"
	Image       Image
	First       bool // set by [Set.Digest]: the title is the letter's headline
}

// An Image is a picture served from our own host: JPEG, PNG or GIF, in letters
// shown Width CSS pixels wide at most and stored twice that wide.
type Image struct {
	URL, Alt string
	Width    int // CSS pixels; 0: as wide as its place
}

// An Event is a conference: as a coming one, a reminder, or a notice.
type Event struct {
	Lang, Dir string // of Name, if they differ from the page's
	ID        string // of the place on a page that links lead to; empty: none does
	State     string // on pages, what became of it: "Cancelled"; empty: it takes place
	Name, URL string
	Sentence  string // reminder: "LeadDev London is in six weeks"; notice: "LeadDev Berlin is cancelled"
	Text      string // what more a notice says: "It had been planned for 2–3 June 2026."
	When      string // "2–3 June 2026"
	Where     string // "London, QEII Centre", "Online"
	Month     string // "Jun", for the tile
	Days      string // "2–3", for the tile
	Price     string // "Early-bird price until 2 April"; may be empty
	Calendar  string // URL of its .ics
	Off       bool   // does not take place: no date, no calendar link
}

// Solo returns the one reminder or notice that is all a letter holds: it gives
// the letter its headline. Else nil.
func (d *Digest) Solo() *Event {
	if d.Lead != nil || len(d.Articles)+len(d.Headlines) > 0 || len(d.Reminders)+len(d.Notices) != 1 {
		return nil
	}
	if len(d.Notices) == 1 {
		return &d.Notices[0]
	}
	return &d.Reminders[0]
}

// Start returns the side on which lines of the letter begin: left or right.
// Mail programs know no text-align: start.
func (d *Digest) Start() string { return start(d.Dir) }

func start(dir string) string {
	if dir == "rtl" {
		return "right"
	}
	return "left"
}
