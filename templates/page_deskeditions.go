package templates

// DeskEditionsPage lists editions, newest first.
type DeskEditionsPage struct {
	DeskFrame
	Editions    []EditionRow
	Newsletters []Link // to narrow the list by; empty: there is one only
	Pages       Pages
}

func (p *DeskEditionsPage) view() (string, *Page) { return "deskeditions", &p.Page }

// An EditionRow is one edition in that list. Its counts add up.
type EditionRow struct {
	ID, URL, When, State                 string
	Warn                                 bool   // somebody should look
	Reason                               string // why it was paused, cancelled or missed; may be empty
	Planned, Sent, Failed, Skipped, Open string
}

// SendingPage is an edition on its way, or one that was paused on it.
type SendingPage struct {
	DeskFrame
	Heading string
	Made    string // when, and by whom
	Progress
	Live   string // address of the events; empty: nothing moves
	Said   string // how far it is, said aloud when that changes
	Note   string // what being paused means; empty: it is not
	Why    string // why it was; may be empty
	Sorry  string // what was asked for was not possible any more; may be empty
	Pause  string // where its button posts; empty: there is none
	Resume string
	Cancel string // the page that asks
	Public string // its public page; empty: there is none
}

func (p *SendingPage) view() (string, *Page) { return "desksending", &p.Page }

// Progress is what changes while an edition is sent.
type Progress struct {
	Sum        string // "4,962 of 12,408 accepted"
	Value, Max int
	Pace       string // how far, how fast, for how long
	Growing    bool   // readers are still added
	Numbers    []Figure
	Fares      *Fares // nil: they are being counted
}

// A Figure is a number and what it counts.
type Figure struct{ Label, Value, Note string }

// Fares tell how letters fare by where they go.
type Fares struct {
	Rows []Fare
	AsOf string // of when they are
}

// A Fare is how the letters to one domain fare.
type Fare struct {
	Domain                        string // empty: all others
	Accepted, Open, Waiting, Lost string
	Answer, Words                 string // of its servers: "421 4.7.0", and what that means
	Warn                          bool   // the answer is not a yes
}

// ProgressPart is what of a SendingPage is sent again and again: the same
// template, alone.
type ProgressPart struct {
	Page
	Progress
}

func (p *ProgressPart) view() (string, *Page) { return "deskprogress", &p.Page }

// CancelPage asks whether the rest of an edition is to be cancelled.
type CancelPage struct {
	DeskFrame
	Heading string
	Lines   []string // what that means
	Action  string   // where its button posts
	Back    string
}

func (p *CancelPage) view() (string, *Page) { return "deskcancel", &p.Page }

// ResultsPage is what became of an edition.
type ResultsPage struct {
	DeskFrame
	Heading  string
	Made     string // when, and by whom
	When     string // letters were accepted, in a sentence; may be empty
	Sorry    string // what was asked for was not possible any more; may be empty
	Note     string // it was cancelled, missed, waits for an editor; may be empty
	Why      string // that was; may be empty
	Public   string // its public page; empty: there is none
	Numbers  []Figure
	Counting bool // what follows is being counted
	Chart    *Chart
	Reasons  []Reason
	Left     string // who unsubscribed, in a sentence
	Fares    *Fares
	Counted  bool        // clicks on the links of its letters are counted
	Clicks   *LinkClicks // nil: they are being counted, or not at all
	Versions []GivenVersion
	More     string // versions that are not listed, in a few words; may be empty
	CSV      string // where the button posts that downloads all deliveries; empty: there is none
}

func (p *ResultsPage) view() (string, *Page) { return "deskresults", &p.Page }

// A Reason is why letters were not accepted, and what happens then.
type Reason struct{ Label, Answer, Words, Letters, Then string }

// LinkClicks are how often links were followed.
type LinkClicks struct {
	All  string // in a sentence
	Rows []LinkRow
	Days []Figure
}

// A LinkRow is how often one link was followed.
type LinkRow struct{ Title, Clicks, Share string }

// A GivenVersion is one version of the letter as it was sent.
type GivenVersion struct{ Label, Readers, URL string }

// Chart is a chart of bars, in units of its own: it is as wide as Width.
type Chart struct {
	Title, Text   string // what it shows, and what is to be seen in it
	Width, Height int
	Left, Base    int // where the bars begin, and what they stand on
	Bars          []Bar
	Lines         []ChartLine // across, with numbers
	Marks         []ChartMark // below, with moments
	Table         []Figure    // the same as numbers
}

// A Bar, a line across, and a mark below.
type (
	Bar       struct{ X, Y, Width, Height string }
	ChartLine struct{ Y, Label string }
	ChartMark struct{ X, Label string }
)

// GivenPage shows a version of the letter as its readers have it.
type GivenPage struct {
	DeskFrame
	Heading string
	Back    Link // the edition's page
	Subject string
	Note    string
	Tabs    []Link
	Frame   string // address of the letter's HTML; empty: Text is shown
	Text    string
	File    string // where the letter can be downloaded
}

func (p *GivenPage) view() (string, *Page) { return "deskgiven", &p.Page }
