package mailer

import (
	"bytes"

	"github.com/standfirst/standfirst/mailer/field"
)

// Header fields are written by us and not by go-mail, whose MIME is right and
// whose fields are not: it writes List-* fields in the order of a map and as
// they come, line breaks included, folds at spaces only, and leaves names that
// look like encoded words to be decoded by whoever reads them.

// maxName is how much of a reader's name is shown, in bytes: what fits into
// one encoded word after "To: ".
const maxName = 45

// A head is a header being written. Values are cleaned or checked by the
// method that writes them; names of fields are ours.
type head struct{ bytes.Buffer }

// text writes an unstructured field, such as a subject.
func (h *head) text(name, value string) {
	h.Write(field.AppendText(h.AvailableBuffer(), name, value))
}

// raw writes a value that has been checked, on one line.
func (h *head) raw(name, value string) { h.WriteString(name + ": " + value + "\r\n") }

// phrase writes a name and what stands behind it in angle brackets: an address
// or a list's identity. Without a name the brackets stand alone. At most limit
// bytes of the name are shown; 0 shows all.
func (h *head) phrase(name, phrase, in string, limit int) {
	h.Write(field.AppendPhrase(h.AvailableBuffer(), name, phrase, in, limit))
}

// oneLine makes s fit into a header and into running text.
func oneLine(s string) string { return string(field.AppendLine(nil, s)) }

// printable reports whether s is printable ASCII.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
