package templates

// The states of the page to sign in that no other page has.
const First = "first" // a link that makes the first owner

// SignInPage is where editors come in.
type SignInPage struct {
	Page
	// State is Ask for a link that works: one button, since mail scanners open
	// every link; Unknown for one that does not; Sent when one was mailed, if to
	// an editor; Wait for who tries too often; First for the link that makes the
	// owner; empty for the form.
	State   string
	Address string // of whom the link would sign in, masked
	Action  string // where the button posts
	Mails   bool   // a link can be mailed
	Command string // what prints a link
	When    string // how long to wait: "in 3 minutes"

	Email, Name   string // as they were written
	Wrong         string // why nobody was let in; with First, what is wrong with Email
	PasswordWrong string // what is wrong with the password of a first owner
	Least         int    // characters a password must have
}

func (p *SignInPage) view() (string, *Page) { return "signin", &p.Page }

// DeskAccountPage is /desk/account: what editors change of themselves.
type DeskAccountPage struct {
	DeskFrame
	Email, Name, Role string
	HasPassword       bool
	MustKnow          bool   // the password of now is asked for
	Least             int    // characters a password must have
	PasswordWrong     string // what is wrong with the new one
	CurrentWrong      string
	Browsers          []Browser // where the editor is signed in
}

// Several reports whether there are other browsers to be signed out of.
func (p *DeskAccountPage) Several() bool { return len(p.Browsers) > 1 }

func (p *DeskAccountPage) view() (string, *Page) { return "deskaccount", &p.Page }

// DeskPeoplePage is /desk/people: who may use the desk, for owners.
type DeskPeoplePage struct {
	DeskFrame
	People   []Person
	Mails    bool   // a link can be mailed
	Command  string // what prints a link
	Second   string // from how many readers on two people are needed, in a sentence; may be empty
	No       string // why the last act was none
	Tokens   string // URL of the page of programs' tokens; empty: there is none
	Webhooks string // URL of the page of who is told what happens; empty: there is none

	// What was written into the form that adds somebody.
	Email, Name, Role string
	Wrong             string
}

// A Person is somebody who may use the desk.
type Person struct {
	Email, Name string
	Role        string // owner, editor or viewer
	Added, Seen string
	Browsers    int // in which they are signed in
	HasPassword bool
	Configured  bool // the configuration says their role
	You         bool
}

func (p *DeskPeoplePage) view() (string, *Page) { return "deskpeople", &p.Page }

// DeskLogPage is /desk/log: who did what, and when.
type DeskLogPage struct {
	DeskFrame
	Whos     []Option // whose acts may be shown
	Subject  string   // as it was written
	Filtered bool
	Acts     []Act // newest first
	Pages    Pages
	Export   string // URL of the same as lines of JSON
}

// An Act is one line of the log.
type Act struct {
	At, When  string // for programs and for people
	Who, What string
	Subject   string // may be empty
	URL       string // of the subject; empty: it has no page
	Only      string // URL of the log about the subject alone
	Detail    string
}

func (p *DeskLogPage) view() (string, *Page) { return "desklog", &p.Page }
