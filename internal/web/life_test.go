package web

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/subscribers"
)

// A reader's whole life, in a browser: they sign up, confirm, choose, get a
// digest, leave, think better of it, and are forgotten.
func TestLifeOfAReader(t *testing.T) {
	for _, scripts := range []bool{true, false} {
		t.Run(map[bool]string{true: "with JavaScript", false: "without"}[scripts], func(t *testing.T) {
			s := newSite(t)
			b := webtest.NewBrowser(t)
			if !scripts {
				b.WithoutScripts()
			}
			// They read the form for a while: the least that is believed is two
			// seconds.
			b.Do(chromedp.Navigate(s.url+"/subscribe"), chromedp.Sleep(2100*time.Millisecond))
			b.Do(chromedp.Click("summary"), chromedp.Click(`input[name=topic][value=Platform]`), chromedp.SendKeys("#signup-name", "Grace"), chromedp.SendKeys("#signup-email", grace))
			if got := b.Leads("h1", chromedp.Click("form.signup button")); got != "Look into your inbox" {
				t.Fatalf("after signing up: %s", got)
			}
			s.deliver()
			link := s.linkIn(s.LetterTo(grace), "/confirm/")
			b.Do(chromedp.Navigate(s.url + link))
			if got := b.Press(link); got != "You are in" {
				t.Fatalf("after confirming: %s", got)
			}
			b.Do(chromedp.Click(`input[name=topic][value=Platform]`), chromedp.Click(`input[name=topic][value="C++"]`))
			if got := b.Leads("[role=status]", chromedp.Click("button[value=save]")); !strings.HasPrefix(got, "Saved. Your next letter is The Weekly, on ") {
				t.Fatalf("after saving: %s", got)
			}
			reader, err := s.DB.ByEmail(t.Context(), grace)
			s.Must(err)
			s.IDs[grace] = reader.ID
			if reader.Name != "Grace" || strings.Join(reader.Topics, " ") != "C++" || reader.Status != subscribers.Active {
				t.Fatalf("%+v", reader)
			}

			s.Folder.Add(content.Article{Title: "New in C++", Slug: "new-cpp", Access: content.Free, Published: time.Now().Add(-time.Minute), Topics: []string{"C++"}, Body: "<p>New.</p>"})
			s.Sync()
			s.Send("weekly")
			digest := s.LetterTo(grace)
			if !strings.Contains(digest.Text, "New in C++") {
				t.Fatalf("the digest:\n%s", digest.Text)
			}
			leave := s.linkIn(digest, "/unsubscribe/")
			b.Do(chromedp.Navigate(s.url + leave))
			if got := b.Press(leave); got != "You are unsubscribed" {
				t.Fatalf("after leaving: %s", got)
			}
			if _, taken := s.Reader(grace); taken != "" {
				t.Errorf("takes %q", taken)
			}
			if got := b.Press(leave + "/undo"); got != "You are subscribed again" {
				t.Fatalf("after undo: %s", got)
			}
			if again, taken := s.Reader(grace); taken != "weekly" || strings.Join(again.Topics, " ") != "C++" {
				t.Errorf("after undo, takes %q on %q", taken, again.Topics)
			}

			own := s.linkIn(digest, "/preferences/")
			b.Do(chromedp.Navigate(s.url+own+"/erase"), chromedp.SendKeys("#email", grace))
			if got := b.Press(own + "/erase"); got != "Everything is deleted" {
				t.Fatalf("after erasing: %s", got)
			}
			if _, err := s.DB.Subscriber(t.Context(), reader.ID); !errors.Is(err, subscribers.ErrNotFound) {
				t.Errorf("the reader is still there: %v", err)
			}
			for _, c := range b.Told() {
				t.Error(c)
			}
		})
	}
}

var address = regexp.MustCompile(`https?://[^\s"'<>)]+`)

// linksOf are the addresses of ours that a letter holds, in its text, its HTML
// and its header.
func (s *site) linksOf(whose string) []string {
	s.T.Helper()
	l := s.LetterTo(whose)
	found := map[string]bool{}
	var list []string
	for _, text := range []string{l.Text, strings.ReplaceAll(l.HTML, "&amp;", "&"), l.Value("List-Unsubscribe")} {
		for _, at := range address.FindAllString(text, -1) {
			at = strings.TrimRight(at, ".,;>")
			if strings.HasPrefix(at, s.url+"/") && !found[at] {
				found[at] = true
				list = append(list, at)
			}
		}
	}
	return list
}

// Mail scanners fetch everything in a letter, and some run what they find in a
// browser and wait. No letter of ours minds.
func TestScanners(t *testing.T) {
	s := newSite(t)
	s.post("/subscribe", s.stamped("email", grace, "newsletter", "weekly"))
	s.post("/preferences", form("email", webtest.Eve))
	s.deliver()
	var links []string
	for _, whose := range []string{webtest.Ada, grace, webtest.Eve} {
		links = append(links, s.linksOf(whose)...)
	}
	for _, want := range []string{"/unsubscribe/", "/preferences/", "/confirm/", "/events", "/editions/"} {
		if !strings.Contains(strings.Join(links, "\n"), s.url+want) {
			t.Errorf("no letter has a link to %s: %q", want, links)
		}
	}
	before := s.State()
	for _, at := range links {
		path := strings.TrimPrefix(at, s.url)
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
			if got := s.do(method, path, ""); method != http.MethodOptions && got.code != http.StatusOK {
				t.Errorf("%s %s: %d", method, path, got.code)
			}
		}
		// And what links are made into by who tracks clicks.
		s.do(http.MethodGet, path+"?utm_source=x&"+url.QueryEscape("List-Unsubscribe")+"=One-Click", "")
	}
	if s.State() != before {
		t.Fatal("a scanner changed something")
	}
	b := webtest.NewBrowser(t)
	for _, at := range links {
		if strings.HasSuffix(at, ".ics") {
			continue // which a browser downloads
		}
		b.Do(chromedp.Navigate(at), chromedp.Sleep(200*time.Millisecond))
	}
	if s.State() != before {
		t.Error("a scanner that runs JavaScript changed something")
	}
}
