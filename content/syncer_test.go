package content

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// shelf is a source that shows what it is told to.
type shelf struct {
	name string
	mu   sync.Mutex
	l    Listing
	err  error
	n    int // times it was read
	hook func()
}

func (s *shelf) Name() string { return s.name }

func (s *shelf) Read(context.Context, time.Time) (*Listing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	l := s.l
	if s.hook != nil {
		s.hook()
	}
	return &l, s.err
}

// reads tells how often it was read.
func (s *shelf) reads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

func (s *shelf) put(l Listing, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.l, s.err = l, err
}

func (s *shelf) Stamp(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprint(len(s.l.Articles), len(s.l.Events)), s.err
}

// TestSync: every source by itself, and what one cannot do harms no other.
func TestSync(t *testing.T) {
	m := newMemory(t)
	good := &shelf{name: "dir:good", l: folder(post("a", 1))}
	bad := &shelf{name: "dir:bad", l: folder(post("b", 1))}
	var log bytes.Buffer
	news := 0
	s := &Syncer{
		Sources: []Watched{{Source: bad, Rules: Rules{Settle: minute, Flood: 20}}, {Source: good, Rules: Rules{Settle: minute, Flood: 20}}},
		Store:   m, Remind: []int{42, 14, 2}, Released: func() { news++ },
		Log: slog.New(slog.NewTextHandler(&log, nil)),
	}
	now := moment("2026-03-02T09:00:00Z")
	if _, err := s.Sync(t.Context(), now, SyncOptions{}); err != nil || news != 1 {
		t.Fatalf("baseline: %v, told %d times", err, news)
	}

	bad.put(Listing{}, errors.New("dir:bad: not mounted"))
	good.put(folder(post("a", 1), post("c", 1)), nil)
	var reports []Report
	for i := range 3 {
		var err error
		if reports, err = s.Sync(t.Context(), now.Add(time.Duration(i+1)*minute), SyncOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	want := []Report{{Source: "dir:bad", Failed: true, Errors: []string{"dir:bad: not mounted"}}, {Source: "dir:good", Articles: 2}}
	if diff := cmp.Diff(want, reports, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("reports (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"A public", "B public", "C public"}, m.states()); diff != "" {
		t.Errorf("states (-want +got)\n%s", diff)
	}
	if news != 3 { // settling, released
		t.Errorf("told of news %d times", news)
	}
	if n := strings.Count(log.String(), "not mounted"); n != 1 {
		t.Errorf("the same problem was logged %d times:\n%s", n, log.String())
	}

	good.hook = func() { panic("a bug") }
	reports, err := s.Sync(t.Context(), now.Add(9*minute), SyncOptions{})
	if err != nil || len(reports[1].Errors) != 1 || !strings.Contains(reports[1].Errors[0], "a bug") {
		t.Errorf("a reader that panics: %v, %v", reports, err)
	}
}

// TestSyncByHand: a send by hand takes everything as settled, and an editor
// may agree to what is held.
func TestSyncByHand(t *testing.T) {
	m := newMemory(t)
	src := &shelf{name: "dir:x", l: folder(post("a", 1))}
	s := &Syncer{Sources: []Watched{{Source: src, Rules: Rules{Settle: time.Hour, Flood: 1}}}, Store: m}
	now := moment("2026-03-02T09:00:00Z")
	for i, st := range []struct {
		shown Listing
		opt   SyncOptions
		want  Report
	}{
		{shown: folder(post("a", 1)), want: Report{Articles: 1, Released: 1, Baseline: 1}},
		{shown: folder(post("a", 1), post("b", 1)), want: Report{Articles: 2, Settling: 1}},
		{shown: folder(post("a", 1), post("b", 1)), opt: SyncOptions{Settled: true}, want: Report{Articles: 2, Released: 1}},
		{shown: folder(post("a", 1), post("b", 1), post("c", 1), post("d", 1)), opt: SyncOptions{Settled: true},
			want: Report{Articles: 4, Held: 2, Errors: []string{`2 new articles are held, for more than 1 (flood) came at once: "C", "D"; "standfirst sync --accept" releases them`}}},
		{shown: folder(post("a", 1), post("b", 1), post("c", 1), post("d", 1)), opt: SyncOptions{Accept: true}, want: Report{Articles: 4, Released: 2}},
	} {
		src.put(st.shown, nil)
		st.want.Source = "dir:x"
		reports, err := s.Sync(t.Context(), now.Add(time.Duration(i)*minute), st.opt)
		if diff := cmp.Diff([]Report{st.want}, reports, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("step %d: %v (-want +got)\n%s", i+1, err, diff)
		}
	}
}

// TestHeldIsLoggedOnce: whoever looks at the log learns what the flood guard
// holds and the way out, once, however many other problems there are and
// whatever becomes of them; whoever syncs by hand learns it each time.
func TestHeldIsLoggedOnce(t *testing.T) {
	src := &shelf{name: "dir:x", l: folder(post("a", 1))}
	var log bytes.Buffer
	s := &Syncer{Sources: []Watched{{Source: src, Rules: Rules{Settle: minute, Flood: 1}}}, Store: newMemory(t), Log: slog.New(slog.NewTextHandler(&log, nil))}
	now := moment("2026-03-02T09:00:00Z")
	sync := func() Report {
		t.Helper()
		now = now.Add(minute)
		reports, err := s.Sync(t.Context(), now, SyncOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return reports[0]
	}
	sync()
	const line = `2 new articles are held, for more than 1 (flood) came at once: "B", "C"; "standfirst sync --accept" releases them`
	for i := range 5 {
		l := folder(post("a", 1), post("c", 1), post("b", 1))
		for j := range 12 {
			l.Problems = append(l.Problems, Problem{At: Position{File: fmt.Sprintf("%d.md", i*j)}, What: "is no article"})
		}
		src.put(l, nil)
		if r := sync(); !slices.Contains(r.Errors, line) || r.Held != 2 || r.Refused == len(r.Errors) {
			t.Errorf("sync %d: %+v", i, r)
		}
	}
	if n := strings.Count(log.String(), "--accept"); n != 1 {
		t.Errorf("logged %d times:\n%s", n, log.String())
	}
}

// TestStaleListing: two processes read the same folder. The one that read
// before an article was added writes after the one that read it, and takes
// nothing back.
func TestStaleListing(t *testing.T) {
	m := newMemory(t)
	src := &shelf{name: "dir:x", l: folder(post("a", 1))}
	rules := Rules{Flood: 20}
	slow := &Syncer{Sources: []Watched{{Source: src, Rules: rules}}, Store: m}
	quick := &Syncer{Sources: []Watched{{Source: &shelf{name: "dir:x", l: folder(post("a", 1), post("b", 1))}, Rules: rules}}, Store: m}
	now := moment("2026-03-02T09:00:00Z")
	if _, err := slow.Sync(t.Context(), now, SyncOptions{}); err != nil {
		t.Fatal(err)
	}
	src.hook = func() { // between reading and writing
		src.hook = nil
		if _, err := quick.Sync(t.Context(), now.Add(2*time.Second), SyncOptions{}); err != nil {
			t.Error(err)
		}
		src.l = folder(post("a", 1), post("b", 1))
	}
	reports, err := slow.Sync(t.Context(), now.Add(time.Second), SyncOptions{})
	if err != nil || reports[0].Withdrawn != 0 || src.n != 3 {
		t.Errorf("stale: %+v, %v, read %d times", reports, err, src.n)
	}
	if diff := cmp.Diff([]string{"A public", "B public"}, m.states()); diff != "" {
		t.Errorf("states (-want +got)\n%s", diff)
	}
}

// TestSlowReading: a folder that takes longer to read than clocks differ is
// not taken for a clock that was put back.
func TestSlowReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(t)
		src := &shelf{name: "dir:x", l: folder(post("a", 1))}
		slow := &Syncer{Sources: []Watched{{Source: src, Rules: Rules{Flood: 20}}}, Store: m}
		quick := &Syncer{Sources: []Watched{{Source: &shelf{name: "dir:x", l: folder(post("a", 1), post("b", 1))}, Rules: Rules{Flood: 20}}}, Store: m}
		src.hook = func() {
			src.hook = nil
			time.Sleep(time.Hour)
			if _, err := quick.Sync(t.Context(), time.Now(), SyncOptions{}); err != nil {
				t.Error(err)
			}
			src.l = folder(post("a", 1), post("b", 1))
		}
		reports, err := slow.Sync(t.Context(), time.Now(), SyncOptions{})
		if err != nil || reports[0].Withdrawn != 0 || src.n != 2 {
			t.Errorf("%+v, %v, read %d times", reports, err, src.n)
		}
	})
}

// TestClockPutBack: a sync ran while the clock was a year ahead. Those after it
// release nothing before its date, and what was seen in that year settles.
func TestClockPutBack(t *testing.T) {
	m := newMemory(t)
	dir, feed := &shelf{name: "dir:x"}, &shelf{name: "feed:x"}
	rules := Rules{Settle: 2 * minute, Flood: 20}
	s := &Syncer{Store: m, Sources: []Watched{{Source: dir, Rules: rules}, {Source: feed, Rules: rules}}}
	now := moment("2026-03-02T09:00:00Z")
	sync := func(at time.Time) {
		t.Helper()
		if _, err := s.Sync(t.Context(), at, SyncOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	may := post("may", 0).dated(moment("2026-05-01T00:00:00Z"))
	dir.put(folder(post("a", 1)), nil)
	sync(now)
	dir.put(folder(post("a", 1), post("b", 1)), nil)
	feed.put(page(post("c", 1)), nil)
	sync(now.AddDate(1, 0, 0))

	dir.put(folder(post("a", 1), post("b", 1), may), nil)
	feed.put(page(), nil)
	sync(now)
	if diff := cmp.Diff([]string{"A public", "B settling", "C public", "MAY scheduled"}, m.states()); diff != "" {
		t.Errorf("put back: states (-want +got)\n%s", diff)
	}
	sync(now.Add(2 * minute))
	if diff := cmp.Diff([]string{"A public", "B public", "C public", "MAY scheduled"}, m.states()); diff != "" {
		t.Errorf("settled: states (-want +got)\n%s", diff)
	}
	if at := m.synced["dir:x"]; !at.Equal(now.Add(2 * minute)) {
		t.Errorf("the latest sync was at %s", at)
	}
}

// downStore fails, for one source.
type downStore struct {
	*memory
	down string
}

func (d *downStore) Sync(ctx context.Context, source string, now time.Time, decide func(*Known) (*Plan, error)) (*Plan, error) {
	if source == d.down {
		return nil, errors.New("disk full")
	}
	return d.memory.Sync(ctx, source, now, decide)
}

func TestStoreDown(t *testing.T) {
	d := &downStore{newMemory(t), "dir:x"}
	s := &Syncer{Store: d, Sources: []Watched{{Source: &shelf{name: "dir:x"}}, {Source: &shelf{name: "dir:y", l: folder(post("a", 1))}}}}
	reports, err := s.Sync(t.Context(), moment("2026-03-02T09:00:00Z"), SyncOptions{})
	if err == nil || err.Error() != "source dir:x: disk full" || reports[1].Released != 1 {
		t.Errorf("%v, %+v", err, reports)
	}
}

// TestRun: a change is seen within seconds and released when it has settled;
// a folder without stamps within a minute; a reminder on its day; and Run ends
// with its context.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(t)
		stamped := &shelf{name: "dir:x", l: folder(post("a", 1))}
		plain := &shelf{name: "dir:y", l: folder()}
		s := &Syncer{
			Store: m, Remind: []int{2},
			Sources: []Watched{
				{Source: stamped, Rules: Rules{Settle: 30 * time.Second, Flood: 20}, Stamp: stamped.Stamp},
				{Source: plain, Rules: Rules{Settle: 0, Flood: 20}},
			},
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		synctest.Wait()
		wire := func() int { m.mu.Lock(); defer m.mu.Unlock(); return len(m.wire) }
		if wire() != 1 || stamped.reads() != 1 {
			t.Fatalf("at the start: %d on the wire, read %d times", wire(), stamped.reads())
		}
		wait := func(d time.Duration, want int, what string) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if got := wire(); got != want {
				t.Errorf("%s: %d on the wire, want %d", what, got, want)
			}
		}
		time.Sleep(time.Second)
		stamped.put(folder(post("a", 1), post("b", 1)), nil)
		wait(time.Second, 1, "seen, settling")
		if stamped.reads() != 2 {
			t.Errorf("read %d times, want 2", stamped.reads())
		}
		wait(29*time.Second, 1, "not settled")
		wait(2*time.Second, 2, "settled")
		plain.put(folder(post("c", 1)), nil)
		wait(59*time.Second, 3, "within a minute")

		first := DateOf(time.Now()).AddDays(5)
		e := conf("Lead", "2026-06-02")
		e.Zone, e.Days = "UTC", Span{first, first}
		plain.put(Listing{Complete: true, Articles: []Found{post("c", 1)}, Events: []FoundEvent{e}}, nil)
		wait(time.Until(first.AddDays(-2).In(time.UTC))-time.Second, 3, "the second before the day")
		wait(minute, 4, "the first minute of the day")
		m.mu.Lock()
		r := m.wire[3]
		m.mu.Unlock()
		if r.Kind != KindReminder || r.Rule != "2d" {
			t.Errorf("released %+v", r)
		}

		stamped.put(Listing{}, errors.New("not mounted"))
		before := stamped.reads()
		wait(10*minute, 4, "the folder is gone")
		if stamped.reads()-before > 12 {
			t.Errorf("a folder that is gone was read %d times in ten minutes", stamped.reads()-before)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestRunMoved: what one folder drops is looked for in the others at once, also
// in those that would be looked at only later.
func TestRunMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(t)
		from := &shelf{name: "dir:from", l: folder(post("a", 1), post("b", 1))}
		to := &shelf{name: "dir:to", l: folder(post("c", 1))}
		rules := Rules{Settle: 30 * time.Second, Flood: 20}
		s := &Syncer{Store: m, Sources: []Watched{{Source: from, Rules: rules, Stamp: from.Stamp}, {Source: to, Rules: rules}}}
		go s.Run(t.Context())
		time.Sleep(time.Second)
		from.put(folder(post("a", 1)), nil)
		to.put(folder(post("c", 1), post("b", 1)), nil)
		time.Sleep(glance)
		synctest.Wait()
		m.mu.Lock()
		defer m.mu.Unlock()
		if diff := cmp.Diff([]string{"A public", "B public", "C public"}, m.states()); diff != "" || to.reads() != 2 {
			t.Errorf("read %d times, states (-want +got)\n%s", to.reads(), diff)
		}
	})
}

// TestSyncSource: one source is read on its own, and one that cannot be read is
// told of as such.
func TestSyncSource(t *testing.T) {
	one, two := &shelf{name: "dir:one"}, &shelf{name: "dir:two"}
	one.put(folder(post("a", 1)), nil)
	two.put(Listing{}, errors.New("not mounted"))
	var failed []string
	s := &Syncer{Store: newMemory(t), Sources: []Watched{{Source: one}, {Source: two}},
		Failed: func(_ context.Context, source string, why error, _ time.Time) {
			failed = append(failed, source+": "+why.Error())
		}}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	r, err := s.SyncSource(t.Context(), "dir:one", now, SyncOptions{})
	if err != nil || r.Released != 1 || r.Failed || one.reads() != 1 || two.reads() != 0 || failed != nil {
		t.Errorf("%+v, %v; read %d and %d times; failed: %v", r, err, one.reads(), two.reads(), failed)
	}
	r, err = s.SyncSource(t.Context(), "dir:two", now, SyncOptions{})
	if err != nil || !r.Failed || one.reads() != 1 || !slices.Equal(failed, []string{"dir:two: not mounted"}) {
		t.Errorf("%+v, %v; failed: %v", r, err, failed)
	}
	if _, err := s.SyncSource(t.Context(), "dir:three", now, SyncOptions{}); !errors.Is(err, ErrNoSource) {
		t.Error(err)
	}
}

// TestAsks: what guards hold is told from what else is wrong.
func TestAsks(t *testing.T) {
	s := newSite(t)
	s.rules.Flood = 2
	s.sync(0, folder(post("a", 1), post("b", 2), post("c", 3)))
	ask := func(l Listing, wantFlood int, wantGone bool) {
		t.Helper()
		p := s.sync(minute, l)
		if flood, gone := p.Report.Asks(len(p.Held)); flood != wantFlood || gone != wantGone {
			t.Errorf("asks for %d, gone %v; want %d, %v", flood, gone, wantFlood, wantGone)
		}
	}
	ask(folder(post("a", 1), post("b", 2), post("c", 3)), 0, false)
	ask(folder(), 0, true)
	ask(folder(post("a", 1), post("b", 2), post("c", 3), post("d", 4), post("e", 5), post("f", 6), post("g", 7), post("a", 1).at("x")), 4, false)
}
