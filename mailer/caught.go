package mailer

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// A CaughtLetter is a letter taken apart. Nothing in it is safe to show as it
// is: whoever does, escapes text and keeps HTML in a sandbox.
type CaughtLetter struct {
	Caught
	Fields     []Field // of the header, in order, decoded
	Text, HTML string  // the first part of each kind
	Attached   []Attachment
	Source     []byte // as it is in its file; cut at 16 MB
}

// A Field is a line of a header.
type Field struct{ Name, Value string }

// Value returns the first field of a name, in any spelling, or "".
func (l *CaughtLetter) Value(name string) string {
	for _, f := range l.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// An Attachment is a part that is neither the text nor the HTML.
type Attachment struct {
	Name, Type string
	Size       int // decoded bytes
}

const (
	maxFields = 500
	maxParts  = 100
	maxDepth  = 10
)

// parseLetter never fails: what cannot be understood is shown as it is.
func parseLetter(raw []byte) *CaughtLetter {
	l := &CaughtLetter{Source: raw, Fields: fields(raw)}
	p := parts{letter: l, left: maxParts}
	p.part(l.Value("Content-Type"), l.Value("Content-Transfer-Encoding"), l.Value("Content-Disposition"), body(raw), 0)
	return l
}

// fields reads a header: unfolded, decoded, each on one line.
func fields(raw []byte) (list []Field) {
	var name string
	var value strings.Builder
	flush := func() {
		if name != "" && len(list) < maxFields {
			list = append(list, Field{oneLine(name), oneLine(decodeWords(oneLine(value.String())))})
		}
		name = ""
		value.Reset()
	}
	for line := range bytes.Lines(raw) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			value.Write(line)
			continue
		}
		flush()
		n, v, ok := bytes.Cut(line, []byte(":"))
		if ok {
			name = string(n)
			value.Write(v)
		}
	}
	flush()
	return list
}

// body returns what follows the first empty line.
func body(raw []byte) []byte {
	rest := raw
	for line := range bytes.Lines(raw) {
		rest = rest[len(line):]
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return rest
		}
	}
	return nil
}

func decodeWords(s string) string {
	d := mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
		e, err := htmlindex.Get(charset)
		if err != nil {
			return nil, err
		}
		return e.NewDecoder().Reader(r), nil
	}}
	out, err := d.DecodeHeader(s)
	if err != nil {
		return s
	}
	return out
}

// parts collects the parts of a letter, a bounded number of them.
type parts struct {
	letter *CaughtLetter
	left   int
}

func (p *parts) part(contentType, encoding, disposition string, content []byte, depth int) {
	if p.left--; p.left < 0 || depth > maxDepth {
		return
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind, params = "text/plain", nil // RFC 2045 5.2
	}
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
		r := multipart.NewReader(bytes.NewReader(content), params["boundary"])
		for p.left > 0 {
			sub, err := r.NextRawPart()
			if err != nil {
				return
			}
			inner, _ := io.ReadAll(sub) // a part that breaks off is shown as far as it goes
			h := sub.Header
			p.part(h.Get("Content-Type"), h.Get("Content-Transfer-Encoding"), h.Get("Content-Disposition"), inner, depth+1)
		}
		return
	}
	decoded := decode(encoding, content)
	where, names, _ := mime.ParseMediaType(disposition)
	l := p.letter
	switch {
	case where != "attachment" && kind == "text/plain" && l.Text == "":
		l.Text = readable(params["charset"], decoded)
	case where != "attachment" && kind == "text/html" && l.HTML == "":
		l.HTML = readable(params["charset"], decoded)
	default:
		name := names["filename"]
		if name == "" {
			name = params["name"]
		}
		l.Attached = append(l.Attached, Attachment{oneLine(decodeWords(name)), oneLine(kind), len(decoded)})
	}
}

// decode undoes a transfer encoding, as far as it goes.
func decode(encoding string, content []byte) []byte {
	var r io.Reader
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "quoted-printable":
		r = quotedprintable.NewReader(bytes.NewReader(content))
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, bytes.NewReader(content))
	default:
		return content
	}
	out, _ := io.ReadAll(r)
	return out
}

func readable(charset string, b []byte) string {
	if charset != "" {
		if e, err := htmlindex.Get(charset); err == nil {
			if out, err := e.NewDecoder().Bytes(b); err == nil {
				b = out
			}
		}
	}
	return strings.ToValidUTF8(strings.ReplaceAll(string(b), "\r\n", "\n"), "\uFFFD")
}
