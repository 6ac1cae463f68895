package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/clicks"
)

// links are those of the site's edition, in the order of its first version.
func (s *site) links() []digest.Link {
	s.T.Helper()
	number, err := s.DB.CountLinks(s.T.Context(), s.Edition)
	s.Must(err)
	v, err := s.DB.Version(s.T.Context(), s.Edition, 1)
	s.Must(err)
	var links []digest.Link
	for _, item := range v.Items {
		links = append(links, digest.Link{Edition: number, Release: item.N})
	}
	return links
}

// entry is what a link names.
func (s *site) entry(l digest.Link) *content.Entry {
	s.T.Helper()
	e, err := s.DB.Linked(s.T.Context(), l)
	s.Must(err)
	return e
}

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

func TestFollowLink(t *testing.T) {
	s := newSite(t)
	kinds := map[content.Kind]bool{}
	for _, l := range s.links() {
		e, want := s.entry(l), ""
		if kinds[e.Kind] = true; e.Kind == content.KindArticle {
			want = e.Article.URL
		} else if want = e.Event.URL; want == "" {
			want = s.url + "/events#" + e.Event.Slug
		}
		for _, path := range []string{l.Path(), l.Path() + "?url=https://evil.example/&release=1"} {
			got := s.get(path)
			if got.code != http.StatusFound || got.header.Get("Location") != want {
				t.Errorf("%s: %d to %q, want %q", path, got.code, got.header.Get("Location"), want)
			}
			for header, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex, nofollow", "Set-Cookie": "", "ETag": ""} {
				if got := got.header.Get(header); got != want {
					t.Errorf("%s: %s %q, want %q", path, header, got, want)
				}
			}
		}
	}
	if len(kinds) < 2 {
		t.Errorf("only %v were followed", kinds)
	}
}

// Letters stay, so their links lead to where items are now: after an edit, and
// after the edition was packed. What was withdrawn is gone.
func TestLinksLeadToWhatIsNow(t *testing.T) {
	s := newSite(t)
	var l digest.Link
	for _, l = range s.links() {
		if e := s.entry(l); e.Kind == content.KindArticle {
			break
		}
	}
	article := s.entry(l).Article
	leads := func() string {
		got := s.get(l.Path())
		return fmt.Sprint(got.code, " ", got.header.Get("Location"))
	}
	if got, want := leads(), "302 "+article.URL; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	for i := range s.Folder.Articles {
		if a := &s.Folder.Articles[i]; a.Article.Slug == article.Slug {
			a.Article.URL, a.Hash = "https://publication.example/elsewhere", "another"
		}
	}
	s.Sync()
	s.soon("302 https://publication.example/elsewhere", leads)
	for more := true; more; {
		var err error
		more, err = s.DB.Compact(t.Context(), time.Now().AddDate(0, 0, 30))
		s.Must(err)
	}
	s.signposts = signposts{} // as after a start
	s.soon("302 https://publication.example/elsewhere", leads)
	s.Must(s.DB.Withdraw(t.Context(), article.ID, time.Now()))
	s.soon("410 ", leads)
	if got := s.get(l.Path()); !strings.Contains(got.body, "<h1>") || !strings.Contains(got.header.Get("Cache-Control"), "no-store") {
		t.Errorf("what is gone is not told on a page: %v %s", got.header, got.body)
	}
}

