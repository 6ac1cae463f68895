package mailer

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

	"github.com/standfirst/standfirst/internal/smtptest"
)

func TestJudge(t *testing.T) {
	type judged struct {
		Outcome
		halt, trouble bool
	}
	for _, tc := range []struct {
		name string
		err  error
		want judged
	}{
		{"lease too old", errBack, judged{}},
		{"left", &skip{Left}, judged{Outcome: Outcome{State: Skipped, Reason: Left}}},
		{"all withdrawn", fmt.Errorf("version 2: %w", ErrEmpty), judged{Outcome: Outcome{State: Skipped, Reason: Nothing}}},
		{"address", fmt.Errorf("letter: %w", &ToError{errors.New("no @")}), judged{Outcome: Outcome{State: Failed, Reason: BadAddress}}},
		{"template", fmt.Errorf("version 2: %w: digest.html:3", ErrWords), judged{halt: true}},
		{"template panics", fmt.Errorf("%w: %w", ErrWords, &Panic{"oh"}), judged{halt: true}},
		{"one letter panics", &Panic{"oh"}, judged{Outcome: Outcome{State: Failed, Reason: Unwritten}}},
		{"database", fmt.Errorf("subscriber 7: %w", errDown), judged{trouble: true}},
		{"no time left", context.DeadlineExceeded, judged{trouble: true}},
	} {
		var got judged
		got.Outcome, got.halt, got.trouble = judge(tc.err)
		if d := cmp.Diff(tc.want, got, cmp.AllowUnexported(judged{})); d != "" {
			t.Errorf("%s (-want +got)\n%s", tc.name, d)
		}
	}
}

// Readers who are erased while an edition goes out have no words any more.
// That is nobody's fault.
func TestErasedWhileSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 40))
		for id := range int64(30) {
			b.skip[id+1] = Erased
		}
		w := office(t, b, new(smtptest.Server))
		w.Press = &desk{values: func(d Delivery) (Values, error) {
			if d.Subscriber <= 30 {
				return Values{}, errors.New("no such reader")
			}
			return valuesFor("weekly/1", d, time.Now()), nil
		}}
		if err := w.Drain(t.Context(), "weekly/1"); err != nil {
			t.Error(err)
		}
		wantCounts(t, b, map[string]int{"sent": 10, "skipped erased": 30})
	})
}

// A witness is a ledger, press and transport that notes who was asked what.
type witness struct {
	*book
	*desk
	Transport
	mu   sync.Mutex
	seen []string
}

func (w *witness) note(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, s)
}

func (w *witness) Open(ctx context.Context) (Session, error) {
	time.Sleep(20 * time.Second) // slow to open: much may happen meanwhile
	w.note("open")
	s, err := w.Transport.Open(ctx)
	return witnessed{s, w}, err
}

type witnessed struct {
	Session
	w *witness
}

func (s witnessed) Send(ctx context.Context, e Envelope, msg []byte, next Envelope) error {
	s.w.note("send")
	return s.Session.Send(ctx, e, msg, next)
}

func (w *witness) Standings(ctx context.Context, edition string, ids []int64, now time.Time) ([]Standing, error) {
	w.note("look")
	if !now.Equal(time.Now()) {
		w.note("with an old time")
	}
	return w.book.Standings(ctx, edition, ids, now)
}

func (w *witness) Values(ctx context.Context, edition string, ds []Delivery, now time.Time) ([]Values, error) {
	w.note("write")
	return w.desk.Values(ctx, edition, ds, now)
}

// Whether a reader may have the letter is asked when everything else is
// ready, and again when a connection that had gone must be opened anew.
func TestLastLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 2))
		mails := 0
		w := office(t, b, &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
			if e.Phase == "mail" {
				if mails++; mails == 2 {
					return smtptest.Answer{Drop: true}
				}
			}
			return smtptest.Answer{}
		}})
		seen := &witness{book: b, desk: new(desk), Transport: w.Transport}
		w.Ledger, w.Press, w.Transport, w.Sessions = seen, seen, seen, 1
		if err := w.Drain(t.Context(), "weekly/1"); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"sent": 2})
		want := "open look write send send open look send"
		if got := strings.Join(seen.seen, " "); got != want {
			t.Errorf("asked: %s\nwant:  %s", got, want)
		}
	})
}

// A database that is away while letters are written costs nobody a letter and
// stops no edition, and is left in peace.
func TestPressAway(t *testing.T) {
	for _, what := range []string{"master", "values"} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBook(t, "weekly/1", many(1, 150), many(200, 50))
				s := new(smtptest.Server)
				w := office(t, b, s)
				begin := time.Now()
				var asked int
				var mu sync.Mutex
				away := func() error {
					mu.Lock()
					defer mu.Unlock()
					if time.Since(begin) < 20*time.Second {
						asked++
						return errDown
					}
					return nil
				}
				press := new(desk)
				if what == "master" {
					press.master = func(v int) (*Master, error) { return sample(v), away() }
				} else {
					press.values = func(d Delivery) (Values, error) {
						return valuesFor("weekly/1", d, time.Now()), away()
					}
				}
				w.Press = press
				if err := w.Drain(t.Context(), "weekly/1"); err != nil {
					t.Error(err)
				}
				wantCounts(t, b, map[string]int{"sent": 200})
				if b.halted["weekly/1"] != "" {
					t.Error("halted:", b.halted["weekly/1"])
				}
				for id, e := range b.state {
					if e.Attempts != 1 {
						t.Errorf("reader %d: %d attempts", id, e.Attempts)
					}
				}
				if asked == 0 || asked > 10*w.Sessions {
					t.Errorf("asked %d times within 20 seconds of being away", asked)
				}
				if took := time.Since(begin); took > time.Minute {
					t.Errorf("done %v after it began", took)
				}
			})
		})
	}
}

