package field

import (
	"mime"
	"net/mail"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestAppendText(t *testing.T) {
	for _, tt := range []struct{ value, want string }{
		{"", "Subject: \r\n"},
		{"Issue 4: what we learnt", "Subject: Issue 4: what we learnt\r\n"},
		{"  two \r\n lines\t", "Subject: two lines\r\n"},
		{"Grüße", "Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\n"},
		{"=?utf-8?q?=0d=0aX:_1?=", "Subject: =?utf-8?b?PT91dGYtOD9xPz0wZD0wYVg6XzE/PQ==?=\r\n"},
		{"one two three four five six seven eight nine ten eleven twelve thirteen", "Subject: one two three four five six seven eight nine ten eleven twelve\r\n thirteen\r\n"},
		{strings.Repeat("x", 61), "Subject: =?utf-8?b?eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4?=\r\n =?utf-8?b?eHh4eHh4eHh4eHh4eHh4eHh4eHh4eA==?=\r\n"},
	} {
		if d := cmp.Diff(tt.want, string(AppendText(nil, "Subject", tt.value))); d != "" {
			t.Errorf("%q (-want +got)\n%s", tt.value, d)
		}
	}
}

func TestAppendPhrase(t *testing.T) {
	for _, tt := range []struct{ phrase, want string }{
		{"", "To: <jane@example.net>\r\n"},
		{"Jane Doe", "To: Jane Doe <jane@example.net>\r\n"},
		{"O'Brien, Pat", "To: \"O'Brien, Pat\" <jane@example.net>\r\n"},
		{`a "b" c`, "To: =?utf-8?b?YSAiYiIgYw==?= <jane@example.net>\r\n"},
		{`back\slash`, "To: =?utf-8?b?YmFja1xzbGFzaA==?= <jane@example.net>\r\n"},
		{"x\r\nBcc: victim@example.com", "To: \"x Bcc: victim@example.com\" <jane@example.net>\r\n"},
		{"Иван", "To: =?utf-8?b?0JjQstCw0L0=?= <jane@example.net>\r\n"},
		{strings.Repeat("é", 40), "To: =?utf-8?b?w6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6k=?=\r\n <jane@example.net>\r\n"},
	} {
		if d := cmp.Diff(tt.want, string(AppendPhrase(nil, "To", tt.phrase, "jane@example.net", 45))); d != "" {
			t.Errorf("%q (-want +got)\n%s", tt.phrase, d)
		}
	}
}

func TestClip(t *testing.T) {
	family := "👩\u200d👩\u200d👧"
	for _, tt := range []struct {
		in    string
		limit int
		want  string
	}{
		{"Jane Doe", 0, "Jane Doe"},
		{"Jane Doe", 8, "Jane Doe"},
		{"Jane Doe", 5, "Jane"},
		{"éé", 3, "é"},
		{"ae\u0301", 3, "a"},
		{strings.Repeat("\u0301", 9), 5, ""},
		{"x" + family, 12, "x👩"},
	} {
		if got := string(Clip([]byte(tt.in), tt.limit)); got != tt.want {
			t.Errorf("%q at %d: got %q, want %q", tt.in, tt.limit, got, tt.want)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	dst := make([]byte, 0, 4096)
	for _, name := range []string{"Jane Doe", "Иван Петров", "  a\x00 \"b\" =?x?= "} {
		if n := testing.AllocsPerRun(100, func() { AppendPhrase(AppendText(dst, "Subject", name), "To", name, "jane@example.net", 45) }); n != 0 {
			t.Errorf("%q: %v allocations", name, n)
		}
	}
}

// byTheBook is AppendLine as one would write it first.
func byTheBook(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), strings.ContainsRune("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff", r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

func TestIsSpace(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if isSpace(r) != unicode.IsSpace(r) {
			t.Errorf("%U", r)
		}
	}
}

// FuzzField: whatever stands in a name, one field comes out, its lines are
// legal, and Go's parser, which is not ours, reads the name that was meant.
func FuzzField(f *testing.F) {
	for _, s := range []string{
		"", " ", "Jane Doe", "O'Brien, Pat", `"q"`, `řüř+\`, "=?utf-8?q?=0d=0aX-Evil:_1?=", "a =?utf-8?b?DQpY?= b", "=?=?=",
		"x\r\nBcc: y", "tab\tname", "nul\x00", "\xff\xfe\x00\xff", "\u202Eevil\u202C", "line\u2028sep", "nbsp\u00a0x\u0085y", "👩‍👩‍👧‍👦 family", "e\u0301\u0301",
		strings.Repeat("é", 200), strings.Repeat("x", 500), strings.Repeat("word ", 100), strings.Repeat("\u0301", 100), "()<>[]:;@,.\"", "-- ", "\ufeffbom",
	} {
		f.Add(s, 45)
		f.Add(s, 0)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if limit < 0 || limit > 1000 || len(s) > 10_000 {
			t.Skip()
		}
		line := AppendLine(nil, s)
		if d := cmp.Diff(byTheBook(s), string(line)); d != "" {
			t.Fatalf("line (-want +got)\n%s", d)
		}
		if d := cmp.Diff(line, AppendLine([]byte{}, line), cmp.Transformer("text", func(b []byte) string { return string(b) })); d != "" {
			t.Fatalf("line of a line (-want +got)\n%s", d)
		}
		shown := string(Clip(line, limit))
		if limit > 0 && len(shown) > limit || !strings.HasPrefix(string(line), shown) || !utf8.ValidString(shown) {
			t.Fatalf("clipped to %d: %q", limit, shown)
		}
		to, subject := string(AppendPhrase(nil, "To", s, "jane@example.net", limit)), string(AppendText(nil, "Subject", s))
		letter := to + subject + "\r\n"
		for l := range strings.SplitSeq(strings.TrimSuffix(letter, "\r\n\r\n"), "\r\n") {
			if len(l) > maxColumns && strings.Contains(l, "=?") || len(l) > 998 || strings.TrimSpace(l) == "" || strings.ContainsAny(l, "\r\n\x00") {
				t.Fatalf("line %q of %q", l, letter)
			}
		}
		m, err := mail.ReadMessage(strings.NewReader(letter))
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Header) != 2 {
			t.Fatalf("fields: %v", m.Header)
		}
		a, err := mail.ParseAddress(m.Header.Get("To"))
		if err != nil {
			t.Fatalf("%q: %v", to, err)
		}
		if d := cmp.Diff(mail.Address{Name: shown, Address: "jane@example.net"}, *a); d != "" {
			t.Fatalf("%q (-want +got)\n%s", to, d)
		}
		got, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(line), got); d != "" {
			t.Fatalf("%q (-want +got)\n%s", subject, d)
		}
	})
}
