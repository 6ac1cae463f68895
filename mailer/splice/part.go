package splice

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
)

// encodingField says how a part is encoded. Whoever encodes a part writes it.
const encodingField = "content-transfer-encoding"

// Letters are ours; more than this is a mistake, not a letter.
const (
	maxDepth = 6
	maxParts = 100
)

// A header is one field of a header.
type header struct {
	name  string
	value string // unfolded
	raw   []byte // with its line break
}

// splitHeader cuts a header into its fields and off its body.
func splitHeader(raw []byte) (fields []header, body []byte, err error) {
	for {
		end := bytes.Index(raw, crlf)
		switch {
		case end < 0:
			return nil, nil, errors.New("header: no end")
		case end == 0:
			return fields, raw[2:], nil
		}
		for end += 2; end < len(raw) && (raw[end] == ' ' || raw[end] == '\t'); {
			n := bytes.Index(raw[end:], crlf)
			if n < 0 {
				return nil, nil, errors.New("header: no end")
			}
			end += n + 2
		}
		name, value, ok := bytes.Cut(raw[:end], []byte(":"))
		if !ok {
			return nil, nil, errors.New("header: a line is no field")
		}
		value = bytes.ReplaceAll(value, crlf, nil)
		fields = append(fields, header{string(name), strings.TrimSpace(string(value)), raw[:end]})
		raw = raw[end:]
	}
}