// One reader who can never be read holds nobody up, does not keep a drain
// from its end, and expires as anybody who cannot be reached.
func TestReaderThatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 100))
		w := office(t, b, new(smtptest.Server))
		w.Press = &desk{values: func(d Delivery) (Values, error) {
			if d.Subscriber == 1 {
				return Values{}, errors.New("topics: not a list")
			}
			return valuesFor("weekly/1", d, time.Now()), nil
		}}
		begin := time.Now()
		if err := w.Drain(t.Context(), "weekly/1"); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"sent": 99, "queued": 1})
		if took := time.Since(begin); took > 4*time.Minute {
			t.Errorf("one reader kept a drain for %v", took)
		}
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Hour)
		defer stop()
		if err := w.Run(ctx); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"sent": 99, "skipped expired": 1})
	})
}

// An edition that could not be paused is not called so: the next letter tries
// again.
func TestHaltFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 10))
		w := office(t, b, new(smtptest.Server))
		w.Press = &desk{master: func(int) (*Master, error) { return nil, ErrWords }}
		ledger := &stubborn{book: b, refusals: 3}
		w.Ledger, w.Sessions = ledger, 1
		w.Log = slog.New(slog.NewTextHandler(&ledger.log, nil))
		if err := w.Drain(t.Context(), "weekly/1"); err == nil || !strings.Contains(err.Error(), "paused") {
			t.Errorf("Drain says %v", err)
		}
		if ledger.refusals != 0 || b.halted["weekly/1"] == "" {
			t.Errorf("not paused, %d refusals left", ledger.refusals)
		}
		if ledger.lied {
			t.Error("said to be paused when it was not")
		}
	})
}

// stubborn is a ledger that does not pause at first.
type stubborn struct {
	*book
	refusals int
	log      bytes.Buffer
	lied     bool
}

func (s *stubborn) Halt(ctx context.Context, edition, reason string) error {
	s.lied = s.lied || strings.Contains(s.log.String(), "edition paused")
	if s.refusals > 0 {
		s.refusals--
		return errDown
	}
	return s.book.Halt(ctx, edition, reason)
}

// Ten sessions find out at once that the database is away; that is one
// trouble, and one line.
func TestTroubleIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		r := &run{soft: t.Context(), log: slog.New(slog.NewTextHandler(&out, nil))}
		var rests []time.Duration
		for range 8 {
			for range 10 {
				r.trouble("letter not written", errDown)
			}
			rests = append(rests, time.Until(r.calm))
			time.Sleep(time.Until(r.calm))
		}
		want := []time.Duration{1, 2, 4, 8, 16, 30, 30, 30}
		for i := range want {
			want[i] *= time.Second
		}
		if d := cmp.Diff(want, rests); d != "" {
			t.Errorf("rests (-want +got)\n%s", d)
		}
		if n := strings.Count(out.String(), "\n"); n != len(want) {
			t.Errorf("%d lines about %d troubles", n, len(want))
		}
	})
}

// What is told at Info and above does not grow with the readers.
func TestLogsStayShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ds []Delivery
		for i, local := range []string{"a", "550-5.1.1", "550", "once-451-4.7.1", "once-454", "once-drop-rcpt", "é", "panics", "left"} {
			for n := range int64(100) {
				d := readers(int64(i)*1000+n+1, fmt.Sprintf("r%d+%s", n, local))[0]
				ds = append(ds, d)
			}
		}
		slices.SortFunc(ds, func(a, b Delivery) int { return int(a.Subscriber%1000 - b.Subscriber%1000) })
		b := newBook(t, "weekly/1", ds[:450], ds[450:])
		for n := range int64(100) {
			b.skip[8001+n] = Left
		}
		var out bytes.Buffer
		w := office(t, b, new(smtptest.Server))
		w.Press = &desk{values: func(d Delivery) (Values, error) {
			if strings.HasSuffix(d.To.Email, "+panics@example.com") && d.Subscriber%5 == 0 { // as many would stop the edition
				panic("a nasty name")
			}
			return valuesFor("weekly/1", d, time.Now()), nil
		}}
		w.Log = slog.New(slog.NewTextHandler(&out, nil))
		ctx, stop := context.WithTimeout(t.Context(), 6*time.Hour)
		defer stop()
		if err := w.Run(ctx); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{
			"sent": 480, "failed bounced": 100, "failed refused": 100,
			"failed address": 100, "failed render": 20, "skipped left": 100,
		})
		if lines := strings.Count(out.String(), "\n"); lines > 20 {
			t.Errorf("%d lines about 900 letters:\n%s", lines, out.String())
		}
	})
}
