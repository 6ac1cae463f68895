package splice_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/mailer/splice"
)

// names of the holes, in the order of splice.Values.
var names = []string{"greeting", "why", "link"}

func holes() []splice.Hole {
	var h []splice.Hole
	for _, n := range names {
		h = append(h, splice.Hole{Name: n, Token: mailer.Hole(n)})
	}
	return h
}

// words of letters, by language. Those of more than a fifth beyond ASCII go
// in base64.
var words = map[string]string{
	"english": "The road to a calm release is paved with small steps, and each = one is a promise kept. ",
	"german":  "Größere Änderungen brauchen Geduld, Überblick und ein bisschen Glück. ",
	"russian": "Добрый день, дорогие читатели, вот новости этой недели. ",
	"arabic":  "أهلاً بكم في نشرتنا الأسبوعية عن الهندسة والقيادة. ",
	"emoji":   "🚀 👩\u200d👩\u200d👧 🎉✨ ",
}

// master is a letter of about n bytes with holes where a digest has them: in
// running text, at the beginning and end of lines, in attributes, in what only
// Outlook reads, one after another.
func master(language string, n int) *mailer.Master {
	g, why, link := mailer.Hole("greeting"), mailer.Hole("why"), mailer.Hole("link")
	w := words[language]
	story := w + "\n.dot\nFrom here\n\n" + w + w + "\n"
	fill := strings.Repeat(story, max(1, n/2/len(story)))
	return &mailer.Master{
		From:    mailer.Address{Name: "The Example Lead", Email: "news@example.com"},
		ReplyTo: mailer.Address{Email: "editors@example.com"},
		Subject: "Issue 4: " + w,
		Text:    g + ",\n\n" + fill + "why: " + why + "\n" + link + g + "\n\t" + why + " \nhttps://example.com/u/" + link + "\n",
		HTML: "<html><head><style>p{color:#111}</style></head><body><p>" + g + "</p>\n<p>" + strings.ReplaceAll(fill, "\n", "<br>\r\n") +
			"</p><!--[if mso]><a href=\"https://example.com/p/" + link + "\">x</a><![endif]-->" +
			"<a title='" + why + "' href=\"https://example.com/u/" + link + "\">leave</a>\n" + why + "</body></html>",
		ListID: "weekly.example.com", ListName: "Wöchentlich", ListArchive: "https://example.com/archive", FeedbackID: "w4:weekly:digest:lead",
	}
}

// full writes a letter without splicing.
func full(m *mailer.Master) func(*splice.Values) ([]byte, error) {
	return func(v *splice.Values) ([]byte, error) {
		values := map[string]string{}
		for i, n := range names {
			values[n] = v.Holes[i]
		}
		msg, err := m.Message(mailer.Values{
			To: mailer.Address{Name: v.Name, Email: v.Email}, MessageID: v.MessageID, Date: v.Date, Unsubscribe: v.Unsubscribe, Holes: values,
		})
		if err != nil {
			return nil, err
		}
		return mailer.Compose(msg)
	}
}

