package templates

import "html/template"

// DeskSourcesPage is /desk/sources: how every source is, and what it holds
// until an editor decides.
type DeskSourcesPage struct {
	DeskFrame
	Sources []DeskSourceCard
	// May tells that this editor may act. The forms post to Rule (source, mark,
	// verdict, item) and Back (source, mark), and to Try (source), if this
	// process reads sources, with agree for what a guard holds.
	May             bool
	Try, Rule, Back string // Try is empty where another process reads them
}

// A DeskSourceCard is one source.
type DeskSourceCard struct {
	Name, State, Tone string // Tone is a class of tags: ok, warn, bad
	Read              string // when it was read last
	Failed, Why       string // when it could not be read at all, and why; empty: it could
	Facts             []DeskFact
	Flooded, Release  string // what the flood guard holds, in a sentence; the button that releases it
	Gone              bool   // so much is gone that it is not believed
	Agree             string // what the buttons of these post: what the editor has seen
	Held              []DeskHeld
	Errors            []string // one line each, for whoever mends the files
	Rulings           []DeskRuling
}

// A DeskHeld is something found that waits for an editor.
type DeskHeld struct {
	Title, Reason, At, Mark string
	Items                   []Option // what it may be; empty: nothing that is known
}

// A DeskRuling is what an editor said of something that was held.
type DeskRuling struct{ Title, Verdict, Mark string }

// DeskArticlesPage is /desk/articles: the articles of every state.
type DeskArticlesPage struct {
	DeskFrame
	Sum      string // "76 articles"
	Words    string // as they were typed
	States   []Option
	Articles []DeskArticleLine
	Bare     bool // there are no articles at all
	Pages    Pages
}

// A DeskArticleLine is one article in a list.
type DeskArticleLine struct {
	Title, URL        string
	State, Tone       string
	Marks             []string // "Pinned"
	Published, Source string
	Number            string // on the wire; empty: none
}

// DeskArticlePage is /desk/articles/{id}: what an article says, what became of
// it, and what editors may do about it.
type DeskArticlePage struct {
	DeskFrame
	Name, Standfirst  string
	TextLang, TextDir string // of these and Body, if they differ from the page's
	State, Tone       string
	Marks             []string
	Facts             []DeskFact
	Links             []Link        // where it is read
	Body              template.HTML // sanitised by the caller; written as it is
	Numbers           []DeskNumber  // newest first
	Acts              []DeskAct     // empty: this editor may look only
	Action            string        // where they post the fields "do" and "seen"
	Seen              string
}

// A DeskNumber is one release of an article.
type DeskNumber struct {
	Number, Time string
	Baseline     bool
	Given        []DeskGivenBy // newest first
	More         string
}

// A DeskGivenBy is an edition that gave a release.
type DeskGivenBy struct{ Edition, URL, Readers string }

// A DeskAct is one thing that an editor may do.
type DeskAct struct {
	Do, Label, Text string
	Stop            bool // it takes something away
}

// DeskEventsPage is /desk/events: events of every status.
type DeskEventsPage struct {
	DeskFrame
	Events []DeskEventLine
	Action string // where buttons post the fields "event" and "do"; empty: this editor may look only
}

// A DeskEventLine is one event in a list.
type DeskEventLine struct {
	ID, Name, URL, Days, Place, Source string
	State, Tone                        string
	Letters                            []string // what readers were told, and will be
	Quiet                              bool     // nobody is reminded
	Ahead                              bool     // it has not begun
}

// DeskFeedsPage is /desk/feeds: every feed, whether it is valid, and who reads.
type DeskFeedsPage struct {
	DeskFrame
	Intro    string
	Feeds    []DeskFeedLine
	Programs []DeskProgram // at all feeds together
}

// A DeskFeedLine is one feed in a list.
type DeskFeedLine struct {
	Path, Title, Items, Size string
	Check, Tone              string
	Findings                 []string
	Told, Clients, Followers string
	Programs                 []DeskProgram
}

// A DeskProgram is what fetches a feed.
type DeskProgram struct{ Name, Told, Clients string }

func (p *DeskSourcesPage) view() (string, *Page)  { return "desksources", &p.Page }
func (p *DeskArticlesPage) view() (string, *Page) { return "deskarticles", &p.Page }
func (p *DeskArticlePage) view() (string, *Page)  { return "deskarticle", &p.Page }
func (p *DeskEventsPage) view() (string, *Page)   { return "deskevents", &p.Page }
func (p *DeskFeedsPage) view() (string, *Page)    { return "deskfeeds", &p.Page }
