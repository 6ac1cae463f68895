package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/subscribers"
)

// addresses are what a GET of each route is tried with.
func (s *site) addresses() map[string][]string {
	leave, prefer := s.Tokens.Leave(s.IDs[webtest.Ada], "weekly"), s.Tokens.Preferences(s.IDs[webtest.Ada], "weekly")
	letter := s.LetterTo(webtest.Ada).ID
	s.keepPicture("https://pictures.example/x.png?a=1&b=\"2\"")
	confirm := s.Asked(subscribers.Request{Kind: subscribers.SignUp, Email: "new@newcomers.example", Newsletters: []string{"weekly"}})
	move := s.Asked(subscribers.Request{Kind: subscribers.NewAddress, Subscriber: s.IDs[webtest.Ada], Email: "ada@newcomers.example"})
	return map[string][]string{
		"/subscribe":                        {"/subscribe", "/subscribe?email=x%40y.example&newsletter=weekly&lang=ar"},
		"/subscribe/sent":                   {"/subscribe/sent"},
		"/subscribe/embed":                  {"/subscribe/embed"},
		"/confirm/{token}":                  {"/confirm/" + confirm, "/confirm/" + move, "/confirm/" + confirm + "?yes"},
		"/preferences":                      {"/preferences", "/preferences?email=" + webtest.Ada},
		"/preferences/sent":                 {"/preferences/sent"},
		"/preferences/{token}/data":         {"/preferences/" + prefer + "/data?email=" + webtest.Ada},
		"/preferences/{token}/erase":        {"/preferences/" + prefer + "/erase?email=" + webtest.Ada},
		"/preferences/{token}/address":      {"/preferences/" + prefer + "/address?email=" + webtest.Ada + "&new=x%40y.example"},
		"/preferences/{token}/address/sent": {"/preferences/" + prefer + "/address/sent"},
		"/{$}":                              {"/", "/?utm_source=x"},
		"/articles":                         {"/articles", "/articles?page=2", "/articles?page=-1", "/articles?page=99999999999999999999"},
		"/articles/{slug}":                  {"/articles/article-1", "/articles/hostile"},
		"/topics/{topic}":                   {"/topics/platform", "/topics/Platform", "/topics/c++", "/topics/c%2B%2B"},
		"/authors/{author}":                 {"/authors/ada-writer"},
		"/events":                           {"/events"},
		"/archive":                          {"/archive"},
		"/editions/{newsletter}/{slot}":     {"/editions/" + s.Edition},
		"/feeds":                            {"/feeds"},
		"/r/{edition}/{release}":            {s.links()[0].Path(), s.links()[0].Path() + "?utm_source=x"},
		"/feed.rss":                         {"/feed.rss", "/feed.rss?utm_medium=rss"},
		"/feed.atom":                        {"/feed.atom"},
		"/feed.json":                        {"/feed.json"},
		"/events.ics":                       {"/events.ics"},
		"/events.rss":                       {"/events.rss"},
		"/events.atom":                      {"/events.atom"},
		"/events.json":                      {"/events.json"},
		"/feeds.opml":                       {"/feeds.opml"},
		"/topics/{topic}/{feed}":            {"/topics/platform/feed.rss", "/topics/c++/feed.atom", "/topics/c%2B%2B/feed.json"},
		"/authors/{author}/{feed}":          {"/authors/ada-writer/feed.rss"},
		"/feed/archive/{page}":              {"/feed/archive/1.rss", "/feed/archive/1-another.atom"},
		"/topics/{topic}/archive/{page}":    {"/topics/platform/archive/1.json"},
		"/authors/{author}/archive/{page}":  {"/authors/ada-writer/archive/1.rss"},
		"/events/{city}":                    {"/events/london", "/events/london.ics", "/events/london-2026.ics", "/events/online.ics"},
		"/unsubscribe/{token}":              {"/unsubscribe/" + leave, "/unsubscribe/" + leave + "?List-Unsubscribe=One-Click"},
		"/preferences/{token}":              {"/preferences/" + prefer, "/preferences/" + prefer + "?do=stop-all&saved"},
		"/media/{source}/{path...}":         {"/media/lead/images/dot.png"},
		"/img/{name}":                       {"/img/" + largeName, "/img/" + smallName},
		"/static/{file}":                    {s.Templates.Static()["app.css"].Path, s.Templates.Static()["feed.css"].Path},
		"/favicon.ico":                      {"/favicon.ico"},
		"/robots.txt":                       {"/robots.txt"},
		"/healthz":                          {"/healthz"},
		"/readyz":                           {"/readyz"},
		"/mailbox":                          {"/mailbox", "/mailbox?before=2"},
		"/mailbox/{id}":                     {"/mailbox/" + letter},
		"/mailbox/{id}/{form}":              {"/mailbox/" + letter + "/text", "/mailbox/" + letter + "/source", "/mailbox/" + letter + "/headers"},
		"/mailbox/{id}/body":                {"/mailbox/" + letter + "/body"},
	}
}