// tokens writes the letter with its tokens in it.
func tokens(t testing.TB, m *mailer.Master) []byte {
	t.Helper()
	raw, err := mailer.Compose(&mailer.Message{
		From: m.From, ReplyTo: m.ReplyTo, To: mailer.Address{Email: "reader@example.com"},
		MessageID: "letter@example.com", Date: time.Unix(0, 0), Unsubscribe: "https://example.com/",
		Subject: m.Subject, Text: m.Text, HTML: m.HTML, Calendar: m.Calendar,
		ListID: m.ListID, ListName: m.ListName, ListArchive: m.ListArchive, FeedbackID: m.FeedbackID,
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func compiled(t testing.TB, m *mailer.Master) *splice.Letter {
	t.Helper()
	l, err := splice.Compile(tokens(t, m), holes())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func reader(name string) splice.Values {
	return splice.Values{
		Name: name, Email: "jane@example.net", MessageID: "abc123@example.com",
		Date: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC), Unsubscribe: "https://example.com/unsubscribe/abc",
		Holes: []string{name, name, name},
	}
}

// hostile are names as they come through a form, beside splice's own.
var hostile = []string{
	"", " ", "Jane", "Jürgen Groß", "Иван Петров", "山田太郎", "José María de la Concepción y Todos los Santos García-López",
	`O'Brien, Pat`, `"quoted"`, `back\slash`, `řüř+\`, "Jane (CEO)", "Jane <jane@evil.example>", "a =?utf-8?b?DQpYLUV2aWw6IDE=?= b", "=?=?=", "=?utf-8?q?x",
	"x\r\nBcc: victim@example.com", "x\ny", "x\ry", "tab\tname", "nul\x00name", "bell\a", "del\x7f", "\xff\xfe", "\u202Eevil\u202C", "\u2066iso\u2069",
	"line\u2028sep", "nbsp\u00a0name", "e\u0301\u0301\u0301 zalgo", strings.Repeat("é", 200), strings.Repeat("x", 5000), strings.Repeat("word ", 100),
	strings.Repeat("\u0301", 100), "undisclosed-recipients:;", "a,b,c", "<>", "..", "..\r\n.", "From ", "From", "--", "--\r\n", "=", "=\r\n", "==", "%s%n", "{{.Name}}",
	"<script>alert(1)</script>", "&amp;", "]]>", "-->", mailer.Hole("link"), mailer.Hole("why")[:8], "=3D", "a ", " a",
	strings.Repeat("y", 74), strings.Repeat("y", 75), strings.Repeat("y", 76), strings.Repeat("y", 74) + "ü", strings.Repeat("y", 73) + " z",
}

// TestSplice: whatever readers are called, both ways of writing their letter
// say the same.
func TestSplice(t *testing.T) {
	probes := splice.Probes(len(names))
	for i, h := range hostile {
		v := reader(h)
		v.Holes = []string{h, hostile[(i+1)%len(hostile)], hostile[(i+7)%len(hostile)]}
		probes = append(probes, v)
	}
	for language := range words {
		for _, shape := range []string{"whole", "text", "HTML", "personal subject"} {
			t.Run(language+" "+shape, func(t *testing.T) {
				m := master(language, 3000)
				switch shape {
				case "text":
					m.HTML = ""
				case "HTML":
					m.Text = ""
				case "personal subject":
					m.Subject = words[language] + mailer.Hole("greeting") + ": " + mailer.Hole("why") + mailer.Hole("link")
				}
				l := compiled(t, m)
				if err := splice.Verify(l, full(m), probes); err != nil {
					t.Fatal(err)
				}
				for i := range probes {
					raw, err := l.Render(nil, &probes[i])
					if err != nil {
						t.Fatal(err)
					}
					checkBody(t, raw)
				}
			})
		}
	}
}

// checkBody checks what splice promises of lines, beyond what RFC 5322 asks.
func checkBody(t *testing.T, raw []byte) {
	t.Helper()
	_, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !bytes.HasSuffix(body, []byte("\r\n")) {
		t.Error("no line break at the end")
	}
	for line := range bytes.SplitSeq(bytes.TrimSuffix(body, []byte("\r\n")), []byte("\r\n")) {
		if len(line) > 76 || bytes.HasPrefix(line, []byte(".")) || bytes.HasPrefix(line, []byte("From ")) ||
			bytes.HasSuffix(line, []byte(" ")) || bytes.HasSuffix(line, []byte("\t")) || bytes.ContainsAny(line, "\r\n\x00") {
			t.Fatalf("line %q", line)
		}
	}
}

// TestEncoding: the shorter of the two is chosen by what is said.
func TestEncoding(t *testing.T) {
	for language, want := range map[string]string{"english": "quoted-printable", "german": "quoted-printable", "russian": "base64", "arabic": "base64", "emoji": "base64"} {
		v := reader("Jane")
		raw, err := compiled(t, master(language, 3000)).Render(nil, &v)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(raw), "Content-Transfer-Encoding: "+want+"\r\n"); n != 2 {
			t.Errorf("%s: %d parts in %s", language, n, want)
		}
	}
}

// TestRandomReaders: names of any characters, letters of any shape.
func TestRandomReaders(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("abc XYZ.,;:<>\"'\\&=?_-()@\r\n\t\u00a0éüñяжשع中文🚀\u200d\u0301\u202e\x00\ufffd")
	text := func(n int) string {
		b := make([]rune, r.IntN(n))
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(b)
	}
	for range 60 {
		m := master("english", 100)
		m.HTML = ""
		m.Text = ""
		for range 1 + r.IntN(8) {
			// A bare CR before an empty value before a bare LF is one line
			// break in full and two in pieces; the guard would say so.
			m.Text += strings.ReplaceAll(text(160), "\r", "") + mailer.Hole(names[r.IntN(len(names))])
		}
		m.Text += text(80) + "end\n"
		var probes []splice.Values
		for range 50 {
			v := reader(text(70))
			v.Holes = []string{text(9), text(40), text(200)}
			probes = append(probes, v)
		}
		if err := splice.Verify(compiled(t, m), full(m), probes); err != nil {
			t.Fatalf("%q: %v", m.Text, err)
		}
	}
}

// TestRenderRefuses: what could end a field is not written, and nothing is.
func TestRenderRefuses(t *testing.T) {
	l := compiled(t, master("english", 100))
	for name, change := range map[string]func(*splice.Values){
		"no address":       func(v *splice.Values) { v.Email = "" },
		"address injects":  func(v *splice.Values) { v.Email = "a@b\r\nBcc: c@d" },
		"address bracket":  func(v *splice.Values) { v.Email = "a>@b" },
		"address not one":  func(v *splice.Values) { v.Email = "a@b,c@d" },
		"address two ats":  func(v *splice.Values) { v.Email = "a@b@c" },
		"address dots":     func(v *splice.Values) { v.Email = "a..b@c" },
		"address UTF-8":    func(v *splice.Values) { v.Email = "jürgen@example.com" },
		"no message-id":    func(v *splice.Values) { v.MessageID = "" },
		"message-id bad":   func(v *splice.Values) { v.MessageID = "<a@b>" },
		"no date":          func(v *splice.Values) { v.Date = time.Time{} },
		"no link":          func(v *splice.Values) { v.Unsubscribe = "" },
		"link injects":     func(v *splice.Values) { v.Unsubscribe = "https://a/\r\nBcc: x" },
		"link two":         func(v *splice.Values) { v.Unsubscribe = "https://a/>,<mailto:x@y" },
		"link is code":     func(v *splice.Values) { v.Unsubscribe = "javascript:alert(1)" },
		"too few values":   func(v *splice.Values) { v.Holes = v.Holes[1:] },
		"too many values":  func(v *splice.Values) { v.Holes = append(v.Holes, "x") },
		"link is too long": func(v *splice.Values) { v.Unsubscribe = "https://a/" + strings.Repeat("x", 900) },
	} {
		v := reader("Jane")
		change(&v)
		got, err := l.Render([]byte("before"), &v)
		if !errors.Is(err, splice.ErrValue) || string(got) != "before" {
			t.Errorf("%s: %v, %q", name, err, got)
		}
		if err != nil && (strings.Contains(err.Error(), "Bcc") || v.Email != "" && strings.Contains(err.Error(), v.Email)) {
			t.Errorf("%s: the error tells the value: %v", name, err)
		}
	}
}

// TestRenderAppends: what stands in dst stays, and the bytes do not depend on
// what was rendered there before.
func TestRenderAppends(t *testing.T) {
	l := compiled(t, master("russian", 2000))
	v, other := reader("Jane"), reader("Somebody else with a longer name")
	want, err := l.Render(nil, &v)
	if err != nil {
		t.Fatal(err)
	}
	dst, _ := l.Render([]byte("before"), &other)
	dst, err = l.Render(dst[:6], &v)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff("before"+string(want), string(dst)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestRenderAllocates: nothing.
func TestRenderAllocates(t *testing.T) {
	for _, language := range []string{"english", "russian"} {
		m := master(language, 48<<10)
		m.Subject = "For " + mailer.Hole("greeting")
		l := compiled(t, m)
		v := reader("Иван Петров")
		dst, err := l.Render(nil, &v)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(200, func() { dst, _ = l.Render(dst[:0], &v) }); n != 0 {
			t.Errorf("%s: %v allocations", language, n)
		}
	}
}

// TestTogether: a letter is rendered by many at once.
func TestTogether(t *testing.T) {
	l := compiled(t, master("russian", 2000))
	v := reader("Jane")
	want, err := l.Render(nil, &v)
	if err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	for range 4 {
		go func() {
			v := reader("Jane")
			for range 50 {
				got, err := l.Render(nil, &v)
				if err != nil || !bytes.Equal(got, want) {
					errs <- fmt.Errorf("another letter (%v)", err)
					return
				}
			}
			errs <- nil
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
