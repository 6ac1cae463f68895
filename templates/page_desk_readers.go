package templates

// DeskReadersPage is /desk/readers: how many readers there are in each state,
// and those that somebody looks for.
type DeskReadersPage struct {
	DeskFrame
	Counts []DeskCount // empty: not known yet
	Search bool        // by text; who may look only may not try addresses out
	Text   string
	States, Newsletters, Topics,
	Cities []Option
	Readers        []DeskReaderLine
	Sum            string // "50 found"; may be empty
	Bare           bool   // there are no readers at all
	Further        string // how far was looked, in a sentence; empty: to the end
	Newest, Next   string // URLs; empty: no link
	Masked         bool   // addresses are
	Import, Export string // URLs; empty: not for this editor
}

// A DeskCount is how many readers are in a state.
type DeskCount struct {
	Label, Number, URL string
	Current            bool
}

// A DeskReaderLine is one reader in a list.
type DeskReaderLine struct {
	Address, URL string // URL is empty for who has not confirmed
	Name         string
	State        string
	Warn         bool // they get no letters
	Since        string
	Topics       []string // empty: all
	Edition      string   // of the last letter; empty: none
	Last         string   // when it was sent
}

func (p *DeskReadersPage) view() (string, *Page) { return "deskreaders", &p.Page }

// DeskReaderPage is /desk/readers/N: everything that is known of a reader.
type DeskReaderPage struct {
	DeskFrame
	Address       string // masked for who may look only
	Back          string // URL of the list
	State         string
	Warn          bool
	Facts         []DeskFact
	Notes         []string // why nothing is sent, in sentences
	Subscriptions []DeskSubscription
	Waits         []DeskWait
	Letters       []DeskLetter // newest first
	Pages         Pages
	Log           []DeskConsent // oldest first

	// Action is where the forms post the field "do": pause (with weeks),
	// resume, leave and return (with newsletter, empty for everything), link,
	// save (with topic, city, language, timezone); and "note". Empty: this
	// editor may look only.
	Action         string
	Wrong          string // what is wrong with the note
	Note           string // as it was typed
	Paused, Linked bool   // a break can be ended; the link can be sent
	Some           bool   // there is something to leave
	Weeks          []Option
	Topics, Cities []Choice
	Tongues        []Option
	Zones          []Options
	Data, Erase    string // URLs: one posts, the other is a page; empty: not for this editor
}

// A DeskFact is one thing that is known.
type DeskFact struct {
	Label, Value string
	Dir          string // of Value; empty: the page's
}

// A DeskSubscription is what a reader takes or took.
type DeskSubscription struct {
	Name, Title string
	State       string // since when, or when it was left
	Left        bool
	Bookmark    string // up to what everything was given, in a sentence
	Known       bool   // the newsletter is configured now
}

// A DeskWait is a letter that is not settled.
type DeskWait struct{ Edition, Next string }

// A DeskLetter is what an edition was to a reader.
type DeskLetter struct {
	Edition string
	State   string
	Warn    bool
	When    string
	Why     string // may be empty
	Items   []string
	More    string // "and 3 more"; may be empty
}

// A DeskConsent is a line of a reader's log.
type DeskConsent struct {
	When, What, How string
	Newsletters     string
	Words, Lang     string
}

func (p *DeskReaderPage) view() (string, *Page) { return "deskreader", &p.Page }

// DeskErasePage asks whether a reader is to be erased.
type DeskErasePage struct {
	DeskFrame
	Number, Address string
	Action, Back    string
}

func (p *DeskErasePage) view() (string, *Page) { return "deskerase", &p.Page }
