package subscribers

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// Columns are those of an export, and the ones an import knows. Only email is
// needed.
var Columns = []string{"email", "name", "topics", "cities", "newsletters", "timezone", "language", "status"}

// What one field may hold.
const (
	maxName = 200 // runes, also of a topic and a city
	maxList = 200
)

// A RowError says what is wrong with one row of a file. It holds no address.
type RowError struct {
	Line   int    `json:"line"`             // of the file, from 1
	Column string `json:"column,omitempty"` // empty: the row as a whole
	Reason string `json:"reason"`
	Hint   string `json:"hint,omitempty"`
}

func (e *RowError) Error() string {
	s := fmt.Sprintf("line %d: ", e.Line)
	if e.Column != "" {
		s += e.Column + ": "
	}
	s += e.Reason
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// A Reader reads readers from a CSV file, row by row, in little memory: 16
// bytes and some for each address, to find the ones that come twice.
type Reader struct {
	Ignored []string // columns that mean nothing to us, as written

	t           *table
	columns     []string // by position; empty: ignored
	newsletters []string
	seen        map[[16]byte]int32 // hash of an AddressKey → line
	zones       map[string]bool    // those that exist; loading one reads a file
}

// NewReader begins to read r, whose first line names the columns, in any
// order and case. newsletters are the names there are: a row that wants
// another is refused, and one that names none is for all of them.
func NewReader(r io.Reader, newsletters []string) (*Reader, error) {
	t, err := newTable(r)
	var header []string
	if err == nil {
		header, _, err = t.next()
	}
	if errors.Is(err, io.EOF) {
		return nil, &RowError{Line: 1, Reason: "the file is empty", Hint: "its first line names the columns: " + strings.Join(Columns, ",")}
	}
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	in := newReader(newsletters)
	in.t = t
	for _, h := range header {
		name := strings.ToLower(strings.TrimFunc(h, blank))
		switch {
		case slices.Contains(in.columns, name) && name != "":
			return nil, &RowError{Line: t.line, Column: name, Reason: "there are two columns of this name"}
		case slices.Contains(Columns, name):
			in.columns = append(in.columns, name)
		default:
			in.columns = append(in.columns, "")
			if name != "" {
				in.Ignored = append(in.Ignored, clip(h))
			}
		}
	}
	if !slices.Contains(in.columns, "email") {
		e := &RowError{Line: t.line, Reason: "there is no column email", Hint: "the first line names the columns: " + strings.Join(Columns, ",")}
		if strings.Contains(strings.Join(header, " "), "@") {
			e.Hint = "the first line is a reader already; put a line above it that names the columns, like email or email,name"
		}
		return nil, e
	}
	return in, nil
}

func newReader(newsletters []string) *Reader {
	return &Reader{newsletters: newsletters, seen: map[[16]byte]int32{}, zones: map[string]bool{}}
}

// Rows returns the rows that can be written and, as *[RowError], those that
// cannot. Of rows with the same address the first counts and the others are
// refused: which one is right nobody here can know. Any other error is one of
// reading and the last. Rows can be ranged over once.
func (in *Reader) Rows() iter.Seq2[ImportRow, error] {
	return func(yield func(ImportRow, error) bool) {
		for {
			fields, line, err := in.t.next()
			if err == io.EOF {
				return
			}
			if err == nil && strings.Join(fields, "") == "" {
				continue
			}
			var row ImportRow
			if err == nil {
				row, err = in.row(fields, line)
			}
			if !yield(row, err) {
				return
			}
			if refused := (*RowError)(nil); err != nil && !errors.As(err, &refused) {
				return
			}
		}
	}
}

// row checks one row.
func (in *Reader) row(fields []string, line int) (ImportRow, error) {
	row := ImportRow{Line: line}
	for i, f := range fields {
		if i >= len(in.columns) {
			if f != "" {
				return row, &RowError{line, "", fmt.Sprintf("there are %d fields, but %d columns", len(fields), len(in.columns)), "a field with a separator in it stands in quotes"}
			}
			continue
		}
		if err := in.field(&row, in.columns[i], unguard(f)); err != nil {
			err.Line, err.Column = line, in.columns[i]
			return row, err
		}
	}
	if row.Email == "" {
		return row, &RowError{Line: line, Column: "email", Reason: "there is no address"}
	}
	if len(row.Newsletters)+len(row.Left) == 0 {
		row.Newsletters, row.Unstated = slices.Clone(in.newsletters), true
	}
	sum := sha256.Sum256([]byte(AddressKey(row.Email)))
	key := [16]byte(sum[:])
	if first, twice := in.seen[key]; twice {
		return row, &RowError{line, "email", fmt.Sprintf("the same address as in line %d", first), "the first one counts"}
	}
	in.seen[key] = int32(line)
	return row, nil
}

// field reads one field into row.
func (in *Reader) field(row *ImportRow, column, f string) *RowError {
	f = tidy(f)
	if column == "" || f == "" {
		return nil
	}
	if i := strings.IndexFunc(f, unicode.IsControl); i >= 0 {
		return &RowError{Reason: "there is a control character in it"}
	}
	var err *RowError
	switch column {
	case "email":
		email, e := ParseAddress(f)
		if wrong := (*AddressError)(nil); errors.As(e, &wrong) {
			return &RowError{Reason: wrong.Reason, Hint: wrong.Hint}
		}
		row.Email = email
	case "name":
		if utf8.RuneCountInString(f) > maxName {
			return &RowError{Reason: fmt.Sprintf("longer than %d characters", maxName)}
		}
		row.Name = f
	case "topics":
		row.Topics, err = items(f)
	case "cities":
		row.Cities, err = items(f)
	case "newsletters":
		err = in.names(row, f)
	case "timezone":
		row.Timezone, err = in.zone(f)
	case "language":
		tag, e := language.Parse(f[:min(len(f), 64)])
		if e != nil || len(f) > 64 {
			return &RowError{Reason: quoted(f) + " is not a language", Hint: "like en, de or pt-BR"}
		}
		row.Language = tag.String()
	case "status":
		row.Status = Status(strings.ToLower(f))
		if !row.Status.Valid() {
			return &RowError{Reason: quoted(f) + " is not a status", Hint: "pending, active, unsubscribed, bounced or complained; empty is active"}
		}
	}
	return err
}

// names reads newsletters; NAME:left is one the reader has left.
func (in *Reader) names(row *ImportRow, f string) *RowError {
	list, err := items(f)
	for _, n := range list {
		name, left := strings.CutSuffix(strings.ToLower(n), ":left")
		switch {
		case !slices.Contains(in.newsletters, name):
			return &RowError{Reason: "there is no newsletter " + quoted(name), Hint: "there is: " + strings.Join(in.newsletters, ", ")}
		case left:
			row.Left = append(row.Left, name)
		default:
			row.Newsletters = append(row.Newsletters, name)
		}
	}
	return err
}

// zone checks an IANA name.
func (in *Reader) zone(f string) (string, *RowError) {
	if !in.zones[f] {
		if _, err := time.LoadLocation(f); err != nil || f == "Local" {
			return "", &RowError{Reason: quoted(f) + " is not a time zone", Hint: "like Europe/London or UTC"}
		}
		in.zones[f] = true
	}
	return f, nil
}

// items reads a list separated by semicolons.
func items(f string) ([]string, *RowError) {
	var list []string
	for item := range strings.SplitSeq(f, ";") {
		item = strings.TrimFunc(item, blank)
		if utf8.RuneCountInString(item) > maxName {
			return nil, &RowError{Reason: fmt.Sprintf("one of them is longer than %d characters", maxName)}
		}
		if item != "" && !slices.Contains(list, item) {
			list = append(list, item)
		}
	}
	if len(list) > maxList {
		return nil, &RowError{Reason: fmt.Sprintf("more than %d of them", maxList)}
	}
	return list, nil
}

// tidy takes line breaks and doubled spaces out of a field.
func tidy(f string) string {
	return strings.Join(strings.Fields(strings.TrimFunc(f, blank)), " ")
}

// quoted shows a value from a file in a message.
func quoted(s string) string { return fmt.Sprintf("%q", clip(s)) }

// clip shortens a value for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}
