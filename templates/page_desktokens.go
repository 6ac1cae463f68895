package templates

// DeskTokensPage is /desk/tokens: what lets programs act at the desk, for
// owners.
type DeskTokensPage struct {
	DeskFrame
	Tokens []Token
	Scopes []TokenScope
	Fresh  string // a token that was just made: it is shown once
	Made   string // what it is called
	Guide  string // address of the API's description

	// What was written into the form.
	Name                  string
	NameWrong, ScopeWrong string
}

// A Token is one of those there are.
type Token struct {
	ID, Name   string
	Scopes     string // "read, send", in words
	Made, Used string
}

// A TokenScope is what a token can be for.
type TokenScope struct {
	Value, Label string
	Chosen       bool
}

func (p *DeskTokensPage) view() (string, *Page) { return "desktokens", &p.Page }
