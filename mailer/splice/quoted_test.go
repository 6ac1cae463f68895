package splice

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestAppendQuoted(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"plain = words", "plain =3D words"},
		{".dot\r\n..", "=2Edot\r\n=2E."},
		{"From me\r\nFrom", "=46rom me\r\nFrom"},
		{"--x\r\n-x", "=2D-x\r\n-x"},
		{"end \r\nend\t", "end=20\r\nend=09"},
		{"a\rb\nc\r", "a=0Db=0Ac=0D"},
		{"ü\x00\x7f", "=C3=BC=00=7F"},
		{strings.Repeat("y", 74) + "ü", strings.Repeat("y", 74) + "=\r\n=C3=BC"},
		{strings.Repeat("y", 75) + ".z", strings.Repeat("y", 75) + "=\r\n=2Ez"},
		{strings.Repeat("y", 76), strings.Repeat("y", 75) + "=\r\ny"},
		{strings.Repeat("y", 75) + "\r\n", strings.Repeat("y", 75) + "\r\n"},
	} {
		if d := cmp.Diff(tt.want, string(appendQuoted(nil, []byte(tt.in)))); d != "" {
			t.Errorf("%q (-want +got)\n%s", tt.in, d)
		}
	}
}

// FuzzQuoted: Go's decoder reads back what was written, and every line is one
// that no server touches.
func FuzzQuoted(f *testing.F) {
	for _, s := range append(nasty, "From \r\nFrom x\r\n.\r\n--", "a=\r\n=3D", strings.Repeat("é ", 200), strings.Repeat(" ", 200), strings.Repeat("\r\n", 9)) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		out := appendQuoted([]byte{}, in)
		got, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(out)))
		if err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		if d := cmp.Diff(string(in), string(got)); d != "" {
			t.Fatalf("(-want +got)\n%s", d)
		}
		for row := range bytes.SplitSeq(out, crlf) {
			if len(row) > 76 || len(row) > 0 && special(row) || bytes.ContainsAny(row, "\r\n") || bytes.HasSuffix(row, space) || bytes.HasSuffix(row, []byte("\t")) {
				t.Fatalf("line %q", row)
			}
			if decoded, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(row))); err != nil || utf8.Valid(in) && !utf8.Valid(decoded) {
				t.Fatalf("line %q cuts a character (%v)", row, err)
			}
		}
	})
}

var space = []byte(" ")

// FuzzBase64: text between any values decodes to itself.
func FuzzBase64(f *testing.F) {
	f.Add([]byte("before"), []byte("value"), []byte("between"), []byte("other"), []byte("after"), uint8(0))
	f.Add([]byte(""), []byte(""), []byte(""), []byte(""), []byte(""), uint8(200))
	f.Add([]byte("a"), []byte("b"), []byte("c"), []byte("d"), []byte("e"), uint8(1))
	f.Fuzz(func(t *testing.T, a, v, b, w, c []byte, stretch uint8) {
		b = bytes.Repeat(b, 1+int(stretch)%7) // now shorter than a line, now longer
		var dst, carried []byte
		dst, before := appendGroups(dst, a, false)
		carried = append(append(carried, before...), v...)
		dst, carried = prepare(b, false).append(dst, carried)
		dst, carried = prepare(c, true).append(dst, append(carried, w...))
		if len(carried) != 0 {
			t.Fatalf("%q is left over", carried)
		}
		for row := range bytes.SplitSeq(dst, crlf) {
			if len(row) > 76 {
				t.Fatalf("line %q", row)
			}
		}
		got, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(dst)))
		if err != nil {
			t.Fatalf("%q: %v", dst, err)
		}
		if d := cmp.Diff(string(a)+string(v)+string(b)+string(w)+string(c), string(got)); d != "" {
			t.Fatalf("(-want +got)\n%s", d)
		}
	})
}
