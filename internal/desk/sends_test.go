package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

const bea = "bea@example.com" // a second editor

// TestNextSends: when every newsletter goes, to how many, with what, and why
// not.
func TestNextSends(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.SignedIn(desktest.Maya)
	page := s.Page("/desk", c)
	// The weekly has just gone out; the other newsletter has a reminder for two.
	s.Holds("/desk", page,
		`The Weekly</h2><span class="tag warn">Nothing new</span>`, "It will be skipped if that stays so",
		`Dates</h2><span class="tag ok">On schedule</span>`, "2 readers · one version", "2 reminders", "Counted at ",
		"<dd>Tuesday ", ", 08:00 UTC", `<a href="/desk/editions/`+s.Edition+`">`, "2 of 2 letters accepted",
		`action="/desk/newsletters/dates/test"`, "Send a test to "+desktest.Maya, `href="/desk/newsletters/dates/send"`, `href="/desk/newsletters/weekly"`,
		" KB of 80 KB", "Maya ",
	)
	if strings.Contains(page, `action="/desk/newsletters/weekly/test"`) || strings.Contains(page, webtest.Hostile) || strings.Contains(page, webtest.Ada) || strings.Contains(page, c.Value) {
		t.Error("the page shows what it must not")
	}
	before := s.State()
	for range 2 {
		for _, path := range []string{"/desk", "/desk/newsletters/dates", "/desk/newsletters/dates/preview", "/desk/newsletters/dates/send", "/desk/newsletters/dates?show=text&as=v1&find=article"} {
			s.Do("GET", path, nil, c)
			s.Do("HEAD", path, nil, c)
		}
	}
	if s.State() != before {
		t.Error("looking changed something")
	}

	// What keeps a newsletter from going out is said, and what sources hold.
	e, err := s.Desk.Sends.Publisher.Publish(t.Context(), digest.Request{Newsletter: "dates", Hand: true, Key: "k", By: "test"}, time.Now())
	s.Must(err)
	s.Must(s.DB.Pause(t.Context(), e.ID, "the relay "+webtest.Hostile, time.Now()))
	s.Desk.Sources = func(context.Context) ([]SourceState, error) {
		return []SourceState{{
			Name: "dir:lead", Report: content.Report{Articles: 1200, Held: 1, Errors: []string{"a.md:3:7: " + webtest.Hostile}},
			Held: []content.Conflict{{At: content.Position{File: "a.md", Line: 3}, Title: "On-call", Reason: "two claim this address"}},
		}}, nil
	}
	s.Desk.ready().sources.changed("")
	page = s.Page("/desk", c)
	s.Holds("/desk", page, `<span class="tag warn">Paused</span>`, "Resume or cancel it", `<a href="/desk/editions/`+e.ID+`"><bdi>`, "1 source could not be read", "1 article or event waits")
	if strings.Contains(page, webtest.Hostile) {
		t.Error("strangers' words are HTML on the desk")
	}
}

// TestDeskLooksOnly: viewers look and do nothing.
func TestDeskLooksOnly(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	_, err := s.Door.Add(t.Context(), editors.Editor{Email: bea, Role: editors.RoleViewer}, time.Now())
	s.Must(err)
	c := s.SignedIn(bea)
	for _, path := range []string{"/desk", "/desk/newsletters/dates"} {
		page := s.Page(path, c)
		if strings.Contains(page, "/test") || strings.Contains(page, `name="do"`) || strings.Contains(page, "dates/send") {
			t.Errorf("%s offers a viewer what only editors may do", path)
		}
	}
	for _, path := range []string{"?as=r%d", "/preview?as=r%d"} { // a reader's letter says their address
		if res := s.Do("GET", fmt.Sprintf("/desk/newsletters/weekly"+path, s.IDs[webtest.Ben]), nil, c); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s for a viewer: %d", path, res.StatusCode)
		}
	}
	if page := s.Page("/desk/newsletters/dates", c); strings.Contains(page, "/reader\"") {
		t.Error("a viewer is offered to try addresses")
	}
	before := s.State()
	for _, path := range []string{"", "/test", "/approve", "/send", "/reader"} {
		if res := s.Do("POST", "/desk/newsletters/dates"+path, url.Values{"revision": {"0"}, "subject": {"x"}}, c); res.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s: %d", path, res.StatusCode)
		}
	}
	if s.State() != before {
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
	c := s.SignedIn(desktest.Maya)
	s.Desk.Sends.Drafts = failingDrafts{}
	res := s.Do("GET", "/desk", nil, c)
	if page := desktest.Text(t, res); res.StatusCode != 500 || strings.Contains(page, "secret") || !strings.Contains(s.Said.String(), "secret reason") {
		t.Errorf("%d", res.StatusCode)
	}
}

