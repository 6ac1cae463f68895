package digest_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/digest"
)

// A log is what a process said.
type log struct {
	mu sync.Mutex
	bytes.Buffer
}

// Write implements io.Writer for several goroutines.
func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

// count counts the lines that hold words.
func (l *log) count(words string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.String(), words)
}

// beside is another process on the office's store, with a configuration of its
// own.
func (o *office) beside(newsletters ...*digest.Newsletter) (*office, *log) {
	said := new(log)
	other := *o
	other.publisher = &digest.Publisher{Store: o.db, Newsletters: newsletters, Remind: o.publisher.Remind}
	other.scheduler = &digest.Scheduler{Publisher: other.publisher, Sync: o.scheduler.Sync, Log: slog.New(slog.NewTextHandler(said, nil))}
	return &other, said
}

// id is that of the newsletter's only edition.
func (o *office) id(newsletter string) string {
	o.t.Helper()
	list, err := o.db.Editions(o.t.Context(), newsletter, 2)
	if err != nil || len(list) != 1 {
		o.t.Fatalf("editions of %s: %v, %v", newsletter, list, err)
	}
	return list[0].ID
}

// While a new schedule is rolled out, whoever began last publishes, and nobody
// moves the slot back; when the new process is taken back, the old one goes on.
func TestSchedulesSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		defer o.db.Close()
		o.reader("ada", "", "news") // whom each edition supersedes the one before for
		before, said := o.beside(newsletter(t, "news", "0 8,12 * * *", "UTC"))
		after, _ := o.beside(newsletter(t, "news", "30 9,20 * * *", "UTC"))
		hour := func(h int) { time.Sleep(time.Until(time.Date(2000, 1, 1+h/24, h%24, 10, 0, 0, time.UTC))) }

		o.write()
		hour(7)
		stop := before.serve()
		hour(8)
		o.write()
		stopNew := after.serve()
		hour(10) // published at 8:00 by the old, at 9:30 by the new
		o.write()
		hour(13) // and not at 12:00
		want := []string{"news/2000-01-01T08:00 sent", "news/2000-01-01T09:30 sending"}
		if diff := cmp.Diff(want, o.editions("news")); diff != "" {
			t.Errorf("side by side (-want +got):\n%s", diff)
		}
		if slot, _, err := o.db.Slot(t.Context(), "news"); err != nil || slot.UTC().Format("15:04") != "20:30" {
			t.Errorf("it waits for %v, %v", slot, err)
		}
		stopNew()
		hour(24 + 9) // the old one has published at 8:00
		stop()
		want = []string{"news/2000-01-01T08:00 sent", "news/2000-01-01T09:30 sent", "news/2000-01-02T08:00 sending"}
		if diff := cmp.Diff(want, o.editions("news")); diff != "" {
			t.Errorf("taken back (-want +got):\n%s", diff)
		}
		for words, want := range map[string]int{"is left to processes": 1, "is taken up again": 1, "level=ERROR": 0} {
			if got := said.count(words); got != want {
				t.Errorf("%d lines with %q, want %d:\n%s", got, words, want, said.String())
			}
		}
	})
}

// The first edition of a new newsletter waits for the processes that know it,
// whatever the old ones meet first.
func TestNewNewsletterBesideOldProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		defer o.db.Close()
		o.reader("ada", "", "fresh")
		before, _ := o.beside(newsletter(t, "news", "0 8 * * *", "UTC"))
		after, _ := o.beside(newsletter(t, "news", "0 8 * * *", "UTC"), newsletter(t, "fresh", "0 10 * * *", "UTC"))
		defer before.serve()()
		o.write()
		time.Sleep(9 * time.Hour)
		// The new process publishes, and is slow to expand.
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- after.scheduler.Run(ctx, nil) }()
		time.Sleep(2 * time.Hour)
		if e, err := o.db.Edition(t.Context(), "fresh/2000-01-01T10:00"); err != nil || e.State != digest.Sending || e.Planned != 0 {
			t.Errorf("an hour later: %+v, %v", e, err)
		}
		if _, err := after.publisher.Expand(t.Context(), time.Now()); err != nil {
			t.Error(err)
		}
		if e, err := o.db.Edition(t.Context(), "fresh/2000-01-01T10:00"); err != nil || e.State != digest.Sending || e.Planned != 1 {
			t.Errorf("expanded: %+v, %v", e, err)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// What is sent by hand is not paused by a process that does not know its
// newsletter, as long as whoever sends it says so.
func TestUnknownToServeAndSentByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		defer o.db.Close()
		o.reader("ada", "", "fresh")
		before, _ := o.beside(newsletter(t, "news", "0 8 * * *", "UTC"))
		hand, _ := o.beside(newsletter(t, "fresh", "0 10 * * *", "UTC"))
		defer before.serve()()
		o.write()
		o.sync()
		e, err := hand.publisher.Publish(t.Context(), digest.Request{Newsletter: "fresh", Hand: true, Key: "k"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		state := func() digest.State {
			t.Helper()
			e, err := o.db.Edition(t.Context(), e.ID)
			if err != nil {
				t.Fatal(err)
			}
			return e.State
		}
		began := time.Now()
		for range 10 {
			if _, err := o.db.Uphold(t.Context(), "fresh", "", began, time.Now()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		if got := state(); got != digest.Sending {
			t.Errorf("while it is sent: %s", got)
		}
		time.Sleep(5 * time.Minute)
		if got := state(); got != digest.Paused {
			t.Errorf("when whoever sent it is gone: %s", got)
		}
	})
}

// An edition is expanded under the terms it was published under, unless
// somebody sends it by hand.
func TestExpandedUnderTheTermsInForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		defer o.db.Close()
		o.reader("ada", "", "news")
		old, narrowed := newsletter(t, "news", "0 8 * * *", "UTC"), newsletter(t, "news", "0 8 * * *", "UTC")
		narrowed.Topics = []string{"nothing at all"}
		before, _ := o.beside(old)
		after, _ := o.beside(narrowed)
		o.write()
		o.sync()
		expand := func(who *office, id string, want int) {
			t.Helper()
			next, err := who.publisher.Expand(t.Context(), time.Now())
			if err != nil {
				t.Error(err)
			}
			if e, err := o.db.Edition(t.Context(), id); err != nil || e.Planned != want || e.Expanded != next.IsZero() {
				t.Errorf("edition %s: %+v, next %v, %v", id, e, next, err)
			}
		}
		tick := func(who *office) {
			t.Helper()
			if err := who.scheduler.Tick(t.Context(), who.publisher.Newsletters[0], time.Now()); err != nil {
				t.Error(err)
			}
		}
		tick(after)
		time.Sleep(time.Hour)
		tick(before)
		slot := digest.Request{Newsletter: "news", Slot: time.Now(), By: "schedule"}
		if _, err := before.publisher.Publish(t.Context(), slot, time.Now()); err != nil {
			t.Fatal(err)
		}
		tick(after) // both live; before began last
		expand(after, "news/2000-01-01T01:00", 0)
		expand(before, "news/2000-01-01T01:00", 1)
	})
}
