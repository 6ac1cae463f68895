package desk

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// An edition on its way: published to 30 readers and the two of every site, and
// sent as far as a test says.
type onWay struct {
	*deskSite
	id    string
	block *mailer.Block
	at    string // its page
	maya  *http.Cookie
}

// What servers answer.
var (
	tookIt   = mailer.Outcome{State: mailer.Sent, Attempt: true, Phase: mailer.PhaseDone, Code: 250}
	noSuch   = mailer.Outcome{State: mailer.Failed, Reason: mailer.Bounced, Attempt: true, Phase: mailer.PhaseRcpt, Code: 550, Enhanced: "5.1.1", Suppress: true}
	unwanted = mailer.Outcome{State: mailer.Failed, Reason: mailer.PolicyRefused, Attempt: true, Phase: mailer.PhaseDone, Code: 550, Enhanced: "5.7.1"}
)

func newOnWay(t *testing.T) *onWay {
	t.Helper()
	s := &onWay{deskSite: newDesk(t, "http://localhost:8080")}
	for i := range 30 {
		s.Subscribe(subscribers.ImportRow{Email: fmt.Sprintf("=r%02d@mail.example", i), Newsletters: []string{"weekly"}})
	}
	s.Desk.Editions, s.Desk.Given = s.DB, s.Press
	s.open()
	s.Folder.Add(content.Article{Title: "Fresh " + webtest.Hostile, Slug: "fresh", Topics: []string{"Platform"}, Access: content.Free})
	s.Sync()
	e, err := s.Publisher.Publish(t.Context(), digest.Request{Newsletter: "weekly", Hand: true, Key: "now", By: "editor " + desktest.Maya}, time.Now())
	s.Must(err)
	_, err = s.Publisher.Expand(t.Context(), time.Now())
	s.Must(err)
	s.id, s.at, s.maya = e.ID, "/desk/editions/"+e.ID, s.SignedIn(desktest.Maya)
	return s
}

// answered says how the next n letters fare.
func (s *onWay) answered(n int, o mailer.Outcome) {
	s.T.Helper()
	for ; n > 0; n-- {
		if s.block == nil || len(s.block.Deliveries) == 0 {
			var err error
			s.block, err = s.DB.Claim(context.Background(), mailer.Claim{Owner: "test", Now: time.Now(), Lease: time.Hour})
			s.Must(err)
			if s.block == nil {
				s.T.Fatal("no letter is due")
			}
		}
		d := s.block.Deliveries[0]
		s.block.Deliveries = s.block.Deliveries[1:]
		s.Must(s.DB.Settle(context.Background(), s.block, []mailer.Settlement{{Subscriber: d.Subscriber, Version: d.Version, Outcome: o, At: time.Now()}}))
	}
	s.Desk.Changed(s.id) // pages may be half a second old
}

func (s *onWay) page(path string, cookies ...*http.Cookie) string {
	s.T.Helper()
	if len(cookies) == 0 {
		cookies = []*http.Cookie{s.maya}
	}
	res := s.Do("GET", path, nil, cookies...)
	page := desktest.Text(s.T, res)
	if res.StatusCode != http.StatusOK {
		s.T.Fatalf("GET %s: %d to %q", path, res.StatusCode, res.Header.Get("Location"))
	}
	if strings.Contains(page, webtest.Hostile) {
		s.T.Errorf("GET %s: strangers' words are HTML", path)
	}
	return page
}

func (s *onWay) has(page string, wants ...string) {
	s.T.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			s.T.Errorf("the page lacks %q", want)
		}
	}
	if s.T.Failed() {
		s.T.Log(page)
	}
}

