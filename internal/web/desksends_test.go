package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

const bea = "bea@example.com" // a second editor

// sends are the real ones, but for test letters, which are caught.
func (s *site) sends() Sends {
	publisher := &digest.Publisher{Store: s.db, Newsletters: s.Newsletters, Remind: []int{42}}
	return Sends{
		Publisher: publisher, Drafts: s.db,
		Press: &digest.Press{
			Store: s.db, Newsletters: publisher.Newsletter, Templates: s.Templates, Catalog: s.Catalog, Publication: s.Publication,
			From: mailer.Address{Name: "The Example Lead", Email: "news@publication.example"}, Tokens: s.Tokens, Key: []byte("message key"),
		},
		Deliver: func(ctx context.Context, m *mailer.Message) error { return mailer.Deliver(ctx, s.Mailbox, m) },
		Zones:   s.db.Zones, ReaderOf: s.db.ByEmail, Setting: s.db.Setting, SetSetting: s.db.SetSetting,
	}
}

// news publishes articles on the site, so that the weekly has something new.
func (s *site) news(titles ...string) {
	s.t.Helper()
	for _, title := range titles {
		slug := strings.ToLower(strings.ReplaceAll(title, " ", "-"))
		s.folder.add(content.Article{
			Title: title, Standfirst: "What it says.", Body: "<p>All of it.</p>", Slug: slug, Access: content.Free,
			URL: s.Publication.URL + "/articles/" + slug, Published: time.Now().Add(-time.Minute), ReadingMinutes: 3,
		})
	}
	s.sync()
}