// Mail scanners follow every link in a letter; nothing may come of it.
func TestGetAndHeadChangeNothing(t *testing.T) {
	s := newSite(t)
	tried := s.addresses()
	for pattern := range s.routes() {
		path, isGet := strings.CutPrefix(pattern, "GET ")
		if isGet && len(tried[path]) == 0 {
			t.Errorf("%s is not tried", pattern)
		}
		if !isGet { // what acts by POST must not by GET, wherever it is
			token := s.Tokens.Leave(s.IDs[webtest.Ada], "weekly")
			switch {
			case strings.Contains(path, "preferences"):
				token = s.Tokens.Preferences(s.IDs[webtest.Ada], "weekly")
			case strings.Contains(path, "confirm"):
				token = strings.TrimPrefix(tried["/confirm/{token}"][0], "/confirm/")
			}
			tried[pattern] = []string{strings.ReplaceAll(strings.TrimPrefix(path, "POST "), "{token}", token)}
		}
	}
	before := s.State()
	for pattern, paths := range tried {
		for _, path := range paths {
			got, head := s.get(path), s.do(http.MethodHead, path, "")
			want := http.StatusOK
			if strings.HasPrefix(pattern, "/r/") { // which counts in memory: see TestClicksAreAllThatIsKept
				want = http.StatusFound
			}
			if got.code != want && !strings.HasPrefix(pattern, "POST ") {
				t.Errorf("GET %s: %d, want %d", path, got.code, want)
			}
			if head.body != "" || head.code != got.code {
				t.Errorf("HEAD %s: %d with %d bytes; GET says %d", path, head.code, len(head.body), got.code)
			}
			got.header.Del("Date")
			head.header.Del("Date")
			if diff := cmp.Diff(got.header, head.header); diff != "" {
				t.Errorf("HEAD %s has other headers than GET (-get +head)\n%s", path, diff)
			}
			if after := s.State(); after != before {
				t.Fatalf("GET or HEAD %s changed something", path)
			}
		}
	}
}

// facts begins what is written for search engines and never runs.
const facts = `<script type="application/ld+json">`

func TestEveryAnswerIsGuarded(t *testing.T) {
	s := newSite(t)
	tried := s.addresses()
	tried["nothing"] = []string{"/nothing", "/topics/nothing/feed.rss", "/articles/"}
	for _, paths := range tried {
		for _, path := range paths {
			got := s.get(path)
			if got.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s may be sniffed", path)
			}
			isPage := strings.HasPrefix(got.header.Get("Content-Type"), "text/html")
			for header, want := range map[string]string{"Referrer-Policy": "-origin", "Permissions-Policy": "browsing-topics=()"} {
				if isPage && !strings.HasSuffix(path, "/body") && !strings.Contains(got.header.Get(header), want) {
					t.Errorf("%s: %s %q", path, header, got.header.Get(header))
				}
			}
			policy := got.header.Get("Content-Security-Policy")
			if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors") || strings.Contains(policy, "script-src") {
				t.Errorf("%s: Content-Security-Policy %q", path, policy)
			}
			if len(got.header.Values("Set-Cookie")) > 0 {
				t.Errorf("%s sets a cookie", path)
			}
			if strings.Contains(strings.ReplaceAll(got.body, facts, ""), "<script") && strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
				t.Errorf("%s has a script", path)
			}
		}
	}
}

func TestOtherMethods(t *testing.T) {
	s := newSite(t)
	leave := "/unsubscribe/" + s.Tokens.Leave(s.IDs[webtest.Ada], "weekly")
	for _, test := range []struct{ method, path, allow string }{
		{"POST", "/feed.rss", "GET, HEAD"},
		{"POST", "/", "GET, HEAD"},
		{"DELETE", "/articles/article-1", "GET, HEAD"},
		{"PUT", "/topics/platform/feed.rss", "GET, HEAD"},
		{"PATCH", leave, "GET, HEAD, POST"},
		{"GET", leave + "/undo", "POST"},
		{"GET", leave + "/everything", "POST"},
	} {
		before := s.State()
		got := s.do(test.method, test.path, "")
		if got.code != http.StatusMethodNotAllowed || got.header.Get("Allow") != test.allow {
			t.Errorf("%s %s: %d, Allow %q; want 405, %q", test.method, test.path, got.code, got.header.Get("Allow"), test.allow)
		}
		if s.State() != before {
			t.Errorf("%s %s changed something", test.method, test.path)
		}
	}
}

