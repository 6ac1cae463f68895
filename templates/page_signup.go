package templates

// The states of [SignUpPage] beside Ask, which is the form.
const (
	OneMore = "more" // the form came from another page: one button, everything else is filled in
	Slip    = "slip" // the address is probably mistyped: which of the two is it
	Sent    = "sent" // a letter is on its way, if it can be
	Wait    = "wait" // too many came from that network
	Embed   = "embed"
)

// SignUpPage is /subscribe: how a reader comes. It says the same of addresses
// that are known and of others.
type SignUpPage struct {
	Page
	State   string // Ask, OneMore, Slip, Sent, Wait or Embed
	Form    SignUpForm
	Readers string // "12,408 readers get it already."; empty: not told
	Past    string // URL of the past editions; empty: no link
	Wanted  string // the newsletters asked for, in a sentence's words
	Meant   string // what the address was probably meant to be
	When    string // "in about 10 minutes": when to come again
	Back    string // URL of the form; empty: no link
	Code    string // the form to copy into pages elsewhere
}

// SignUpForm is the form to sign up, on its own page and on others
// ("signupform"). It posts the fields email, name, newsletter, topic and city
// as often as there are any, asked if newsletters could be chosen, and stamp.
// The field website is for programs only: nobody sees it.
type SignUpForm struct {
	Action      string
	Stamp       string // signed, tells when the form was made; empty: one more button must be pressed
	Email, Name string
	Newsletters []Order  // to choose from; less than two are not asked for
	Topics      []Choice // none ticked means all
	Cities      []Choice // none ticked means all
	Open        bool     // what need not be chosen is shown at once
	Privacy     string   // URL; empty: no link
	Embedded    bool     // it was filled in on a page elsewhere

	EmailError      string // what is wrong with the address, in a sentence
	NewsletterError string
}

// Wrong reports whether something must be put right.
func (f SignUpForm) Wrong() bool { return f.EmailError != "" || f.NewsletterError != "" }

// Several reports whether newsletters can be chosen.
func (f SignUpForm) Several() bool { return len(f.Newsletters) > 1 }

func (p *SignUpPage) view() (string, *Page) { return "subscribe", &p.Page }

// The states of [ConfirmPage] beside Ask and Unknown.
const (
	Already = "already" // it was confirmed before
	Expired = "expired" // the link is too old
	Taken   = "taken"   // another reader has the new address
)

// ConfirmPage is where the button of a letter leads that asks whether it was
// the reader who signed up, or whether an address is theirs.
type ConfirmPage struct {
	Page
	State       string // Ask, Done, Already, Expired, Taken, Sent or Unknown
	NewAddress  bool   // it is a reader's new address that is asked about
	Newsletters string // in a sentence's words
	Address     string // masked
	Action      string // where the button posts
	Preferences string // URL; empty: no link
	Again       string // URL of the form to sign up; empty: no link
	Days        int    // how long links last
}

func (p *ConfirmPage) view() (string, *Page) { return "confirm", &p.Page }
