package subscribers

import (
	"errors"
	"net/mail"
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	long := strings.Repeat("a", 64)
	for _, c := range []struct{ in, want, reason string }{
		{"ada@example.com", "ada@example.com", ""},
		{" \u00a0\ufeffAda.Lovelace+news@Example.COM\u200b\r\n", "Ada.Lovelace+news@example.com", ""},
		{"ada@example.com.", "ada@example.com", ""},
		{"o'brien@example.com", "o'brien@example.com", ""},
		{"ada@bücher.example", "ada@xn--bcher-kva.example", ""},
		{"ada@BÜCHER.example", "ada@xn--bcher-kva.example", ""},
		{"ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example", ""},
		{"ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah", ""},
		{"ada@a--b.example", "ada@a--b.example", ""},
		{long + "@example.com", long + "@example.com", ""},

		{"", "", "there is no address"},
		{"ada", "", "there is no @"},
		{"@example.com", "", "nothing stands before the @"},
		{"ada@", "", "its domain has no dot"},
		{"ada@localhost", "", "its domain has no dot"},
		{"ada@example", "", "its domain has no dot"},
		{"ada@b@example.com", "", "there is more than one @"},
		{long + "a@example.com", "", "longer than 64"},
		{"ada@" + strings.Repeat("abcdefghi.", 25) + "example", "", "longer than 254"},
		{strings.Repeat("x", 5000), "", "longer than an address"},
		{"zoë@example.com", "", "before the @ only"},
		{".ada@example.com", "", "a dot must stand between"},
		{"a..da@example.com", "", "a dot must stand between"},
		{"ada lovelace@example.com", "", "a space"},
		{"Ada <ada@example.com>", "", "a name beside"},
		{`"ada b"@example.com`, "", "quotes or brackets"},
		{"'ada@example.com'", "", "stands in quotes"},
		{"ada(work)@example.com", "", "quotes or brackets"},
		{"mailto:ada@example.com", "", "a link"},
		{"ada@example.com, bob@example.com", "", "several addresses"},
		{"ada@example.com\r\nBcc: eve@example.com", "", "a space"},
		{"ada\x00@example.com", "", "invisible"},
		{"ada\u202e@example.com", "", "invisible"},
		{"ada@[192.0.2.1]", "", "a number instead"},
		{"ada@192.0.2.1", "", "a number instead"},
		{"ada@exa_mple.com", "", "cannot exist"},
		{"ada@-example.com", "", "cannot exist"},
		{"ada@example..com", "", "cannot exist"},
		{"ada@xn--a.example", "", "cannot exist"},
		{"ada\xff@example.com", "", "UTF-8"},
		{"ada:x@example.com", "", "is not allowed"},
	} {
		got, err := ParseAddress(c.in)
		if got != c.want || (err == nil) != (c.reason == "") {
			t.Errorf("ParseAddress(%q) = %q, %v; want %q", c.in, got, err, c.want)
			continue
		}
		var wrong *AddressError
		if err != nil && (!errors.As(err, &wrong) || !strings.Contains(wrong.Reason, strings.Replace(c.reason, "cannot exist", "not one that can exist", 1))) {
			t.Errorf("ParseAddress(%q): %v; want %q", c.in, err, c.reason)
		}
		if err != nil && strings.Contains(err.Error(), "ada@e") && !strings.Contains(err.Error(), "like ada@example.com") {
			t.Errorf("ParseAddress(%q): the error holds the address: %v", c.in, err)
		}
	}
}

