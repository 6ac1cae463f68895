package mailer

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/mailer/field"
)

func issue() *Message {
	return &Message{
		From: Address{"The Example Lead", news}, ReplyTo: Address{"", "editors@example.com"},
		To:        Address{"Jane Doe", "jane@example.net"},
		MessageID: "abc123@news.example.com",
		Date:      time.Date(2026, 11, 24, 8, 0, 0, 0, time.FixedZone("", 0)),
		Subject:   "Issue 4: what we learnt",
		Text:      "Dear Jane,\n\n.a dot\nFrom here on\ntrailing \n",
		HTML:      "<p>Dear Jane, a = b</p>\n",
		ListID:    "weekly.news.example.com", ListName: "The Weekly",
		ListArchive: "https://example.com/archive", FeedbackID: "w4:weekly:digest:lead",
		Unsubscribe: "https://example.com/unsubscribe/abc",
	}
}

func TestCompose(t *testing.T) {
	raw, err := Compose(issue())
	if err != nil {
		t.Fatal(err)
	}
	legal(t, raw)
	head, _, _ := strings.Cut(string(raw), "Content-Type:")
	want := strings.ReplaceAll(`Date: Tue, 24 Nov 2026 08:00:00 +0000
From: The Example Lead <news@example.com>
Reply-To: <editors@example.com>
To: Jane Doe <jane@example.net>
Subject: Issue 4: what we learnt
Message-ID: <abc123@news.example.com>
Feedback-ID: w4:weekly:digest:lead
List-Id: The Weekly <weekly.news.example.com>
List-Archive: <https://example.com/archive>
List-Unsubscribe: <https://example.com/unsubscribe/abc>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Precedence: bulk
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All
MIME-Version: 1.0
`, "\n", "\r\n")
	if d := cmp.Diff(want, head); d != "" {
		t.Errorf("header (-want +got)\n%s", d)
	}
	p := parse(t, raw)
	if d := cmp.Diff(strings.ReplaceAll(issue().Text, "\n", "\r\n"), p.text); d != "" {
		t.Errorf("text (-want +got)\n%s", d)
	}
	if d := cmp.Diff("<p>Dear Jane, a = b</p>\r\n", p.html); d != "" {
		t.Errorf("HTML (-want +got)\n%s", d)
	}
}

// A letter that a person waits for is no list mail.
func TestComposeLetter(t *testing.T) {
	m := issue()
	m.ListID, m.ListName, m.ListArchive, m.Unsubscribe, m.HTML, m.FeedbackID = "", "", "", "", "", ""
	raw, err := Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	legal(t, raw)
	p := parse(t, raw)
	for _, f := range []string{"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence"} {
		if v := p.header.Get(f); v != "" {
			t.Errorf("%s: %s", f, v)
		}
	}
	if p.header.Get("Auto-Submitted") != "auto-generated" {
		t.Error("vacation programs will answer")
	}
	if !strings.HasPrefix(p.header.Get("Content-Type"), "text/plain") || p.text == "" {
		t.Errorf("text alone is %s", p.header.Get("Content-Type"))
	}
	m.Text, m.HTML = "", "<p>only</p>"
	raw, err = Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	if p := parse(t, raw); p.html != "<p>only</p>\r\n" {
		t.Errorf("HTML alone: %q", p.html)
	}
}

