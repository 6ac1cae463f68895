package web

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/webtest"
)

// What this is, how to get it, what is new, and where to meet.
func TestFrontPage(t *testing.T) {
	s := newSite(t)
	s.Publication.Description = "For people who lead."
	got := s.get("/").body
	for _, want := range []string{
		`<p class="standfirst">For people who lead.</p>`, `<meta name="description" content="For people who lead.">`,
		`<form class="card signup" method="post" action="/subscribe"`, `name="email"`, `name="website"`,
		"Tuesdays at eight. The next one goes out on Tuesday", "3 min read", `<a href="/topics/platform">Platform</a>`,
		"LeadDev London", `<bdi>London, QEII Centre</bdi>`, `href="/archive"`, `href="/feeds"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the front page lacks %s", want)
		}
	}
	if again := s.get("/").body; again != got {
		t.Error("the front page is another for whoever asks next: nobody could keep it")
	}
	s.Newsletters = nil
	if got := s.get("/").body; strings.Contains(got, "<form") {
		t.Error("there is a form, and nothing to subscribe to")
	}
}

// Whatever lists articles or events has the address of a feed of just these.
func TestListsHaveAnAddressToCopy(t *testing.T) {
	s := newSite(t)
	for path, feed := range map[string]string{
		"/articles": "/feed.rss", "/topics/platform": "/topics/platform/feed.rss", "/authors/ada-writer": "/authors/ada-writer/feed.rss",
		"/events": "/events.rss", "/events/london": "/events/london.rss", "/feeds": "/feed.rss",
	} {
		got := s.get(path).body
		if !strings.Contains(got, `value="`+s.url+feed+`" readonly`) {
			t.Errorf("%s does not show the address of %s", path, feed)
		}
		if !strings.Contains(got, `type="application/rss&#43;xml"`) && !strings.Contains(got, `type="application/rss+xml"`) {
			t.Errorf("%s names no feed in its head", path)
		}
		if res := s.get(feed); res.code != http.StatusOK {
			t.Errorf("%s: %d", feed, res.code)
		}
	}
	if got := s.get("/feeds").body; !strings.Contains(got, `<strong><a href="/topics/platform">Platform</a></strong>`) {
		t.Error("the page of feeds does not lead to what is in one")
	}
}

func TestErrorPagesHelp(t *testing.T) {
	s := newSite(t)
	s.Folder.Add(content.Article{Title: "The handover is the rota", Slug: "the-handover-is-the-rota", Access: content.Free, Published: time.Now()})
	s.Sync()
	for path, want := range map[string]bool{
		"/2024/05/handover-rota": true, "/articles/the-handover-rota": true, "/the-handover": true, "/Handover_Rota": true,
		"/handover": false, "/handover-rota.php": false, "/what-else": false,
	} {
		got := s.get(path)
		if meant := strings.Contains(got.body, "The handover is the rota"); meant != want || got.code != http.StatusNotFound {
			t.Errorf("%s: %d, names the article: %v, want %v", path, got.code, meant, want)
		}
	}
	for code, want := range map[int]string{
		403: "This was not accepted", 404: "There is no such page", 410: "This page was taken away",
		429: "That was a little often", 500: "Something went wrong on our side", 503: "Something went wrong on our side",
	} {
		b, err := s.Templates.Page(s.apology(requestFor("/x"), code))
		s.Must(err)
		if !strings.Contains(string(b), "<h1>"+want+"</h1>") || !strings.Contains(string(b), `<a class="button" href="/">`) {
			t.Errorf("%d: %s", code, b)
		}
	}
}

func requestFor(path string) *http.Request {
	r, err := http.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		panic(err)
	}
	return r
}

func TestSlugWords(t *testing.T) {
	for slug, want := range map[string][]string{
		"the-handover-is-the-rota": {"the", "handover", "rota"},
		"Über_die-Übergabe":        {"über", "die", "übergabe"},
		"a-b-c":                    nil, "x.php": nil, strings.Repeat("word-", 50): nil,
	} {
		if diff := cmp.Diff(want, slugWords(slug)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", slug, diff)
		}
	}
	if n := len(slugWords("one two three four five six seven eight nine ten eleven twelve thirteen fourteen")); n > mostWords {
		t.Errorf("%d words", n)
	}
}

var inFacts = regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`)

// facts returns what a page says to search engines.
func (s *site) facts(path string) map[string]any {
	s.T.Helper()
	m := inFacts.FindStringSubmatch(s.get(path).body)
	if m == nil {
		s.T.Fatalf("%s says nothing to search engines", path)
	}
	var facts map[string]any
	s.Must(json.Unmarshal([]byte(m[1]), &facts))
	return facts
}

func TestFacts(t *testing.T) {
	s := newSite(t)
	got := s.facts("/articles/article-1")
	want := map[string]any{
		"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Article number 1", "description": "What article 1 is about.",
		"mainEntityOfPage": "https://publication.example/article-1", "inLanguage": "en-GB", "isAccessibleForFree": true,
		"datePublished": got["datePublished"],
		"author":        []any{map[string]any{"@type": "Person", "name": "Ada Writer"}},
		"publisher":     map[string]any{"@type": "Organization", "name": "The Example Lead", "url": s.url + "/"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := time.Parse(time.RFC3339, got["datePublished"].(string)); err != nil {
		t.Error(err)
	}
	if got := s.facts("/articles/hostile"); got["isAccessibleForFree"] != false || got["headline"] != webtest.Hostile {
		t.Errorf("a metered article: %v", got)
	}
	events := s.facts("/events")["@graph"].([]any)
	london := events[1].(map[string]any)
	if len(events) != 2 || london["name"] != "LeadDev London" || london["eventStatus"] != "https://schema.org/EventScheduled" ||
		london["eventAttendanceMode"] != "https://schema.org/OfflineEventAttendanceMode" {
		t.Errorf("events: %v", events)
	}
}

// Where readers are counted or must be known, the rest is not in the answer.
func TestWhatIsNotGivenAway(t *testing.T) {
	s := newSite(t)
	for slug, access := range map[string]content.Access{"metered": content.Metered, "registered": content.Registered} {
		s.Folder.Add(content.Article{
			Title: "Guarded " + slug, Standfirst: "The beginning.", Body: "<p>The rest of it.</p>", Slug: slug, Access: access, Published: time.Now(),
		})
	}
	s.Sync()
	for _, slug := range []string{"metered", "registered"} {
		got := s.get("/articles/" + slug).body
		if !strings.Contains(got, "The beginning.") || strings.Contains(got, "The rest of it.") || !strings.Contains(got, `href="https://publication.example/`+slug+`"`) {
			t.Errorf("%s:\n%s", slug, got)
		}
	}
}
