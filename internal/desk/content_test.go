package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/readership"
	"github.com/standfirst/standfirst/internal/webtest"
)

const vic = "vic@example.com" // who may look only

// A contentSite is a desk that looks after content, with an editor and a
// viewer signed in.
type contentSite struct {
	*deskSite
	may, looks *http.Cookie
	reads      int // of the source, for editors
}

func newContentDesk(t *testing.T) *contentSite {
	t.Helper()
	s := &contentSite{deskSite: newDesk(t, "http://localhost:8080")}
	s.Syncer.Failed = func(ctx context.Context, source string, why error, now time.Time) {
		s.Must(s.DB.SourceFailed(ctx, source, why, now))
	}
	s.Desk.Content = &ContentWatch{
		Store: s.DB, Remind: []int{14, 42}, Changed: func() { s.Must(s.Shelf.Build(context.Background())) },
		Sync: func(ctx context.Context, source string, accept bool) (content.Report, error) {
			s.reads++
			r, err := s.Syncer.SyncSource(ctx, source, time.Now(), content.SyncOptions{Accept: accept})
			return r, errors.Join(err, s.Shelf.Build(ctx))
		},
	}
	s.open()
	_, err := s.Door.Add(t.Context(), editors.Editor{Email: vic, Role: editors.RoleViewer}, time.Now())
	s.Must(err)
	s.may, s.looks = s.SignedIn(desktest.Maya), s.SignedIn(vic)
	return s
}

// shows is a page of the desk.
func (s *contentSite) shows(path string) string {
	s.T.Helper()
	res := s.Do("GET", path, nil, s.may)
	if res.StatusCode != http.StatusOK {
		s.T.Fatalf("%s: %d", path, res.StatusCode)
	}
	return desktest.Text(s.T, res)
}

// acts posts what a form has, and insists on where that leads.
func (s *contentSite) acts(path, want string, fields ...string) {
	s.T.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	res := s.Do("POST", path, form, s.may)
	if got := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || got != want {
		s.T.Fatalf("%s %v: %d to %q, want %q", path, fields, res.StatusCode, got, want)
	}
}

// says insists on what a page says, and with "!" before it on what it does not.
func (s *contentSite) says(path string, words ...string) {
	s.T.Helper()
	page := s.shows(path)
	for _, w := range words {
		not, found := strings.HasPrefix(w, "!"), strings.Contains(page, strings.TrimPrefix(w, "!"))
		if found == not {
			s.T.Errorf("%s: %q: %v\n%s", path, w, found, page)
		}
	}
}

func (s *contentSite) fed(slug string) bool {
	s.T.Helper()
	d, ok := s.Shelf.Document("/feed.rss")
	return ok && strings.Contains(string(d.Bytes()), "/"+slug)
}

// did are the acts in the log, newest first.
func (s *contentSite) acted(subject string) []string {
	s.T.Helper()
	entries, err := s.DB.LogEntries(s.T.Context(), subject, 10)
	s.Must(err)
	var out []string
	for _, e := range entries {
		if e.Who != "editor "+desktest.Maya {
			s.T.Errorf("%s by %s", e.What, e.Who)
		}
		out = append(out, e.What)
	}
	return out
}

func (s *contentSite) add(slug string) {
	s.Folder.Add(content.Article{Title: "The " + slug, Slug: slug, Access: content.Free, Published: time.Now().Add(-time.Hour), Body: "<p>All of " + slug + ".</p>"})
}

// TestHeldIsReleased: what the flood guard holds is released by an editor who
// has seen how much it is, once.
func TestHeldIsReleased(t *testing.T) {
	s := newContentDesk(t)
	s.Syncer.Sources[0].Rules.Flood = 2
	for i := range 3 {
		s.add(fmt.Sprintf("flood-%d", i))
	}
	s.acts("/desk/sources/read", "/desk/sources?did=read", "source", "test")
	s.says("/desk/sources", "Release 3 articles", "Waits for you", `name="agree" value="3"`)
	s.says("/desk/articles?state=held", "The flood-1", "3 articles", "!Article number")
	if s.fed("flood-1") {
		t.Error("what is held is in the feed")
	}
	s.acts("/desk/sources/read", "/desk/sources?did=changed", "source", "test", "agree", "2")
	s.acts("/desk/sources/read", "/desk/sources?did=accepted", "source", "test", "agree", "3")
	s.acts("/desk/sources/read", "/desk/sources?did=changed", "source", "test", "agree", "3")
	s.says("/desk/sources?did=accepted", "What was held is released", "!Release 3", "Fine")
	if !s.fed("flood-1") {
		t.Error("what was released is not in the feed")
	}
	if got := s.acted("test"); !slices.Equal(got, []string{"agreed to what was held", "read a source"}) {
		t.Errorf("log: %q", got)
	}
	if res := s.Do("POST", "/desk/sources/read", url.Values{"source": {"nothing"}}, s.may); res.StatusCode != http.StatusNotFound {
		t.Errorf("a source that is not there: %d", res.StatusCode)
	}
}