func TestAddressesThatAreNotQuiteRight(t *testing.T) {
	s := newSite(t)
	for path, want := range map[string]string{
		"/articles/":              "/articles",
		"/articles/?page=2":       "/articles?page=2",
		"/articles/article-1/":    "/articles/article-1",
		"/feed.rss/":              "/feed.rss",
		"/topics/c%2B%2B/":        "/topics/c%2B%2B",
		"/editions/weekly/never/": "/editions/weekly/never",
	} {
		got := s.get(path)
		if got.code != http.StatusPermanentRedirect || got.header.Get("Location") != want {
			t.Errorf("%s: %d to %q, want %q", path, got.code, got.header.Get("Location"), want)
		}
	}
	for _, path := range []string{"/nothing", "/nothing/", "/articles/nothing", "/topics/nothing", "/authors/nothing", "/events/nothing", "/editions/weekly/nothing", "/unsubscribe/", "/static/app.css", "/wp-login.php", "/.env", "/%00", "/articles/%00", "/articles/%ff", "//evil.example/"} {
		got := s.get(path)
		if to := got.header.Get("Location"); strings.HasPrefix(to, "//") || strings.HasPrefix(to, "http") {
			t.Errorf("%s leads away to %s", path, to)
		}
		if got.code >= 300 && got.code < 400 {
			got = s.get(got.header.Get("Location"))
		}
		if got.code != http.StatusNotFound || !strings.Contains(got.header.Get("Cache-Control"), "no-store") {
			t.Errorf("%s: %d, %q; want 404 that nobody keeps", path, got.code, got.header.Get("Cache-Control"))
		}
	}
}

// People get a page, programs a line.
func TestErrorsSuitWhoAsked(t *testing.T) {
	s := newSite(t)
	for path, want := range map[string]string{
		"/nothing":                 "text/html; charset=utf-8",
		"/topics/nothing/feed.rss": "text/plain; charset=utf-8",
		"/events/nothing.ics":      "text/plain; charset=utf-8",
		"/media/lead/nothing.png":  "text/plain; charset=utf-8",
	} {
		got := s.get(path)
		if got.code != http.StatusNotFound || got.header.Get("Content-Type") != want {
			t.Errorf("%s: %d %s, want 404 %s", path, got.code, got.header.Get("Content-Type"), want)
		}
		if want[5] == 'p' && len(got.body) > 40 {
			t.Errorf("%s: a program is told %q", path, got.body)
		}
	}
}

// broken fails in the ways a database does, and worse.
type broken struct{ *store.DB }

func (broken) ArticleBySlug(_ context.Context, slug string) (*content.Entry, error) {
	if slug == "panic" {
		panic("secret in a panic")
	}
	return nil, errors.New("secret in an error")
}

func TestFailuresTellNothing(t *testing.T) {
	s := newSite(t)
	s.Content = broken{s.DB}
	for _, path := range []string{"/articles/error", "/articles/panic"} {
		got := s.get(path)
		if got.code != http.StatusInternalServerError || strings.Contains(got.body, "secret") || !strings.Contains(got.body, "<h1>") {
			t.Errorf("%s: %d %s", path, got.code, got.body)
		}
		if got.header.Get("ETag") != "" || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: a failure may be kept: %v", path, got.header)
		}
	}
	for _, want := range []string{"secret in an error", "secret in a panic"} {
		if !strings.Contains(s.Said.String(), want) {
			t.Errorf("the log does not hold %q", want)
		}
	}
}

func TestReady(t *testing.T) {
	s := newSite(t)
	s.Ready = func(context.Context) error { return errors.New("dial secret") }
	if got := s.get("/readyz"); got.code != http.StatusServiceUnavailable || strings.Contains(got.body, "secret") {
		t.Errorf("without a database: %d %s", got.code, got.body)
	}
	if got := s.get("/healthz"); got.code != http.StatusOK {
		t.Errorf("healthz: %d", got.code)
	}
	s.Ready = nil
	s.Shelf.stock.Store(nil)
	for _, path := range []string{"/readyz", "/feed.rss"} {
		if got := s.get(path); got.code != http.StatusServiceUnavailable {
			t.Errorf("%s before the shelf is filled: %d", path, got.code)
		}
	}
}

func TestRobots(t *testing.T) {
	s := newSite(t)
	got := s.get("/robots.txt").body
	for _, want := range []string{"Disallow: /unsubscribe/\n", "Disallow: /preferences/\n", "Disallow: /mailbox\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("robots.txt lacks %q:\n%s", want, got)
		}
	}
	own := "/preferences/" + s.Tokens.Preferences(s.IDs[webtest.Ada], "")
	confirm := "/confirm/" + s.Asked(subscribers.Request{Kind: subscribers.SignUp, Email: "new@newcomers.example", Newsletters: []string{"weekly"}})
	for _, path := range []string{"/unsubscribe/" + s.Tokens.Leave(s.IDs[webtest.Ada], ""), own, own + "/data", own + "/erase", own + "/address", confirm, "/preferences", "/mailbox"} {
		got := s.get(path)
		if !strings.Contains(got.header.Get("X-Robots-Tag"), "noindex") || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, got.header)
		}
	}
}
