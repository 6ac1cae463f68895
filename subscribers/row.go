package subscribers

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// Columns are those of an export, and the ones an import knows. Only email is
// needed.
var Columns = []string{
	"email", "name", "topics", "cities", "newsletters", "timezone", "language", "status",
	"since", "paused_until", "consent",
}

// plainColumns are those a person would write.
var plainColumns = Columns[:8]

// A RowError says what is wrong with one row of a file. It holds no address.
type RowError struct {
	Line   int    `json:"line"`             // of the file, from 1
	Column string `json:"column,omitempty"` // empty: the row as a whole
	Reason string `json:"reason"`
	Hint   string `json:"hint,omitempty"`
}

func (e *RowError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.told()) }

// told is the error without the line.
func (e *RowError) told() string {
	s := e.Reason
	if e.Column != "" {
		s = e.Column + ": " + s
	}
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// A Reader reads readers from a CSV file, row by row, in little memory: some
// bytes for each address, to find the ones that come twice.
type Reader struct {
	Mapping Mapping

	im      *Importer
	t       *table
	product *product
	columns []string // by position, what each is to us; empty: nothing
	names   []string // by position, for messages
	header  []string
	raw     []string // the fields of the row read last
	met     *met
	zones   map[string]bool // those that exist; loading one reads a file
}

// NewReader begins to read r, whose first line names the columns, in any
// order and case: ours, or those of a product whose exports we know.
// newsletters are the names there are: a row that wants another is refused,
// and one that names none is for all of them.
func NewReader(r io.Reader, newsletters []string) (*Reader, error) {
	return (&Importer{Newsletters: newsletters}).open(r)
}

func (im *Importer) open(r io.Reader) (*Reader, error) {
	t, err := newTable(r)
	var header []string
	if err == nil {
		header, _, err = t.next()
	}
	if errors.Is(err, io.EOF) {
		return nil, &RowError{Line: 1, Reason: "the file is empty", Hint: "its first line names the columns: " + strings.Join(plainColumns, ",")}
	}
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	in := im.reader()
	in.t = t
	return in, in.head(header)
}

func (im *Importer) reader() *Reader {
	return &Reader{im: im, product: &ours, met: newMet(), zones: map[string]bool{}}
}

// head finds out what the columns are.
func (in *Reader) head(header []string) error {
	header = slices.Clone(header)
	for i, h := range header {
		header[i] = unguard(h)
	}
	in.header = header
	folded := make([]string, len(header))
	for i, h := range header {
		folded[i] = foldHeader(h)
	}
	in.product = recognise(folded)
	in.Mapping = Mapping{Product: in.product.name, Used: []Column{}, Unused: []string{}, Caution: in.product.caution}
	in.t.slash = in.product.slash // after the header, which has none
	for i, name := range folded {
		as := in.product.as(name)
		switch {
		case as == name && slices.Contains(folded[:i], name) && in.product == &ours:
			return &RowError{Line: in.t.line, Column: name, Reason: "there are two columns of this name"}
		case as != "" && !many(as) && slices.Contains(in.columns, as):
			as = ""
		}
		in.columns = append(in.columns, as)
		called := as
		if in.product != &ours {
			called = clip(header[i])
		}
		in.names = append(in.names, called)
		if as == asTags && in.im.Topic == nil {
			as = "" // nobody said that they are topics
		}
		switch {
		case as == "" && name != "":
			in.Mapping.Unused = append(in.Mapping.Unused, clip(header[i]))
		case as != "" && as != asNothing:
			in.Mapping.Used = append(in.Mapping.Used, Column{clip(header[i]), as})
		}
	}
	if !slices.Contains(in.columns, "email") {
		return in.headless(header)
	}
	var stranger bool
	in.Mapping.Every, in.Mapping.Because, stranger = in.product.everybody(folded, in.im.File)
	if stranger {
		return &RowError{Line: in.t.line, Reason: "these are Mailchimp's contacts who never subscribed", Hint: "nobody of them agreed to letters"}
	}
	return nil
}

// many reports whether several columns of a file may be this to us.
func many(as string) bool {
	return as == "status" || as == asTags || as == asDate || as == asConfirmed || as == asNothing
}

// headless says what to do about a first line without a column of addresses.
func (in *Reader) headless(header []string) error {
	e := &RowError{Line: in.t.line, Reason: "there is no column email", Hint: "the first line names the columns: " + strings.Join(plainColumns, ",")}
	if strings.Contains(strings.Join(header, " "), "@") {
		e.Hint = "the first line is a reader already; put a line above it that names the columns, like email or email,name"
	}
	return e
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
			in.raw = fields
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

// Raw returns the fields of the row that was read last, as they were written;
// none when the row is damaged.
func (in *Reader) Raw() []string { return in.raw }

// Encoding returns how the file is written, as far as it was read: "UTF-8",
// "UTF-16" or "Windows-1252".
func (in *Reader) Encoding() string {
	switch {
	case in.t == nil || !in.t.utf16 && !in.t.legacy:
		return "UTF-8"
	case in.t.utf16:
		return "UTF-16"
	}
	return "Windows-1252"
}

// row checks one row.
func (in *Reader) row(fields []string, line int) (ImportRow, error) {
	d := draft{ImportRow: ImportRow{Line: line}}
	for i, f := range fields {
		if i >= len(in.columns) {
			if f != "" {
				return d.ImportRow, &RowError{line, "", fmt.Sprintf("there are %d fields, but %d columns", len(fields), len(in.columns)), "a field with a separator in it stands in quotes"}
			}
			continue
		}
		if err := in.field(&d, in.columns[i], unguard(f)); err != nil {
			err.Line, err.Column = line, in.names[i]
			return d.ImportRow, err
		}
	}
	if d.Email == "" {
		return d.ImportRow, &RowError{Line: line, Column: "email", Reason: "there is no address"}
	}
	in.finish(&d)
	if first := in.met.line(d.Email, line); first > 0 {
		return d.ImportRow, &RowError{line, "email", fmt.Sprintf("the same address as in line %d", first), "the first one counts"}
	}
	return d.ImportRow, nil
}
