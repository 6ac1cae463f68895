package digest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// office is a publication on a fake clock, with one article a day.
type office struct {
	t         *testing.T
	db        *store.DB
	folder    *folder
	syncer    *content.Syncer
	publisher *digest.Publisher
	scheduler *digest.Scheduler
	serial    int
}

// newOffice must be called inside a synctest bubble.
func newOffice(t *testing.T, newsletters ...*digest.Newsletter) *office {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite::memory:")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, folder: &folder{name: "dir:office", files: map[string]content.Found{}}}
	o.syncer = &content.Syncer{Store: db, Remind: []int{42, 14, 2}, Sources: []content.Watched{{Source: o.folder}}}
	o.publisher = &digest.Publisher{Store: db, Newsletters: newsletters, Remind: o.syncer.Remind}
	o.scheduler = &digest.Scheduler{Publisher: o.publisher, Sync: func(ctx context.Context) error {
		_, err := o.syncer.Sync(ctx, time.Now(), content.SyncOptions{})
		return err
	}}
	o.sync() // the baseline is empty
	return o
}

func (o *office) write() {
	o.serial++
	a := content.Article{Title: fmt.Sprint("Article ", o.serial), Slug: fmt.Sprint("a", o.serial), URL: fmt.Sprint("https://example.com/", o.serial), Access: content.Free, Published: time.Now()}
	o.folder.mu.Lock()
	defer o.folder.mu.Unlock()
	o.folder.files[a.Slug] = content.Found{Article: a, Keys: []content.Key{content.URLKey(a.URL)}, Hash: a.Title}
}

func (o *office) sync() {
	o.t.Helper()
	if err := o.scheduler.Sync(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) reader(name, zone string, newsletters ...string) {
	o.t.Helper()
	row := subscribers.ImportRow{Line: 1, Email: name + "@example.com", Timezone: zone, Newsletters: newsletters}
	if _, err := o.db.Import(o.t.Context(), []subscribers.ImportRow{row}, time.Now(), false); err != nil {
		o.t.Fatal(err)
	}
}

// serve runs schedule and expansion until stop is called, which waits.
func (o *office) serve() (stop func()) {
	ctx, cancel := context.WithCancel(o.t.Context())
	wake, released, done := make(chan struct{}, 1), make(chan struct{}, 1), make(chan error, 2)
	o.publisher.Queued = func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
	go func() { done <- o.scheduler.Run(ctx, released) }()
	go func() { done <- o.publisher.Run(ctx, wake) }()
	return func() {
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				o.t.Error(err)
			}
		}
	}
}

// serveFor runs them for a while.
func (o *office) serveFor(d time.Duration) {
	stop := o.serve()
	time.Sleep(d)
	stop()
}

// deliver sends what is due: every server takes everything.
func (o *office) deliver() {
	o.t.Helper()
	for {
		b, err := o.db.Claim(o.t.Context(), mailer.Claim{Owner: "test", Now: time.Now(), Lease: time.Minute})
		if err != nil {
			o.t.Fatal(err)
		}
		if b == nil {
			return
		}
		var results []mailer.Settlement
		for _, d := range b.Deliveries {
			results = append(results, mailer.Settlement{Subscriber: d.Subscriber, Version: d.Version, At: time.Now(), Outcome: mailer.Outcome{State: mailer.Sent, Attempt: true}})
		}
		if err := o.db.Settle(o.t.Context(), b, results); err != nil {
			o.t.Fatal(err)
		}
	}
}

// editions are those there are, oldest first, with their states.
func (o *office) editions(newsletter string) []string {
	o.t.Helper()
	list, err := o.db.Editions(o.t.Context(), newsletter, 1000)
	if err != nil {
		o.t.Fatal(err)
	}
	var ids []string
	for i := len(list) - 1; i >= 0; i-- {
		ids = append(ids, list[i].ID+" "+string(list[i].State))
	}
	return ids
}

func newsletter(t *testing.T, name, expr, zone string) *digest.Newsletter {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	spec, err := digest.ParseSchedule(expr)
	if err != nil {
		t.Fatal(err)
	}
	return &digest.Newsletter{Name: name, Schedule: spec, Zone: loc, Items: []content.Kind{content.KindArticle}, First: 5, Grace: 6 * time.Hour}
}

// The bubble's clock begins on 1 January 2000, a Saturday.

func TestScheduledDigest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, newsletter(t, "news", "0 8 * * MON,TUE,WED", "Europe/London"))
		defer o.db.Close()
		o.reader("ada", "", "news")
		time.Sleep(47 * time.Hour) // Sunday 23:00
		stop := o.serve()
		for range 2 { // on Wednesday there is nothing new
			o.write()
			time.Sleep(10 * time.Hour)
			o.deliver()
			time.Sleep(14 * time.Hour)
		}
		time.Sleep(12 * time.Hour)
		stop()
		want := []string{"news/2000-01-03T08:00 sent", "news/2000-01-04T08:00 sent"}
		if diff := cmp.Diff(want, o.editions("news")); diff != "" {
			t.Errorf("editions (-want +got):\n%s", diff)
		}
	})
}

