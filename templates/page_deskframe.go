package templates

// DeskFrame is what every page of the desk has. Its template opens and closes
// main, too: a page is {{template "desk-top" .}}, what is in main, and
// {{template "desk-bottom" .}}.
type DeskFrame struct {
	Page
	Menu    []Stop
	You     string // who is signed in
	Account string // where You leads; empty: nowhere
	SignOut string // where the button posts; empty: nobody is signed in
	Done    string // what was just done, in a sentence; may be empty
	Wrong   string // why something was not done; may be empty
}

// A Stop is one line of the desk's menu.
type Stop struct {
	Label, URL string
	Current    bool // the page is this, or one below it
	Here       bool // the page is this
}