// numberOf is the number of an article's release.
func (s *site) numberOf(title string) int64 {
	s.t.Helper()
	all, err := s.db.Articles(s.t.Context(), content.ArticleQuery{})
	s.must(err)
	for i := range all {
		if all[i].Article.Title == title {
			return all[i].N
		}
	}
	s.t.Fatalf("no article %q", title)
	return 0
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// form reads the hidden fields of a page, and adds pairs.
func formIn(page string, pairs ...string) url.Values {
	f := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		if !strings.Contains("from edition show", m[1]) {
			f.Add(m[1], m[2])
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

// page gets a page of the desk that must be there.
func (s *deskSite) page(path string, c *http.Cookie) string {
	s.t.Helper()
	res := s.do("GET", path, nil, c)
	b := text(s.t, res)
	if res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d\n%s", path, res.StatusCode, b)
	}
	return b
}

// leads posts a form and returns where that leads.
func (s *deskSite) leads(path string, form url.Values, c *http.Cookie) string {
	s.t.Helper()
	res := s.do("POST", path, form, c)
	if res.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("POST %s: %d\n%s", path, res.StatusCode, text(s.t, res))
	}
	return res.Header.Get("Location")
}

func (s *deskSite) holds(what, page string, want ...string) {
	s.t.Helper()
	for _, w := range want {
		if !strings.Contains(page, w) {
			s.t.Errorf("%s lacks %q", what, w)
		}
	}
}

// logged returns what the log says of a subject, the oldest first.
func (s *deskSite) logged(subject string) (list []string) {
	s.t.Helper()
	entries, err := s.db.LogEntries(s.t.Context(), subject, 100)
	s.must(err)
	for i := len(entries) - 1; i >= 0; i-- {
		list = append(list, entries[i].Who+" "+entries[i].What+": "+entries[i].Detail)
	}
	return list
}

// TestNextSends: when every newsletter goes, to how many, with what, and why
// not.
func TestNextSends(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.signedIn(maya)
	page := s.page("/desk", c)
	// The weekly has just gone out; the other newsletter has a reminder for two.
	s.holds("/desk", page,
		`The Weekly</h2><span class="tag warn">Nothing new</span>`, "It will be skipped if that stays so",
		`Dates</h2><span class="tag ok">On schedule</span>`, "2 readers · one version", "2 reminders", "Counted at ",
		"<dd>Tuesday ", ", 08:00 UTC", `<a href="/desk/editions/`+s.edition+`">`, "2 of 2 letters accepted",
		`action="/desk/newsletters/dates/test"`, "Send a test to "+maya, `href="/desk/newsletters/dates/send"`, `href="/desk/newsletters/weekly"`,
		" KB of 80 KB", "Maya ",
	)
	if strings.Contains(page, `action="/desk/newsletters/weekly/test"`) || strings.Contains(page, hostile) || strings.Contains(page, ada) || strings.Contains(page, c.Value) {
		t.Error("the page shows what it must not")
	}
	before := s.state()
	for range 2 {
		for _, path := range []string{"/desk", "/desk/newsletters/dates", "/desk/newsletters/dates/preview", "/desk/newsletters/dates/send", "/desk/newsletters/dates?show=text&as=v1&find=article"} {
			s.do("GET", path, nil, c)
			s.do("HEAD", path, nil, c)
		}
	}
	if s.state() != before {
		t.Error("looking changed something")
	}

	// What keeps a newsletter from going out is said, and what sources hold.
	e, err := s.Desk.Sends.Publisher.Publish(t.Context(), digest.Request{Newsletter: "dates", Hand: true, Key: "k", By: "test"}, time.Now())
	s.must(err)
	s.must(s.db.Pause(t.Context(), e.ID, "the relay "+hostile, time.Now()))
	s.Desk.Sources = func(context.Context) ([]SourceState, error) {
		return []SourceState{{
			Name: "dir:lead", Report: content.Report{Articles: 1200, Held: 1, Errors: []string{"a.md:3:7: " + hostile}},
			Held: []content.Conflict{{At: content.Position{File: "a.md", Line: 3}, Title: "On-call", Reason: "two claim this address"}},
		}}, nil
	}
	s.desk().sources.changed("")
	page = s.page("/desk", c)
	s.holds("/desk", page, `<span class="tag warn">Paused</span>`, "Resume or cancel it", `<a href="/desk/editions/`+e.ID+`"><bdi>`, "1 source could not be read", "1 article or event waits")
	if strings.Contains(page, hostile) {
		t.Error("strangers' words are HTML on the desk")
	}
}

// TestDeskLooksOnly: viewers look and do nothing.
func TestDeskLooksOnly(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	_, err := s.door.Add(t.Context(), editors.Editor{Email: bea, Role: editors.RoleViewer}, time.Now())
	s.must(err)
	c := s.signedIn(bea)
	for _, path := range []string{"/desk", "/desk/newsletters/dates"} {
		page := s.page(path, c)
		if strings.Contains(page, "/test") || strings.Contains(page, `name="do"`) || strings.Contains(page, "dates/send") {
			t.Errorf("%s offers a viewer what only editors may do", path)
		}
	}
	before := s.state()
	for _, path := range []string{"", "/test", "/approve", "/send"} {
		if res := s.do("POST", "/desk/newsletters/dates"+path, url.Values{"revision": {"0"}, "subject": {"x"}}, c); res.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s: %d", path, res.StatusCode)
		}
	}
	if s.state() != before {
		t.Error("a viewer changed something")
	}
}

// failing drafts are those of a database that is gone.
type failingDrafts struct{ Drafts }

func (failingDrafts) Draft(context.Context, string) (*digest.Draft, error) {
	return nil, errors.New("secret reason")
}

// TestDeskFails: what broke is in the log, and not on the page.
func TestDeskFails(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.signedIn(maya)
	s.Desk.Sends.Drafts = failingDrafts{}
	res := s.do("GET", "/desk", nil, c)
	if page := text(t, res); res.StatusCode != 500 || strings.Contains(page, "secret") || !strings.Contains(s.log.String(), "secret reason") {
		t.Errorf("%d", res.StatusCode)
	}
}