// A server that was away after publishing does not send an old digest: its
// content comes in the next one.
func TestLateLettersWaitForTheNextEdition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, newsletter(t, "news", "0 8 * * MON,WED", "Europe/London"))
		defer o.db.Close()
		o.reader("ada", "", "news")
		o.write()
		time.Sleep(2*24*time.Hour + 7*time.Hour)
		o.serveFor(2 * time.Hour) // Monday: published, and then the machine is off
		time.Sleep(15 * time.Hour)
		o.deliver()
		time.Sleep(31 * time.Hour)
		o.serveFor(2 * time.Hour) // Wednesday
		o.deliver()
		reader, err := o.db.ByEmail(t.Context(), "ada@example.com")
		if err != nil {
			t.Fatal(err)
		}
		rows, err := o.db.History(t.Context(), reader.ID, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rows {
			got = append(got, fmt.Sprint(r.Edition, " ", r.State, " ", r.Reason, " ", len(r.Items)))
		}
		want := []string{"news/2000-01-05T08:00 sent  1", "news/2000-01-03T08:00 skipped late 1"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("history (-want +got):\n%s", diff)
		}
	})
}

// A changed schedule holds from the moment it is read.
func TestScheduleChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, newsletter(t, "news", "0 8 1 * *", "UTC"))
		defer o.db.Close()
		o.reader("ada", "", "news")
		o.write()
		time.Sleep(24 * time.Hour)
		o.serveFor(time.Minute) // waits for 1 February
		o.publisher.Newsletters[0] = newsletter(t, "news", "0 8 * * *", "UTC")
		o.serveFor(9 * time.Hour)
		if diff := cmp.Diff([]string{"news/2000-01-02T08:00 sending"}, o.editions("news")); diff != "" {
			t.Errorf("editions (-want +got):\n%s", diff)
		}
	})
}

// A newsletter that left the configuration keeps nobody else waiting.
func TestNewsletterGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone, stays := newsletter(t, "gone", "0 8 * * *", "UTC"), newsletter(t, "stays", "0 9 * * *", "UTC")
		o := newOffice(t, gone, stays)
		defer o.db.Close()
		o.reader("ada", "", "gone", "stays")
		o.write()
		o.sync()
		for _, n := range []string{"gone", "stays"} {
			if _, err := o.publisher.Publish(t.Context(), digest.Request{Newsletter: n, Hand: true, Key: "k"}, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		o.publisher.Newsletters = []*digest.Newsletter{stays}
		o.serveFor(2 * time.Minute) // another process may know it
		for n, want := range map[string]string{"gone": " sending", "stays": " sending"} {
			if got := o.editions(n); len(got) != 1 || !strings.HasSuffix(got[0], want) {
				t.Errorf("editions of %s at first: %v", n, got)
			}
		}
		o.serveFor(3 * time.Minute)
		for n, want := range map[string]string{"gone": " paused", "stays": " sending"} {
			if got := o.editions(n); len(got) != 1 || !strings.HasSuffix(got[0], want) {
				t.Errorf("editions of %s: %v", n, got)
			}
		}
		if e, err := o.db.Edition(t.Context(), o.id("gone")); err != nil || !strings.Contains(e.Reason, "configuration") || e.Planned != 0 {
			t.Errorf("gone: %+v, %v", e, err)
		}
		if e, err := o.db.Edition(t.Context(), o.id("stays")); err != nil || e.Planned != 1 {
			t.Errorf("stays: %+v, %v", e, err)
		}
	})
}

func TestMissedSlotIsMadeUpOnce(t *testing.T) {
	tests := []struct {
		name string
		down time.Duration // from Monday 20:00, when the slots are daily at 8
		want []string
	}{
		{"back within the grace", 13 * time.Hour, []string{"daily/2000-01-04T08:00 sending"}},
		{"back after it", 20 * time.Hour, nil},
		{"three slots missed: the last one within the grace", 61 * time.Hour, []string{"daily/2000-01-06T08:00 sending"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, newsletter(t, "daily", "0 8 * * *", "UTC"))
				defer o.db.Close()
				time.Sleep(2*24*time.Hour + 19*time.Hour)
				o.serveFor(time.Hour) // Monday evening: no readers, nothing to send so far
				o.reader("ada", "", "daily")
				o.write()
				time.Sleep(tt.down)
				for range 3 { // restarts do not make it up again
					o.serveFor(2 * time.Minute)
				}
				if diff := cmp.Diff(tt.want, o.editions("daily")); diff != "" {
					t.Errorf("editions (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// Two processes on one database publish every slot once.
func TestTwoProcessesOneEdition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, newsletter(t, "hourly", "0 * * * *", "UTC"))
		defer o.db.Close()
		o.reader("ada", "", "hourly")
		other := *o
		other.publisher = &digest.Publisher{Store: o.db, Newsletters: o.publisher.Newsletters}
		other.scheduler = &digest.Scheduler{Publisher: other.publisher, Sync: o.scheduler.Sync}
		stop, stopOther := o.serve(), other.serve()
		for range 5 {
			o.write()
			time.Sleep(time.Hour)
		}
		stop()
		stopOther()
		if got := o.editions("hourly"); len(got) != 5 {
			t.Errorf("%d editions in five hours: %v", len(got), got)
		}
	})
}

func TestInstantNewsletter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &digest.Newsletter{Name: "now", Zone: time.UTC, Items: []content.Kind{content.KindArticle}}
		o := newOffice(t, n)
		defer o.db.Close()
		o.reader("ada", "", "now")
		stop := o.serve()
		time.Sleep(time.Hour)
		o.write()
		o.write()
		o.sync()
		time.Sleep(time.Hour)
		o.write()
		o.sync()
		time.Sleep(time.Hour)
		stop()
		want := []string{"now/r2 sent", "now/r3 sending"} // the second took over what the first had not delivered
		if diff := cmp.Diff(want, o.editions("now")); diff != "" {
			t.Errorf("editions (-want +got):\n%s", diff)
		}
	})
}

