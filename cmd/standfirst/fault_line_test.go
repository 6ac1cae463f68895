package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/smtptest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// brokenLines lets the line, and who stands at its end, fail in every way that
// [mailer.Decide] knows of. The waits of the real program are minutes, so here
// its parts run in this process, with shorter ones; the ledger, the sockets and
// the letters are the real ones. Each is tried with a server that takes
// commands in groups; those that cut a letter short, and at full size all,
// also with one that wants them one by one.
func brokenLines(f *fault) { f.routes(lineFaults) }

func (f *fault) routes(faults []lineFault) {
	var all sync.WaitGroup
	for _, lf := range faults {
		for _, stepwise := range []bool{false, true} {
			name := lf.name
			if stepwise {
				name += ", step by step"
			}
			if stepwise && !lf.midway && !full {
				continue
			}
			one := func() {
				f.Run(name, func(t *testing.T) {
					newRoute(&fault{T: t, name: name, table: f.table}, &lf, stepwise).send()
				})
			}
			if full {
				one()
			} else {
				all.Go(one)
			}
		}
	}
	all.Wait()
}

// A lineFault is one way to fail.
type lineFault struct {
	name      string
	script    func(*route) func(smtptest.Event) smtptest.Answer // it has the relay's lock
	meanwhile func(*route)                                      // at the same time, from outside
	mended    func(*route)                                      // by an operator, when the edition was paused; nil: it must not be
	rules     func(*mailer.Rules)
	press     func(*route) mailer.Press
	limit     time.Duration         // of patience with the relay's answers; 0: longer than it takes
	fate      func(reader int) fate // what the table in mailer/decide.go says; nil: everybody is sent one
	midway    bool                  // it may cut a letter short
	roughly   bool                  // who is in doubt is a matter of chance
}

// A fate is what becomes of a reader.
type fate struct {
	State      mailer.State
	Reason     string
	Copies     int // that the server took
	Suppressed bool
}

// A route is a fault at work: a publication, its edition, and the way to a
// relay.
type route struct {
	*fault
	lf      *lineFault
	relay   *relay
	app     *app
	edition string
	ids     []int64       // of the readers
	trouble time.Duration // how long what passes takes to pass
	mended  atomic.Bool   // by somebody, who may say so here

	mu     sync.Mutex
	doubts map[int64]int // how often each letter was counted as in doubt
}

func newRoute(f *fault, lf *lineFault, stepwise bool) *route {
	x := &route{fault: f, lf: lf, doubts: make(map[int64]int), trouble: size(2*time.Second, 10*time.Second)}
	x.relay = relayOf(f.T, &smtptest.Server{Stepwise: stepwise, Keep: true})
	p := newPaper(f.T, x.relay.mail(lineSessions))
	readers := size(160, 2000)
	p.readers(readers)
	x.edition = p.publish()
	e := &env{ctx: f.Context(), stderr: io.Discard, config: filepath.Join(p.dir, "config.yaml")}
	var err error
	if x.app, err = e.open(); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(x.app.close)
	for i := range readers {
		s, err := x.app.db.ByEmail(f.Context(), address(i))
		if err != nil {
			f.Fatal(err)
		}
		x.ids = append(x.ids, s.ID)
	}
	return x
}

// number is that of a reader, by their number in the database.
func (x *route) number(id int64) int { return slices.Index(x.ids, id) }

const lineSessions = 4

// send sends the edition until it is over, and sees what became of it.
func (x *route) send() {
	ctx, stop := context.WithTimeout(x.Context(), 5*time.Minute)
	defer stop()
	for next := time.Now(); !next.IsZero(); {
		var err error
		if next, err = x.app.publisher.Expand(ctx, time.Now()); err != nil {
			x.Fatal(err)
		}
	}
	door := x.relay.doors[0]
	w := x.app.worker()
	w.Rest, w.Progress = 200*time.Millisecond, x.settled
	w.Rules = mailer.Rules{Backoff: []time.Duration{300 * time.Millisecond}, Soon: 200 * time.Millisecond}
	if x.lf.rules != nil {
		x.lf.rules(&w.Rules)
	}
	if x.lf.press != nil {
		w.Press = x.lf.press(x)
	}
	limit := cmp.Or(x.lf.limit, 20*time.Second)
	w.Transport = &mailer.SMTP{Host: door.host, Port: door.port, Security: mailer.NoTLS,
		Limits: mailer.Limits{Connect: limit, Command: limit, Data: limit, Block: limit, Dot: limit}}
	if x.lf.script != nil {
		x.relay.says(x.lf.script(x))
	}

	working, done := context.WithCancel(ctx)
	var others sync.WaitGroup
	others.Go(func() {
		if err := w.Run(working); err != nil {
			x.Error(err)
		}
	})
	if x.lf.meanwhile != nil {
		others.Go(func() { x.lf.meanwhile(x) })
	}
	e := x.over(ctx, w)
	done()
	others.Wait()
	if x.lf.mended == nil || e.State == digest.Done {
		x.check(e)
	}
}