// TestEditionOnItsWay: watched, paused, resumed, and the rest cancelled.
func TestEditionOnItsWay(t *testing.T) {
	s := newOnWay(t)
	s.answered(8, tookIt)
	s.answered(1, noSuch)
	s.answered(1, unwanted)
	later := time.Now().Add(time.Hour)
	s.answered(2, mailer.Outcome{State: mailer.Queued, Attempt: true, Due: later, Phase: mailer.PhaseRcpt, Code: 451, Enhanced: "4.7.1"})
	page := s.page(s.at)
	figure := func(label, value string) string { return "<dt>" + label + "</dt><dd>" + value }
	s.has(page, "Sending "+s.id, "8 of 32 accepted", `<progress max="32" value="8"`, "25 %",
		figure("Accepted", "8<"), figure("To go", "20<"), figure("Put off", "2 <small>next try "), figure("Bounced", "1<"),
		figure("Failed otherwise", "1<"), figure("Skipped", "0<"), figure("Unsubscribed", "0<"),
		`<bdi dir="ltr">mail.example</bdi>`, `<meta http-equiv="refresh" content="5">`, `data-live="`+s.at+`/events?state=sending"`,
		`action="`+s.at+`/pause"`, `href="`+s.at+`/cancel"`, "by maya@example.com")
	if strings.Contains(page, "r01@") {
		t.Error("a reader's address is on the page")
	}
	res := s.Do("GET", s.at, nil, s.maya)
	if policy := res.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'self'; connect-src 'self'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy: %s", policy)
	}

	// Pressed twice, it is paused once.
	for i, to := range []string{s.at + "?done=edition_paused", s.at} {
		if res := s.Do("POST", s.at+"/pause", nil, s.maya); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != to {
			t.Errorf("pausing %d: %d to %q", i, res.StatusCode, res.Header.Get("Location"))
		}
	}
	s.has(s.page(s.at+"?done=edition_paused"), "The edition is paused.", s.id+" is paused", "Nobody else gets one", `action="`+s.at+`/resume"`)
	s.Do("POST", s.at+"/resume", nil, s.maya)
	s.has(s.page(s.at), "Sending "+s.id)

	s.has(s.page(s.at+"/cancel"), "8 readers have it already", "The other 22 get nothing now", `action="`+s.at+`/cancel"`)
	s.Do("POST", s.at+"/cancel", nil, s.maya)
	e, err := s.DB.Edition(t.Context(), s.id)
	s.Must(err)
	if e.State != digest.Cancelled || e.Sent != 8 {
		t.Errorf("cancelled: %+v", e)
	}
	// What comes too late finds the edition as it is.
	res = s.Do("POST", s.at+"/pause", nil, s.maya)
	if to := res.Header.Get("Location"); to != s.at+"?sorry" {
		t.Errorf("pausing what is cancelled leads to %q", to)
	}
	s.has(s.page(s.at+"?sorry"), "Results of "+s.id, "It was cancelled.", "That was not possible any more.")

	entries, err := s.DB.LogEntries(t.Context(), s.id, 10)
	s.Must(err)
	var log []string
	for _, e := range entries {
		log = append(log, e.Who+" "+e.What)
	}
	if diff := cmp.Diff([]string{"editor " + desktest.Maya + " cancelled", "editor " + desktest.Maya + " resumed", "editor " + desktest.Maya + " paused"}, log); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

// TestViewerOnlyLooks: no buttons, and no way past them.
func TestViewerOnlyLooks(t *testing.T) {
	s := newOnWay(t)
	_, err := s.Door.Add(t.Context(), editors.Editor{Email: "viewer@example.com", Role: editors.RoleViewer}, time.Now())
	s.Must(err)
	viewer := s.SignedIn("viewer@example.com")
	if page := s.page(s.at, viewer); strings.Contains(page, s.at+"/pause") || strings.Contains(page, s.at+"/cancel") {
		t.Error("a viewer is shown what they may not do")
	}
	before := s.State()
	for _, path := range []string{"/pause", "/resume", "/cancel", "/csv"} {
		if res := s.Do("POST", s.at+path, nil, viewer); res.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s: %d", path, res.StatusCode)
		}
	}
	for _, path := range []string{"", "/cancel", "/letter/1", "/letter/1/text", "/letter/1/body", "/letter/1/eml"} {
		s.Do("GET", s.at+path, nil, s.maya)
		s.Do("HEAD", s.at+path, nil, s.maya)
	}
	s.Do("GET", "/desk/editions", nil, s.maya)
	if s.State() != before {
		t.Error("looking changed something")
	}
	for _, path := range []string{"/desk/editions/weekly/nothing", "/desk/editions/weekly/nothing/events", s.at + "/letter/99", s.at + "/letter/x/body", s.at + "/letter/1/nothing"} {
		if res := s.Do("GET", path, nil, s.maya); res.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, res.StatusCode)
		}
	}
}

