package templates

// A Browser is one place where an editor is signed in.
type Browser struct {
	Session string // what End is told
	Agent   string // as it names itself; may be empty
	Seen    string
	This    bool
}
