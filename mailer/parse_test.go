package mailer

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
	"testing"
)

// A parsed letter is what Go's parsers, which are not ours, read from it.
type parsed struct {
	header     mail.Header
	text, html string
}

func parse(t testing.TB, raw []byte) parsed {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	p := parsed{header: m.Header}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	if kind != "multipart/alternative" {
		p.put(t, kind, decoded(t, m.Header.Get("Content-Transfer-Encoding"), m.Body))
		return p
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return p
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, raw)
		}
		kind, params, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil || !strings.EqualFold(params["charset"], "utf-8") {
			t.Fatalf("part is %q (%v)", part.Header.Get("Content-Type"), err)
		}
		p.put(t, kind, decoded(t, part.Header.Get("Content-Transfer-Encoding"), part))
	}
}

func (p *parsed) put(t testing.TB, kind, s string) {
	switch {
	case kind == "text/plain" && p.text == "" && p.html == "":
		p.text = s
	case kind == "text/html" && p.html == "":
		p.html = s
	default:
		t.Fatalf("unexpected part %s", kind)
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