// TestResults: the counts that add up, why letters were not accepted and what
// happens then, the letter, and the table for spreadsheets.
func TestResults(t *testing.T) {
	s := newOnWay(t)
	s.answered(29, tookIt)
	s.answered(2, noSuch)
	s.answered(1, unwanted)
	s.has(s.page("/desk/editions"), `<a href="`+s.at+`">`, `<td class="num">32</td><td class="num">29</td><td class="num">3</td><td class="num">0</td><td class="num">0</td>`)
	page := s.page(s.at)
	s.has(page, "Results of "+s.id, "<dt>Readers</dt><dd>32", "<dt>Accepted</dt><dd>29 <small>90 %", "<dt>Bounced</dt><dd>2 <small>6 %",
		"The address does not exist", "It is never written to again", "550 5.1.1", "Refused for what the letter or its sender is", "our fault",
		"<svg class=\"chart\"", "<title id=\"chart-title\">Letters accepted per minute</title>", "29 letters in all", "nothing is measured",
		`action="`+s.at+`/csv"`, `href="`+s.at+`/letter/1"`, "Nobody unsubscribed")
	for _, bad := range []string{"data-live", "<script", "http-equiv"} {
		if strings.Contains(page, bad) {
			t.Errorf("results have %s", bad)
		}
	}

	res := s.Do("POST", s.at+"/csv", nil, s.maya)
	if d := res.Header.Get("Content-Disposition"); res.StatusCode != 200 || !strings.Contains(d, "weekly-") {
		t.Errorf("table: %d %q", res.StatusCode, d)
	}
	rows, err := csv.NewReader(res.Body).ReadAll()
	s.Must(err)
	states := map[string]int{}
	for _, row := range rows[1:] {
		states[row[2]+" "+row[3]]++
		if strings.HasPrefix(row[1], "=") {
			t.Errorf("a spreadsheet would run %q", row[1])
		}
	}
	if diff := cmp.Diff(map[string]int{"sent ": 29, "failed bounced": 2, "failed policy": 1}, states); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
	entries, err := s.DB.LogEntries(t.Context(), s.id, 1)
	s.Must(err)
	if len(entries) != 1 || entries[0].What != "downloaded deliveries" {
		t.Errorf("log: %+v", entries)
	}

	for _, form := range []string{"", "/text", "/body", "/eml"} {
		res := s.Do("GET", s.at+"/letter/1"+form, nil, s.maya)
		letter := desktest.Text(t, res)
		if res.StatusCode != 200 || strings.Contains(letter, "@mail.example") || strings.Contains(letter, "@readers.example") || form != "/eml" && strings.Contains(letter, "<script>alert") {
			t.Errorf("letter %s: %d, or it holds a reader or a script", form, res.StatusCode)
		}
		if policy := res.Header.Get("Content-Security-Policy"); form == "/body" && !strings.HasPrefix(policy, "sandbox allow-popups") {
			t.Errorf("the letter's policy: %s", policy)
		}
		if form == "/text" && !strings.Contains(letter, "Fresh ") {
			t.Errorf("the text: %s", letter)
		}
	}
}