// TestEditEdition: the words, the order and the choice of an edition, as every
// reader would get them.
func TestEditEdition(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.SignedIn(desktest.Maya)
	s.News("First story", "Second story", "Third story")
	const at = "/desk/newsletters/weekly"
	page := s.Page(at, c)
	s.Holds("the page", page, "2 readers", "new since the edition of ", "for 2 readers", `sandbox="allow-popups allow-popups-to-escape-sandbox"`, `Leave out for good<span class="hidden">: Third story`, "No test of it has been sent.")
	first, second, third := s.NumberOf("First story"), s.NumberOf("Second story"), s.NumberOf("Third story")
	press := func(do string, pairs ...string) string {
		t.Helper()
		return s.Leads(at, desktest.FormIn(s.Page(at, c), append([]string{"do", do}, pairs...)...), c)
	}
	if to := press("save", "subject", "  Three\nstories ", "preheader", "What the three of them say, and where they lead you", "intro", "Dear readers,\r\n\r\n<b>all</b> of you"); to != at+"?done=sends_saved" {
		t.Fatalf("saving leads to %s", to)
	}
	s.Holds("what was saved", s.Page(at+"?done=sends_saved", c), "Saved.", `value="Three stories"`, "Changed by Maya ", "&lt;b&gt;all&lt;/b&gt; of you")
	s.Holds("the letter", s.Page(at+"/preview", c), "<title>Three stories</title>", "What the three of them say", "&lt;b&gt;all&lt;/b&gt; of you")
	order := func() []string {
		t.Helper()
		letter := s.Page(at+"/preview", c)
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
	page = s.Page(at, c)
	s.Holds("what is kept", page, "kept for next time by Maya ", fmt.Sprintf(`value="back %d"`, second))

	// An older one is found by its title, and put in: ben has had it, ada too.
	to := press("find", append(words[:len(words):len(words)], "find", "number 3")...)
	old := s.NumberOf("Article number 3")
	to, _, _ = strings.Cut(to, "#")
	s.Holds("the search", s.Page(to, c), "Article number 3", fmt.Sprintf(`value="in %d"`, old))
	press(fmt.Sprintf("in %d", old), words...)
	draft, err := s.DB.Draft(t.Context(), "weekly")
	s.Must(err)
	want := digest.Changes{
		Subject: words[1], Preheader: words[3], Intro: words[5], Order: []int64{third},
		Out: []digest.Removal{{N: second, Keep: true, By: "Maya " + webtest.Hostile}}, In: []int64{old},
	}
	if diff := cmp.Diff(want, draft.Changes); diff != "" {
		t.Errorf("the draft (-want +got):\n%s", diff)
	}

	// Pressing save again changes nothing, and nothing but our buttons works.
	press("save", words...)
	if again, err := s.DB.Draft(t.Context(), "weekly"); err != nil || again.Revision != draft.Revision {
		t.Errorf("saving what is saved made revision %d of %d", again.Revision, draft.Revision)
	}
	for _, do := range []string{"up", "up x", "in 999999", "drop 1", "out -1"} {
		if res := s.Do("POST", at, desktest.FormIn(s.Page(at, c), "do", do), c); res.StatusCode != 400 && res.StatusCode != 404 {
			t.Errorf("%q: %d", do, res.StatusCode)
		}
	}
	res := s.Do("POST", at, desktest.FormIn(s.Page(at, c), "do", "save", "subject", strings.Repeat("x", 201)), c)
	if page := desktest.Text(t, res); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, "At most 200 characters") || !strings.Contains(page, strings.Repeat("x", 201)) {
		t.Errorf("a long subject: %d", res.StatusCode)
	}
	if log := s.Logged("weekly"); len(log) != 9 || !strings.HasSuffix(log[1], fmt.Sprintf("changed the next edition: release %d made the lead", first)) {
		t.Errorf("the log: %q", log)
	}
}