func TestAddressKey(t *testing.T) {
	same := [][2]string{
		{"Ada@Example.com", "ada@example.com"},
		{" ada@example.com\n", "ada@example.com"},
		{"ada@example.com.", "ada@example.com"},
		{"ADA@Bücher.example", "ada@xn--bcher-kva.example"},
	}
	for _, c := range same {
		if a, b := AddressKey(c[0]), AddressKey(c[1]); a != b {
			t.Errorf("%q and %q: keys %q and %q", c[0], c[1], a, b)
		}
	}
	other := [][2]string{
		{"a.da@example.com", "ada@example.com"},
		{"ada+news@example.com", "ada@example.com"},
		{"ada@gmail.com", "ada@googlemail.com"},
	}
	for _, c := range other {
		if AddressKey(c[0]) == AddressKey(c[1]) {
			t.Errorf("%q and %q have one key", c[0], c[1])
		}
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"ada@example.com":            "a••@example.com",
		"ada.lovelace@example.com":   "a••@example.com",
		"a@example.com":              "••@example.com",
		"ada@xn--bcher-kva.example":  "a••@xn--bcher-kva.example",
		"@example.com":               "••",
		"ada":                        "••",
		"":                           "••",
		"éé@example.com":             "é••@example.com",
		"é@example.com":              "••@example.com",
		"two@ats@example.com":        "t••@example.com",
		"ada@EXAMPLE.com":            "a••@EXAMPLE.com",
		"+tag@example.com":           "+••@example.com",
		"longlonglong@a.example.org": "l••@a.example.org",
	} {
		if got := Mask(in); got != want {
			t.Errorf("Mask(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSuppressionKey(t *testing.T) {
	salt := []byte("salt")
	k := SuppressionKey(salt, "Ada@Example.com")
	if k != SuppressionKey(salt, "ada@example.com") {
		t.Error("two spellings of an address have two keys")
	}
	if k == SuppressionKey([]byte("other"), "ada@example.com") || k == SuppressionKey(salt, "bob@example.com") {
		t.Error("the key does not depend on salt and address")
	}
	// HMAC-SHA256 of "ada@example.com" under "salt", from Python's hmac.
	if want := "b930ea84bcaea4dbe36b478c2e168d7e08e77603339388a6f1a8c0b14a8520d1"; k != want {
		t.Errorf("key %s, want %s", k, want)
	}
}

func TestSuggest(t *testing.T) {
	for in, want := range map[string]string{
		"ada@gmial.com":       "ada@gmail.com",
		"ada@gmail.co":        "ada@gmail.com",
		"ada@gmail.con":       "ada@gmail.com",
		"Ada@gamil.com":       "Ada@gmail.com",
		"ada@gmaill.com":      "ada@gmail.com",
		"ada@hotnail.com":     "ada@hotmail.com",
		"ada@outlok.com":      "ada@outlook.com",
		"ada@yahoo.cm":        "ada@yahoo.com",
		"ada@web.dee":         "ada@web.de",
		"ada@example.con":     "ada@example.com",
		"ada@gmail.com":       "",
		"ada@googlemail.com":  "",
		"ada@mail.com":        "",
		"ada@ymail.com":       "",
		"ada@gmx.net":         "",
		"ada@wen.de":          "", // exists
		"ada@example.com":     "",
		"ada@example.co":      "",
		"ada@gmail.com.evil":  "",
		"ada":                 "",
		"":                    "",
		"ada@totally.museum":  "",
		"ada@hotmail.co.jp":   "",
		"ada@yahoo.es":        "",
		"ada@protonmail.con":  "ada@protonmail.com",
		"ada@protonnmail.com": "ada@protonmail.com",
	} {
		if got := Suggest(in); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", in, got, want)
		}
	}
}

// Whatever is taken for an address can be written into a header and an SMTP
// command as it is, and means the same when read again.
func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"ada@example.com", "ada@bücher.example", "a b@c.d", "ada@例え.テスト", "\"a\"@b.c", "a@b.c\r\n", "a@xn--b.c", "a@b.cc."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		email, err := ParseAddress(s)
		AddressKey(s)
		Mask(s)
		Suggest(s)
		if err != nil {
			return
		}
		if !ascii(email) || len(email) > 254 || strings.ContainsAny(email, " \t\r\n<>\",;:\\()\x00") {
			t.Fatalf("%q gives %q", s, email)
		}
		if again, err := ParseAddress(email); again != email || err != nil {
			t.Fatalf("%q gives %q, then %q, %v", s, email, again, err)
		}
		if AddressKey(s) != AddressKey(email) {
			t.Fatalf("%q: key %q, as kept %q", s, AddressKey(s), AddressKey(email))
		}
		if a, err := mail.ParseAddress(email); err != nil || a.Address != email {
			t.Fatalf("%q: net/mail reads %v, %v", email, a, err)
		}
	})
}