func TestComposeEncodings(t *testing.T) {
	for name, tc := range map[string]struct{ text, encoding string }{
		"english":  {strings.Repeat("plain words and some more of them, ", 40), "quoted-printable"},
		"german":   {strings.Repeat("Grüße aus Köln, wo es regnet. ", 40), "quoted-printable"},
		"russian":  {strings.Repeat("Добрый день, дорогие читатели. ", 40), "base64"},
		"japanese": {strings.Repeat("読者の皆様、こんにちは。", 40), "base64"},
		"odd ends": {"a\rb\nc\r\nd\x00\x07e\tf  \n\n.\n..\n" + strings.Repeat("x", 5000), "quoted-printable"},
		"broken":   {"bad \xff\xfe bytes", "quoted-printable"},
	} {
		m := issue()
		m.Text, m.HTML = tc.text, "<p>"+tc.text+"</p>"
		raw, err := Compose(m)
		if err != nil {
			t.Fatal(err)
		}
		legal(t, raw)
		if !strings.Contains(string(raw), "Content-Transfer-Encoding: "+tc.encoding) {
			t.Errorf("%s is not in %s", name, tc.encoding)
		}
		p := parse(t, raw)
		want := strings.ToValidUTF8(tc.text, "\uFFFD")
		want = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n", "\x00", "", "\x07", "").Replace(want)
		if d := cmp.Diff(want, strings.TrimSuffix(p.text, "\r\n")); d != "" && want != p.text {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
}

// nasty are names of subscribers as they come through a form.
var nasty = []string{
	"", " ", "Jane", "Jane Doe", "Jürgen Groß", "Иван Петров", "山田太郎", "José María de la Concepción y Todos los Santos García-López",
	`O'Brien, Pat`, `"quoted"`, `back\slash`, `řüř+\`, `a "b" c`, "Doe, Jane", "Jane (CEO)", "Jane <jane@evil.example>", "jane@example.com",
	"=?utf-8?q?=0d=0aX-Evil:_1?=", "a =?utf-8?b?DQpYLUV2aWw6IDE=?= b", "=?=?=", "=?utf-8?q?x", "x\r\nBcc: victim@example.com", "x\nSubject: y", "x\ry",
	"tab\tname", "nul\x00name", "bell\a", "del\x7f", "\xff\xfe", "\u202Eevil\u202C", "\u2066iso\u2069", "line\u2028sep", "nbsp\u00a0name",
	"👩‍👩‍👧‍👦 family", "e\u0301\u0301\u0301 zalgo", strings.Repeat("é", 200), strings.Repeat("x", 500), strings.Repeat("word ", 100), strings.Repeat("\u0301", 100),
	"undisclosed-recipients:;", "group: a@b.example, c@d.example;", "a,b,c", "<>", "()", "[]", ";", ":", "@", ".", "..", "-- ", "%s%n", "{{.Name}}", "<script>alert(1)</script>",
	Hole("link"), holeStart, strings.ToLower(holeStart), "zQx7", "Q9Xz",
}

// No name adds a header, and every parser reads the name that was meant.
func TestNastyNames(t *testing.T) {
	plainHead, err := Compose(issue())
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(plainHead), "\r\n\r\n")
	for _, name := range nasty {
		m := issue()
		m.To.Name, m.From.Name, m.ListName, m.Subject, m.ReplyTo.Name = name, name, name, name, name
		raw, err := Compose(m)
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		legal(t, raw)
		head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
		if d := cmp.Diff(fieldNames(before), fieldNames(head)); d != "" {
			t.Errorf("%q changed the fields (-want +got)\n%s", name, d)
		}
		p := parse(t, raw)
		want := oneLine(name)
		if got := p.name(t, "From"); got != want {
			t.Errorf("From: %q is read as %q", want, got)
		}
		to := p.name(t, "To")
		if len(to) > maxName || !strings.HasPrefix(want, to) || len(want) <= maxName && to != want || !utf8.ValidString(to) {
			t.Errorf("To: %q is read as %q", want, to)
		}
		if got := p.subject(t); got != want {
			t.Errorf("Subject: %q is read as %q", want, got)
		}
	}
}

func TestComposeRefuses(t *testing.T) {
	for name, change := range map[string]func(*Message){
		"no date":              func(m *Message) { m.Date = time.Time{} },
		"no from":              func(m *Message) { m.From.Email = "" },
		"no message-id":        func(m *Message) { m.MessageID = "" },
		"message-id injection": func(m *Message) { m.MessageID = "a@b\r\nBcc: x@example.com" },
		"message-id brackets":  func(m *Message) { m.MessageID = "<a@b>" },
		"list-id injection":    func(m *Message) { m.ListID = "weekly.example.com>\r\nBcc: x" },
		"list-id words":        func(m *Message) { m.ListID = "weekly news" },
		"unsubscribe injection": func(m *Message) {
			m.Unsubscribe = "https://example.com/u\r\nBcc: victim@example.com"
		},
		"unsubscribe bracket":  func(m *Message) { m.Unsubscribe = "https://example.com/u>,<mailto:x@example.com" },
		"unsubscribe scheme":   func(m *Message) { m.Unsubscribe = "javascript:alert(1)" },
		"unsubscribe too long": func(m *Message) { m.Unsubscribe = "https://example.com/" + strings.Repeat("x", 1000) },
		"archive":              func(m *Message) { m.ListArchive = "archive" },
		"feedback":             func(m *Message) { m.FeedbackID = "a b" },
		"reply-to":             func(m *Message) { m.ReplyTo.Email = "x" },
		"nothing to read":      func(m *Message) { m.Text, m.HTML = "", "" },
	} {
		m := issue()
		change(m)
		raw, err := Compose(m)
		if err == nil {
			t.Errorf("%s: composed\n%s", name, raw)
		}
		if to := new(ToError); errors.As(err, &to) {
			t.Errorf("%s: %v blames the reader", name, err)
		}
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"jane@example.com":                       "jane@example.com",
		"Jane.Doe+news@EXAMPLE.com":              "Jane.Doe+news@example.com",
		"o'brien@example.com":                    "o'brien@example.com",
		"jane@bücher.example":                    "jane@xn--bcher-kva.example",
		"jane@BÜCHER.example":                    "jane@xn--bcher-kva.example",
		"jane@xn--bcher-kva.example":             "jane@xn--bcher-kva.example",
		"jane@localhost":                         "jane@localhost",
		"jane@例え.テスト":                            "jane@xn--r8jz45g.xn--zckzah",
		"":                                       "",
		"jane":                                   "",
		"@example.com":                           "",
		"jane@":                                  "",
		"jürgen@example.com":                     "",
		"jane doe@example.com":                   "",
		"jane..doe@example.com":                  "",
		".jane@example.com":                      "",
		"jane@example..com":                      "",
		"jane@exam ple.com":                      "",
		"jane@example.com\r\nRCPT TO:":           "",
		"jane>@example.com":                      "",
		"a@b@example.com":                        "",
		`"jane"@example.com`:                     "",
		"jane@[127.0.0.1]":                       "",
		strings.Repeat("x", 65) + "@example.com": "",
	} {
		got, err := Address{Email: in}.ASCII()
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", in, got, err, want)
		}
		if err != nil {
			if !errors.Is(err, ErrAddress) {
				t.Errorf("%q: %v is no ErrAddress", in, err)
			}
			if in != "" && len(in) > 3 && strings.Contains(err.Error(), in) {
				t.Errorf("%v repeats the address", err)
			}
			m := issue()
			m.To.Email = in
			_, err := Compose(m)
			if to := new(ToError); !errors.As(err, &to) {
				t.Errorf("%q: Compose says %v, want a *ToError", in, err)
			}
		}
	}
}

func TestMessageID(t *testing.T) {
	a := MessageID([]byte("key"), "weekly/1", 1, "Bücher.example")
	if a != MessageID([]byte("key"), "weekly/1", 1, "xn--bcher-kva.example") {
		t.Errorf("%s changes between two attempts", a)
	}
	seen := map[string]bool{a: true}
	for _, other := range []string{
		MessageID([]byte("yek"), "weekly/1", 1, "Bücher.example"),
		MessageID([]byte("key"), "weekly/2", 1, "Bücher.example"),
		MessageID([]byte("key"), "weekly/1", 2, "Bücher.example"),
	} {
		if seen[other] {
			t.Errorf("%s is given twice", other)
		}
		seen[other] = true
		if !isMessageID(other) {
			t.Errorf("%s is none", other)
		}
	}
}

// Python's parser is another one that readers' programs resemble.
func TestPythonReadsIt(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	dir := t.TempDir()
	type expect struct{ To, Subject, Text, HTML string }
	var want []expect
	for i, name := range nasty {
		m := issue()
		m.To.Name, m.Subject = name, name
		m.Text, m.HTML = name+"\n.\nFrom x\n", "<p>"+name+"</p>\n"
		raw, err := Compose(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, string(rune('A'+i/26))+string(rune('a'+i%26))+".eml"), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		lines := strings.NewReplacer("\r\n", "\n")
		want = append(want, expect{string(field.Clip([]byte(oneLine(name)), maxName)), oneLine(name), lines.Replace(canonical(m.Text)), lines.Replace(canonical(m.HTML))})
	}
	out, err := exec.CommandContext(t.Context(), python, "-c", `
import email, email.policy, json, glob, sys
out = []
for f in sorted(glob.glob(sys.argv[1] + "/*.eml")):
    m = email.message_from_binary_file(open(f, "rb"), policy=email.policy.default)
    bad = list(m.defects)
    for h in m.values():
        bad += list(getattr(h, "defects", []))
    for p in m.walk():
        bad += list(p.defects)
    if bad: print(f, bad, file=sys.stderr)
    body = lambda kind: m.get_body((kind,)).get_content().replace("\r\n", "\n") # of base64 it keeps CRLF
    out.append({"To": m["To"].addresses[0].display_name, "Subject": str(m["Subject"]), "Text": body("plain"), "HTML": body("html"), "Defects": len(bad)})
print(json.dumps(out))
`, dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got []struct {
		expect
		Defects int
	}
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&got); err != nil {
		t.Fatal(err)
	}
	for i, g := range got {
		if g.Defects != 0 {
			t.Errorf("%q: %d defects", nasty[i], g.Defects)
		}
		if d := cmp.Diff(want[i], g.expect); d != "" {
			t.Errorf("%q (-want +got)\n%s", nasty[i], d)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d letters read of %d", len(got), len(want))
	}
}

func FuzzCompose(f *testing.F) {
	for _, n := range nasty {
		f.Add(n, n, n, "jane@example.com")
	}
	f.Add("a", "b", "c", "x@y\r\nz")
	f.Fuzz(func(t *testing.T, name, subject, text, address string) {
		m := issue()
		m.To = Address{name, address}
		m.Subject, m.Text, m.HTML = subject, text, text
		raw, err := Compose(m)
		if err != nil {
			return
		}
		legal(t, raw)
		p := parse(t, raw)
		if got, want := p.subject(t), oneLine(subject); got != want {
			t.Errorf("subject %q is read as %q", want, got)
		}
		if to := p.name(t, "To"); !strings.HasPrefix(oneLine(name), to) {
			t.Errorf("name %q is read as %q", name, to)
		}
		if canonical(text) != p.text || canonical(text) != p.html {
			t.Errorf("text %q is read as %q", text, p.text)
		}
	})
}

// BenchmarkCompose is what a letter costs before it is sent: a digest of 48 KB.
func BenchmarkCompose(b *testing.B) {
	m := digest()
	d := readers(1, "jane")[0]
	v := valuesFor("weekly/1", d, noon)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		msg, err := m.Message(v)
		if err != nil {
			b.Fatal(err)
		}
		raw, err := Compose(msg)
		if err != nil {
			b.Fatal(err)
		}
		n = len(raw)
	}
	b.ReportMetric(float64(n), "bytes/letter")
}

// FuzzMessageID holds the check of every letter's Message-ID against what it
// means.
func FuzzMessageID(f *testing.F) {
	for _, s := range []string{"a@b", "a@b.c", "@b", "a@", "a@b@c", "a b@c", "a@-b", "a@b-", "a@.b", "a+=~_.-1@x-1.example", "ä@b", "a@ä", "a@b\r\n", strings.Repeat("a", 250) + "@b"} {
		f.Add(s)
	}
	means := regexp.MustCompile(`^[A-Za-z0-9._~+=-]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
	f.Fuzz(func(t *testing.T, s string) {
		if want := len(s) <= 250 && means.MatchString(s); isMessageID(s) != want {
			t.Errorf("%q: %v, want %v", s, !want, want)
		}
	})
}