// TestEditTogether: who was slower is told, sees the new state, and loses
// nothing of what they wrote.
func TestEditTogether(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	_, err := s.Door.Add(t.Context(), editors.Editor{Email: bea, Name: "Bea"}, time.Now())
	s.Must(err)
	c, other := s.SignedIn(desktest.Maya), s.SignedIn(bea)
	s.News("First story")
	const at = "/desk/newsletters/weekly"
	mine, theirs := s.Page(at, c), s.Page(at, other)
	s.Leads(at, desktest.FormIn(theirs, "do", "save", "subject", "Bea was first"), other)
	res := s.Do("POST", at, desktest.FormIn(mine, "do", "save", "subject", "My own words"), c)
	page := desktest.Text(t, res)
	if res.StatusCode != http.StatusConflict {
		t.Errorf("status %d", res.StatusCode)
	}
	s.Holds("the page that comes back", page, "Not saved: Bea changed this edition", `value="Bea was first"`, "My own words", `name="revision" value="1"`)
	if d, err := s.DB.Draft(t.Context(), "weekly"); err != nil || d.Subject != "Bea was first" {
		t.Errorf("the draft has %q", d.Subject)
	}
}

// TestApprove: an edition in review is approved as it is, and a change takes
// that back.
func TestApprove(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.SignedIn(desktest.Maya)
	s.News("First story")
	slot := s.Newsletters[0].Next(time.Now())
	_, err := s.Desk.Sends.Publisher.Publish(t.Context(), digest.Request{Newsletter: "weekly", Slot: slot, By: "schedule", Review: true}, time.Now())
	s.Must(err)
	const at = "/desk/newsletters/weekly"
	s.Holds("/desk", s.Page("/desk", c), "Waits for review")
	page := s.Page(at, c)
	id := digest.SlotID("weekly", slot)
	s.Holds("the page", page, "Approve for ", `name="edition" value="`+id+`"`)
	s.Holds("the page to send", s.Page(at+"/send", c), "waits for review. Approve it, and it goes.")
	approve := url.Values{"edition": {id}, "revision": {"0"}}
	if to := s.Leads(at+"/approve", url.Values{"edition": {id}, "revision": {"7"}}, c); !strings.HasSuffix(to, "wrong=sends_approve_changed") {
		t.Errorf("approving what was changed leads to %s", to)
	}
	for range 2 { // a double press is one
		if to := s.Leads(at+"/approve", approve, c); !strings.HasSuffix(to, "done=sends_approved") && !strings.HasSuffix(to, "wrong=sends_approve_state") {
			t.Errorf("approving leads to %s", to)
		}
	}
	e, err := s.DB.Edition(t.Context(), id)
	s.Must(err)
	if e.State != digest.Sending || e.Approved.IsZero() {
		t.Fatalf("the edition is %s", e.State)
	}
	if got := s.Logged(id); len(got) != 1 || got[0] != "editor "+desktest.Maya+" approved: " {
		t.Errorf("the log: %q", got)
	}
	s.Holds("the page", s.Page(at, c), "is approved and goes out as it is")
	if to := s.Leads(at, desktest.FormIn(s.Page(at, c), "do", "save", "subject", "Changed"), c); to != at+"?done=sends_taken_back" {
		t.Errorf("a change leads to %s", to)
	}
	if e, err = s.DB.Edition(t.Context(), id); err != nil || e.State != digest.InReview {
		t.Errorf("after a change the edition is %s", e.State)
	}
}