// TestClicksInResults: how often each link was followed, and how right that is.
func TestClicksInResults(t *testing.T) {
	s := newOnWay(t)
	s.answered(32, tookIt)
	number, err := s.DB.CountLinks(t.Context(), s.id)
	s.Must(err)
	v, err := s.DB.Version(t.Context(), s.id, 1)
	s.Must(err)
	old, err := s.DB.EntriesByNumber(t.Context(), []int64{1})
	s.Must(err)
	v.Items = append(v.Items, digest.Item{N: 1, Kind: old[0].Kind, ID: old[0].Item})
	_, err = s.DB.AddVersion(t.Context(), *v)
	s.Must(err)
	s.has(s.page(s.at), "0 clicks in all.", "Fresh ", "counted in total, never by person", "Opens are not counted")
	link := func(i int) digest.Link { return digest.Link{Edition: number, Release: v.Items[i].N} }
	s.Must(s.DB.AddClicks(t.Context(), []digest.LinkClicks{
		{Link: link(0), Day: "2026-11-24", Clicks: 1990}, {Link: link(1), Day: "2026-11-24", Clicks: 6}, {Link: link(1), Day: "2026-08", Clicks: 4},
	}))
	s.Desk.Changed(s.id)
	page := s.page(s.at)
	s.has(page, "2,000 clicks in all.", `<td class="num">1,990</td><td class="num">99 %</td>`, `<td class="num">10</td><td class="num">&lt; 1 %</td>`,
		`<th scope="row">2026-08</th><td class="num">4</td>`, `<th scope="row">24 November 2026</th><td class="num">1,996</td>`)
	if first, second := strings.Index(page, "1,990"), strings.Index(page, "&lt; 1 %"); first > second {
		t.Error("the link that was followed most does not stand first")
	}
	if strings.Contains(page, "nothing is measured") {
		t.Error("the page says that nothing is measured")
	}
}

// TestPastEditions: leaf by leaf, of one newsletter or all.
func TestPastEditions(t *testing.T) {
	s := newOnWay(t)
	for i := range web.PerPage + 3 {
		s.Must(s.DB.Publish(t.Context(), digest.Edition{ID: fmt.Sprintf("dates/r%d", i), Newsletter: "dates", State: digest.Sending, Published: time.Now()}, nil))
	}
	count := func(page string) int { return strings.Count(page, "<tr><th scope=\"row\">") }
	for path, want := range map[string]int{
		"/desk/editions": web.PerPage, "/desk/editions?page=2": 5, "/desk/editions?page=3": 0, "/desk/editions?page=99999999999": 0,
		"/desk/editions?newsletter=weekly": 2, "/desk/editions?newsletter=dates&page=2": 3, "/desk/editions?newsletter=x&page=-1": 0,
	} {
		if got := count(s.page(path)); got != want {
			t.Errorf("%s lists %d editions, want %d", path, got, want)
		}
	}
	s.has(s.page("/desk/editions?newsletter=dates"), `href="/desk/editions?newsletter=dates&amp;page=2"`)
}

// stream reads the events of a stream.
func (s *onWay) stream(ctx context.Context, at, state string) (*http.Response, *bufio.Reader) {
	s.T.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", at+s.at+"/events?state="+state, nil)
	s.Must(err)
	r.AddCookie(s.maya)
	res, err := http.DefaultTransport.RoundTrip(r)
	s.Must(err)
	s.T.Cleanup(func() { res.Body.Close() })
	return res, bufio.NewReader(res.Body)
}

func nextEvent(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	var event strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("the stream ended after %q: %v", event.String(), err)
		}
		if line == "\n" {
			return event.String()
		}
		event.WriteString(line)
	}
}