// TestConflictIsRuledUpon: discard, the same, another; and asked again.
func TestConflictIsRuledUpon(t *testing.T) {
	s := newContentDesk(t)
	s.add("copy")
	twin := &s.Folder.Articles[len(s.Folder.Articles)-1]
	twin.Keys = append(twin.Keys, "test:id:7")
	s.Folder.Articles[0].Keys = append(s.Folder.Articles[0].Keys, "test:id:7")
	s.Sync()
	sources, err := s.DB.Sources(t.Context())
	s.Must(err)
	var held content.Conflict
	for _, c := range sources[0].Held {
		if c.Title == "The copy" {
			held = c
		}
	}
	if held.Mark == "" {
		t.Fatalf("held: %+v", sources[0].Held)
	}
	s.says("/desk/sources", "Held until you decide", "The copy", held.Mark)
	s.acts("/desk/sources/rule", "/desk/sources?did=changed", "source", "test", "mark", held.Mark, "verdict", "same", "item", "no such")
	s.acts("/desk/sources/rule", "/desk/sources?did=ruled", "source", "test", "mark", held.Mark, "verdict", "discard")
	s.says("/desk/sources?did=ruled", "Later readings keep to it", "left alone", "!Held until you decide")
	s.acts("/desk/sources/back", "/desk/sources?did=back", "source", "test", "mark", held.Mark)
	s.acts("/desk/sources/back", "/desk/sources?did=back", "source", "test", "mark", held.Mark)
	s.says("/desk/sources", "Held until you decide")
	for range 2 {
		s.acts("/desk/sources/rule", "/desk/sources?did=ruled", "source", "test", "mark", held.Mark, "verdict", "another")
	}
	if !s.fed("copy") {
		t.Error("what is another article is not in the feed")
	}
	if res := s.Do("POST", "/desk/sources/rule", url.Values{"source": {"test"}, "mark": {held.Mark}, "verdict": {"x"}}, s.may); res.StatusCode != http.StatusBadRequest {
		t.Errorf("an unknown verdict: %d", res.StatusCode)
	}
}

// TestFailingSource: a source that cannot be read is told with the reason, and
// counted in the menu.
func TestFailingSource(t *testing.T) {
	s := newContentDesk(t)
	s.Syncer.Sources[0].Source = unread{s.Folder}
	s.acts("/desk/sources/read", "/desk/sources?did=failed", "source", "test")
	s.says("/desk/sources?did=failed", "The source could not be read", "articles/x.md:3:7: a tab &lt;b&gt;", "Failing", "Sources (1 failing)")
	s.Syncer.Sources[0].Source = s.Folder
	s.acts("/desk/sources/read", "/desk/sources?did=read", "source", "test")
	s.says("/desk/sources", "!a tab", "Fine", "!failing)")
}

type unread struct{ *webtest.Folder }

func (unread) Read(context.Context, time.Time) (*content.Listing, error) {
	return nil, errors.New("articles/x.md:3:7: a tab <b>")
}

