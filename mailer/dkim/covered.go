package dkim

import (
	"bytes"
	"errors"
	"slices"
	"strings"
)

// covered are the fields a signature covers when a letter has them: those a
// reader sees, those that say how to read it, and those that mail programs act
// upon. RFC 8058 wants the two of the unsubscribe button. Fields that servers
// add or change are not among them, Content-Transfer-Encoding neither.
var covered = [...]string{
	"From", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
	"List-Id", "List-Help", "List-Archive", "List-Subscribe", "List-Owner", "List-Post",
	"List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Auto-Submitted",
}

// sealed are the fields named once more than the letter has them, so that
// nobody adds another one that mail programs would show instead (RFC 6376,
// 8.15).
var sealed = [...]string{"From", "To", "Subject"}

// ours is the field that signatures are in.
const ours = "DKIM-Signature"

var (
	crlf  = []byte("\r\n")
	empty = []byte("\r\n\r\n") // the end of a line, and an empty one
)

// signed returns the names for the h= tag. Names that two programs could take
// for different ones, or lines for the end of the header, are an error: what
// one of them shows would not be what the other has verified.
func signed(letter []byte) ([]string, error) {
	header, _, ok := bytes.Cut(letter, empty)
	if !ok {
		return nil, errors.New("the letter has no end of its header")
	}
	if !paired(header) {
		return nil, errors.New("the letter's header has a line that does not end with CRLF")
	}
	keys := make([]string, 0, len(covered)+len(sealed))
	first := true
	for row := range bytes.SplitSeq(header, crlf) {
		if !first && len(row) > 0 && (row[0] == ' ' || row[0] == '\t') {
			continue
		}
		first = false
		name, _, ok := bytes.Cut(row, []byte(":"))
		if !ok || !isFieldName(name) {
			return nil, errors.New("the letter's header has a line that is no field")
		}
		if strings.EqualFold(string(name), ours) {
			return nil, errors.New("the letter is signed already")
		}
		if i := indexCovered(name); i >= 0 {
			keys = append(keys, covered[i])
		}
	}
	if !slices.Contains(keys, "From") {
		return nil, errors.New("the letter has no From")
	}
	return append(keys, sealed[:]...), nil
}

// indexCovered finds a field among those covered; -1 if it is none of them.
func indexCovered(name []byte) int {
	for i, c := range covered {
		if len(c) == len(name) && strings.EqualFold(c, string(name)) {
			return i
		}
	}
	return -1
}

// isFieldName accepts what RFC 5322, 3.6.8 does.
func isFieldName(name []byte) bool {
	for _, c := range name {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(name) > 0
}

// paired says whether each CR has its LF and each LF its CR.
func paired(b []byte) bool {
	lines := 0
	for rest := b; ; lines++ {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			return bytes.Count(b, crlf[:1]) == lines
		}
		if i == 0 || rest[i-1] != '\r' {
			return false
		}
		rest = rest[i+1:]
	}
}