// over waits until the edition is sent, and calls an operator when it is
// paused. The worker is kept awake: its own naps are longer than our waits.
func (x *route) over(ctx context.Context, w *mailer.Worker) *digest.Edition {
	mended := x.lf.mended == nil
	for {
		e, err := x.app.db.Edition(x.Context(), x.edition)
		if err != nil {
			x.Fatal(err)
		}
		switch {
		case e.State == digest.Done:
			if !mended {
				x.Error("the edition was not paused")
			}
			return e
		case e.State == digest.Paused && !mended:
			mended = true
			time.Sleep(500 * time.Millisecond) // what was refused with it is written down before anybody can have mended it
			x.lf.mended(x)
			if err := x.app.db.Resume(x.Context(), x.edition, time.Now()); err != nil {
				x.Error(err)
			}
		case e.State != digest.Sending, ctx.Err() != nil:
			x.Errorf("the edition is %s: %+v", e.State, e.Counts)
			return e
		}
		time.Sleep(50 * time.Millisecond)
		w.Wake()
	}
}

// settled is told of each result once the ledger has it.
func (x *route) settled(_ string, s mailer.Settlement) {
	if o := s.Outcome; o.Phase == mailer.PhaseBody && o.Code == 0 && (o.Doubt || o.Reason == mailer.InDoubt) {
		x.mu.Lock()
		x.doubts[s.Subscriber]++
		x.mu.Unlock()
	}
}

// check compares what the ledger says of each reader with what the table says
// should have become of them, and with what the server took.
func (x *route) check(e *digest.Edition) {
	x.relay.mu.Lock()
	defer x.relay.mu.Unlock()
	lost, repeats, doubts, odd := 0, 0, 0, 0
	for i, id := range x.ids {
		want := fate{State: mailer.Sent, Copies: 1}
		if x.lf.fate != nil {
			want = x.lf.fate(i)
		}
		rows, err := x.app.db.History(x.Context(), id, 1)
		if err != nil || len(rows) != 1 {
			x.Fatalf("reader %d: %d rows, %v", i, len(rows), err)
		}
		s, err := x.app.db.ByEmail(x.Context(), address(i))
		if err != nil {
			x.Fatal(err)
		}
		ids := x.relay.by[address(i)]
		got := fate{State: rows[0].State, Reason: rows[0].Reason, Suppressed: s.Status == subscribers.Bounced}
		for _, n := range ids {
			got.Copies += n
		}
		if len(ids) > 1 {
			x.Errorf("reader %d has letters under %d Message-IDs", i, len(ids))
		}
		doubt := x.doubts[id]
		doubts += doubt
		repeats += max(0, got.Copies-1)
		may := doubt
		if got.State == mailer.Sent {
			may++
			if got.Copies == 0 {
				lost++
			}
		}
		if got.Copies > may {
			x.Errorf("reader %d: %d letters, and the ledger counted %d in doubt: %+v", i, got.Copies, doubt, got)
		}
		if (x.lf.roughly || x.lf.limit > 0) && doubt > 0 && got.Copies >= 1 {
			want.Copies = got.Copies // a slow machine lets a short patience end, too
		}
		if d := gocmp.Diff(want, got); d != "" {
			if odd++; odd <= 5 {
				x.Errorf("reader %d, after %d doubts and %d attempts (-want +got):\n%s", i, doubt, rows[0].Attempts, d)
			}
		}
	}
	if odd > 5 {
		x.Errorf("and %d more", odd-5)
	}
	if lost > 0 {
		x.Errorf("%d readers are lost", lost)
	}
	for _, l := range x.relay.doors[0].server.Letters() {
		if err := whole(l.Data, titles); err != nil {
			x.Errorf("a letter is not whole: %v\n%s", err, l.Data)
			break
		}
	}
	x.row(faultRow{letters: x.relay.letters, lost: lost, repeats: repeats, bound: doubts,
		ledger: fmt.Sprintf("%s, %d times in doubt", said(e), doubts)})
}

// said is what the program says of an edition.
func said(e *digest.Edition) editionState {
	return editionState{string(e.State), e.Planned, e.Sent, e.Failed, e.Skipped, e.Open}
}