// TestEditEdition: the words, the order and the choice of an edition, as every
// reader would get them.
func TestEditEdition(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.signedIn(maya)
	s.news("First story", "Second story", "Third story")
	const at = "/desk/newsletters/weekly"
	page := s.page(at, c)
	s.holds("the page", page, "2 readers", "new since the edition of ", "for 2 readers", `sandbox="allow-popups allow-popups-to-escape-sandbox"`, `Leave out for good<span class="hidden">: Third story`, "No test of it has been sent.")
	first, second, third := s.numberOf("First story"), s.numberOf("Second story"), s.numberOf("Third story")
	press := func(do string, pairs ...string) string {
		t.Helper()
		return s.leads(at, formIn(s.page(at, c), append([]string{"do", do}, pairs...)...), c)
	}
	if to := press("save", "subject", "  Three\nstories ", "preheader", "What the three of them say, and where they lead you", "intro", "Dear readers,\r\n\r\n<b>all</b> of you"); to != at+"?done=sends_saved" {
		t.Fatalf("saving leads to %s", to)
	}
	s.holds("what was saved", s.page(at+"?done=sends_saved", c), "Saved.", `value="Three stories"`, "Changed by Maya ", "&lt;b&gt;all&lt;/b&gt; of you")
	s.holds("the letter", s.page(at+"/preview", c), "<title>Three stories</title>", "What the three of them say", "&lt;b&gt;all&lt;/b&gt; of you")
	order := func() []string {
		t.Helper()
		letter := s.page(at+"/preview", c)
		got := slices.DeleteFunc([]string{"First", "Second", "Third"}, func(name string) bool { return !strings.Contains(letter, name+" story") })
		slices.SortFunc(got, func(a, b string) int { return strings.Index(letter, a+" story") - strings.Index(letter, b+" story") })
		return got
	}
	words := []string{"subject", "Three stories", "preheader", "What the three of them say, and where they lead you", "intro", "Dear readers"}
	for _, step := range []struct {
		do   string
		n    int64
		want string
	}{
		{"lead", first, "First Third Second"}, {"down", third, "First Second Third"}, {"up", third, "First Third Second"},
		{"up", third, "Third First Second"}, {"out", first, "Third Second"}, {"back", first, "Third Second First"}, {"keep", second, "Third First"},
	} {
		press(fmt.Sprintf("%s %d", step.do, step.n), words...)
		if got := strings.Join(order(), " "); got != step.want {
			t.Fatalf("%s %d: %s, want %s", step.do, step.n, got, step.want)
		}
	}
	page = s.page(at, c)
	s.holds("what is kept", page, "kept for next time by Maya ", fmt.Sprintf(`value="back %d"`, second))

	// An older one is found by its title, and put in: ben has had it, ada too.
	to := press("find", append(words[:len(words):len(words)], "find", "number 3")...)
	old := s.numberOf("Article number 3")
	to, _, _ = strings.Cut(to, "#")
	s.holds("the search", s.page(to, c), "Article number 3", fmt.Sprintf(`value="in %d"`, old))
	press(fmt.Sprintf("in %d", old), words...)
	draft, err := s.db.Draft(t.Context(), "weekly")
	s.must(err)
	want := digest.Changes{
		Subject: words[1], Preheader: words[3], Intro: words[5], Order: []int64{third},
		Out: []digest.Removal{{N: second, Keep: true, By: "Maya " + hostile}}, In: []int64{old},
	}
	if diff := cmp.Diff(want, draft.Changes); diff != "" {
		t.Errorf("the draft (-want +got):\n%s", diff)
	}

	// Pressing save again changes nothing, and nothing but our buttons works.
	press("save", words...)
	if again, err := s.db.Draft(t.Context(), "weekly"); err != nil || again.Revision != draft.Revision {
		t.Errorf("saving what is saved made revision %d of %d", again.Revision, draft.Revision)
	}
	for _, do := range []string{"up", "up x", "in 999999", "drop 1", "out -1"} {
		if res := s.do("POST", at, formIn(s.page(at, c), "do", do), c); res.StatusCode != 400 && res.StatusCode != 404 {
			t.Errorf("%q: %d", do, res.StatusCode)
		}
	}
	res := s.do("POST", at, formIn(s.page(at, c), "do", "save", "subject", strings.Repeat("x", 201)), c)
	if page := text(t, res); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, "At most 200 characters") || !strings.Contains(page, strings.Repeat("x", 201)) {
		t.Errorf("a long subject: %d", res.StatusCode)
	}
	if log := s.logged("weekly"); len(log) != 9 || !strings.HasSuffix(log[1], fmt.Sprintf("changed the next edition: release %d made the lead", first)) {
		t.Errorf("the log: %q", log)
	}
}

