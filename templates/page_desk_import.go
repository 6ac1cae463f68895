package templates

// DeskImportsPage is /desk/import: a form for a file, and the files that are
// under way.
type DeskImportsPage struct {
	DeskFrame
	Action string // where it posts, multipart: "file", and "tags" if tags are topics
	Size   string // the largest file, in megabytes
	Wrong  string // what is wrong with the file
	Open   []Link // with Text: how far each is
}

func (p *DeskImportsPage) view() (string, *Page) { return "deskimports", &p.Page }

// The states of a [DeskImportPage].
const (
	ImportWaits     = "waiting"
	ImportChecking  = "checking"
	ImportChecked   = "checked"
	ImportImporting = "importing"
	ImportDone      = "done"
	ImportFailed    = "failed" // the file could not be read
)

// DeskImportPage is one file on its way in: what it would do, and then what it
// did.
type DeskImportPage struct {
	DeskFrame
	State   string
	Heading string
	Done    string // how much of it is read, in percent; of what is being read
	Rows    string // so far
	Refresh string // URL to look again; empty: nothing goes on
	Why     string // what ended it, in the words of the program; may be empty

	Counts   []DeskFact
	Product  string // whose export it is, in a sentence
	Columns  []DeskFact
	Unused   []string
	Cautions []string // in sentences
	Stays    []string // who is not brought back, in sentences
	First    []DeskRow
	Refused  []DeskRefusal
	Some     string // "These are the first 100."; empty: all of them are there
	Download string // URL of all of them; empty: there are none
	Label    string // of that link
	Notes    []DeskRefusal

	// Action is where the forms post "do" (import or discard), and with import
	// "consent" (ask or proof) and "source". Empty: nothing is to be decided.
	Action string
	Button string // "Import 3,077 readers"; empty: nobody is in it
	Ask    string // the label of asking first
	Proof  bool   // they confirmed elsewhere is chosen
	Source string
	Wrong  string // what is wrong with Source
	Again  string // URL of the form for another file
}

// A DeskRow is a row as it was understood.
type DeskRow struct{ Row, Address, Name, Newsletters, Topics, Status string }

// A DeskRefusal is what is wrong with a row, in the words of the program.
type DeskRefusal struct{ Row, Column, Why string }

func (p *DeskImportPage) view() (string, *Page) { return "deskimport", &p.Page }
