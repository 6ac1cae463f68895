package desk

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/webtest"
)

// slow plans only when it is let.
type slow struct {
	Publisher
	let chan struct{}
}

func (p slow) Plan(ctx context.Context, newsletter string, subscriber int64, now time.Time) (*digest.Plan, error) {
	<-p.let
	return p.Publisher.Plan(ctx, newsletter, subscriber, now)
}

// TestCountingIsNotNobody: while readers are counted no page says that there
// are none.
func TestCountingIsNotNobody(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.SignedIn(desktest.Maya)
	let := make(chan struct{})
	s.Desk.Sends.Publisher = slow{s.Desk.Sends.Publisher, let}
	t.Cleanup(func() { close(let) })
	for _, path := range []string{"/desk", "/desk/newsletters/dates"} {
		page := s.Page(path, c)
		s.Holds(path, page, "Counting…")
		if strings.Contains(page, "Nobody") {
			t.Errorf("%s says that nobody would get it", path)
		}
	}
}

// TestTestBeforeApproval: what was tested, and approved as it was tested, has
// been tested.
func TestTestBeforeApproval(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.SignedIn(desktest.Maya)
	s.News("First story")
	slot := s.Newsletters[0].Next(time.Now())
	_, err := s.Desk.Sends.Publisher.Publish(t.Context(), digest.Request{Newsletter: "weekly", Slot: slot, By: "schedule", Review: true}, time.Now())
	s.Must(err)
	const at, tested = "/desk/newsletters/weekly", "shows it as it is now edited"
	s.Leads(at+"/test", nil, c)
	s.Holds("before approval", s.Page(at, c), tested)
	s.Leads(at+"/approve", url.Values{"edition": {digest.SlotID("weekly", slot)}, "revision": {"0"}}, c)
	s.Holds("after approval", s.Page(at, c), "is approved and goes out as it is", tested)
}

// TestEnterSearches: in the field that searches, too, the Enter key presses the
// form's first button, which saves.
func TestEnterSearches(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.SignedIn(desktest.Maya)
	s.News("First story")
	const at = "/desk/newsletters/weekly"
	if to := s.Leads(at, desktest.FormIn(s.Page(at, c), "do", "save", "find", "on call & off"), c); to != at+"?done=sends_saved&find=on+call+%26+off#put-in" {
		t.Errorf("searching leads to %s", to)
	}
	if to := s.Leads(at, desktest.FormIn(s.Page(at, c), "do", "save", "find", "first", "subject", "New"), c); to != at+"?done=sends_saved&find=first" {
		t.Errorf("saving leads to %s", to)
	}
	s.Holds("the page", s.Page(at+"?done=sends_saved&find=first", c), "Saved.", `value="first"`)
}

// TestTakenBackBehindAnother: an edition whose approval is taken back waits for
// review although another was sent by hand meanwhile, and while an older one is
// paused it cannot be approved, which is said.
func TestTakenBackBehindAnother(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.SignedIn(desktest.Maya)
	s.News("First story")
	slot := s.Newsletters[0].Next(time.Now())
	_, err := s.Desk.Sends.Publisher.Publish(t.Context(), digest.Request{Newsletter: "weekly", Slot: slot, By: "schedule", Review: true}, time.Now())
	s.Must(err)
	const at = "/desk/newsletters/weekly"
	id := digest.SlotID("weekly", slot)
	s.Leads(at+"/approve", url.Values{"edition": {id}, "revision": {"0"}}, c)
	sent := strings.TrimPrefix(s.Leads(at+"/send", desktest.FormIn(s.Page(at+"/send", c)), c), "/desk/editions/")
	if to := s.Leads(at, desktest.FormIn(s.Page(at, c), "do", "save", "subject", "Changed"), c); to != at+"?done=sends_taken_back" {
		t.Fatalf("a change leads to %s", to)
	}
	s.Holds("/desk", s.Page("/desk", c), "Waits for review")
	page := s.Page(at, c)
	s.Holds("the page", page, "Approve for ", `name="edition" value="`+id+`"`)
	s.Holds("the page to send", s.Page(at+"/send", c), "waits for review. Approve it, and it goes.")

	s.Must(s.DB.Pause(t.Context(), sent, "", time.Now()))
	if to := s.Leads(at+"/approve", url.Values{"edition": {id}, "revision": {"1"}}, c); to != at+"?wrong=sends_approve_held" {
		t.Errorf("approving beside one that is paused leads to %s", to)
	}
}

// TestHeldIsSaid: what is in no letter because a source holds it is named with
// the reason.
func TestHeldIsSaid(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.SignedIn(desktest.Maya)
	s.Desk.Sources = func(context.Context) ([]SourceState, error) {
		return []SourceState{{Name: "dir:lead", Held: []content.Conflict{{Title: "On-call " + webtest.Hostile, Reason: "two articles claim this address"}}}}, nil
	}
	page := s.Page("/desk/newsletters/weekly", c)
	s.Holds("the page", page, "Held at the sources (1)", "On-call", "two articles claim this address", `href="/desk/sources"`)
	if strings.Contains(page, webtest.Hostile) {
		t.Error("strangers' words are HTML on the page")
	}
}

// TestApprovedWaits: before its hour an approved edition is not being sent, and
// one that is says so where the next is planned.
func TestApprovedWaits(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	s.Desk.Editions, s.Desk.Given = s.DB, s.Press
	s.open()
	c := s.SignedIn(desktest.Maya)
	s.News("First story")
	slot := s.Newsletters[0].Next(time.Now())
	_, err := s.Desk.Sends.Publisher.Publish(t.Context(), digest.Request{Newsletter: "weekly", Slot: slot, By: "schedule", Review: true}, time.Now())
	s.Must(err)
	id := digest.SlotID("weekly", slot)
	s.Leads("/desk/newsletters/weekly/approve", url.Values{"edition": {id}, "revision": {"0"}}, c)
	page := s.Page("/desk/editions/"+id, c)
	s.Holds("its page", page, "It is approved. Its letters leave at ")
	for _, wrong := range []string{"Sending " + id, "Readers are still being added"} {
		if strings.Contains(page, wrong) {
			t.Errorf("its page says %q", wrong)
		}
	}
	s.Holds("all editions", s.Page("/desk/editions", c), "Approved")

	e, err := s.Publisher.Publish(t.Context(), digest.Request{Newsletter: "dates", Hand: true, Key: "k", By: "test"}, time.Now())
	s.Must(err)
	_, err = s.Publisher.Expand(t.Context(), time.Now())
	s.Must(err)
	s.Holds("/desk", s.Page("/desk", c), `>Being sent</span>`, "is still being sent", e.ID)
}