// TestEditTogether: who was slower is told, sees the new state, and loses
// nothing of what they wrote.
func TestEditTogether(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	_, err := s.door.Add(t.Context(), editors.Editor{Email: bea, Name: "Bea"}, time.Now())
	s.must(err)
	c, other := s.signedIn(maya), s.signedIn(bea)
	s.news("First story")
	const at = "/desk/newsletters/weekly"
	mine, theirs := s.page(at, c), s.page(at, other)
	s.leads(at, formIn(theirs, "do", "save", "subject", "Bea was first"), other)
	res := s.do("POST", at, formIn(mine, "do", "save", "subject", "My own words"), c)
	page := text(t, res)
	if res.StatusCode != http.StatusConflict {
		t.Errorf("status %d", res.StatusCode)
	}
	s.holds("the page that comes back", page, "Not saved: Bea changed this edition", `value="Bea was first"`, "My own words", `name="revision" value="1"`)
	if d, err := s.db.Draft(t.Context(), "weekly"); err != nil || d.Subject != "Bea was first" {
		t.Errorf("the draft has %q", d.Subject)
	}
}

// TestApprove: an edition in review is approved as it is, and a change takes
// that back.
func TestApprove(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.signedIn(maya)
	s.news("First story")
	slot := s.Newsletters[0].Next(time.Now())
	_, err := s.Desk.Sends.Publisher.Publish(t.Context(), digest.Request{Newsletter: "weekly", Slot: slot, By: "schedule", Review: true}, time.Now())
	s.must(err)
	const at = "/desk/newsletters/weekly"
	s.holds("/desk", s.page("/desk", c), "Waits for review")
	page := s.page(at, c)
	id := digest.SlotID("weekly", slot)
	s.holds("the page", page, "Approve for ", `name="edition" value="`+id+`"`)
	s.holds("the page to send", s.page(at+"/send", c), "waits for review. Approve it, and it goes.")
	approve := url.Values{"edition": {id}, "revision": {"0"}}
	if to := s.leads(at+"/approve", url.Values{"edition": {id}, "revision": {"7"}}, c); !strings.HasSuffix(to, "wrong=sends_approve_changed") {
		t.Errorf("approving what was changed leads to %s", to)
	}
	for range 2 { // a double press is one
		if to := s.leads(at+"/approve", approve, c); !strings.HasSuffix(to, "done=sends_approved") && !strings.HasSuffix(to, "wrong=sends_approve_state") {
			t.Errorf("approving leads to %s", to)
		}
	}
	e, err := s.db.Edition(t.Context(), id)
	s.must(err)
	if e.State != digest.Sending || e.Approved.IsZero() {
		t.Fatalf("the edition is %s", e.State)
	}
	if got := s.logged(id); len(got) != 1 || got[0] != "editor "+maya+" approved: " {
		t.Errorf("the log: %q", got)
	}
	s.holds("the page", s.page(at, c), "is approved and goes out as it is")
	if to := s.leads(at, formIn(s.page(at, c), "do", "save", "subject", "Changed"), c); to != at+"?done=sends_taken_back" {
		t.Errorf("a change leads to %s", to)
	}
	if e, err = s.db.Edition(t.Context(), id); err != nil || e.State != digest.InReview {
		t.Errorf("after a change the edition is %s", e.State)
	}
}

// TestApprovalIsTakenBack by a change of a draft that was approved.
func TestApprovalIsTakenBack(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.signedIn(maya)
	s.news("First story")
	slot := s.Newsletters[0].Next(time.Now())
	_, err := s.Desk.Sends.Publisher.Publish(t.Context(), digest.Request{Newsletter: "weekly", Slot: slot, By: "schedule", Review: true}, time.Now())
	s.must(err)
	const at = "/desk/newsletters/weekly"
	s.leads(at, formIn(s.page(at, c), "do", "save", "subject", "One"), c)
	id := digest.SlotID("weekly", slot)
	s.leads(at+"/approve", url.Values{"edition": {id}, "revision": {"1"}}, c)
	s.holds("the page", s.page(at, c), "is approved and goes out as it is", `<span class="tag ok">Approved</span>`)
	if to := s.leads(at, formIn(s.page(at, c), "do", "save", "subject", "Two"), c); to != at+"?done=sends_taken_back" {
		t.Errorf("a change leads to %s", to)
	}
	s.holds("the page after it", s.page(at+"?done=sends_taken_back", c), "The approval is taken back", "Approve for ")
}