// TestApprovalIsTakenBack by a change of a draft that was approved.
func TestApprovalIsTakenBack(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.SignedIn(desktest.Maya)
	s.News("First story")
	slot := s.Newsletters[0].Next(time.Now())
	_, err := s.Desk.Sends.Publisher.Publish(t.Context(), digest.Request{Newsletter: "weekly", Slot: slot, By: "schedule", Review: true}, time.Now())
	s.Must(err)
	const at = "/desk/newsletters/weekly"
	s.Leads(at, desktest.FormIn(s.Page(at, c), "do", "save", "subject", "One"), c)
	id := digest.SlotID("weekly", slot)
	s.Leads(at+"/approve", url.Values{"edition": {id}, "revision": {"1"}}, c)
	s.Holds("the page", s.Page(at, c), "is approved and goes out as it is", `<span class="tag ok">Approved</span>`)
	if to := s.Leads(at, desktest.FormIn(s.Page(at, c), "do", "save", "subject", "Two"), c); to != at+"?done=sends_taken_back" {
		t.Errorf("a change leads to %s", to)
	}
	s.Holds("the page after it", s.Page(at+"?done=sends_taken_back", c), "The approval is taken back", "Approve for ")
}

// TestPreview: the letter as any version and any reader would get it, in a
// frame that may do nothing.
func TestPreview(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.SignedIn(desktest.Maya)
	s.News("First story")
	const at = "/desk/newsletters/weekly"
	res := s.Do("GET", at+"/preview", nil, c)
	csp := res.Header.Get("Content-Security-Policy")
	if res.StatusCode != 200 || !strings.HasPrefix(csp, "sandbox allow-popups") || strings.Contains(csp, "script-src") || !strings.Contains(csp, "frame-ancestors 'self'") {
		t.Errorf("the frame: %d %q", res.StatusCode, csp)
	}
	light := desktest.Text(t, res)
	s.Holds("the letter", light, "@media not all", `<base target="_blank">`, "First story")
	s.Holds("the dark letter", s.Page(at+"/preview?show=dark", c), "@media all")
	if csp := s.Do("GET", at+"/preview?show=bare", nil, c).Header.Get("Content-Security-Policy"); !strings.Contains(csp, "img-src 'none'") {
		t.Errorf("without images: %q", csp)
	}
	s.Holds("text", s.Page(at+"?show=text", c), "<pre class=\"source\"", "First story")
	s.Holds("phone", s.Page(at+"?show=phone", c), `class="letter phone"`)
	s.Holds("versions", s.Page(at, c), "Version 1: ", "Version 2: ")
	if v2 := s.Page(at+"/preview?as=v2", c); v2 == light {
		t.Error("the second version is the first")
	}
	to := s.Leads(at+"/reader", url.Values{"address": {" " + webtest.Ben + " "}, "show": {"dark"}}, c)
	if want := fmt.Sprintf("%s?as=r%d&show=dark#letter", at, s.IDs[webtest.Ben]); to != want {
		t.Fatalf("ben's letter is at %s, want %s", to, want)
	}
	s.Holds("ben's letter", s.Page(fmt.Sprintf("%s/preview?as=r%d", at, s.IDs[webtest.Ben]), c), webtest.Ben, `lang="de"`)
	for _, link := range []string{s.Tokens.Leave(s.IDs[webtest.Ben], "weekly"), s.Tokens.Preferences(s.IDs[webtest.Ben], "weekly")} {
		for _, path := range []string{"/preview?as=r%d", "?show=text&as=r%d"} {
			if strings.Contains(s.Page(fmt.Sprintf(at+path, s.IDs[webtest.Ben]), c), link) {
				t.Errorf("%s has a link by which somebody else may leave for ben", path)
			}
		}
	}
	s.Holds("eve's", s.Page(fmt.Sprintf("%s?as=r%d", at, s.IDs[webtest.Eve]), c), "This reader would get no letter now.")
	if to := s.Leads(at+"/reader", url.Values{"address": {"nobody@readers.example"}}, c); to != at+"?wrong=sends_reader" {
		t.Errorf("nobody's letter is at %s", to)
	}
	for _, path := range []string{"?as=v9", "?as=x", "?as=r0", "?as=", "?show=nonsense", "/preview?as=v9", "/preview?as=r999999"} {
		want := http.StatusNotFound
		if path == "?as=" {
			want = http.StatusOK
		}
		if res := s.Do("GET", at+path, nil, c); res.StatusCode != want {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	if res := s.Do("GET", "/desk/newsletters/none", nil, c); res.StatusCode != http.StatusNotFound {
		t.Errorf("no such newsletter: %d", res.StatusCode)
	}
}

// TestTest: one press, to the editor alone, marked, and not counted.
func TestTest(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.SignedIn(desktest.Maya)
	s.News("First story")
	const at = "/desk/newsletters/weekly"
	s.Leads(at, desktest.FormIn(s.Page(at, c), "do", "save", "subject", "As edited"), c)
	s.Holds("before a test", s.Page(at+"/send", c), "No test of it has been sent.")
	before, err := s.DB.Editions(t.Context(), "", 100)
	s.Must(err)
	if to := s.Leads(at+"/test", url.Values{"from": {"send"}}, c); to != at+"/send?done=sends_tested" {
		t.Errorf("a test leads to %s", to)
	}
	letter := s.LetterTo(desktest.Maya)
	if letter.Subject != "[Test] As edited" || strings.Contains(letter.To, webtest.Ada) {
		t.Errorf("the test: %q to %q", letter.Subject, letter.To)
	}
	after, err := s.DB.Editions(t.Context(), "", 100)
	s.Must(err)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("a test changed editions:\n%s", diff)
	}
	s.Holds("after it", s.Page(at+"/send", c), "shows it as it is now edited")
	s.Leads(at, desktest.FormIn(s.Page(at, c), "do", "save", "subject", "As edited again"), c)
	s.Holds("after another change", s.Page(at+"/send", c), "before the last change")
	if log := s.Logged("weekly"); len(log) != 3 || log[1] != "editor "+desktest.Maya+" sent a test: to "+desktest.Maya {
		t.Errorf("the log: %q", log)
	}
	// Of a newsletter that nobody would get, and when the relay says no.
	s.Must(s.DB.Leave(t.Context(), s.IDs[webtest.Ada], "weekly", subscribers.Consent{}, time.Now()))
	s.Must(s.DB.Leave(t.Context(), s.IDs[webtest.Ben], "weekly", subscribers.Consent{}, time.Now()))
	s.Desk.ready().plans.changed("weekly")
	if to := s.Leads(at+"/test", nil, c); to != at+"?wrong=sends_test_nothing" {
		t.Errorf("nothing to test leads to %s", to)
	}
	s.Desk.Sends.Deliver = func(context.Context, *mailer.Message) error { return context.DeadlineExceeded }
	if to := s.Leads("/desk/newsletters/dates/test", url.Values{"from": {"sends"}}, c); to != "/desk?wrong=sends_test_refused" {
		t.Errorf("a refused test leads to %s", to)
	}
}

// TestSendNow: the number on the button is the number that is sent to, and a
// double press sends once.
func TestSendNow(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	woken := 0
	s.Desk.Sends.Queued = func() { woken++ }
	c := s.SignedIn(desktest.Maya)
	s.News("First story")
	const at = "/desk/newsletters/weekly/send"
	page := s.Page(at, c)
	s.Holds("the page", page, "Send The Weekly to 2 readers now?", ">Send to 2 readers</button>", "The planned send stays", "The Example Lead &lt;news@publication.example&gt;", "First story")
	if strings.Contains(page, `name="readers"`) {
		t.Error("two readers need not be typed")
	}
	form := desktest.FormIn(page)
	for name, seal := range map[string]string{"none": "", "made up": "AAAA", "changed": form.Get("seal")[:60] + "A" + form.Get("seal")[61:]} {
		if res := s.Do("POST", at, url.Values{"seal": {seal}}, c); res.StatusCode != http.StatusConflict || !strings.Contains(desktest.Text(t, res), "Nothing was sent: this page had been open for too long.") {
			t.Errorf("a seal that is %s: %d", name, res.StatusCode)
		}
	}
	to := s.Leads(at, form, c)
	if !strings.HasPrefix(to, "/desk/editions/weekly/") || woken != 1 {
		t.Fatalf("sending leads to %s; who sends was woken %d times", to, woken)
	}
	if again := s.Leads(at, form, c); again != to {
		t.Errorf("a double press leads to %s, not %s", again, to)
	}
	id := strings.TrimPrefix(to, "/desk/editions/")
	e, err := s.DB.Edition(t.Context(), id)
	s.Must(err)
	if !e.Hand || e.By != "editor "+desktest.Maya {
		t.Errorf("the edition is by %q", e.By)
	}
	all, err := s.DB.Editions(t.Context(), "weekly", 10)
	s.Must(err)
	if len(all) != 2 {
		t.Errorf("%d editions, want the one of before and this", len(all))
	}
	if got := s.Logged(id); len(got) != 1 || got[0] != "editor "+desktest.Maya+" sent now: to 2 readers" {
		t.Errorf("the log: %q", got)
	}
	_, err = s.Desk.Sends.Publisher.(*digest.Publisher).Expand(t.Context(), time.Now())
	s.Must(err)
	if again := s.Leads(at, form, c); again != to {
		t.Errorf("a press when it is on its way leads to %s", again)
	}
}

// TestSendNowComesBack when what the button says is no longer so.
func TestSendNowComesBack(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	_, err := s.Door.Add(t.Context(), editors.Editor{Email: bea, Name: "Bea"}, time.Now())
	s.Must(err)
	c, other := s.SignedIn(desktest.Maya), s.SignedIn(bea)
	s.News("First story")
	const at = "/desk/newsletters/weekly/send"
	refused := func(what string, form url.Values, c *http.Cookie) string {
		t.Helper()
		res := s.Do("POST", at, form, c)
		page := desktest.Text(t, res)
		if res.StatusCode != http.StatusConflict || !strings.Contains(page, what) {
			t.Fatalf("%d, want %q:\n%s", res.StatusCode, what, page)
		}
		return page
	}
	form := desktest.FormIn(s.Page(at, c))
	refused("open for too long", form, other) // it is maya's page
	s.Subscribe(subscribers.ImportRow{Email: "new@readers.example", Newsletters: []string{"weekly"}})
	page := refused("the number of readers has changed", form, c)
	s.Holds("the page that comes back", page, ">Send to 3 readers</button>")
	form = desktest.FormIn(page)
	s.Leads("/desk/newsletters/weekly", desktest.FormIn(s.Page("/desk/newsletters/weekly", other), "do", "save", "subject", "Changed"), other)
	page = refused("was changed while you were looking", form, c)
	s.Holds("the page that comes back", page, ">Send to 3 readers</button>", "Changed")
	if all, err := s.DB.Editions(t.Context(), "weekly", 10); err != nil || len(all) != 1 {
		t.Errorf("%d editions", len(all))
	}
}

// TestSendNowIsTyped: above a thousand readers, their number is.
func TestSendNowIsTyped(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	s.crowd(1100)
	c := s.SignedIn(desktest.Maya)
	s.News("First story")
	const at = "/desk/newsletters/weekly/send"
	page := s.Page(at, c)
	s.Holds("the page", page, ">Send to 1,102 readers</button>", `name="readers"`, "1,102. Asked because")
	for _, wrong := range []string{"", "1103", "yes"} {
		if res := s.Do("POST", at, desktest.FormIn(page, "readers", wrong), c); res.StatusCode != http.StatusConflict || !strings.Contains(desktest.Text(t, res), "the number you typed") {
			t.Errorf("%q: %d", wrong, res.StatusCode)
		}
	}
	if to := s.Leads(at, desktest.FormIn(page, "readers", "1,102"), c); !strings.HasPrefix(to, "/desk/editions/weekly/") {
		t.Errorf("it leads to %s", to)
	}
}

// TestSendNowByTwo: one asks, another sends.
func TestSendNowByTwo(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	s.Desk.SecondPersonAbove = 1
	_, err := s.Door.Add(t.Context(), editors.Editor{Email: bea, Name: "Bea"}, time.Now())
	s.Must(err)
	c, other := s.SignedIn(desktest.Maya), s.SignedIn(bea)
	s.News("First story")
	const at = "/desk/newsletters/weekly/send"
	page := s.Page(at, c)
	s.Holds("the first page", page, "two editors send together", ">Ask a second editor to send to 2 readers</button>")
	for range 2 { // pressed twice, it still is one editor
		if to := s.Leads(at, desktest.FormIn(page), c); to != at+"?done=sends_asked" {
			t.Fatalf("asking leads to %s", to)
		}
	}
	if page := s.Page(at, c); strings.Contains(page, `name="seal"`) {
		t.Error("who asked may send alone")
	}
	page = s.Page(at, other)
	s.Holds("the second editor's page", page, "asked on ", ">Send to 2 readers</button>")
	if to := s.Leads(at, desktest.FormIn(page), other); !strings.HasPrefix(to, "/desk/editions/weekly/") {
		t.Errorf("the second press leads to %s", to)
	}
	if log := s.Logged("weekly"); len(log) != 1 || log[0] != "editor "+desktest.Maya+" asked for a second editor: to send to 2 readers" {
		t.Errorf("the log: %q", log)
	}
}

// crowd subscribes so many readers to the weekly.
func (s *deskSite) crowd(n int) {
	s.T.Helper()
	rows := make([]subscribers.ImportRow, n)
	for i := range rows {
		rows[i] = subscribers.ImportRow{Line: i + 1, Email: fmt.Sprintf("reader%d@crowd.example", i), Newsletters: []string{"weekly"}}
	}
	_, err := s.DB.Import(s.T.Context(), rows, time.Now().Add(-time.Hour), false)
	s.Must(err)
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
		if got := Drifted(tc.shown, tc.now); got != tc.want {
			t.Errorf("%d, then %d: %v", tc.shown, tc.now, got)
		}
	}
}