// TestArticleActs: withdrawn, brought back, released again, pinned, kept out of
// letters; each is logged once, and pressing twice does nothing more.
func TestArticleActs(t *testing.T) {
	s := newContentDesk(t)
	a, err := s.DB.ArticleBySlug(t.Context(), "article-1")
	s.Must(err)
	page := "/desk/articles/" + a.Item
	seen := strconv.FormatInt(a.N, 10)
	s.says(page, "Article number 1", "What article 1 is about.", "All of article 1.", "Release again", "Withdraw", "!Bring back", s.Edition, "to one reader")

	s.acts(page, page+"?did=withdrawn", "do", "withdraw", "seen", seen)
	if s.fed("article-1") {
		t.Error("it is in the feed")
	}
	its := httptest.NewRecorder()
	s.H.ServeHTTP(its, httptest.NewRequest("GET", "/articles/article-1", nil))
	if its.Code != http.StatusGone && its.Code != http.StatusNotFound {
		t.Errorf("its page: %d", its.Code)
	}
	s.Sync()
	if s.fed("article-1") {
		t.Error("its source brought it back")
	}
	s.says(page+"?did=withdrawn", "It is withdrawn.", "Bring back", "!Release again", "an editor withdrew it")
	s.acts(page, page+"?did=changed", "do", "again", "seen", seen)
	s.acts(page, page+"?did=back", "do", "back", "seen", seen)
	if !s.fed("article-1") {
		t.Error("it is not back")
	}

	s.acts(page, page+"?did=again", "do", "again", "seen", seen)
	s.acts(page, page+"?did=changed", "do", "again", "seen", seen) // pressed twice
	file, err := s.DB.ArticleFile(t.Context(), a.Item)
	s.Must(err)
	if len(file.Releases) != 2 || file.Releases[1].Revision != 1 {
		t.Errorf("releases: %+v", file.Releases)
	}
	s.acts(page, page+"?did=pinned", "do", "pin")
	s.says(page, "Pinned", "Pin no more")
	s.acts(page, page+"?did=unpinned", "do", "unpin")
	s.acts(page, page+"?did=quiet", "do", "quiet")
	s.says("/desk/articles?state=quiet", "Article number 1<", "One article")
	s.acts(page, page+"?did=loud", "do", "loud")
	if got, want := s.acted("article "+a.Item), []string{"let an article into letters", "kept an article out of letters", "unpinned an article", "pinned an article",
		"released again", "brought an article back", "withdrew an article"}; !slices.Equal(got, want) {
		t.Errorf("log: %q", got)
	}
	for form, want := range map[string]int{"do=x": 400, "do=again&seen=x": 400, "do=withdraw": 404} {
		fields, err := url.ParseQuery(form)
		s.Must(err)
		if res := s.Do("POST", map[int]string{400: page, 404: "/desk/articles/none"}[want], fields, s.may); res.StatusCode != want {
			t.Errorf("%s: %d, want %d", form, res.StatusCode, want)
		}
	}
	if res := s.Do("GET", "/desk/articles/%00", nil, s.may); res.StatusCode != http.StatusNotFound {
		t.Errorf("%%00: %d", res.StatusCode)
	}
}

// TestArticleList: found by words and by state, a page at a time.
func TestArticleList(t *testing.T) {
	s := newContentDesk(t)
	for i := range 40 {
		s.add(fmt.Sprintf("late-%02d", i))
	}
	s.Sync()
	s.says("/desk/articles", "66 articles", "The late-39", "!Article number 24<", `href="/desk/articles?page=2"`)
	s.says("/desk/articles?page=2", "Article number 24<", "!The late-39", `href="/desk/articles"`)
	s.says("/desk/articles?q=LATE-0&state=public", "10 articles", "!page=2", `value="LATE-0"`)
	s.says("/desk/articles?q=%25&page=-1&state=x", "No article is like that")
	s.says("/desk/articles?q="+url.QueryEscape(webtest.Hostile), "!<script>", "One article")
}

// TestEventsAtTheDesk: what readers were told and will be; nobody is reminded
// of what an editor silences.
func TestEventsAtTheDesk(t *testing.T) {
	s := newContentDesk(t)
	e, err := s.DB.EventBySlug(t.Context(), "london-2026")
	s.Must(err)
	s.says("/desk/events", "LeadDev London", "Takes place", "(42 days before)", "Next reminder", "Do not remind", "!Old times", "!<script>")
	s.acts("/desk/events", "/desk/events?did=quiet", "event", e.ID, "do", "quiet")
	s.says("/desk/events?did=quiet", "Nobody is reminded of it any more", "Remind again")
	s.acts("/desk/events", "/desk/events?did=loud", "event", e.ID, "do", "loud")
	if got := s.acted("event " + e.ID); len(got) != 2 {
		t.Errorf("log: %q", got)
	}
	if res := s.Do("POST", "/desk/events", url.Values{"event": {"none"}, "do": {"quiet"}}, s.may); res.StatusCode != http.StatusNotFound {
		t.Errorf("no such event: %d", res.StatusCode)
	}
}