func TestReview(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newsletter(t, "news", "0 8 * * TUE,WED", "UTC")
		n.Review = true
		o := newOffice(t, n)
		defer o.db.Close()
		o.reader("ada", "", "news")
		o.write()
		o.sync()
		time.Sleep(2*24*time.Hour + 7*time.Hour)
		o.serveFor(30 * time.Minute) // Monday 7:00: too early for a draft
		if got := o.editions("news"); got != nil {
			t.Errorf("25 hours before the slot: %v", got)
		}
		o.serveFor(time.Hour) // until 8:30: it lies before the editors
		first, second := "news/2000-01-04T08:00", "news/2000-01-05T08:00"
		if diff := cmp.Diff([]string{first + " review"}, o.editions("news")); diff != "" {
			t.Errorf("a day before the slot (-want +got):\n%s", diff)
		}
		var held *digest.HeldError
		if _, err := o.publisher.Publish(t.Context(), digest.Request{Newsletter: "news", Hand: true, Key: "k"}, time.Now()); !errors.As(err, &held) || held.Edition != first {
			t.Errorf("a send by hand beside a draft: %v", err)
		}
		time.Sleep(23 * time.Hour)
		o.serveFor(time.Hour) // Tuesday until 8:30: the slot has come, and the draft waits on
		time.Sleep(5 * time.Hour)
		o.serveFor(time.Hour) // until 14:30: its grace has passed; the next draft holds what this one held
		if diff := cmp.Diff([]string{first + " missed", second + " review"}, o.editions("news")); diff != "" {
			t.Errorf("when nobody approved (-want +got):\n%s", diff)
		}
		if err := o.publisher.Approve(t.Context(), second, time.Now()); err != nil {
			t.Fatal(err)
		}
		if e, err := o.db.Edition(t.Context(), second); err != nil || e.State != digest.Sending || e.Planned != 0 {
			t.Errorf("approved before its slot: %+v, %v", e, err)
		}
		time.Sleep(17 * time.Hour)
		o.serveFor(time.Hour) // Wednesday until 8:30
		if e, err := o.db.Edition(t.Context(), second); err != nil || e.Planned != 1 {
			t.Errorf("after its slot: %+v, %v", e, err)
		}
		if err := o.publisher.Approve(t.Context(), second, time.Now()); !errors.Is(err, digest.ErrState) {
			t.Errorf("approved twice: %v", err)
		}
	})
}

// Each zone is expanded when its own clocks reach the slot, also across the
// night in which some of them change.
func TestReaderZones(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2000, 3, 25, 0, 0, 0, 0, time.UTC))) // Europe changes on the 26th
		n := newsletter(t, "daily", "0 8 * * *", "Europe/London")
		n.ReaderZone = true
		o := newOffice(t, n)
		defer o.db.Close()
		zones := map[string]string{"ada": "", "bo": "America/New_York", "cy": "Asia/Kolkata", "di": "Pacific/Auckland"}
		for name, zone := range zones {
			o.reader(name, zone, "daily")
		}
		o.write()
		o.sync()
		stop := o.serve()
		seen := map[int]time.Time{}
		for range 4 * 48 {
			time.Sleep(15 * time.Minute)
			if e, err := o.db.Edition(t.Context(), "daily/2000-03-26T08:00"); err == nil {
				if _, ok := seen[e.Planned]; !ok && e.Planned > 0 {
					seen[e.Planned] = time.Now().UTC()
				}
			}
		}
		stop()
		want := map[int]time.Time{
			1: time.Date(2000, 3, 25, 20, 0, 0, 0, time.UTC), // Auckland, still in summer time
			2: time.Date(2000, 3, 26, 2, 30, 0, 0, time.UTC), // Kolkata
			3: time.Date(2000, 3, 26, 7, 0, 0, 0, time.UTC),  // London, in summer time since one
			4: time.Date(2000, 3, 26, 13, 0, 0, 0, time.UTC), // New York, not yet
		}
		for n, at := range want {
			if late := seen[n].Sub(at); late < 0 || late > 15*time.Minute {
				t.Errorf("%d readers expanded at %v, want %v", n, seen[n], at)
			}
		}
	})
}
