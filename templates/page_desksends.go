package templates

// DeskSendsPage is /desk: what goes out next, and in a line each what went out
// last.
type DeskSendsPage struct {
	DeskFrame
	Clock    string // "Times of Europe/London, where it is now 17:04."
	Failing  string // how many sources fail, in a sentence; may be empty
	Waiting  string // how much waits for an editor; may be empty
	Sends    []NextSend
	Editions []PastSend // newest first
	All      string     // URL of all editions
}

// A NextSend is one newsletter as it would go out now.
type NextSend struct {
	Name, Title  string
	State        SendState
	Goes         string   // when
	Span         string   // when it comes to the first and the last reader; empty: to all at once
	To, Versions string   // "12,408 readers", "9 versions"; empty: nobody
	Without      string   // who gets nothing, in a sentence; may be empty
	Contains     []string // "3 articles", "1 reminder"
	Subject      string   // of the letter that most readers get; empty: there is none
	Size         string   // of its HTML
	Changed      string   // who changed it and when; empty: nobody
	Counted      string   // of when the numbers are
	Counting     bool     // there are none yet
	Edit         string   // URL of its page
	Test, Send   string   // where a test and the page to send now are; empty: not for this editor, or nothing to send
	Tester       string   // the editor's address
}

// A SendState is where the next edition of a newsletter stands.
type SendState struct {
	Tag  string // in a word or two
	Tone string // ok, warn; empty: neither
	Why  string // why it will not go out as it is, or what it waits for, in a sentence; may be empty
	Link Link   // where something can be done about it; may be empty
}

// A PastSend is one edition in a line.
type PastSend struct{ ID, URL, State, Tone, Reason, Line string }

// DeskNextPage is the next edition of a newsletter: what it would be, why, and
// what an editor may change of it.
type DeskNextPage struct {
	DeskFrame
	Newsletter string
	At         string // URL of the page; its acts are below it
	State      SendState
	Goes, Span string
	To         string // as of NextSend
	Versions   string
	Without    string
	Counted    string     // of when the numbers are
	Counting   bool       // there are none yet
	Changed    string     // who changed it and when; empty: nobody
	Conflict   string     // why nothing was saved; empty: nothing went wrong
	Lost       []NextFact // what was typed and not saved
	MayEdit    bool
	MayPutIn   bool   // and put in older articles
	Tester     string // the editor's address

	// The letter. Frame is the URL of its HTML, shown in a frame that may do
	// nothing but open links outside of it; Text is its text part; NoLetter says
	// why there is none, and Reasons what it would otherwise have held.
	Line     string // its subject
	Looks    []Link // ways to look at it, the current one marked
	As       []DeskAs
	Show     string // how it is looked at, for the forms that ask for another letter
	Frame    string
	Phone    bool
	Text     string
	NoLetter string
	Reasons  []NextFact

	// The form. Each of its buttons sends all of it as "do".
	Revision  string
	Subject   DeskField
	Preheader DeskField
	Intro     DeskField
	Groups    []PieceGroup // what is given, kind by kind
	Out       []Piece      // what an editor has left out
	Passed    []Piece      // what is not given for other reasons
	Held      []NextFact   // what sources hold until an editor decides, and why
	Find      string       // what was searched for, to be put in
	Found     []Piece
	MoreFound bool

	Checks             []DeskCheck
	Tested, TestedTone string // how it stands with the last test
	Approval           string // how it stands with approving; empty: it needs none
	Approve            string // the edition that the button approves; empty: no button
	ApproveLabel       string
}

// A DeskAs is one line of a list to choose from.
type DeskAs struct {
	Value, Label string
	Chosen       bool
}

// A NextFact is a name and what it stands for.
type NextFact struct{ Label, Text string }

// A DeskField is one field of a form.
type DeskField struct {
	Value string
	Now   string // what it comes to while it is empty; may be empty
	Hint  string
	Error string // may be empty
}

// A PieceGroup is what a letter gives of one kind. Their numbers are sent as
// "shown-" and Kind, so that the order is the one that the editor saw.
type PieceGroup struct {
	Kind, Label string
	Pieces      []Piece
}

// A Piece is a release, and why it is in or out.
type Piece struct {
	N, Title, URL, Date string
	Why                 string
	Readers             string // how many; may be empty
	Lead                bool
	Presses             []Press
}

// A Press is a button about a piece.
type Press struct{ Do, Label string }

// A DeskCheck is one thing that a letter was held against.
type DeskCheck struct {
	Text, Tag string
	Tone      string // ok, warn, bad
	More      []string
}

// DeskSendPage asks whether to send the next edition now.
type DeskSendPage struct {
	DeskFrame
	Newsletter         string
	At                 string // URL of the newsletter's page
	Held, HeldURL      string // what keeps it from going; empty: nothing
	Nothing            bool   // nobody would get anything
	Counted            string
	Readers, Number    string // "12,408 readers", "12,408"; empty: nothing can be sent
	Contains           []string
	Versions           string
	Sum                string // the readers as a sum
	Subject, From      string
	Takes              string // how long it would take; may be empty
	Schedule           string // what becomes of the planned send
	Tested, TestedTone string
	Tester             string
	Checks             []DeskCheck
	Frame              string
	Typed              bool   // the number must be typed
	Seal               string // a hidden field
	Second             string // how it stands with the second editor; empty: none is needed
	Button             string // empty: no button
}

func (p *DeskSendsPage) view() (string, *Page) { return "desksends", &p.Page }
func (p *DeskNextPage) view() (string, *Page)  { return "deskedition", &p.Page }
func (p *DeskSendPage) view() (string, *Page)  { return "desksend", &p.Page }