// TestFeedsAtTheDesk: every feed is valid, and who fetched it is counted after
// the answer, however often they come, without an address being kept.
func TestFeedsAtTheDesk(t *testing.T) {
	s := newContentDesk(t)
	s.Census = &readership.Census{Key: []byte("key")}
	s.says("/desk/feeds", "/feed.rss", "/events.ics", "Valid", "item 1 title: holds a tag, &lt;/title&gt;", "!Being checked", "Nobody has fetched a feed yet")
	for range 3 {
		for i, agent := range []string{"Feedly/1.0 (16 subscribers)", "Newsboat/2.37", "Newsboat/2.38", "curl/8"} {
			r := httptest.NewRequest("GET", "/feed.rss", nil)
			r.RemoteAddr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), 1234).String()
			r.Header.Set("User-Agent", agent)
			rec := httptest.NewRecorder()
			s.H.ServeHTTP(rec, r)
			if rec.Code != http.StatusOK {
				t.Fatalf("feed: %d", rec.Code)
			}
		}
	}
	s.Must(s.Census.Note(t.Context(), s.DB))
	s.says("/desk/feeds", "<td><bdi>Feedly</bdi></td><td class=\"num\">16</td>", "<td><bdi>Newsboat</bdi></td><td class=\"num\">–</td><td class=\"num\">2</td>", "!curl", "!192.0.2")
}

// TestViewersLookOnly: who may look only sees all of it, and does nothing.
func TestViewersLookOnly(t *testing.T) {
	s := newContentDesk(t)
	a, err := s.DB.ArticleBySlug(t.Context(), "article-1")
	s.Must(err)
	page := "/desk/articles/" + a.Item
	before := s.State()
	for _, path := range []string{"/desk/sources", "/desk/articles", page, "/desk/events", "/desk/feeds"} {
		res := s.Do("GET", path, nil, s.looks)
		body := desktest.Text(t, res)
		if res.StatusCode != http.StatusOK || strings.Count(body, `method="post"`) != 1 { // to sign out
			t.Errorf("%s: %d, %d forms", path, res.StatusCode, strings.Count(body, `method="post"`))
		}
	}
	for _, path := range []string{"/desk/sources/read", "/desk/sources/rule", "/desk/sources/back", page, "/desk/events"} {
		form := url.Values{"source": {"test"}, "do": {"withdraw"}, "verdict": {"discard"}}
		if res := s.Do("POST", path, form, s.looks); res.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s: %d", path, res.StatusCode)
		}
		if res := s.Do("POST", path, form); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/desk/sign-in" {
			t.Errorf("POST %s by nobody: %d", path, res.StatusCode)
		}
	}
	if s.State() != before || s.reads > 0 {
		t.Error("something was done")
	}
}

// TestContentInABrowser: what is held is released, and an article is withdrawn
// and released again, by an editor with a browser.
func TestContentInABrowser(t *testing.T) {
	b := webtest.NewBrowser(t)
	s := newContentDesk(t)
	s.Syncer.Sources[0].Rules.Flood = 2
	for i := range 3 {
		s.add(fmt.Sprintf("flood-%d", i))
	}
	srv := httptest.NewServer(s.H)
	defer srv.Close()
	b.Do(chromedp.Navigate(srv.URL + s.Link(desktest.Maya)))
	b.Leads("h1", chromedp.Click("main form button"))
	b.Do(chromedp.Navigate(srv.URL + "/desk/sources"))
	b.Leads("[role=status]", chromedp.Click(`section form:last-of-type button`))
	if got := b.Leads("[role=status]", chromedp.Click(`.note.warn button.go`)); got != "What was held is released, and what is gone is withdrawn." {
		t.Errorf("released: %q", got)
	}
	if !s.fed("flood-2") {
		t.Error("it is not in the feed")
	}
	a, err := s.DB.ArticleBySlug(t.Context(), "flood-2")
	s.Must(err)
	b.Do(chromedp.Navigate(srv.URL + "/desk/articles"))
	if got := b.Leads("h1", chromedp.Click(`a[href="/desk/articles/`+a.Item+`"]`)); got != "The flood-2" {
		t.Errorf("article: %q", got)
	}
	if got := b.Leads("[role=status]", chromedp.Click(`button.stop`)); got != "It is withdrawn." || s.fed("flood-2") {
		t.Errorf("withdrawn: %q", got)
	}
	act := func(do string) string {
		return b.Leads("[role=status]", chromedp.Click(`input[name=do][value=`+do+`] ~ button`))
	}
	if got := act("back"); got != "It is public again." || !s.fed("flood-2") {
		t.Errorf("back: %q", got)
	}
	if got := act("again"); got != "It was released again, with a new number." {
		t.Errorf("again: %q", got)
	}
}
