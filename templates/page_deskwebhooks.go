package templates

// DeskWebhooksPage is /desk/webhooks: who is told what happens, for owners.
type DeskWebhooksPage struct {
	DeskFrame
	Hooks []DeskWebhook

	// What came of the test that was asked for; Tried is empty where none was.
	Tried  string
	Failed string // why it was not taken; empty if it was
	Answer string // the beginning of what was answered; may be empty
}

// A DeskWebhook is one endpoint.
type DeskWebhook struct {
	N      int    // its place in the configuration, from 1
	Key    string // what it is called in forms
	Host   string // its path may be a secret
	State  string
	Tone   string // ok, warn, bad, or empty
	Why    string // it is switched off; empty: it is on
	Events []string
	All    bool // it is told of everything
	Facts  []DeskFact
	Error  string // of the last failure; empty: there was none
	On     string // what the button says that switches it on, or tries what waits; empty: there is none
}

func (p *DeskWebhooksPage) view() (string, *Page) { return "deskwebhooks", &p.Page }
