package subscribers

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestTidyRequest(t *testing.T) {
	many := make([]string, 1000)
	for i := range many {
		many[i] = strings.Repeat("x", 1+i%300)
	}
	got, err := Request{
		Kind: SignUp, Email: " Ada@Bücher.example ", Name: " Ada\r\nBcc: x\x00  L. ", Newsletters: []string{"weekly", "", "daily", "weekly"},
		Topics: []string{" a  b\n"}, Cities: many, Language: "PT-br", Timezone: "Europe/Berlin",
		Consent: Consent{Way: "form\nx", Network: "203.0.113.0/24", Text: " one\r\ntwo\x00 ", Language: "nonsense!"},
	}.Tidy()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.Cities); n != maxList || len(got.Cities[n-1]) > maxName {
		t.Errorf("%d cities are kept, the last with %d bytes", n, len(got.Cities[n-1]))
	}
	got.Cities = nil
	want := Request{
		Kind: SignUp, Email: "Ada@xn--bcher-kva.example", Name: "Ada Bcc: x L.", Newsletters: []string{"daily", "weekly"},
		Topics: []string{"a b"}, Language: "pt-BR", Timezone: "Europe/Berlin",
		Consent: Consent{Way: "form x", Network: "203.0.113.0/24", Text: "one\ntwo"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, bad := range []string{"Local", "../../etc/passwd", "/etc/passwd", "Mars/Olympus", strings.Repeat("x", 100), "Europe/Berlin\x00"} {
		if got := (Profile{Timezone: bad, Language: bad}).Tidy(); got.Timezone != "" || got.Language != "" && got.Language != "local" {
			t.Errorf("%q is kept as zone %q, language %q", bad, got.Timezone, got.Language)
		}
	}
	var wrong *AddressError
	if _, err := (Request{Kind: SignUp, Email: "jürgen@example.com", Newsletters: []string{"a"}}).Tidy(); !errors.As(err, &wrong) {
		t.Errorf("an address nobody can write to: %v", err)
	}
	if _, err := (Request{Kind: SignUp, Email: "a@example.com"}).Tidy(); err == nil {
		t.Error("a sign-up for nothing")
	}
	if _, err := (Request{Kind: NewAddress, Email: "a@example.com"}).Tidy(); err != nil {
		t.Errorf("a new address: %v", err)
	}
}

// Whatever a stranger sends, both engines can keep it.
func FuzzTidy(f *testing.F) {
	f.Add("ada@example.com", "Ada", "weekly", "words")
	f.Add("\xff@example.com", "\x00", strings.Repeat("ü", 3000), "\r\n\u202e")
	f.Fuzz(func(t *testing.T, email, name, newsletter, text string) {
		got, err := Request{Kind: SignUp, Email: email, Name: name, Newsletters: []string{newsletter}, Topics: []string{name, text},
			Language: name, Timezone: newsletter, Consent: Consent{Way: text, Network: name, Text: text, Language: text}}.Tidy()
		if err != nil {
			return
		}
		for _, s := range append(append(got.Topics, got.Newsletters...), got.Email, got.Name, got.Language, got.Timezone,
			got.Consent.Way, got.Consent.Network, got.Consent.Text, got.Consent.Language) {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r") || len(s) > maxConsentText {
				t.Fatalf("%q is kept", s)
			}
		}
		again, err := got.Tidy()
		if diff := cmp.Diff(got, again); diff != "" || err != nil {
			t.Fatalf("tidied again it is another: %v\n%s", err, diff)
		}
	})
}
