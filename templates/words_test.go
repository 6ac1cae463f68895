package templates

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestWrap(t *testing.T) {
	ten := strings.TrimSpace(strings.Repeat("ten letter ", 10))
	for _, test := range []struct{ name, text, want string }{
		{"nothing", " \n", ""},
		{"one line", "a  b\nc", "a b c"},
		{"72 columns and no more", strings.Repeat("x", 35) + " " + strings.Repeat("y", 36) + " z", strings.Repeat("x", 35) + " " + strings.Repeat("y", 36) + "\nz"},
		{"at spaces", ten, "ten letter ten letter ten letter ten letter ten letter ten letter ten\nletter ten letter ten letter ten letter"},
		{"what has none stays whole", "see https://example.com/" + strings.Repeat("x", 80) + " there", "see\nhttps://example.com/" + strings.Repeat("x", 80) + "\nthere"},
		{"letters of East Asia count twice", strings.Repeat("漢", 40), strings.Repeat("漢", 36) + "\n" + strings.Repeat("漢", 4)},
		{"a picture of many is not torn", strings.Repeat("👩‍👩‍👧‍👦", 37), strings.Repeat("👩‍👩‍👧‍👦", 36) + "\n👩‍👩‍👧‍👦"},
		{"nor from its mark", strings.Repeat("漢", 35) + "字か\u3099き", strings.Repeat("漢", 35) + "字\nか\u3099き"},
		{"a space that does not break", strings.Repeat("x", 66) + " Annulé\u00a0: y", strings.Repeat("x", 66) + "\nAnnulé\u00a0: y"},
		{"marks and isolates count nothing", strings.Repeat("e\u0301", 72) + "\u2068\u2069", strings.Repeat("e\u0301", 72) + "\u2068\u2069"},
	} {
		if diff := cmp.Diff(test.want, wrap(test.text)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("a b  c")
	f.Add(strings.Repeat("漢字 kana ", 20))
	f.Add("e\u0301\u2068x\u2069\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := wrap(s)
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if utf8.ValidString(s) && squeeze(got) != squeeze(s) {
			t.Errorf("%q became %q", s, got)
		}
		for line := range strings.SplitSeq(got, "\n") {
			if widthOf(line) > columns && strings.Contains(line, " ") {
				t.Errorf("%d columns in %q", widthOf(line), line)
			}
		}
	})
}

func TestTidy(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"  a\r\n\tb\x00c\u2028d ", "a b c d"},
		{"evil\u202egnp.exe", "evilgnp.exe"},
		{"bad\xffbyte", "bad\uFFFDbyte"},
		{"\u2068Ada\u2069 علي", "\u2068Ada\u2069 علي"},
		{"Annulé\u00a0: x\u00a0 \u00a0", "Annulé\u00a0: x"},
		{"\u00a0\u202f", ""},
		{"\ue00012\ue001", "12"},
		{"one two three four", "one two three four"},
		{"one two three, fourteen", "one two three…"},
		{strings.Repeat("x", 30), strings.Repeat("x", 19) + "…"},
	} {
		if got := tidy(test.text, 20); got != test.want {
			t.Errorf("tidy(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestParagraphs(t *testing.T) {
	got := paragraphs("one\r\nline\r\n\r\n\n two \n\n\n")
	if diff := cmp.Diff([]string{"one line", "two"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestUnderline(t *testing.T) {
	if got, want := underline("=", "漢字 ab"), "漢字 ab\n======="; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestLink(t *testing.T) {
	for address, want := range map[string]string{
		"https://example.com/a?b=c#d":  "https://example.com/a?b=c#d",
		" http://localhost:8080/x ":    "http://localhost:8080/x",
		"https://example.com/a b\"<>":  "https://example.com/a%20b%22%3C%3E",
		"https://example.com/ü":        "https://example.com/%C3%BC",
		"https://a.example/?q=\"<x> y": "https://a.example/?q=%22%3Cx%3E%20y",
		"javascript:alert(1)":          "",
		"JavaScript://x/%0aalert(1)":   "",
		"data:text/html,x":             "",
		"//example.com/x":              "",
		"/path":                        "",
		"https://":                     "",
		"https://example.com/\x00":     "",
		"":                             "",
		"https://example.com/" + strings.Repeat("x", 2000): "",
	} {
		if got := link(address); got != want {
			t.Errorf("link(%q) = %q, want %q", address, got, want)
		}
	}
}
