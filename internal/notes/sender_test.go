package notes_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/internal/smtptest"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
)

// A post is a database with a queue, and a relay in memory.
type post struct {
	t     *testing.T
	db    *store.DB
	relay *smtptest.Server
	log   safe
}

// safe is a log that may be read while it is written.
type safe struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safe) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safe) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func open(t *testing.T, script func(smtptest.Event) smtptest.Answer) *post {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite::memory:")
	if err != nil {
		t.Fatal(err)
	}
	p := &post{t: t, db: db, relay: &smtptest.Server{Script: script}}
	t.Cleanup(func() {
		p.relay.Close()
		db.Close()
		if text := p.log.String(); strings.Contains(text, "@") {
			t.Errorf("an address was logged:\n%s", text)
		}
	})
	return p
}

func (p *post) transport() mailer.Transport {
	return &mailer.SMTP{Host: "relay.test", Port: 25, Security: mailer.NoTLS, Dial: p.relay.Dial}
}

// sender sends over the relay in memory. What its letters say is no matter.
func (p *post) sender() *notes.Sender {
	return &notes.Sender{
		Store: p.db.Notes(), Write: write, Transport: p.transport(),
		Log: slog.New(slog.NewTextHandler(&p.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

func write(_ context.Context, n *notes.Note, now time.Time) (*mailer.Message, error) {
	return &mailer.Message{
		From: mailer.Address{Email: "news@example.com"}, To: mailer.Address{Email: n.To},
		MessageID: fmt.Sprintf("note-%d@example.com", n.ID), Date: now, Subject: "Is this you?", Text: "Yes.\n",
	}, nil
}

func (p *post) queue(kind notes.Kind, to string) int64 {
	p.t.Helper()
	id, err := p.db.Notes().Queue(p.t.Context(), notes.Note{Kind: kind, To: to}, time.Now())
	if err != nil {
		p.t.Fatal(err)
	}
	return id
}

// serve runs senders until stop is called, which waits for them.
func (p *post) serve(senders ...*notes.Sender) (stop func()) {
	ctx, cancel := context.WithCancel(p.t.Context())
	var all sync.WaitGroup
	for _, s := range senders {
		all.Go(func() {
			if err := s.Run(ctx); err != nil {
				p.t.Error(err)
			}
		})
	}
	return func() { cancel(); all.Wait() }
}

// taken wants the relay to have taken these notes so many times, and nothing
// else.
func (p *post) taken(want map[int64]int) {
	p.t.Helper()
	ids := map[string]int{}
	for id, n := range want {
		ids[fmt.Sprintf("note-%d@example.com", id)] = n
	}
	if d := cmp.Diff(ids, p.relay.ByMessageID()); d != "" {
		p.t.Errorf("taken (-want +got)\n%s", d)
	}
}

// waiting tells whether anything is still to be sent.
func (p *post) waiting() bool {
	p.t.Helper()
	_, ok, err := p.db.Notes().NextDue(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return ok
}

// Whatever a server answers, each note ends as it should, and none comes twice
// but the one that was lost on its way, under the same Message-ID.
func TestWhatServersAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, nil)
		p.relay.Stepwise = true // where commands go together, the first word may be lost with the second
		s := p.sender()
		var mu sync.Mutex
		ends := map[string][]string{} // by the address's word: what came of each attempt
		words := map[int64]string{}
		s.Settled = func(n *notes.Note, r notes.Result) {
			mu.Lock()
			defer mu.Unlock()
			ends[words[n.ID]] = append(ends[words[n.ID]], strings.TrimSpace(string(r.State)+" "+r.Reason))
		}
		ids := map[string]int64{}
		for _, word := range []string{"fine", "once-451-4.7.1", "twice-data-450", "550-5.1.1", "data-554-5.7.1", "once-drop-body", "drop-after-data", "once-drop-rcpt", "once-421"} {
			id := p.queue(notes.Confirm, word+"@example.com")
			words[id], ids[word] = word, id
		}
		stop := p.serve(s)
		time.Sleep(10 * time.Minute)
		stop()
		want := map[string][]string{
			"fine":            {"sent"},
			"once-451-4.7.1":  {"queued", "sent"},
			"twice-data-450":  {"queued", "queued", "sent"},
			"550-5.1.1":       {"failed bounced"},
			"data-554-5.7.1":  {"failed policy"},
			"once-drop-body":  {"queued", "sent"},
			"drop-after-data": {"queued", "failed doubt"},
			"once-drop-rcpt":  {"queued", "sent"},
			"once-421":        {"queued", "sent"},
		}
		if d := cmp.Diff(want, ends); d != "" {
			t.Errorf("attempts (-want +got)\n%s", d)
		}
		p.taken(map[int64]int{
			ids["fine"]: 1, ids["once-451-4.7.1"]: 1, ids["twice-data-450"]: 1, ids["once-drop-body"]: 1,
			ids["drop-after-data"]: 2, // in doubt: once more
			ids["once-drop-rcpt"]:  1, ids["once-421"]: 1,
		})
		if p.waiting() {
			t.Error("something is still to be sent")
		}
	})
}

// A server that is away for ten seconds costs those who wait not much more.
func TestServerAwayTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var away atomic.Bool
		p := open(t, func(e smtptest.Event) smtptest.Answer {
			return smtptest.Answer{Drop: away.Load() && e.Phase == "conn"}
		})
		away.Store(true)
		want := map[int64]int{}
		for n := range 20 {
			want[p.queue(notes.Confirm, fmt.Sprintf("r%d@example.com", n))] = 1
		}
		stop := p.serve(p.sender())
		time.Sleep(10 * time.Second)
		away.Store(false)
		time.Sleep(15 * time.Second)
		stop()
		p.taken(want)
		if n := p.relay.Connections(); n > 10 {
			t.Errorf("%d connections, to a server that was away for ten seconds", n)
		}
		log := p.log.String()
		if strings.Count(log, "takes no letters") != 1 || strings.Count(log, "takes letters again") != 1 {
			t.Errorf("that it was away and is back should each be told once:\n%s", log)
		}
	})
}