// TestSendsInABrowser: sign in, look at what goes next, edit it, test it, send
// it; without JavaScript.
func TestSendsInABrowser(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	s.News("First story", "Second story")
	s.Desk.Editions = s.DB
	s.open()
	srv := httptest.NewServer(s.H)
	t.Cleanup(srv.Close)
	b := webtest.NewBrowser(t)
	link := s.Link(desktest.Maya)
	b.Do(chromedp.Navigate(srv.URL + link))
	if got := b.Press(link); got != "Next sends" {
		t.Fatalf("signing in leads to %q", got)
	}
	const at = "/desk/newsletters/weekly"
	if got := b.Leads("h1", chromedp.Click(`a.go[href="`+at+`"]`)); got != "The Weekly: the next edition" {
		t.Fatalf("Preview and edit leads to %q", got)
	}
	if got := b.Leads(`[role=status]`, chromedp.SetValue("#subject", "Two stories"), chromedp.Click(`button[value=save]`)); got != "Saved." {
		t.Fatalf("saving says %q", got)
	}
	if got := b.Leads(`[role=status]`, chromedp.Click(fmt.Sprintf(`button[value="up %d"]`, s.NumberOf("First story")))); got != "Saved." {
		t.Fatalf("moving says %q", got)
	}
	if got := b.Leads(`[role=status]`, chromedp.Click(`form[action="`+at+`/test"] button`)); got != "The test is on its way to you." {
		t.Fatalf("testing says %q", got)
	}
	if got := s.LetterTo(desktest.Maya).Subject; got != "[Test] Two stories" {
		t.Errorf("the test is %q", got)
	}
	if got := b.Leads("h1", chromedp.Click(`a[href="`+at+`/send"]`)); got != "Send The Weekly to 2 readers now?" {
		t.Fatalf("Send now leads to %q", got)
	}
	b.Leads("h1", chromedp.Click(`form[action="`+at+`/send"] button.big`))
	all, err := s.DB.Editions(t.Context(), "weekly", 10)
	s.Must(err)
	if len(all) != 2 || all[0].Changes.Subject != "Two stories" {
		t.Errorf("%d editions, the last with %q", len(all), all[0].Changes.Subject)
	}
	for _, c := range b.Told() {
		t.Error(c)
	}
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
	for _, n := range digest.Soonest(all, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)) {
		got = append(got, n.Name)
	}
	if diff := cmp.Diff([]string{"early", "evening", "monthly", "instant", "also"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if all[0].Name != "instant" {
		t.Error("the configuration was put in another order")
	}
}
