package splice

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
)

// Verify holds a compiled letter against the same letter written in full. Each
// probe is rendered both ways, and Go's own parsers must read the same from
// both: the same fields in the same order with the same values, and the same
// parts with the same content, byte for byte. If one way refuses a probe, so
// must the other. Lines must be legal.
//
// An error is reason to write this letter's letters in full. It may quote a
// probe.
func Verify(l *Letter, naive func(*Values) ([]byte, error), probes []Values) error {
	var raw []byte
	for i := range probes {
		want, wantErr := naive(&probes[i])
		var gotErr error
		raw, gotErr = l.Render(raw[:0], &probes[i])
		if (gotErr == nil) != (wantErr == nil) {
			return fmt.Errorf("probe %d: spliced: %v; in full: %v", i, gotErr, wantErr)
		}
		if gotErr != nil {
			continue
		}
		if err := compare(raw, want); err != nil {
			return fmt.Errorf("probe %d: %w", i, err)
		}
	}
	return nil
}

func compare(spliced, full []byte) error {
	if err := checkLines(spliced); err != nil {
		return err
	}
	got, err := read(spliced)
	if err != nil {
		return fmt.Errorf("spliced letter: %w", err)
	}
	want, err := read(full)
	if err != nil {
		return fmt.Errorf("full letter: %w", err)
	}
	if !slices.Equal(got.fields, want.fields) {
		return fmt.Errorf("header reads %q, not %q", got.fields, want.fields)
	}
	if len(got.parts) != len(want.parts) {
		return fmt.Errorf("%d parts, not %d", len(got.parts), len(want.parts))
	}
	for i, w := range want.parts {
		if g := got.parts[i]; g.header != w.header {
			return fmt.Errorf("part %d: header reads %q, not %q", i, g.header, w.header)
		} else if !bytes.Equal(g.content, w.content) {
			return fmt.Errorf("part %d: %s", i, difference(g.content, w.content))
		}
	}
	return nil
}

// difference shows where two texts part.
func difference(got, want []byte) string {
	n := 0
	for n < min(len(got), len(want)) && got[n] == want[n] {
		n++
	}
	about := func(b []byte) []byte { return b[max(0, n-20):min(len(b), n+40)] }
	return fmt.Sprintf("differs at byte %d: %q, not %q", n, about(got), about(want))
}

// A reading is what a mail program understands of a letter.
type reading struct {
	fields []string // "name: value" in their order
	parts  []leaf
}

type leaf struct {
	header  string
	content []byte
}

// read parses a letter without anything of ours, but for the order of fields,
// which net/mail forgets.
func read(raw []byte) (*reading, error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	r := &reading{}
	order, _, err := splitHeader(raw)
	if err != nil {
		return nil, err
	}
	used := map[string]int{}
	for _, f := range order {
		name := strings.ToLower(f.name)
		values := m.Header[textproto.CanonicalMIMEHeaderKey(f.name)]
		if used[name] >= len(values) {
			return nil, fmt.Errorf("header: %s is not read", f.name)
		}
		value := values[used[name]]
		used[name]++
		if name == encodingField {
			continue
		}
		if value, err = meaning(name, value); err != nil {
			return nil, fmt.Errorf("header: %s: %w", f.name, err)
		}
		r.fields = append(r.fields, name+": "+value)
	}
	return r, r.part(textproto.MIMEHeader(m.Header), m.Body, 0)
}

// meaning is what a field says, however it is written.
func meaning(name, value string) (string, error) {
	switch name {
	case "to", "from", "reply-to", "cc":
		list, err := mail.ParseAddressList(value)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%q", list), nil
	case "date":
		t, err := mail.ParseDate(value)
		return t.Format("2006-01-02T15:04:05-0700"), err
	case "content-type":
		kind, params, err := mime.ParseMediaType(value)
		delete(params, "boundary") // drawn at random
		return mime.FormatMediaType(kind, params), err
	}
	return new(mime.WordDecoder).DecodeHeader(value)
}

// part reads a part and what it holds. The letter itself is the first.
func (r *reading) part(header textproto.MIMEHeader, body io.Reader, depth int) error {
	if depth > maxDepth || len(r.parts) > maxParts {
		return errors.New("body: too many parts")
	}
	var p leaf
	for _, name := range slices.Sorted(maps.Keys(header)) {
		small := strings.ToLower(name)
		if depth == 0 || small == encodingField {
			continue
		}
		for _, v := range header[name] {
			said, err := meaning(small, v)
			if err != nil {
				return fmt.Errorf("part: %s: %w", name, err)
			}
			p.header += small + ": " + said + "\n"
		}
	}
	kind, params := "text/plain", map[string]string(nil)
	if s := header.Get("Content-Type"); s != "" {
		var err error
		if kind, params, err = mime.ParseMediaType(s); err != nil {
			return fmt.Errorf("part: %w", err)
		}
	}
	if !strings.HasPrefix(kind, "multipart/") {
		raw, err := io.ReadAll(body)
		if err == nil {
			p.content, err = decode(strings.ToLower(header.Get(encodingField)), raw)
		}
		if err != nil {
			return fmt.Errorf("part: %s: %w", kind, err)
		}
		r.parts = append(r.parts, p)
		return nil
	}
	r.parts = append(r.parts, p)
	for mr := multipart.NewReader(body, params["boundary"]); ; {
		inner, err := mr.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("part: %w", err)
		}
		if err := r.part(inner.Header, inner, depth+1); err != nil {
			return err
		}
	}
}
