package web

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/webtest"
)

func TestUnion(t *testing.T) {
	version := func(numbers ...int64) digest.Version {
		v := digest.Version{}
		for _, n := range numbers {
			v.Items = append(v.Items, digest.Item{N: n})
		}
		return v
	}
	for _, test := range []struct {
		name     string
		versions []digest.Version
		readers  []int
		want     []int64
	}{
		{"nothing", nil, nil, nil},
		{"one", []digest.Version{version(3, 1, 2)}, []int{1}, []int64{3, 1, 2}},
		{"the largest first, whoever got it", []digest.Version{version(1), version(5, 4, 3), version(2, 3)}, []int{9000, 1, 50}, []int64{5, 4, 3, 2, 1}},
		{"of equals the one of more readers", []digest.Version{version(1, 2), version(3, 2)}, []int{1, 2}, []int64{3, 2, 1}},
		{"of full equals the older", []digest.Version{version(2, 1), version(1, 3)}, []int{1, 1}, []int64{2, 1, 3}},
	} {
		if diff := cmp.Diff(test.want, union(test.versions, test.readers)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}
}

func TestOut(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	published := digest.Edition{State: digest.Sending, Slot: now, Published: now.Add(-time.Hour)}
	with := func(change func(*digest.Edition)) digest.Edition {
		e := published
		change(&e)
		return e
	}
	for _, test := range []struct {
		name string
		e    digest.Edition
		want bool
	}{
		{"at its slot", published, true},
		{"before it", with(func(e *digest.Edition) { e.Slot = now.Add(time.Second) }), false},
		{"in review", with(func(e *digest.Edition) { e.State, e.Published = digest.InReview, time.Time{} }), false},
		{"paused", with(func(e *digest.Edition) { e.State = digest.Paused }), true},
		{"sent", with(func(e *digest.Edition) { e.State = digest.Done }), true},
		{"cancelled in time", with(func(e *digest.Edition) { e.State = digest.Cancelled }), false},
		{"cancelled too late", with(func(e *digest.Edition) { e.State = digest.Cancelled; e.Sent = 1 }), true},
		{"missed", with(func(e *digest.Edition) { e.State, e.Published = digest.Missed, time.Time{} }), false},
	} {
		if got := Out(&test.e, now); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// The public page of an edition holds what any reader got, names none, and
// leads to the editions beside it.
func TestEditionPage(t *testing.T) {
	s := newSite(t)
	page := s.get("/editions/" + s.Edition)
	for _, want := range []string{
		`<link rel="canonical" href="` + s.url + "/editions/" + s.Edition + `">`,
		"Article number 0<", "LeadDev London is in", "The Weekly",
	} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, personal := range []string{webtest.Ada, webtest.Ben, "readers.example", "unsubscribe", "preferences"} {
		if strings.Contains(strings.ToLower(page.body), personal) {
			t.Errorf("the page holds %q", personal)
		}
	}
	if got := s.get("/archive").body; !strings.Contains(got, `href="/editions/`+s.Edition+`"`) {
		t.Errorf("the archive does not name the edition:\n%s", got)
	}
	if got := page.header.Get("Vary"); got != "Accept-Language" {
		t.Errorf("a page that is the same for all of a language varies by %q", got)
	}
	if again := s.get("/editions/"+s.Edition, "If-None-Match", page.header.Get("ETag")); again.code != http.StatusNotModified {
		t.Errorf("asked again: %d", again.code)
	}

	for i := range s.Folder.Articles { // what was taken back is not shown any more
		if s.Folder.Articles[i].Title == "Article number 0" {
			s.Folder.Articles = append(s.Folder.Articles[:i], s.Folder.Articles[i+1:]...)
			break
		}
	}
	s.Sync()
	if strings.Contains(s.get("/editions/"+s.Edition).body, "Article number 0<") {
		t.Error("the page shows an article that was withdrawn")
	}
	if got := s.get("/articles/article-0"); got.code != http.StatusGone {
		t.Errorf("a withdrawn article: %d", got.code)
	}

	s.Folder.Add(content.Article{Title: "Fresh", Standfirst: "New.", Slug: "fresh", Access: content.Free, Published: time.Now()})
	s.Sync()
	second := s.Send("weekly")
	if got := s.get("/editions/" + second).body; !strings.Contains(got, `href="/editions/`+s.Edition+`"`) {
		t.Error("the second edition does not lead to the first")
	}
	s.Newsletters = nil // a newsletter may end; letters of it are still kept
	if got := s.get("/editions/" + s.Edition); got.code != http.StatusOK {
		t.Errorf("an edition of a newsletter that ended: %d", got.code)
	}
}

func TestEditionBeforeItsSlot(t *testing.T) {
	s := newSite(t)
	slot := time.Now().Add(time.Hour).Truncate(time.Minute).UTC()
	e := digest.Edition{ID: digest.SlotID("dates", slot), Newsletter: "dates", State: digest.Sending, Slot: slot, Published: time.Now()}
	s.Must(s.DB.Publish(context.Background(), e, []digest.Group{{Zone: digest.AllZones, Due: slot}}))
	if got := s.get("/editions/" + e.ID); got.code != http.StatusNotFound {
		t.Errorf("an edition an hour before its slot: %d", got.code)
	}
	if strings.Contains(s.get("/archive").body, e.ID) {
		t.Error("the archive names an edition before its slot")
	}
}
