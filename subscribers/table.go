package subscribers

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// What one row of a file may hold. Beyond that a quote was left open, or the
// file is not meant for us.
const (
	maxRowBytes = 64 << 10
	maxRowLines = 20
	maxFields   = 200
)

// table reads rows of fields from a file as spreadsheets write it: separated
// by comma, semicolon or tab, ended by LF, CRLF or CR, in UTF-8, UTF-16 with
// or without a byte order mark, or Windows-1252. A damaged row is reported and costs
// nothing but itself, which encoding/csv cannot do: there one open quote
// takes the rest of the file with it.
type table struct {
	r      *bufio.Reader
	comma  byte
	line   int    // number of the line read last
	ahead  []line // lines read already, to be read again
	utf8   bool   // the file has proved to be UTF-8
	utf16  bool   // it was UTF-16
	legacy bool   // it has proved to be Windows-1252
	slash  bool   // within quotes, \" is a quote, as MailPoet writes it
	closed bool
}

// A line is one line of a file without its end.
type line struct {
	text string
	err  error // errLong
}

// newTable begins to read a file. The separator is found in the first line,
// which is the header, or says sep=; as Excel writes it.
func newTable(r io.Reader) (*table, error) {
	t := &table{r: bufio.NewReaderSize(r, 64<<10), comma: ','}
	mark, _ := t.r.Peek(4)
	order, marked := unicode.LittleEndian, unicode.UseBOM
	switch {
	case bytes.HasPrefix(mark, []byte("\xef\xbb\xbf")):
		t.r.Discard(3)
		t.utf8 = true
	case bytes.HasPrefix(mark, []byte("\xff\xfe")), bytes.HasPrefix(mark, []byte("\xfe\xff")):
		t.utf16 = true
	case len(mark) == 4 && mark[0] != 0 && mark[1] == 0 && mark[2] != 0 && mark[3] == 0: // no mark, but letters
		t.utf16, marked = true, unicode.IgnoreBOM
	case len(mark) == 4 && mark[0] == 0 && mark[1] != 0 && mark[2] == 0 && mark[3] != 0:
		t.utf16, order, marked = true, unicode.BigEndian, unicode.IgnoreBOM
	}
	if t.utf16 {
		t.r = bufio.NewReaderSize(unicode.UTF16(order, marked).NewDecoder().Reader(t.r), 64<<10)
		t.utf8 = true
	}
	first, err := t.readLine()
	if err != nil {
		return nil, err
	}
	if sep, ok := strings.CutPrefix(strings.ToLower(first.text), "sep="); ok && len(sep) == 1 && strings.Contains(",;\t", sep) {
		t.comma = sep[0]
		return t, nil
	}
	t.comma = separator(first.text)
	t.push(first)
	return t, nil
}

// separator returns what separates the fields of a header.
func separator(header string) byte {
	best, most := byte(','), 0
	for _, c := range []byte(",;\t") {
		if n := strings.Count(header, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

const hintQuote = `a quote inside quotes is written twice: ""`

// errLong says that a line is longer than maxRowBytes; it has been skipped.
var errLong = errors.New("line too long")

// next returns the fields of the next row and the number of its first line.
// A *RowError is about this row alone; the one after it can be read. The end
// is io.EOF.
func (t *table) next() (fields []string, number int, err error) {
	first, err := t.readLine()
	if err != nil {
		return nil, t.line, err
	}
	number = t.line
	if first.err != nil {
		return nil, number, &RowError{Line: number, Reason: "the line is longer than 64 KB", Hint: "is this a CSV file?"}
	}
	text := first.text
	var more []line
	for {
		fields, open, err := split(text, t.comma, t.slash)
		if open && len(more) < maxRowLines && len(text) < maxRowBytes {
			l, err := t.readLine()
			if err == nil {
				more = append(more, l)
			} else if err != io.EOF {
				return nil, number, err
			}
			if err == nil && l.err == nil {
				text += "\n" + l.text
				continue
			}
		}
		// An error further on is of a quote that another row has closed.
		if open || err != nil && len(more) > 0 {
			t.push(more...)
			err = &RowError{Reason: "a quote is opened and not closed", Hint: hintQuote}
		}
		if err == nil {
			err = t.decode(fields)
		}
		if refused := (*RowError)(nil); errors.As(err, &refused) {
			refused.Line = number
		}
		return fields, number, err
	}
}

// push puts lines back.
func (t *table) push(lines ...line) {
	t.line -= len(lines)
	t.ahead = append(lines, t.ahead...)
}

// readLine returns the next line. After one that is too long the next can be
// read.
func (t *table) readLine() (line, error) {
	if len(t.ahead) > 0 {
		l := t.ahead[0]
		t.ahead = t.ahead[1:]
		t.line++
		return l, nil
	}
	if t.closed {
		return line{}, io.EOF
	}
	var b []byte
	size := 0
	for {
		c, err := t.r.ReadByte()
		if err == io.EOF && size > 0 {
			t.closed = true
			break
		}
		if err != nil {
			return line{}, err
		}
		if c == '\n' {
			break
		}
		if c == '\r' {
			if next, err := t.r.Peek(1); err == nil && next[0] == '\n' {
				t.r.Discard(1)
			}
			break
		}
		if size++; size <= maxRowBytes {
			b = append(b, c)
		}
	}
	t.line++
	if size > maxRowBytes {
		return line{err: errLong}, nil
	}
	return line{text: string(b)}, nil
}

// split cuts a row into fields (RFC 4180). A quote inside an unquoted field
// is a character like any other, as spreadsheets have it. open says that a
// quoted field does not end; an error is a *RowError without its line.
// With slash, \" is a quote within quotes.
func split(row string, comma byte, slash bool) (fields []string, open bool, err error) {
	for {
		if len(fields) == maxFields {
			return nil, false, &RowError{Reason: fmt.Sprintf("more than %d fields", maxFields)}
		}
		rest, quoted := strings.CutPrefix(strings.TrimLeft(row, " "), `"`)
		if !quoted {
			field, after, more := strings.Cut(row, string(comma))
			fields = append(fields, field)
			if !more {
				return fields, false, nil
			}
			row = after
			continue
		}
		var b strings.Builder
		for {
			text, after, found := strings.Cut(rest, `"`)
			if !found {
				return nil, true, nil
			}
			rest = after
			if before, ok := strings.CutSuffix(text, `\`); ok && slash {
				b.WriteString(before + `"`)
				continue
			}
			b.WriteString(text)
			if !strings.HasPrefix(rest, `"`) {
				break
			}
			b.WriteByte('"')
			rest = rest[1:]
		}
		fields = append(fields, b.String())
		rest = strings.TrimLeft(rest, " ")
		if rest == "" {
			return fields, false, nil
		}
		if rest[0] != comma {
			return nil, false, &RowError{Reason: fmt.Sprintf("field %d goes on after its closing quote", len(fields)), Hint: hintQuote}
		}
		row = rest[1:]
	}
}

// decode makes UTF-8 of fields. Windows-1252 text is hardly ever valid UTF-8
// by accident, so each field can be judged alone; but once the file has
// proved to be UTF-8, what is not is damage.
func (t *table) decode(fields []string) error {
	for i, f := range fields {
		switch {
		case ascii(f):
		case utf8.ValidString(f):
			t.utf8 = true
		case t.utf8:
			return &RowError{Reason: fmt.Sprintf("field %d is not UTF-8, although the file is", i+1), Hint: "save the file as UTF-8"}
		default:
			t.legacy = true
			fields[i], _ = charmap.Windows1252.NewDecoder().String(f) // cannot fail: every byte is a character
		}
	}
	return nil
}