// TestPreview: the letter as any version and any reader would get it, in a
// frame that may do nothing.
func TestPreview(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.signedIn(maya)
	s.news("First story")
	const at = "/desk/newsletters/weekly"
	res := s.do("GET", at+"/preview", nil, c)
	csp := res.Header.Get("Content-Security-Policy")
	if res.StatusCode != 200 || !strings.HasPrefix(csp, "sandbox allow-popups") || strings.Contains(csp, "script-src") || !strings.Contains(csp, "frame-ancestors 'self'") {
		t.Errorf("the frame: %d %q", res.StatusCode, csp)
	}
	light := text(t, res)
	s.holds("the letter", light, "@media not all", `<base target="_blank">`, "First story")
	s.holds("the dark letter", s.page(at+"/preview?show=dark", c), "@media all")
	if csp := s.do("GET", at+"/preview?show=bare", nil, c).Header.Get("Content-Security-Policy"); !strings.Contains(csp, "img-src 'none'") {
		t.Errorf("without images: %q", csp)
	}
	s.holds("text", s.page(at+"?show=text", c), "<pre class=\"source\"", "First story")
	s.holds("phone", s.page(at+"?show=phone", c), `class="letter phone"`)
	s.holds("versions", s.page(at, c), "Version 1: ", "Version 2: ")
	if v2 := s.page(at+"/preview?as=v2", c); v2 == light {
		t.Error("the second version is the first")
	}
	to := s.leads(at+"/reader", url.Values{"address": {" " + ben + " "}, "show": {"dark"}}, c)
	if want := fmt.Sprintf("%s?as=r%d&show=dark#letter", at, s.readers[ben]); to != want {
		t.Fatalf("ben's letter is at %s, want %s", to, want)
	}
	s.holds("ben's letter", s.page(fmt.Sprintf("%s/preview?as=r%d", at, s.readers[ben]), c), ben, `lang="de"`)
	s.holds("eve's", s.page(fmt.Sprintf("%s?as=r%d", at, s.readers[eve]), c), "This reader would get no letter now.")
	if to := s.leads(at+"/reader", url.Values{"address": {"nobody@readers.example"}}, c); to != at+"?wrong=sends_reader" {
		t.Errorf("nobody's letter is at %s", to)
	}
	for _, path := range []string{"?as=v9", "?as=x", "?as=r0", "?as=", "?show=nonsense", "/preview?as=v9", "/preview?as=r999999"} {
		want := http.StatusNotFound
		if path == "?as=" {
			want = http.StatusOK
		}
		if res := s.do("GET", at+path, nil, c); res.StatusCode != want {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	if res := s.do("GET", "/desk/newsletters/none", nil, c); res.StatusCode != http.StatusNotFound {
		t.Errorf("no such newsletter: %d", res.StatusCode)
	}
}

// TestTest: one press, to the editor alone, marked, and not counted.
func TestTest(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.signedIn(maya)
	s.news("First story")
	const at = "/desk/newsletters/weekly"
	s.leads(at, formIn(s.page(at, c), "do", "save", "subject", "As edited"), c)
	s.holds("before a test", s.page(at+"/send", c), "No test of it has been sent.")
	before, err := s.db.Editions(t.Context(), "", 100)
	s.must(err)
	if to := s.leads(at+"/test", url.Values{"from": {"send"}}, c); to != at+"/send?done=sends_tested" {
		t.Errorf("a test leads to %s", to)
	}
	letter := s.letterTo(maya)
	if letter.Subject != "[Test] As edited" || strings.Contains(letter.To, ada) {
		t.Errorf("the test: %q to %q", letter.Subject, letter.To)
	}
	after, err := s.db.Editions(t.Context(), "", 100)
	s.must(err)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("a test changed editions:\n%s", diff)
	}
	s.holds("after it", s.page(at+"/send", c), "shows it as it is now edited")
	s.leads(at, formIn(s.page(at, c), "do", "save", "subject", "As edited again"), c)
	s.holds("after another change", s.page(at+"/send", c), "before the last change")
	if log := s.logged("weekly"); len(log) != 3 || log[1] != "editor "+maya+" sent a test: to "+maya {
		t.Errorf("the log: %q", log)
	}
	// Of a newsletter that nobody would get, and when the relay says no.
	s.must(s.db.Leave(t.Context(), s.readers[ada], "weekly", subscribers.Consent{}, time.Now()))
	s.must(s.db.Leave(t.Context(), s.readers[ben], "weekly", subscribers.Consent{}, time.Now()))
	s.desk().plans.changed("weekly")
	if to := s.leads(at+"/test", nil, c); to != at+"?wrong=sends_test_nothing" {
		t.Errorf("nothing to test leads to %s", to)
	}
	s.Desk.Sends.Deliver = func(context.Context, *mailer.Message) error { return context.DeadlineExceeded }
	if to := s.leads("/desk/newsletters/dates/test", url.Values{"from": {"sends"}}, c); to != "/desk?wrong=sends_test_refused" {
		t.Errorf("a refused test leads to %s", to)
	}
}

// TestSendNow: the number on the button is the number that is sent to, and a
// double press sends once.
func TestSendNow(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	woken := 0
	s.Desk.Sends.Queued = func() { woken++ }
	c := s.signedIn(maya)
	s.news("First story")
	const at = "/desk/newsletters/weekly/send"
	page := s.page(at, c)
	s.holds("the page", page, "Send The Weekly to 2 readers now?", ">Send to 2 readers</button>", "The planned send stays", "The Example Lead &lt;news@publication.example&gt;", "First story")
	if strings.Contains(page, `name="readers"`) {
		t.Error("two readers need not be typed")
	}
	form := formIn(page)
	for name, seal := range map[string]string{"none": "", "made up": "AAAA", "changed": form.Get("seal")[:60] + "A" + form.Get("seal")[61:]} {
		if res := s.do("POST", at, url.Values{"seal": {seal}}, c); res.StatusCode != http.StatusConflict || !strings.Contains(text(t, res), "Nothing was sent: this page had been open for too long.") {
			t.Errorf("a seal that is %s: %d", name, res.StatusCode)
		}
	}
	to := s.leads(at, form, c)
	if !strings.HasPrefix(to, "/desk/editions/weekly/") || woken != 1 {
		t.Fatalf("sending leads to %s; who sends was woken %d times", to, woken)
	}
	if again := s.leads(at, form, c); again != to {
		t.Errorf("a double press leads to %s, not %s", again, to)
	}
	id := strings.TrimPrefix(to, "/desk/editions/")
	e, err := s.db.Edition(t.Context(), id)
	s.must(err)
	if !e.Hand || e.By != "editor "+maya {
		t.Errorf("the edition is by %q", e.By)
	}
	all, err := s.db.Editions(t.Context(), "weekly", 10)
	s.must(err)
	if len(all) != 2 {
		t.Errorf("%d editions, want the one of before and this", len(all))
	}
	if got := s.logged(id); len(got) != 1 || got[0] != "editor "+maya+" sent now: to 2 readers" {
		t.Errorf("the log: %q", got)
	}
	_, err = s.Desk.Sends.Publisher.(*digest.Publisher).Expand(t.Context(), time.Now())
	s.must(err)
	if again := s.leads(at, form, c); again != to {
		t.Errorf("a press when it is on its way leads to %s", again)
	}
}

// TestSendNowComesBack when what the button says is no longer so.
func TestSendNowComesBack(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	_, err := s.door.Add(t.Context(), editors.Editor{Email: bea, Name: "Bea"}, time.Now())
	s.must(err)
	c, other := s.signedIn(maya), s.signedIn(bea)
	s.news("First story")
	const at = "/desk/newsletters/weekly/send"
	refused := func(what string, form url.Values, c *http.Cookie) string {
		t.Helper()
		res := s.do("POST", at, form, c)
		page := text(t, res)
		if res.StatusCode != http.StatusConflict || !strings.Contains(page, what) {
			t.Fatalf("%d, want %q:\n%s", res.StatusCode, what, page)
		}
		return page
	}
	form := formIn(s.page(at, c))
	refused("open for too long", form, other) // it is maya's page
	s.subscribe(subscribers.ImportRow{Email: "new@readers.example", Newsletters: []string{"weekly"}})
	page := refused("the number of readers has changed", form, c)
	s.holds("the page that comes back", page, ">Send to 3 readers</button>")
	form = formIn(page)
	s.leads("/desk/newsletters/weekly", formIn(s.page("/desk/newsletters/weekly", other), "do", "save", "subject", "Changed"), other)
	page = refused("was changed while you were looking", form, c)
	s.holds("the page that comes back", page, ">Send to 3 readers</button>", "Changed")
	if all, err := s.db.Editions(t.Context(), "weekly", 10); err != nil || len(all) != 1 {
		t.Errorf("%d editions", len(all))
	}
}

// TestSendNowIsTyped: above a thousand readers, their number is.
func TestSendNowIsTyped(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	s.crowd(1100)
	c := s.signedIn(maya)
	s.news("First story")
	const at = "/desk/newsletters/weekly/send"
	page := s.page(at, c)
	s.holds("the page", page, ">Send to 1,102 readers</button>", `name="readers"`, "1,102. Asked because")
	for _, wrong := range []string{"", "1103", "yes"} {
		if res := s.do("POST", at, formIn(page, "readers", wrong), c); res.StatusCode != http.StatusConflict || !strings.Contains(text(t, res), "the number you typed") {
			t.Errorf("%q: %d", wrong, res.StatusCode)
		}
	}
	if to := s.leads(at, formIn(page, "readers", "1,102"), c); !strings.HasPrefix(to, "/desk/editions/weekly/") {
		t.Errorf("it leads to %s", to)
	}
}

// TestSendNowByTwo: one asks, another sends.
func TestSendNowByTwo(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	s.Desk.SecondPersonAbove = 1
	_, err := s.door.Add(t.Context(), editors.Editor{Email: bea, Name: "Bea"}, time.Now())
	s.must(err)
	c, other := s.signedIn(maya), s.signedIn(bea)
	s.news("First story")
	const at = "/desk/newsletters/weekly/send"
	page := s.page(at, c)
	s.holds("the first page", page, "two editors send together", ">Ask a second editor to send to 2 readers</button>")
	for range 2 { // pressed twice, it still is one editor
		if to := s.leads(at, formIn(page), c); to != at+"?done=sends_asked" {
			t.Fatalf("asking leads to %s", to)
		}
	}
	if page := s.page(at, c); strings.Contains(page, `name="seal"`) {
		t.Error("who asked may send alone")
	}
	page = s.page(at, other)
	s.holds("the second editor's page", page, "asked on ", ">Send to 2 readers</button>")
	if to := s.leads(at, formIn(page), other); !strings.HasPrefix(to, "/desk/editions/weekly/") {
		t.Errorf("the second press leads to %s", to)
	}
	if log := s.logged("weekly"); len(log) != 1 || log[0] != "editor "+maya+" asked for a second editor: to send to 2 readers" {
		t.Errorf("the log: %q", log)
	}
}

// crowd subscribes so many readers to the weekly.
func (s *site) crowd(n int) {
	s.t.Helper()
	rows := make([]subscribers.ImportRow, n)
	for i := range rows {
		rows[i] = subscribers.ImportRow{Line: i + 1, Email: fmt.Sprintf("reader%d@crowd.example", i), Newsletters: []string{"weekly"}}
	}
	_, err := s.db.Import(s.t.Context(), rows, time.Now().Add(-time.Hour), false)
	s.must(err)
}

func TestTyped(t *testing.T) {
	for text, want := range map[string]bool{"12408": true, "12,408": true, "12.408": true, " 12 408 ": true, "١٢٬٤٠٨": true, "12409": false, "": false, "all": false, "124080": false} {
		if got := typed(text, 12408); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestDrifted(t *testing.T) {
	for _, tc := range []struct {
		shown, now int
		want       bool
	}{{100, 100, false}, {100, 101, false}, {100, 102, true}, {100, 99, false}, {100, 98, true}, {2, 3, true}, {12408, 12500, false}, {12408, 12600, true}, {1, 0, true}} {
		if got := drifted(tc.shown, tc.now); got != tc.want {
			t.Errorf("%d, then %d: %v", tc.shown, tc.now, got)
		}
	}
}

// TestSendsInABrowser: sign in, look at what goes next, edit it, test it, send
// it; without JavaScript.
func TestSendsInABrowser(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	s.news("First story", "Second story")
	s.Desk.Editions = s.db
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	b := newBrowser(t)
	link := s.link(maya)
	b.do(chromedp.Navigate(srv.URL + link))
	if got := b.press(link); got != "Next sends" {
		t.Fatalf("signing in leads to %q", got)
	}
	const at = "/desk/newsletters/weekly"
	if got := b.leads("h1", chromedp.Click(`a.go[href="`+at+`"]`)); got != "The Weekly: the next edition" {
		t.Fatalf("Preview and edit leads to %q", got)
	}
	if got := b.leads(`[role=status]`, chromedp.SetValue("#subject", "Two stories"), chromedp.Click(`button[value=save]`)); got != "Saved." {
		t.Fatalf("saving says %q", got)
	}
	if got := b.leads(`[role=status]`, chromedp.Click(fmt.Sprintf(`button[value="up %d"]`, s.numberOf("First story")))); got != "Saved." {
		t.Fatalf("moving says %q", got)
	}
	if got := b.leads(`[role=status]`, chromedp.Click(`form[action="`+at+`/test"] button`)); got != "The test is on its way to you." {
		t.Fatalf("testing says %q", got)
	}
	if got := s.letterTo(maya).Subject; got != "[Test] Two stories" {
		t.Errorf("the test is %q", got)
	}
	if got := b.leads("h1", chromedp.Click(`a[href="`+at+`/send"]`)); got != "Send The Weekly to 2 readers now?" {
		t.Fatalf("Send now leads to %q", got)
	}
	b.leads("h1", chromedp.Click(`form[action="`+at+`/send"] button.big`))
	all, err := s.db.Editions(t.Context(), "weekly", 10)
	s.must(err)
	if len(all) != 2 || all[0].Changes.Subject != "Two stories" {
		t.Errorf("%d editions, the last with %q", len(all), all[0].Changes.Subject)
	}
	for _, c := range b.told() {
		t.Error(c)
	}
}

// TestSendsPagesHold: accessible, and HTML, in every state.
func TestSendsPagesHold(t *testing.T) {
	dir := tools(t, "node", "chromium", "java")
	s := newDesk(t, "http://localhost:8080")
	c := s.signedIn(maya)
	s.crowd(1100)
	s.news("First story", "Second story", "Third story")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(c)
		s.h.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	const at = "/desk/newsletters/weekly"
	s.leads(at, formIn(s.page(at, c), "do", fmt.Sprintf("keep %d", s.numberOf("Second story")), "intro", hostile), c)
	folder := t.TempDir()
	axe, vnu := []string{"node", "axe-pages.mjs"}, []string{"sh", "vnu.sh"}
	for i, path := range []string{
		"/desk?done=sends_saved&wrong=sends_reader", at, at + "?show=text&find=number", at + "?show=phone&as=v2", at + "/send",
		fmt.Sprintf("%s?as=r%d", at, s.readers[eve]), "/desk/newsletters/dates", "/desk/newsletters/dates/send",
	} {
		axe = append(axe, srv.URL+path)
		file := filepath.Join(folder, fmt.Sprintf("%d.html", i))
		s.must(os.WriteFile(file, []byte(s.page(path, c)), 0o600))
		vnu = append(vnu, file)
	}
	check(t, dir, axe...)
	check(t, dir, vnu...)
}

func TestSoonest(t *testing.T) {
	at := func(name, expr string, readers bool) *digest.Newsletter {
		n := &digest.Newsletter{Name: name, Zone: time.UTC, ReaderZone: readers}
		if expr != "" {
			var err error
			if n.Schedule, err = digest.ParseSchedule(expr); err != nil {
				t.Fatal(err)
			}
		}
		return n
	}
	all := []*digest.Newsletter{at("instant", "", false), at("monthly", "0 8 1 * *", false), at("evening", "0 20 * * *", false), at("also", "", false), at("early", "0 20 * * *", true)}
	var got []string
	for _, n := range soonest(all, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)) {
		got = append(got, n.Name)
	}
	if diff := cmp.Diff([]string{"early", "evening", "monthly", "instant", "also"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if all[0].Name != "instant" {
		t.Error("the configuration was put in another order")
	}
}
