package splice_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wneessen/go-mail"

	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/mailer/field"
	"github.com/standfirst/standfirst/mailer/splice"
)

// nameHole is what stands in the one hole of small letters.
const nameHole = "zQx7HqnameQ9Xz"

var hole = []splice.Hole{{Name: "name", Token: nameHole}}

const head = "Date: Tue, 24 Nov 2026 08:00:00 +0000\nFrom: <news@example.com>\nTo: <jane@example.net>\nSubject: Hello\nMessage-ID: <abc123@example.com>\nMIME-Version: 1.0\n"

func wire(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

func TestCompileRefuses(t *testing.T) {
	const utf8 = "Content-Type: text/plain; charset=UTF-8\n"
	two := []splice.Hole{{Name: "a", Token: "token000"}, {Name: "b", Token: "Token0001"}}
	for name, tt := range map[string]struct {
		raw   string
		holes []splice.Hole
		want  string
	}{
		"nothing":             {"", hole, "no end"},
		"no end":              {head, hole, "no end"},
		"not a field":         {"what is this\n\n", hole, "no field"},
		"no To":               {strings.Replace(head, "To:", "X:", 1) + "\nx\n", hole, "no to"},
		"no Message-ID":       {strings.Replace(head, "Message-ID:", "X:", 1) + "\nx\n", hole, "no message-id"},
		"two Dates":           {head + "Date: x\n\nx\n", hole, "Date twice"},
		"Bcc":                 {head + "Bcc: <a@example.com>\n\nx\n", hole, "Bcc"},
		"signed":              {head + "DKIM-Signature: v=1\n\nx\n", hole, "DKIM-Signature"},
		"token in a field":    {head + "List-Id: <" + nameHole + ">\n\nx\n", hole, "List-Id"},
		"token in words":      {head + "X: =?utf-8?q?zQx7Hq?= =?utf-8?q?nameQ9Xz?=\n\nx\n", hole, "X: hole"},
		"token in a part":     {head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png; name=" + nameHole + "\n\nx\n--b--\n", hole, "Content-Type: hole"},
		"token in a picture":  {head + "Content-Type: image/png\n\n" + nameHole + "\n", hole, "image/png"},
		"token in a calendar": {head + "Content-Type: text/calendar; charset=UTF-8\n\n" + nameHole + "\n", hole, "neither plain text nor HTML"},
		"token in a file":     {head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=UTF-8\nContent-Disposition: Attachment; filename=x\n\n" + nameHole + "\n--b--\n", hole, "does not belong here"},
		"token in Latin-1":    {head + "Content-Type: text/plain; charset=iso-8859-1\n\n" + nameHole + "\n", hole, "not UTF-8"},
		"capitals":            {head + utf8 + "\nDEAR " + strings.ToUpper(nameHole) + "\n", hole, "changed the letters"},
		"no boundary":         {head + "Content-Type: multipart/mixed\n\nx\n", hole, "no boundary"},
		"no part":             {head + "Content-Type: multipart/mixed; boundary=b\n\nx\n", hole, "no part"},
		"no last boundary":    {head + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n", hole, "missing"},
		"signed body":         {head + "Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\n--b--\n", hole, "taken apart"},
		"unknown encoding":    {head + utf8 + "Content-Transfer-Encoding: x-uue\n\nx\n", hole, "unknown"},
		"broken base64":       {head + utf8 + "Content-Transfer-Encoding: base64\n\n!!!!\n", hole, "base64"},
		"long line":           {head + "X: " + strings.Repeat("x", 1000) + "\n\nx\n", hole, "columns"},
		"UTF-8 in a field":    {head + "X: ü\n\nx\n", hole, "byte"},
		"dot before parts":    {head + "Content-Type: multipart/mixed; boundary=b\n\n.\n--b\n\nx\n--b--\n", hole, "dot"},
		"deep":                {head + deep(9), hole, "too many parts"},
		"short token":         {head + "\nx\n", []splice.Hole{{Name: "a", Token: "short"}}, "8 characters"},
		"strange token":       {head + "\nx\n", []splice.Hole{{Name: "a", Token: "with space"}}, "letters and digits"},
		"token in a token":    {head + "\nx\n", two, "holds the other"},
		"same token":          {head + "\nx\n", []splice.Hole{hole[0], hole[0]}, "holds the other"},
	} {
		if _, err := splice.Compile(wire(tt.raw), tt.holes); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}

func deep(n int) string {
	if n == 0 {
		return "\nx\n"
	}
	b := strings.Repeat("b", n)
	return "Content-Type: multipart/mixed; boundary=" + b + "\n\n--" + b + "\n" + deep(n-1) + "--" + b + "--\n"
}

// TestPlaces: a value is escaped for text and quoted attributes, so it may
// stand nowhere else.
func TestPlaces(t *testing.T) {
	for page, want := range map[string]string{
		`<p>NAME</p>`:         "",
		`NAME`:                "",
		`<title>NAME</title>`: "",
		`<a href="https://example.com/NAME" title='NAME'>`:    "",
		`<img alt="a > b NAME"/>`:                             "",
		`<!--[if mso]><a href="NAME">NAME</a><![endif]-->`:    "",
		`<style>p{}</style><p>NAME</p>`:                       "",
		`<script>x</script>NAME`:                              "",
		`<script>var x = "NAME"</script>`:                     "in <script>",
		`<style>.NAME{}</style>`:                              "in <style>",
		`<NAME>`:                                              "the name of an element",
		`<p NAME>`:                                            "name of an attribute",
		`<p NAME="x">`:                                        "name of an attribute",
		`<a href=NAME>`:                                       "without quotes",
		`<a href = x/NAME class="y">`:                         "without quotes",
		`<a onclick="go('NAME')">`:                            "the code",
		`<p style="color:NAME">`:                              "the code",
		`<iframe srcdoc="NAME"></iframe>`:                     "the code",
		`</NAME>`:                                             "end tag",
		`<!DOCTYPE NAME>`:                                     "declaration",
		`<!--[if mso]><a href=NAME>x</a><![endif]-->`:         "without quotes",
		`<!--[if mso]><style>.NAME{}</style><![endif]--><p>x`: "in <style>",
	} {
		raw := head + "Content-Type: text/html; charset=UTF-8\n\n" + strings.ReplaceAll(page, "NAME", nameHole) + "\n"
		_, err := splice.Compile(wire(raw), hole)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", page, err, want)
		}
	}
}

// TestShapes: letters as go-mail writes them, and as others do, keep their
// parts, whatever those are.
func TestShapes(t *testing.T) {
	calendar := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n.\r\nEND:VCALENDAR\r\n"
	picture := string(bytes.Repeat([]byte{0, 1, 2, 0xFF, '\n', '.'}, 200))
	attached := func(s string) string {
		msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
		if err := msg.From("news@example.com"); err != nil {
			t.Fatal(err)
		}
		if err := msg.To("jane@example.net"); err != nil {
			t.Fatal(err)
		}
		msg.SetBodyString(mail.TypeTextPlain, "Dear "+s+",\r\n.dot\r\n")
		msg.AddAlternativeString(mail.TypeTextHTML, "<p>Dear "+s+"</p>\r\n")
		if err := msg.AttachReader("event.ics", strings.NewReader(calendar), mail.WithFileContentType("text/calendar; method=PUBLISH; charset=UTF-8")); err != nil {
			t.Fatal(err)
		}
		if err := msg.EmbedReader("logo.png", strings.NewReader(picture)); err != nil {
			t.Fatal(err)
		}
		msg.SetMessageIDWithValue("abc123@example.com")
		msg.SetDateWithValue(reader("").Date)
		var b bytes.Buffer
		if _, err := msg.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	lines := func(f func(string) string) func(string) string {
		return func(s string) string { return string(wire(f(s))) }
	}
	for name, letter := range map[string]func(string) string{
		"go-mail, attached": attached,
		"bare":              lines(func(s string) string { return head + "Content-Type: text/plain; charset=utf-8\n\nDear " + s + "\n" }),
		"no line break": func(s string) string {
			return string(wire(head)) + "Content-Type: text/plain; charset=utf-8\r\n\r\nDear " + s
		},
		"preamble": lines(func(s string) string {
			return head + "Content-Type: multipart/mixed; boundary=b\n\nThis is MIME.\n--b  \nContent-Type: text/plain; charset=utf-8\n\nDear " + s + "\n--bb\n--b\n\nplain\n--b--\nThe end.\n\n\n"
		}),
		"no line break before boundary": lines(func(s string) string {
			return head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n" + s + "\n--b\nContent-Type: text/plain; charset=utf-8\n\n\n--b--\n"
		}),
		"empty picture": lines(func(s string) string {
			return head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n" + s + "\n--b\nContent-Type: image/png\n\n\n--b--\n"
		}),
	} {
		t.Run(name, func(t *testing.T) {
			l, err := splice.Compile([]byte(letter(nameHole)), hole)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []string{"Jane", "", "=?x", "ü"} {
				v := reader("")
				v.Holes = []string{s}
				in := func(*splice.Values) ([]byte, error) { return []byte(letter(s)), nil }
				if err := splice.Verify(l, in, []splice.Values{v}); err != nil {
					t.Errorf("%q: %v", s, err)
				}
				raw, err := l.Render(nil, &v)
				if err != nil {
					t.Fatal(err)
				}
				checkBody(t, raw)
			}
		})
	}
}

// TestVerify: the guard sees a letter that says something else.
func TestVerify(t *testing.T) {
	m := master("english", 500)
	l := compiled(t, m)
	probes := splice.Probes(len(names))
	for name, change := range map[string]func(*mailer.Message){
		"subject":   func(m *mailer.Message) { m.Subject += "!" },
		"name":      func(m *mailer.Message) { m.To.Name += "x" },
		"address":   func(m *mailer.Message) { m.To.Email = "other@example.org" },
		"date":      func(m *mailer.Message) { m.Date = m.Date.UTC() },
		"message":   func(m *mailer.Message) { m.MessageID = "other@example.org" },
		"link":      func(m *mailer.Message) { m.Unsubscribe += "x" },
		"no link":   func(m *mailer.Message) { m.Unsubscribe = "" },
		"archive":   func(m *mailer.Message) { m.ListArchive = "" },
		"text":      func(m *mailer.Message) { m.Text += " " },
		"HTML":      func(m *mailer.Message) { m.HTML = strings.Replace(m.HTML, "<p>", "<P>", 1) },
		"no HTML":   func(m *mailer.Message) { m.HTML = "" },
		"refused":   func(m *mailer.Message) { m.MessageID = "" },
		"unescaped": func(m *mailer.Message) { m.HTML = strings.ReplaceAll(m.HTML, "&amp;", "&") },
	} {
		naive := func(v *splice.Values) ([]byte, error) {
			msg, err := m.Message(mailer.Values{
				To: mailer.Address{Name: v.Name, Email: v.Email}, MessageID: v.MessageID, Date: v.Date, Unsubscribe: v.Unsubscribe,
				Holes: map[string]string{"greeting": v.Holes[0], "why": v.Holes[1], "link": v.Holes[2]},
			})
			if err != nil {
				return nil, err
			}
			change(msg)
			return mailer.Compose(msg)
		}
		if err := splice.Verify(l, naive, probes); err == nil {
			t.Errorf("%s: no difference seen", name)
		}
	}
	if err := splice.Verify(l, full(m), probes); err != nil {
		t.Error(err)
	}
	// A hole that was not told of would go out as a token.
	forgotten, err := splice.Compile(tokens(t, m), holes()[:2])
	if err != nil {
		t.Fatal(err)
	}
	if err := splice.Verify(forgotten, func(v *splice.Values) ([]byte, error) {
		w := *v
		w.Holes = append(w.Holes[:2:2], "link")
		return full(m)(&w)
	}, splice.Probes(2)); err == nil {
		t.Error("a token that was left over is not seen")
	}
}

// FuzzLetter: any text, any reader.
func FuzzLetter(f *testing.F) {
	token := mailer.Hole("greeting")
	f.Add("Dear "+token+",\n", "<p>"+token+"</p>", "Hello "+token, "Jane")
	f.Add(token+token, "", token, "")
	f.Add("Привет "+token, "<p title='"+token+"'>да", "Привет", "Иван\r\n.")
	f.Add(".\nFrom "+token+" \n"+token+"\n", "<!--"+token+"-->", "=?utf-8?q?=20?=", "From ")
	f.Fuzz(func(t *testing.T, text, html, subject, value string) {
		if len(text)+len(html) > 20_000 || len(subject) > 2000 || len(value) > 2000 || strings.Contains(text+html, "\r") || text == "" && html == "" {
			t.Skip()
		}
		m := &mailer.Master{From: mailer.Address{Email: "news@example.com"}, Subject: subject, Text: text, HTML: html}
		v := reader(value)
		raw, err := mailer.Compose(&mailer.Message{
			From: m.From, To: mailer.Address{Email: "x@example.com"}, MessageID: "x@example.com", Date: v.Date, Unsubscribe: "https://example.com/",
			Subject: subject, Text: text, HTML: html,
		})
		if err != nil {
			t.Skip()
		}
		l, err := splice.Compile(raw, holes())
		if err != nil {
			t.Skip() // the letter goes out in full
		}
		got, err := l.Render(nil, &v)
		if err != nil {
			t.Fatal(err)
		}
		checkBody(t, got)
		if len(field.AppendLine(nil, value)) == 0 {
			// What an empty value joins may mean something else than its
			// parts: broken bytes, or nothing at all. The guard says so.
			v.Holes = []string{"x", "x", "x"}
		}
		naive := full(m)
		if _, err := naive(&v); err != nil {
			t.Skip() // a token that is only half there; see TestVerify
		}
		if err := splice.Verify(l, naive, []splice.Values{v}); err != nil {
			t.Fatal(err)
		}
	})
}
