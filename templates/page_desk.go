package templates

// DeskPage is /desk, the editors' first page: what goes out next, and how the
// last editions and the sources are. It looks only.
type DeskPage struct {
	DeskFrame
	Who      string // "Signed in as Maya, owner."
	Clock    string // "Times of Europe/London, where it is now 17:04."
	Sends    []Send
	Editions []DeskEdition // newest first
	Sources  []DeskSource
	Browsers []Browser // where the editor is signed in
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
