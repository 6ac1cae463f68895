package templates

// PreferencesPage is where a letter's link to change topics and cities leads:
// what one reader gets, and what they wish. All its forms post to Action, with
// the field "do": wish (with topic and city), pause, resume, stop and start
// (with newsletter), stop-all.
type PreferencesPage struct {
	Page
	Address     string // masked: "a••@example.com"
	Action      string
	Saved       bool   // something was just changed
	Silent      bool   // nothing is sent, whatever stands here: letters came back, or one was called spam
	Paused      string // the day until which nothing is sent; empty: not paused
	Newsletters []Order
	Topics      []Choice // none ticked means all
	Cities      []Choice // none ticked means all
}

// An Order is one newsletter that a reader takes, or took.
type Order struct {
	Name  string // as configured; what the forms send
	Title string
	Text  string // a sentence about it; may be empty
	Taken bool
}

// A Choice is one topic or city to tick.
type Choice struct {
	Value  string
	Ticked bool
}

// Some reports whether there is a newsletter to stop.
func (p *PreferencesPage) Some() bool {
	for _, n := range p.Newsletters {
		if n.Taken {
			return true
		}
	}
	return false
}

func (p *PreferencesPage) view() (string, *Page) { return "preferences", &p.Page }