// get returns the value of a field, empty if there is none.
func get(fields []header, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// part compiles a part of a multipart.
func (c *compiler) part(raw []byte, depth int) error {
	fields, body, err := splitHeader(raw)
	if err != nil {
		return fmt.Errorf("part: %w", err)
	}
	for _, f := range fields {
		if strings.EqualFold(f.name, encodingField) {
			continue
		}
		if err := c.field(f); err != nil {
			return fmt.Errorf("part: %w", err)
		}
	}
	return c.body(fields, body, depth)
}

// body writes the encoding, which ends a header, and what it belongs to.
func (c *compiler) body(fields []header, body []byte, depth int) error {
	if c.parts++; c.parts > maxParts || depth > maxDepth {
		return errors.New("body: too many parts")
	}
	kind, params := "text/plain", map[string]string{}
	if s := get(fields, "Content-Type"); s != "" {
		var err error
		if kind, params, err = mime.ParseMediaType(s); err != nil {
			return fmt.Errorf("content-type: %w", err)
		}
	}
	encoding := strings.ToLower(get(fields, encodingField))
	major, _, _ := strings.Cut(kind, "/")
	switch {
	case kind == "multipart/signed", kind == "multipart/encrypted", major == "message":
		return fmt.Errorf("body: %s cannot be taken apart", kind)
	case major == "multipart":
		c.write(crlf)
		return c.multipart(body, params["boundary"], depth)
	}
	decoded, err := decode(encoding, body)
	if err != nil {
		return fmt.Errorf("body: %s: %w", kind, err)
	}
	if major != "text" || attached(fields) {
		if err := c.whole(decoded); err != nil {
			return fmt.Errorf("body: %s: %w", kind, err)
		}
		c.encoding("base64")
		c.base64([]segment{{decoded, -1}}, false)
		return nil
	}
	return c.text(kind, params["charset"], decoded, depth == 0)
}

// attached reports whether a part is a file beside the letter: bytes, of
// whatever type, that come out as they went in.
func attached(fields []header) bool {
	where, _, _ := strings.Cut(get(fields, "Content-Disposition"), ";")
	return strings.EqualFold(strings.TrimSpace(where), "attachment")
}

// text encodes a text part. A letter that is nothing but text is alone.
func (c *compiler) text(kind, charset string, decoded []byte, alone bool) error {
	segments, err := c.cut(decoded)
	if err != nil {
		return fmt.Errorf("body: %s: %w", kind, err)
	}
	page := kind == "text/html"
	if len(segments) > 1 {
		switch {
		case kind != "text/plain" && !page:
			return fmt.Errorf("body: %s: a hole in what is neither plain text nor HTML", kind)
		case !strings.EqualFold(charset, "utf-8"):
			return fmt.Errorf("body: %s: a hole in a text that is not UTF-8 but %q", kind, charset)
		}
	}
	if page {
		if err := c.places(decoded); err != nil {
			return fmt.Errorf("body: %s: %w", kind, err)
		}
	}
	if dense(segments) {
		c.encoding("base64")
		c.base64(segments, page)
	} else {
		c.encoding("quoted-printable")
		c.quoted(segments, page, alone)
	}
	return nil
}

// encoding ends a header.
func (c *compiler) encoding(name string) {
	c.write([]byte("Content-Transfer-Encoding: "+name), crlf, crlf)
}

// dense reports whether base64 is the shorter encoding: more than a fifth of
// the bytes are beyond ASCII.
func dense(segments []segment) bool {
	high, all := 0, 0
	for _, s := range segments {
		all += len(s.text)
		for _, c := range s.text {
			if c >= 0x80 {
				high++
			}
		}
	}
	return high*5 > all
}

// quoted writes a part in quoted-printable. Each value stands on lines of its
// own: a soft break is before and after it, unless a hard one is there.
//
// The line break at the end of a part belongs to the boundary behind it. A
// letter without boundaries ends with its own, and if its text has none, with
// a soft one.
func (c *compiler) quoted(segments []segment, page, alone bool) {
	for i, s := range segments {
		c.open = appendQuoted(c.open, s.text)
		if s.hole < 0 {
			break
		}
		if !begins(c.open) {
			c.write(soft)
		}
		next := segments[i+1]
		end := len(next.text) == 0 && next.hole < 0
		c.put(piece{then: quoted, hole: s.hole, html: page, soft: (!end || alone) && !bytes.HasPrefix(next.text, crlf)})
	}
	switch {
	case !alone:
		c.write(crlf)
	case !begins(c.open):
		c.write(soft)
	}
}

var soft = []byte("=\r\n")

// begins reports whether what comes next begins a line. A value before b left
// one behind itself, so no bytes at all do.
func begins(b []byte) bool { return len(b) == 0 || bytes.HasSuffix(b, crlf) }

// base64 writes a part in base64.
func (c *compiler) base64(segments []segment, page bool) {
	last := len(segments) - 1
	if last == 0 && len(segments[0].text) == 0 {
		c.write(crlf)
	}
	grown, before := appendGroups(c.open, segments[0].text, last == 0)
	c.open = grown
	for i, s := range segments[:last] {
		c.put(piece{
			then: base64ed, hole: s.hole, html: page,
			before: bytes.Clone(before), after: prepare(segments[i+1].text, i+1 == last),
		})
		before = nil
	}
}

// multipart compiles the parts between boundaries. What stands before the
// first and after the last is copied, but for empty lines at the end.
func (c *compiler) multipart(body []byte, boundary string, depth int) error {
	if boundary == "" {
		return errors.New("body: no boundary")
	}
	start, end, closed := delimiter(body, boundary, 0)
	if start < 0 {
		return errors.New("body: no part")
	}
	c.write(body[:start])
	for !closed {
		c.write([]byte("--"+boundary), crlf)
		from := end
		if start, end, closed = delimiter(body, boundary, from); start < 0 {
			return errors.New("body: the last boundary is missing")
		}
		// The line break before a boundary belongs to it, and whoever writes
		// a part writes that line break too.
		if err := c.part(bytes.TrimSuffix(body[from:start], crlf), depth+1); err != nil {
			return err
		}
	}
	c.write([]byte("--"+boundary+"--"), crlf)
	if rest := bytes.TrimRight(body[end:], "\r\n"); len(rest) > 0 {
		c.write(rest, crlf)
	}
	return nil
}

// delimiter finds the next line made of a boundary, at from or after it. Start
// is where the line begins and end where the next does; start is -1 if there
// is none.
func delimiter(body []byte, boundary string, from int) (start, end int, closed bool) {
	dash := []byte("--" + boundary)
	for start = from; start < len(body); start = end {
		row := body[start:]
		if n := bytes.Index(row, crlf); n >= 0 {
			row = row[:n]
			end = start + n + 2
		} else {
			end = len(body)
		}
		after, ok := bytes.CutPrefix(row, dash)
		if !ok {
			continue
		}
		after, closed = bytes.CutPrefix(after, []byte("--"))
		if len(bytes.TrimRight(after, " \t")) == 0 {
			return start, end, closed
		}
	}
	return -1, -1, false
}

// decode undoes a transfer encoding.
func decode(encoding string, body []byte) ([]byte, error) {
	switch encoding {
	case "quoted-printable":
		return io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
	case "base64":
		return io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(body)))
	case "", "7bit", "8bit", "binary":
		return body, nil
	}
	return nil, fmt.Errorf("encoding %q is unknown", encoding)
}
