package web

import (
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/mailer"
)

func TestMailbox(t *testing.T) {
	s := newSite(t)
	caught := s.LetterTo(webtest.Ada)
	list := s.get("/mailbox").body
	if !strings.Contains(list, `href="/mailbox/`+caught.ID+`"`) || !strings.Contains(list, "2 letters") {
		t.Errorf("the list:\n%s", list)
	}
	at := "/mailbox/" + caught.ID
	for path, wants := range map[string][]string{
		at:              {`<iframe class="letter" src="` + at + `/body"`, "sandbox=", "aria-current", webtest.Ada},
		at + "/text":    {"Article number 0", "<pre"},
		at + "/source":  {"Content-Transfer-Encoding", "Return-Path: &lt;news@publication.example&gt;"},
		at + "/headers": {"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"},
	} {
		got := s.get(path)
		for _, want := range wants {
			if got.code != http.StatusOK || !strings.Contains(got.body, want) {
				t.Errorf("%s: %d, lacks %q", path, got.code, want)
			}
		}
	}
	body := s.get(at + "/body")
	policy := body.header.Get("Content-Security-Policy")
	for _, want := range []string{"sandbox ", "default-src 'none'", "style-src 'unsafe-inline'", "frame-ancestors 'self'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the letter's own policy lacks %q: %s", want, policy)
		}
	}
	if strings.Contains(policy, "allow-scripts") || strings.Contains(policy, "allow-same-origin") || strings.Contains(policy, "allow-forms") {
		t.Errorf("the letter may do too much: %s", policy)
	}
	if !strings.Contains(body.body, `<base target="_blank">`) || strings.Replace(body.body, `<base target="_blank">`, "", 1) != caught.HTML {
		t.Error("the frame does not show the letter as it was sent, with its links opening outside")
	}
}

func TestMailboxInPages(t *testing.T) {
	s := newSite(t)
	session, err := s.Mailbox.Open(context.Background())
	s.Must(err)
	for range PerPage {
		s.Must(session.Send(context.Background(), mailer.Envelope{From: "news@publication.example", To: webtest.Ada}, []byte("Subject: =?utf-8?q?<b>old</b>?=\r\nTo: "+webtest.Ada+"\r\n\r\nHello\r\n"), mailer.Envelope{}))
	}
	first := s.get("/mailbox").body
	if n := strings.Count(first, "<tr><td>"); n != PerPage || !strings.Contains(first, "22 letters") || strings.Contains(first, "<b>old") {
		t.Fatalf("%d letters on the first page", n)
	}
	older := regexp.MustCompile(`href="(/mailbox\?before=[^"]+)"`).FindStringSubmatch(first)
	if older == nil {
		t.Fatal("no link to older letters")
	}
	second := s.get(html.UnescapeString(older[1])).body
	if n := strings.Count(second, "<tr><td>"); n != 2 || !strings.Contains(second, `href="/mailbox"`) {
		t.Errorf("%d letters on the second page", n)
	}
	plain := s.get("/mailbox/" + s.LetterTo(webtest.Ada).ID) // has no HTML: its text is shown
	if plain.code != http.StatusOK || strings.Contains(plain.body, "<iframe") || !strings.Contains(plain.body, "Hello") {
		t.Errorf("a letter of text: %d\n%s", plain.code, plain.body)
	}
	if got := s.get("/mailbox/" + s.LetterTo(webtest.Ada).ID + "/body"); got.code != http.StatusNotFound {
		t.Errorf("the HTML of a letter of text: %d", got.code)
	}
}

// No path leads out of the mailbox's folder, nor to anything in it that is no
// letter.
func TestMailboxIsAllThereIs(t *testing.T) {
	s := newSite(t)
	secret := "secret of another file"
	for _, name := range []string{"../secret.eml", "../20261124T080000.000000000Z-0123456789abcdef.eml", "secret.eml", ".hidden.eml"} {
		s.Must(os.WriteFile(filepath.Join(s.Box.Dir, name), []byte("Subject: "+secret+"\r\n\r\n"+secret), 0o600))
	}
	id := s.LetterTo(webtest.Ada).ID
	for _, path := range []string{
		"/mailbox/secret", "/mailbox/.hidden", "/mailbox/..", "/mailbox/../secret", "/mailbox/..%2fsecret", "/mailbox/..%2Fsecret.eml/source",
		"/mailbox/%2e%2e%2fsecret/source", "/mailbox/..%5csecret", "/mailbox/" + id + "%00", "/mailbox/" + id + ".eml",
		"/mailbox/..%2f20261124T080000.000000000Z-0123456789abcdef/source", "/mailbox/" + id + "/..%2f..%2fsecret", "/mailbox/" + id + "/other",
		"/mailbox?before=../secret", "/mailbox?before=%2e",
	} {
		got := s.get(path)
		if got.code == http.StatusOK && !strings.Contains(path, "before") || strings.Contains(got.body, secret) {
			t.Errorf("%s: %d\n%s", path, got.code, got.body)
		}
	}
}

func TestNoMailbox(t *testing.T) {
	s := newSite(t)
	s.Mailbox = nil
	h := s.Handler()
	for _, path := range []string{"/mailbox", "/mailbox/x"} {
		if got := ask(h, path); got.Code != http.StatusNotFound || strings.Contains(got.Body.String(), `href="/mailbox"`) {
			t.Errorf("%s where letters are really sent: %d", path, got.Code)
		}
	}
}

// Every link of a letter leads somewhere, for years.
func TestLettersLinksResolve(t *testing.T) {
	s := newSite(t)
	links := regexp.MustCompile(regexp.QuoteMeta(s.url) + `[^\s"'<>)\]]*`)
	for _, reader := range []string{webtest.Ada, webtest.Ben} {
		l := s.LetterTo(reader)
		seen := map[string]bool{}
		for _, part := range []string{html.UnescapeString(l.HTML), l.Text, l.Value("List-Unsubscribe"), l.Value("List-Archive")} {
			found := links.FindAllString(part, -1)
			if len(found) == 0 {
				t.Errorf("no links in %q", part)
			}
			for _, link := range found {
				seen[strings.TrimRight(link, ".,")] = true
			}
		}
		for _, want := range []string{"/unsubscribe/", "/preferences/", "/editions/", "/feeds", "/archive", ".ics"} {
			if !strings.Contains(strings.Join(keys(seen), " "), want) {
				t.Errorf("no link to %s in the letter to %s", want, reader)
			}
		}
		for link := range seen {
			path := strings.TrimPrefix(link, s.url)
			if path == "" {
				path = "/"
			}
			if got := s.get(path); got.code != http.StatusOK {
				t.Errorf("%s in the letter to %s: %d", path, reader, got.code)
			}
		}
	}
}

func keys(m map[string]bool) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	return all
}

func TestAnsweredIsToldTheRoute(t *testing.T) {
	s := newSite(t)
	s.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	var routes []string
	s.Answered = func(route string, code int, _ time.Duration) {
		routes = append(routes, route+" "+http.StatusText(code))
	}
	h := s.Handler()
	for _, path := range []string{"/feeds", "/unsubscribe/" + s.Tokens.Leave(s.IDs[webtest.Ada], ""), "/nothing", "/metrics"} {
		ask(h, path)
	}
	want := []string{"GET /feeds OK", "GET /unsubscribe/{token} OK", "/ Not Found", "GET /metrics OK"}
	if diff := cmp.Diff(want, routes); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
