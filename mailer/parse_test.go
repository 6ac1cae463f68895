package mailer

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"testing"
)

// A parsed letter is what Go's parsers, which are not ours, read from it.
type parsed struct {
	header     mail.Header
	text, html string
	kinds      []string // of all parts, from the outside in
	file, ics  string   // name and content of what is attached
}

func parse(t testing.TB, raw []byte) parsed {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	p := parsed{header: m.Header}
	p.part(t, textproto.MIMEHeader(m.Header), m.Body)
	return p
}

func (p *parsed) part(t testing.TB, header textproto.MIMEHeader, body io.Reader) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		t.Fatalf("part is %q (%v)", header.Get("Content-Type"), err)
	}
	p.kinds = append(p.kinds, kind)
	if !strings.HasPrefix(kind, "multipart/") {
		if !strings.EqualFold(params["charset"], "utf-8") {
			t.Fatalf("part is %q", header.Get("Content-Type"))
		}
		p.put(t, kind, header, decoded(t, header.Get("Content-Transfer-Encoding"), body))
		return
	}
	r := multipart.NewReader(body, params["boundary"])
	for {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		p.part(t, part.Header, part)
	}
}

func (p *parsed) put(t testing.TB, kind string, header textproto.MIMEHeader, s string) {
	t.Helper()
	where, names, _ := mime.ParseMediaType(header.Get("Content-Disposition"))
	switch {
	case where == "attachment" && kind == "text/calendar" && p.ics == "" && p.text+p.html != "":
		p.file, p.ics = names["filename"], s
	case where == "" && kind == "text/plain" && p.text == "" && p.html == "":
		p.text = s
	case where == "" && kind == "text/html" && p.html == "":
		p.html = s
	default:
		t.Fatalf("unexpected part %v", header)
	}
}

func decoded(t testing.TB, encoding string, r io.Reader) string {
	t.Helper()
	switch encoding {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	default:
		t.Fatalf("encoding %q is not for the wire", encoding)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// name returns the display name in an address field as Go reads it.
func (p *parsed) name(t testing.TB, field string) string {
	t.Helper()
	a, err := mail.ParseAddress(p.header.Get(field))
	if err != nil {
		t.Fatalf("%s: %q: %v", field, p.header.Get(field), err)
	}
	return a.Name
}

func (p *parsed) subject(t testing.TB) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(p.header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var longBlank = regexp.MustCompile(`(^|\r\n)[ \t]+\r\n`)

// legal checks what RFC 5322, 2045 and 2047 say of lines.
func legal(t testing.TB, raw []byte) {
	t.Helper()
	s := string(raw)
	if !isASCII(s) || strings.ContainsRune(s, 0) {
		t.Errorf("not 7-bit:\n%q", s)
	}
	if strings.Count(s, "\r") != strings.Count(s, "\r\n") || strings.Count(s, "\n") != strings.Count(s, "\r\n") || !strings.HasSuffix(s, "\r\n") {
		t.Errorf("bare CR or LF, or no end of line at the end:\n%q", s)
	}
	head, _, _ := strings.Cut(s, "\r\n\r\n")
	if longBlank.MatchString(head) {
		t.Errorf("a blank folded line:\n%s", head)
	}
	for line := range strings.SplitSeq(s, "\r\n") {
		limit := 998
		if strings.Contains(line, "=?") {
			limit = 76
		}
		if len(line) > limit {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
	if names := fieldNames(head); len(names) != len(unique(names)) {
		t.Errorf("a field twice: %v", names)
	}
}

func fieldNames(head string) (names []string) {
	for line := range strings.SplitSeq(head, "\r\n") {
		if name, _, ok := strings.Cut(line, ":"); ok && line[0] != ' ' && line[0] != '\t' {
			names = append(names, strings.ToLower(name))
		}
	}
	return names
}

func unique(s []string) map[string]bool {
	m := map[string]bool{}
	for _, v := range s {
		m[v] = true
	}
	return m
}