// When the password is wrong nobody gets a letter, and nobody loses one.
func TestOurFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wrong atomic.Bool
		p := open(t, func(e smtptest.Event) smtptest.Answer {
			if wrong.Load() && e.Phase == "mail" {
				return smtptest.Answer{Code: 550, Enhanced: [3]int{5, 7, 1}, Text: "not from you"}
			}
			return smtptest.Answer{}
		})
		wrong.Store(true)
		want := map[int64]int{}
		for n := range 5 {
			want[p.queue(notes.Confirm, fmt.Sprintf("r%d@example.com", n))] = 1
		}
		stop := p.serve(p.sender())
		time.Sleep(15 * time.Minute)
		p.taken(map[int64]int{})
		if n := strings.Count(p.log.String(), "before this is mended"); n < 1 || n > 2 {
			t.Errorf("told %d times in a quarter of an hour:\n%s", n, p.log.String())
		}
		wrong.Store(false)
		time.Sleep(3 * time.Minute)
		stop()
		p.taken(want)
	})
}

// A link that lets somebody in for half an hour is not sent after it.
func TestTooLateForTheDoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, nil)
		late := p.queue(notes.SignIn, "maya@example.com")
		p.queue(notes.Confirm, "tunde@example.com")
		time.Sleep(31 * time.Minute)
		var gone []int64
		s := p.sender()
		s.Settled = func(n *notes.Note, r notes.Result) {
			if r.State == mailer.Skipped && r.Reason == mailer.Expired {
				gone = append(gone, n.ID)
			}
		}
		stop := p.serve(s)
		time.Sleep(time.Minute)
		stop()
		if d := cmp.Diff([]int64{late}, gone); d != "" {
			t.Errorf("given up (-want +got)\n%s", d)
		}
		if got := p.relay.ByRecipient(); got["maya@example.com"] != 0 || got["tunde@example.com"] != 1 {
			t.Errorf("taken: %v", got)
		}
	})
}

// killed is a store of a process that dies before it writes a result down.
type killed struct {
	notes.Store
	died context.CancelFunc
}

func (k killed) Settle(ctx context.Context, _, _ int64, _ notes.Result, _ time.Time) error {
	k.died()
	<-ctx.Done() // it never comes back from here
	return ctx.Err()
}

func (k killed) Renew(context.Context, int64, int64, time.Time, time.Time) error {
	return errors.New("dead")
}

// A process that is killed between the letter and its result: the letter comes
// again when the lease is over, and can be told from a new one.
func TestKilledBeforeSettling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, nil)
		id := p.queue(notes.Confirm, "maya@example.com")
		ctx, die := context.WithCancel(t.Context())
		first := p.sender()
		first.Store = killed{p.db.Notes(), die}
		var dead sync.WaitGroup
		dead.Go(func() { _ = first.Run(ctx) })
		<-ctx.Done()
		p.taken(map[int64]int{id: 1})

		stop := p.serve(p.sender())
		time.Sleep(20 * time.Second)
		p.taken(map[int64]int{id: 1}) // the lease is not over
		time.Sleep(15 * time.Second)
		p.taken(map[int64]int{id: 2})
		time.Sleep(5 * time.Minute)
		stop()
		dead.Wait()
		p.taken(map[int64]int{id: 2})
		if p.waiting() {
			t.Error("it is still to be sent")
		}
	})
}