// unwatched waits until nobody is watching.
func (s *onWay) unwatched() {
	s.T.Helper()
	for range 100 {
		s.Desk.way.hearts.mu.Lock()
		n := s.Desk.way.hearts.watching
		s.Desk.way.hearts.mu.Unlock()
		if n == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.T.Error("a stream goes on that nobody reads")
}

// TestEvents: an event a second, until the state changes, the browser goes or
// the program ends.
func TestEvents(t *testing.T) {
	s := newOnWay(t)
	ending := make(chan struct{})
	s.Desk.Ending = ending
	srv := httptest.NewUnstartedServer(s.H)
	srv.Config.ReadTimeout, srv.Config.WriteTimeout = 1500*time.Millisecond, 1500*time.Millisecond // it outlasts both
	srv.Start()
	t.Cleanup(srv.Close)

	res, events := s.stream(t.Context(), srv.URL, "sending")
	if res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("X-Accel-Buffering") != "no" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", res.Header)
	}
	if got := nextEvent(t, events); !strings.Contains(got, "data: <h2 id=\"progress-title\">0 of 32 accepted</h2>") || strings.Contains(got, "event:") {
		t.Errorf("first event:\n%s", got)
	}
	s.answered(16, tookIt)
	said := false
	for range 5 {
		got := nextEvent(t, events)
		if strings.HasPrefix(got, "event: said\n") {
			said = true
			if got != "event: said\ndata: 50 % accepted.\n" {
				t.Errorf("said: %q", got)
			}
		}
	}
	if !said {
		t.Error("half of it was sent, and nothing was said")
	}
	s.Must(s.DB.Pause(t.Context(), s.id, "", time.Now()))
	for range 3 {
		if got := nextEvent(t, events); strings.HasPrefix(got, "event: over\n") {
			if rest, err := io.ReadAll(events); len(rest) > 0 || err != nil {
				t.Errorf("after the end: %q, %v", rest, err)
			}
			said = false
			break
		}
	}
	if said {
		t.Error("the stream goes on although the edition is paused")
	}

	// The browser goes.
	ctx, leave := context.WithCancel(t.Context())
	_, events = s.stream(ctx, srv.URL, "paused")
	nextEvent(t, events)
	leave()
	s.unwatched()

	// There is room for so many.
	for range mostWatchers {
		s.Desk.way.hearts.enter()
	}
	if res, _ := s.stream(t.Context(), srv.URL, "paused"); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one more than there is room for: %d", res.StatusCode)
	}
	for range mostWatchers {
		s.Desk.way.hearts.leave()
	}

	// The program ends.
	_, events = s.stream(t.Context(), srv.URL, "paused")
	nextEvent(t, events)
	close(ending)
	if _, err := io.ReadAll(events); err != nil {
		t.Errorf("the end of the program: %v", err)
	}
	s.unwatched()
}

// TestWatchingInABrowser: an edition is watched, paused, resumed, and comes to
// its results, by itself where scripts run.
func TestWatchingInABrowser(t *testing.T) {
	s := newOnWay(t)
	srv := httptest.NewServer(s.H)
	t.Cleanup(srv.Close)
	b := webtest.NewBrowser(t)
	link := s.Link(desktest.Maya)
	b.Do(chromedp.Navigate(srv.URL + link))
	b.Press(link)
	s.answered(4, tookIt)
	if got := b.Leads("#progress-title", chromedp.Navigate(srv.URL+s.at)); got != "4 of 32 accepted" {
		t.Fatalf("at first: %q", got)
	}
	s.answered(12, tookIt)
	b.Until("#progress-title", "16 of 32 accepted")
	b.Until("#said", "50 % accepted.")
	if got := b.Press(s.at + "/pause"); got != s.id+" is paused" {
		t.Fatalf("paused: %q", got)
	}
	if got := b.Press(s.at + "/resume"); got != "Sending "+s.id {
		t.Fatalf("resumed: %q", got)
	}
	s.answered(16, tookIt)
	b.Until("h1", "Results of "+s.id)
	for _, c := range b.Told() {
		t.Error(c)
	}
}
