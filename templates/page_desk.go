package templates

// DeskPage is /desk, the editors' first page: what goes out next, and how the
// last editions and the sources are. It looks only.
type DeskPage struct {
	Page
	Who      string // "Signed in as Maya, owner."
	Clock    string // "Times of Europe/London, where it is now 17:04."
	Sends    []Send
	Editions []DeskEdition // newest first
	Sources  []DeskSource
	Browsers []Browser // where the editor is signed in
	SignOut  string    // where its button posts
	End      string    // where a browser's button posts the field "session"
}

// A Send is one newsletter as it would go out now.
type Send struct {
	Title    string
	Goes     string // when
	Readers  string // "12,408 readers"; empty: nobody
	Versions string // "9 versions"
	Contains []string
	Without  string // who gets nothing, in a sentence; may be empty
	State    string // in a word or two
	Note     string // why it will not go out, in a sentence; empty: it will
}

// A DeskEdition is one edition in a list.
type DeskEdition struct {
	ID, URL                              string // URL is that of the public page; empty: there is none
	State                                string
	Warn                                 bool   // somebody should look
	Reason                               string // why it was paused, cancelled or missed; may be empty
	Planned, Sent, Failed, Skipped, Open string
}

// A DeskSource is how the latest reading of a source went.
type DeskSource struct {
	Name, Read                      string
	Articles, Events, Held, Refused string
	Warn                            bool
	Waiting                         []Waiting
	Errors                          []string // one line each, for whoever mends the files
}

// Waiting is something found that waits for an editor.
type Waiting struct{ Title, Reason, At string }

// A Browser is one place where an editor is signed in.
type Browser struct {
	Session string // what End is told
	Agent   string // as it names itself; may be empty
	Seen    string
	This    bool
}

func (p *DeskPage) view() (string, *Page) { return "desk", &p.Page }

// SignInPage is where editors come in.
type SignInPage struct {
	Page
	// State is Ask for a link that works: one button, since mail scanners open
	// every link; Unknown for one that does not; empty for no link at all.
	State   string
	Address string // of whom the link would sign in
	Action  string // where the button posts
	Command string // what prints a link
}

func (p *SignInPage) view() (string, *Page) { return "signin", &p.Page }

// sampleDesk are the editors' pages, full and bare.
func sampleDesk(lang string) []View {
	desk := samplePage(true, lang, "Next sends")
	bare := samplePage(false, lang, "")
	return []View{
		&DeskPage{
			Page: desk, Who: "Signed in as Maya, owner.", Clock: "Times of Europe/London, where it is now 17:04.",
			Sends: []Send{
				{Title: "The Weekly", Goes: "Tuesday, 24 November 2026, 08:00 GMT", Readers: "12,408 readers", Versions: "9 versions", Contains: []string{"3 articles", "1 reminder"}, Without: "61 readers have nothing new.", State: "On schedule"},
				{Title: "Dates", Goes: "As soon as something is published", State: "Held", Note: "dates/r17 is paused."},
			},
			Editions: []DeskEdition{
				{ID: "weekly/2026-11-17T08:00", URL: "/editions/weekly/2026-11-17T08:00", State: "Sent", Planned: "12,408", Sent: "12,401", Failed: "7", Skipped: "0", Open: "0"},
				{ID: "dates/r17", State: "Paused", Warn: true, Reason: "the relay refuses us", Planned: "80", Sent: "0", Failed: "0", Skipped: "0", Open: "80"},
			},
			Sources: []DeskSource{{
				Name: "dir:examples/lead", Read: "23 November 2026, 17:00 GMT", Articles: "76", Events: "3", Held: "1", Refused: "1", Warn: true,
				Waiting: []Waiting{{"On-call", "two articles claim this address", "articles/on-call.md:1:1"}}, Errors: []string{"articles/draft.md:3:7: not a date"},
			}},
			Browsers: []Browser{{Session: "0a1b", Agent: "Mozilla/5.0", Seen: "Last seen today", This: true}, {Session: "2c3d", Seen: "Last seen 17 November 2026"}},
			SignOut:  "/desk/sign-out", End: "/desk/sessions",
		},
		&DeskPage{Page: bare, SignOut: "/desk/sign-out"},
		&SignInPage{Page: samplePage(true, lang, "Sign in"), State: Ask, Address: "maya@example.com", Action: "/desk/sign-in/0"},
		&SignInPage{Page: bare, State: Unknown, Command: "standfirst editors link you@example.com"},
		&SignInPage{Page: bare, Command: "standfirst editors link you@example.com"},
	}
}