// A letter that takes longer than a lease is nobody else's.
func TestSlowLetterKeepsItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, func(e smtptest.Event) smtptest.Answer {
			if e.Phase == "data" {
				return smtptest.Answer{Wait: 2 * time.Minute}
			}
			return smtptest.Answer{}
		})
		id := p.queue(notes.Confirm, "maya@example.com")
		stop := p.serve(p.sender(), p.sender())
		time.Sleep(3 * time.Minute)
		stop()
		p.taken(map[int64]int{id: 1})
	})
}

// A letter in hand is finished when the process is told to stop, and none is
// begun.
func TestStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, func(e smtptest.Event) smtptest.Answer {
			if e.Phase == "data" {
				return smtptest.Answer{Wait: 5 * time.Second}
			}
			return smtptest.Answer{}
		})
		a, b := p.queue(notes.Confirm, "a@example.com"), p.queue(notes.Confirm, "b@example.com")
		s := p.sender()
		s.Sessions = 1
		stop := p.serve(s)
		time.Sleep(time.Second)
		stop()
		p.taken(map[int64]int{a: 1})
		stop = p.serve(p.sender())
		time.Sleep(10 * time.Second)
		stop()
		p.taken(map[int64]int{a: 1, b: 1})
	})
}

// The rate is kept, and is told of every letter.
func TestRateOfNotes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, nil)
		for n := range 30 {
			p.queue(notes.Confirm, fmt.Sprintf("r%d@example.com", n))
		}
		s := p.sender()
		var begun atomic.Int64
		s.Rate, s.Began = 2, func(time.Time) { begun.Add(1) }
		stop := p.serve(s)
		time.Sleep(5 * time.Second)
		if n := len(p.relay.Letters()); n < 9 || n > 11 {
			t.Errorf("%d letters in five seconds, at two a second", n)
		}
		time.Sleep(15 * time.Second)
		stop()
		if n := len(p.relay.Letters()); n != 30 || begun.Load() != 30 {
			t.Errorf("%d letters, %d told of", n, begun.Load())
		}
	})
}

// What is queued in this process leaves at once, and in another within a
// second.
func TestWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, nil)
		s := p.sender()
		stop := p.serve(s)
		defer stop()
		time.Sleep(time.Minute + 300*time.Millisecond)
		here := p.queue(notes.Confirm, "a@example.com")
		s.Wake()
		synctest.Wait()
		p.taken(map[int64]int{here: 1})
		there := p.queue(notes.Confirm, "b@example.com")
		time.Sleep(time.Second)
		synctest.Wait()
		p.taken(map[int64]int{here: 1, there: 1})
	})
}

// A command sends what it has queued, and says what came of it.
func TestDrainOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, nil)
		s := p.sender()
		for _, test := range []struct {
			to   string
			want mailer.State
			code int
		}{{"a@example.com", mailer.Sent, 250}, {"550-5.1.1@example.com", mailer.Failed, 550}, {"451-4.7.1@example.com", mailer.Queued, 451}} {
			r, ok, err := s.Drain(t.Context(), p.queue(notes.SignIn, test.to))
			if err != nil || !ok || r.State != test.want || r.Code != test.code {
				t.Errorf("%s: %+v, %v, %v", test.to, r, ok, err)
			}
		}
		if _, ok, err := s.Drain(t.Context(), 99); ok || err != nil {
			t.Errorf("what another has in hand: %v, %v", ok, err)
		}
	})
}

// Several senders on one database, over real sockets: each note goes once.
func TestSendersTogether(t *testing.T) {
	relay := new(smtptest.Server)
	host, port, err := relay.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer relay.Close()
	file := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	const all, processes = 120, 3
	ctx, stop := context.WithCancel(t.Context())
	var done sync.WaitGroup
	var settled atomic.Int64
	var queue notes.Store
	for range processes { // each with a handle of its own, as processes have
		db, err := store.Open(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		queue = db.Notes()
		s := &notes.Sender{
			Store: db.Notes(), Write: write, Poll: 20 * time.Millisecond,
			Transport: &mailer.SMTP{Host: host, Port: port, Security: mailer.NoTLS},
			Settled: func(*notes.Note, notes.Result) {
				if settled.Add(1) == all {
					stop()
				}
			},
		}
		done.Go(func() {
			if err := s.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	want := map[string]int{}
	for n := range all {
		id, err := queue.Queue(t.Context(), notes.Note{Kind: notes.Confirm, To: fmt.Sprintf("r%d@example.com", n)}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		want[fmt.Sprintf("note-%d@example.com", id)] = 1
	}
	watch := time.AfterFunc(time.Minute, stop)
	defer watch.Stop()
	done.Wait()
	if d := cmp.Diff(want, relay.ByMessageID()); d != "" {
		t.Errorf("taken (-want +got)\n%s", d)
	}
}
