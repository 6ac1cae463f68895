package templates

// PreferencesPage is where a letter's link to change topics and cities leads:
// what one reader gets, and what they wish. All its forms post to Action, with
// the field "do": save (with newsletter, topic, city, language and timezone),
// pause (with weeks), resume, stop-all.
type PreferencesPage struct {
	Page
	Address     string // masked: "a••@example.com"
	Action      string
	Welcome     string // "Your first letter comes …": they have just confirmed; empty: they have not
	Saved       string // "Saved. Your next letter …": something was just changed; empty: nothing was
	Silent      bool   // nothing is sent, whatever stands here: letters came back, or one was called spam
	Paused      string // the day until which nothing is sent; empty: not paused
	Newsletters []Order
	Topics      []Choice // none ticked means all
	Cities      []Choice // none ticked means all
	Tongues     []Option // of letters and of these pages
	Zones       []Options
	Weeks       []Option // how long a break may be

	ChangeAddress, Download, Erase string // URLs of pages
}

// An Order is one newsletter that a reader takes, took, or may take.
type Order struct {
	Name  string // as configured; what the forms send
	Title string
	Text  string // a sentence about it; may be empty
	When  string // when it goes out next; may be empty
	Taken bool
}

// A Choice is one topic or city to tick.
type Choice struct {
	Value  string
	Ticked bool
}

// An Option is one of a list of which one is chosen.
type Option struct {
	Value  string
	Label  string
	Lang   string // BCP 47, of Label; empty: the page's
	Chosen bool
}

// Options are options under one name. Those without come first.
type Options struct {
	Label   string
	Options []Option
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

// LinkPage is /preferences: it asks for an address and has the link to the
// preferences sent there. It says the same whoever's the address is.
type LinkPage struct {
	Page
	State  string // Ask, Sent or Wait
	Action string
	Email  string
	Wrong  string // what is wrong with the address, in a sentence
	When   string // when to come again
}

func (p *LinkPage) view() (string, *Page) { return "preferenceslink", &p.Page }

// What a [ProofPage] is for.
const (
	ForData    = "data"    // everything that is held of the reader, in a file
	ForErasing = "erase"   // to be forgotten
	ForAddress = "address" // to take another address
	Gone       = "gone"    // they were forgotten
)

// ProofPage asks who came by the link in a letter for the address it went to:
// somebody it was forwarded to shall not read, take or delete what is the
// reader's. It posts "email", and "new" for another address.
type ProofPage struct {
	Page
	State    string // ForData, ForErasing, ForAddress, Gone, Sent or Wait
	Address  string // masked
	Action   string
	Back     string // URL of the preferences; empty: no link
	Wrong    string // what is wrong with the address, in a sentence
	New      string // the other address, as it was typed
	NewWrong string
	When     string // when to come again
}

func (p *ProofPage) view() (string, *Page) { return "proof", &p.Page }