// soon waits until an answer is the one that is wanted: content may have changed
// a moment ago without links knowing.
func (s *site) soon(want string, answer func() string) {
	s.T.Helper()
	for range 300 {
		if answer() == want {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.T.Errorf("%s, want %s", answer(), want)
}

func TestNumbersThatAreNoLinks(t *testing.T) {
	s := newSite(t)
	l := s.links()[0]
	good := fmt.Sprint(l.Release)
	for _, path := range []string{
		"/r/0/0", "/r/1/", "/r/1/x", "/r/x/1", "/r/-1/" + good, "/r/+1/" + good, "/r/01/" + good, "/r/1/0" + good, "/r/1/%20" + good, "/r/1/" + good + "%00",
		"/r/1/" + good + ".html", "/r/1/" + good + "/x", "/r/2/" + good, "/r/1/999999", "/r/999999999999999999/999999999999999999",
		"/r/9223372036854775808/1", "/r/1/9223372036854775807", "/r/1/" + strings.Repeat("9", 500), "/r/1/https:%2F%2Fevil.example", "/r/%D9%A1/" + good,
	} {
		got := s.get(path, "User-Agent", firefox)
		if got.code == http.StatusPermanentRedirect { // a slash too many
			got = s.get(got.header.Get("Location"))
		}
		if got.code != http.StatusNotFound || got.header.Get("Location") != "" {
			t.Errorf("%s: %d to %q, want 404", path, got.code, got.header.Get("Location"))
		}
	}
	s.Must(s.Clicks.Write(t.Context(), s.DB, time.Now()))
	c, err := s.DB.Clicks(t.Context(), s.Edition)
	s.Must(err)
	if c.Total != 0 {
		t.Errorf("%d clicks on what is no link", c.Total)
	}
}

// What GET of a link keeps is a link, a day and a number, and it keeps that
// behind the request.
func TestClicksAreAllThatIsKept(t *testing.T) {
	s := newSite(t)
	s.Clicks.Zone = time.UTC
	links := s.links()
	before := s.State()
	from := func(n int) string { return fmt.Sprintf("203.0.113.%d", n) }
	s.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	for n := range 7 {
		s.get(links[0].Path(), "User-Agent", firefox, "X-Forwarded-For", from(n), "Cookie", "a=b")
	}
	s.get(links[1].Path(), "User-Agent", firefox, "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "X-Forwarded-For", from(1))
	s.get(links[1].Path(), "User-Agent", firefox, "X-Forwarded-For", from(1)) // once more at once
	for _, header := range [][]string{
		{"Sec-Purpose", "prefetch;prerender"}, {"Purpose", "prefetch"}, {"X-Moz", "prefetch"}, {"X-Purpose", "preview"},
		{"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, {"Sec-Fetch-Mode", "cors"}, {"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Mode", "navigate"},
	} {
		s.get(links[2].Path(), append(header, "User-Agent", firefox, "X-Forwarded-For", from(1))...)
	}
	s.do(http.MethodHead, links[2].Path(), "", "User-Agent", firefox)
	s.do(http.MethodPost, links[2].Path(), "", "User-Agent", firefox)
	s.get(links[2].Path(), "User-Agent", "Mozilla/5.0 (compatible; Scanner/1.0)")
	s.get(links[2].Path()) // a program
	if s.State() != before {
		t.Fatal("a request has written something")
	}
	rest := s.State("link_clicks")
	s.Must(s.Clicks.Write(t.Context(), s.DB, time.Now()))
	if s.State("link_clicks") != rest {
		t.Error("more than clicks was written")
	}
	if s.State() == before {
		t.Error("clicks were not written")
	}
	c, err := s.DB.Clicks(t.Context(), s.Edition)
	s.Must(err)
	if diff := cmp.Diff([]int{8, 7, 1, 0}, []int{c.Total, c.Items[0].Clicks, c.Items[1].Clicks, c.Items[2].Clicks}); diff != "" {
		t.Errorf("clicks (-want +got):\n%s", diff)
	}
	if len(c.Days) == 0 || len(c.Days) > 2 || len(c.Days[0].Day) != len(time.DateOnly) { // midnight may have passed
		t.Errorf("days: %v", c.Days)
	}
}

// Where nobody wants clicks counted, links of letters that were sent when
// somebody did lead on.
func TestLinksWithoutCounting(t *testing.T) {
	s := newSite(t)
	s.Clicks = nil
	if got := s.get(s.links()[0].Path(), "User-Agent", firefox); got.code != http.StatusFound {
		t.Errorf("%d", got.code)
	}
}

// board is a store of links whose content changes, and which may be away.
type board struct {
	mu    sync.Mutex
	stamp string
	url   string
	away  bool
	asked int
}

func (b *board) Linked(context.Context, digest.Link) (*content.Entry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.asked++; b.away {
		return nil, errors.New("away")
	}
	return &content.Entry{Release: content.Release{Kind: content.KindArticle}, State: content.Public, Article: &content.Article{Slug: "a", URL: b.url}}, nil
}

func (b *board) ContentStamp(context.Context) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away {
		return "", errors.New("away")
	}
	return b.stamp, nil
}

func TestSignposts(t *testing.T) {
	b := &board{stamp: "1", url: "https://a.example/1"}
	s := &Server{Frame: Frame{Publication: digest.Publication{URL: "https://news.example"}}}
	now, at := time.Now(), digest.Link{Edition: 1, Release: 1}
	p := &signposts{}
	leads := func(want string, asked int) {
		t.Helper()
		got, err := p.of(t.Context(), b, at, now, s.leadsTo)
		if err != nil {
			got = err.Error()
		}
		if got != want || b.asked != asked {
			t.Errorf("to %s after %d questions, want %s after %d", got, b.asked, want, asked)
		}
	}
	leads("https://a.example/1", 1)
	leads("https://a.example/1", 1)
	b.stamp, b.url = "2", "https://a.example/2"
	leads("https://a.example/1", 1) // for a moment
	now = now.Add(postAge)
	leads("https://a.example/2", 2)
	b.away = true
	now = now.Add(time.Hour)
	leads("https://a.example/2", 2) // as it was, while nobody knows better
	at.Release = 2
	leads("away", 3)
	b.away = false
	now = now.Add(postAge)
	leads("https://a.example/2", 4)
	for i := range 2 * mostPosts {
		if _, err := p.of(t.Context(), b, digest.Link{Edition: 2, Release: int64(i)}, now, s.leadsTo); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.to) > mostPosts {
		t.Errorf("%d links are remembered", len(p.to))
	}
}

func TestLeadsTo(t *testing.T) {
	s := &Server{Frame: Frame{Publication: digest.Publication{URL: "https://news.example"}}}
	article := func(state content.State, url string) *content.Entry {
		return &content.Entry{Release: content.Release{Kind: content.KindArticle}, State: state, Article: &content.Article{Slug: "a b", URL: url}}
	}
	event := func(kind content.Kind, url string) *content.Entry {
		return &content.Entry{Release: content.Release{Kind: kind}, Event: &content.Event{Slug: "x", URL: url}}
	}
	for want, e := range map[string]*content.Entry{
		"https://a.example/%C3%A9?%C3%BC=1#z": article(content.Public, "https://a.example/é?ü=1#z"),
		"https://a.example/a%20b?c%20d":       article(content.Public, "https://a.example/a b?c d"),
		"https://news.example/articles/a%20b": article(content.Public, "javascript:alert(1)"),
		"Gone":                                article(content.Withdrawn, "https://a.example/"),
		"Not Found":                           article(content.Held, "https://a.example/"),
		"https://news.example/events#x":       event(content.KindReminder, ""),
		"https://e.example/":                  event(content.KindNotice, "https://e.example/"),
	} {
		got, err := s.leadsTo(e)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("to %q, want %q", got, want)
		}
	}
}

// A redirect costs microseconds: the database is asked once a second.
func BenchmarkFollowLink(b *testing.B) {
	s := &Server{
		Frame: Frame{Publication: digest.Publication{URL: "https://news.example"}},
		Links: &board{url: "https://a.example/on-call"}, Clicks: &clicks.Tally{},
	}
	h := s.serve(s.followLink)
	mux := http.NewServeMux()
	mux.Handle("GET /r/{edition}/{release}", h)
	r := httptest.NewRequest(http.MethodGet, "/r/142/570", nil)
	r.Header.Set("User-Agent", firefox)
	b.ReportAllocs()
	for i := range b.N {
		r.RemoteAddr = fmt.Sprintf("203.%d.%d.%d:4000", i>>16&255, i>>8&255, i&255)
		w := httptest.NewRecorder()
		if mux.ServeHTTP(w, r); w.Code != http.StatusFound {
			b.Fatal(w.Code)
		}
	}
}
