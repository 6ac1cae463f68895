package hub_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/fetch"
	"github.com/standfirst/standfirst/internal/hub"
)

const callback = "https://reader.example/hook?id=a%20b"

// expects compares what a subscriber saw.
func (w *town) expects(what string, s *subscriber, asked, told []string) {
	w.Helper()
	gotAsked, gotTold := s.was()
	if d := cmp.Diff(asked, gotAsked); d != "" {
		w.Errorf("%s: asked (-want +got):\n%s", what, d)
	}
	if d := cmp.Diff(told, gotTold); d != "" {
		w.Errorf("%s: told (-want +got):\n%s", what, d)
	}
}

// following opens a town with a subscriber who follows the RSS feed.
func following(t *testing.T, test func(w *town, h *hub.Hub, p *press, s *subscriber)) {
	inTown(t, func(w *town) {
		s := newSubscriber(t, "subscribe "+rss)
		w.host("reader.example", s)
		p := newPress()
		h := w.hub(p)
		defer w.run(h)()
		w.ask(h, "mode", "subscribe", "topic", rss, "callback", callback)
		w.expects("subscribing", s, []string{"subscribe for 864000"}, nil)
		test(w, h, p, s)
	})
}

func TestFollowersAreTold(t *testing.T) {
	following(t, func(w *town, h *hub.Hub, p *press, s *subscriber) {
		w.pass(time.Hour)
		w.expects("nothing happened", s, nil, nil)
		p.print(rss, "rss 2")
		p.print(atom, "atom 2") // not followed
		h.Published()
		w.pass(time.Minute)
		w.expects("a change", s, nil, []string{"1h0m5s rss 2"})
		if d := cmp.Diff([]string{"id=a%20b"}, s.queries); d != "" {
			t.Errorf("query of the callback (-want +got):\n%s", d)
		}
		h.Published()
		w.pass(time.Hour)
		w.expects("the same again", s, nil, nil)
	})
}

// Editors save often; followers want the last of it.
func TestChangesAreGathered(t *testing.T) {
	following(t, func(w *town, h *hub.Hub, p *press, s *subscriber) {
		for n := range 8 { // one a second
			p.print(rss, fmt.Sprint("rss ", n+2))
			h.Published()
			w.pass(time.Second)
		}
		w.pass(time.Minute)
		_, told := s.was()
		if len(told) != 2 || told[1] != "11s rss 9" && told[1] != "10s rss 9" {
			t.Errorf("told %q: want one for the first five seconds, one for the rest", told)
		}
	})
}

func TestSignature(t *testing.T) {
	following(t, func(w *town, h *hub.Hub, p *press, s *subscriber) {
		s.set(func() { s.secret = "hush \x00\xff" })
		w.ask(h, "mode", "subscribe", "topic", rss, "callback", callback, "secret", "hush \x00\xff")
		p.print(rss, "rss 2")
		h.Published()
		w.pass(time.Minute)
		w.expects("signed", s, []string{"subscribe for 864000"}, []string{"5s rss 2"})
		s.set(func() { s.secret = "" })
		w.ask(h, "mode", "subscribe", "topic", rss, "callback", callback)
		p.print(rss, "rss 3")
		h.Published()
		w.pass(time.Minute)
		w.expects("no longer", s, []string{"subscribe for 864000"}, []string{"1m5s rss 3"})
	})
}

func TestLeasesEnd(t *testing.T) {
	following(t, func(w *town, h *hub.Hub, p *press, s *subscriber) {
		w.pass(time.Hour)
		w.ask(h, "mode", "subscribe", "topic", rss, "callback", callback, "lease_seconds", "1")
		p.print(rss, "rss 2")
		h.Published()
		w.pass(23 * time.Hour)
		w.expects("renewed, for the shortest there is", s, []string{"subscribe for 86400"}, []string{"1h0m5s rss 2"})
		w.pass(2 * time.Hour)
		p.print(rss, "rss 3")
		h.Published()
		w.pass(24 * time.Hour)
		w.expects("ended", s, nil, nil)
	})
}

func TestUnsubscribe(t *testing.T) {
	following(t, func(w *town, h *hub.Hub, p *press, s *subscriber) {
		// Somebody else asks for it: the subscriber does not confirm.
		w.ask(h, "mode", "unsubscribe", "topic", rss, "callback", callback)
		p.print(rss, "rss 2")
		h.Published()
		w.pass(time.Minute)
		w.expects("not meant", s, []string{"unsubscribe"}, []string{"5s rss 2"})
		s.set(func() { s.wants["unsubscribe "+rss] = true })
		w.ask(h, "mode", "unsubscribe", "topic", rss, "callback", callback)
		p.print(rss, "rss 3")
		h.Published()
		w.pass(time.Minute)
		w.expects("meant", s, []string{"unsubscribe"}, nil)
	})
}

func TestWhoDoesNotConfirmDoesNotFollow(t *testing.T) {
	for name, change := range map[string]func(*subscriber){
		"did not ask":        func(s *subscriber) { s.wants = nil },
		"another challenge":  func(s *subscriber) { s.echo = func(c string) string { return c[1:] + "x" } },
		"more than that":     func(s *subscriber) { s.echo = func(c string) string { return c + "\n" } },
		"endless":            func(s *subscriber) { s.echo = func(c string) string { return c + strings.Repeat("x", 1<<20) } },
		"nothing":            func(s *subscriber) { s.echo = func(string) string { return "" } },
		"an error with it":   func(s *subscriber) { s.code = 500 },
		"a redirect with it": func(s *subscriber) { s.code = 302 },
	} {
		t.Run(name, func(t *testing.T) {
			inTown(t, func(w *town) {
				s := newSubscriber(t, "subscribe "+rss)
				change(s)
				w.host("reader.example", s)
				p := newPress()
				h := w.hub(p)
				defer w.run(h)()
				w.ask(h, "mode", "subscribe", "topic", rss, "callback", callback)
				p.print(rss, "rss 2")
				h.Published()
				w.pass(time.Hour)
				w.expects(name, s, []string{"subscribe for 864000"}, nil)
			})
		})
	}
}

// A renewal that nobody confirms takes nothing away.
func TestARenewalNotMeantChangesNothing(t *testing.T) {
	following(t, func(w *town, h *hub.Hub, p *press, s *subscriber) {
		s.set(func() { s.wants = nil })
		w.ask(h, "mode", "subscribe", "topic", rss, "callback", callback, "secret", "of somebody else")
		p.print(rss, "rss 2")
		h.Published()
		w.pass(time.Minute)
		w.expects("as before", s, []string{"subscribe for 864000"}, []string{"5s rss 2"})
	})
}

func TestDenied(t *testing.T) {
	inTown(t, func(w *town) {
		s := newSubscriber(t, "subscribe "+rss)
		w.host("reader.example", s)
		p := newPress()
		h := w.hub(p)
		err := h.Ask(url.Values{"hub.mode": {"subscribe"}, "hub.topic": {"https://lead.example/other.rss"}, "hub.callback": {callback}})
		var refused *hub.RequestError
		if !errors.As(err, &refused) || refused.Code != http.StatusNotFound {
			t.Errorf("a feed that is not: %v", err)
		}
		// The feed is gone when its turn comes.
		w.ask(h, "mode", "subscribe", "topic", rss, "callback", callback)
		p.drop(rss)
		stop := w.run(h)
		w.expects("denied", s, []string{"denied: the feed is gone"}, nil)
		stop()
		// There are as many followers as may be.
		p.print(rss, "rss 1")
		for n := range 1000 {
			f := hub.Follower{Feed: rss, Callback: fmt.Sprint("https://reader.example/", n), Host: "reader.example", Ends: time.Now().Add(time.Hour)}
			if err := w.db.Follow(w.Context(), f, hub.Limits{All: 1 << 20, Host: 1 << 20}, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		defer w.run(h)()
		w.ask(h, "mode", "subscribe", "topic", rss, "callback", callback)
		w.expects("full", s, []string{"subscribe for 864000", "denied: this hub has as many followers as it takes; those it has are told as before"}, nil)
	})
}

func TestGoneEndsIt(t *testing.T) {
	following(t, func(w *town, h *hub.Hub, p *press, s *subscriber) {
		s.set(func() { s.answer = func(int) (int, time.Duration) { return http.StatusGone, 0 } })
		for n := range 2 {
			p.print(rss, fmt.Sprint("rss ", n+2))
			h.Published()
			w.pass(time.Hour)
		}
		w.expects("once", s, nil, []string{"5s rss 2"})
	})
}

func TestFailuresAreTriedAgain(t *testing.T) {
	following(t, func(w *town, h *hub.Hub, p *press, s *subscriber) {
		s.set(func() {
			s.answer = func(times int) (int, time.Duration) { return []int{500, 301, 429, 204}[times-1], 0 }
		})
		p.print(rss, "rss 2")
		h.Published()
		w.pass(50 * time.Second)
		p.print(rss, "rss 3") // who is behind is told of what is now
		h.Published()
		w.pass(time.Hour)
		w.expects("until it is taken", s, nil, []string{"5s rss 2", "35s rss 2", "1m35s rss 3", "3m35s rss 3"})
	})
}

func TestTryingEndsWithinADay(t *testing.T) {
	following(t, func(w *town, h *hub.Hub, p *press, s *subscriber) {
		s.set(func() { s.answer = func(int) (int, time.Duration) { return 500, 0 } })
		p.print(rss, "rss 2")
		h.Published()
		w.pass(30 * time.Hour)
		_, told := s.was()
		if len(told) < 10 || len(told) > 15 {
			t.Errorf("%d attempts: %q", len(told), told)
		}
		s.set(func() { s.answer = nil })
		p.print(rss, "rss 3")
		h.Published()
		w.pass(time.Minute)
		w.expects("the next change", s, nil, []string{"30h0m5s rss 3"})
	})
}

// One host that takes its time holds up itself, and nobody else.
func TestASlowHostHoldsUpItself(t *testing.T) {
	inTown(t, func(w *town) {
		p := newPress()
		h := w.hub(p)
		defer w.run(h)()
		slow := newSubscriber(t, "subscribe "+rss, "subscribe "+atom, "subscribe "+topic)
		slow.answer = func(int) (int, time.Duration) { return 200, 20 * time.Second }
		w.host("slow.example", slow)
		for _, feed := range []string{rss, atom, topic} {
			w.ask(h, "mode", "subscribe", "topic", feed, "callback", "https://slow.example/")
		}
		quick := newSubscriber(t, "subscribe "+rss, "subscribe "+atom, "subscribe "+topic)
		w.host("quick.example", quick)
		for _, feed := range []string{rss, atom, topic} {
			w.ask(h, "mode", "subscribe", "topic", feed, "callback", "https://quick.example/")
		}
		slow.was()
		quick.was()
		p.print(atom, "atom 2")
		p.print(rss, "rss 2")
		p.print(topic, "topic 2")
		h.Published()
		w.pass(2 * time.Minute)
		for s, times := range map[*subscriber][]string{slow: {"5s", "25s", "45s"}, quick: {"5s", "5s", "5s"}} {
			_, told := s.was()
			var got []string
			for _, line := range told {
				at, _, _ := strings.Cut(line, " ")
				got = append(got, at)
			}
			if d := cmp.Diff(times, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		}
	})
}

// A host that never answers is not waited for.
func TestAHostThatNeverAnswers(t *testing.T) {
	following(t, func(w *town, h *hub.Hub, p *press, s *subscriber) {
		s.set(func() { s.answer = func(int) (int, time.Duration) { return 200, 24 * time.Hour } })
		p.print(rss, "rss 2")
		h.Published()
		w.pass(90 * time.Second)
		w.expects("given up after half a minute", s, nil, []string{"5s rss 2", "1m5s rss 2"})
	})
}

// What changed while nobody ran is told by whoever runs next, and what was told
// is not told again.
func TestNothingIsForgottenOverARestart(t *testing.T) {
	inTown(t, func(w *town) {
		s := newSubscriber(t, "subscribe "+rss)
		w.host("reader.example", s)
		p := newPress()
		h := w.hub(p)
		stop := w.run(h)
		w.ask(h, "mode", "subscribe", "topic", rss, "callback", callback)
		p.print(rss, "rss 2")
		h.Published()
		w.pass(time.Second)
		stop() // noted, not told
		w.pass(time.Hour)
		w.expects("nobody ran", s, []string{"subscribe for 864000"}, nil)
		stop = w.run(w.hub(p))
		w.pass(time.Minute)
		w.expects("told late", s, nil, []string{"1h0m1s rss 2"})
		stop()
		p.print(rss, "rss 3") // not even noted
		stop = w.run(w.hub(p))
		w.pass(time.Minute)
		w.expects("found", s, nil, []string{"1h1m6s rss 3"})
		stop()
		// Stopped in the middle of telling: it is done again, and at once.
		s.set(func() { s.answer = func(int) (int, time.Duration) { return 200, 10 * time.Second } })
		p.print(rss, "rss 4")
		stop = w.run(w.hub(p))
		w.pass(6 * time.Second)
		stop()
		stop = w.run(w.hub(p))
		w.pass(time.Minute)
		stop()
		w.expects("again", s, nil, []string{"1h2m6s rss 4", "1h2m7s rss 4"})
	})
}

// Two processes serve the feeds; each change is told once, by one that serves
// it already.
func TestTwoProcesses(t *testing.T) {
	inTown(t, func(w *town) {
		s := newSubscriber(t, "subscribe "+rss)
		w.host("reader.example", s)
		first, second := newPress(), newPress()
		a, b := w.hub(first), w.hub(second)
		kill := w.run(a)
		defer w.run(b)()
		w.ask(b, "mode", "subscribe", "topic", rss, "callback", callback)
		s.was()
		first.print(rss, "rss 2")
		a.Published()
		w.pass(3 * time.Second)
		second.print(rss, "rss 2") // a little later
		b.Published()
		w.pass(time.Minute)
		w.expects("in step", s, nil, []string{"5s rss 2"})

		// The first is killed after it noted a change that the second does not
		// serve yet: that waits.
		first.print(rss, "rss 3")
		a.Published()
		w.pass(time.Second)
		kill()
		w.pass(20 * time.Second)
		w.expects("the second is behind", s, nil, nil)
		second.print(rss, "rss 3")
		b.Published()
		w.pass(time.Minute)
		w.expects("and is no more", s, nil, []string{"1m28s rss 3"})

		// The same once more, but the second is of another version and never
		// serves those bytes.
		kill = w.run(a)
		first.print(rss, "rss 4")
		a.Published()
		w.pass(time.Second)
		kill()
		w.pass(10 * time.Minute)
		_, told := s.was()
		if len(told) != 1 || !strings.HasSuffix(told[0], " rss 3") {
			t.Errorf("told %q; want once, what there is", told)
		}
	})
}

// Another hub is told which feeds have changed, one by one, and when it is back.
func TestAnotherHub(t *testing.T) {
	inTown(t, func(w *town) {
		var mu sync.Mutex
		var got []string
		down := false
		began := time.Now()
		w.host("hub.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if err := r.ParseForm(); err != nil || r.Method != http.MethodPost || r.URL.String() != "/publish?key=1" {
				t.Errorf("%s %s: %v", r.Method, r.URL, err)
			}
			got = append(got, fmt.Sprint(time.Since(began), " ", r.PostForm.Encode()))
			if down {
				rw.Header().Set("Retry-After", "120")
				rw.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			rw.WriteHeader(http.StatusNoContent)
		}))
		was := func() []string {
			mu.Lock()
			defer mu.Unlock()
			out := got
			got = nil
			return out
		}
		p := newPress()
		h := w.hub(p)
		h.Ours, h.Address = false, "https://hub.example/publish?key=1"
		defer w.run(h)()
		w.pass(time.Minute)
		if got := was(); len(got) != 0 {
			t.Errorf("nothing changed, and it was told %q", got)
		}
		ping := func(at, feed string) string {
			return at + " hub.mode=publish&hub.url=" + url.QueryEscape(feed)
		}
		p.print(rss, "rss 2")
		p.print(topic, "topic 2")
		h.Published()
		w.pass(time.Minute)
		if d := cmp.Diff([]string{ping("1m5s", rss), ping("1m5s", topic)}, was()); d != "" {
			t.Errorf("two of three (-want +got):\n%s", d)
		}
		mu.Lock()
		down = true
		mu.Unlock()
		p.print(atom, "atom 2")
		h.Published()
		w.pass(time.Minute)
		mu.Lock()
		down = false
		mu.Unlock()
		w.pass(time.Hour)
		if d := cmp.Diff([]string{ping("2m5s", atom), ping("4m5s", atom)}, was()); d != "" {
			t.Errorf("while it was down (-want +got):\n%s", d)
		}
		if !strings.Contains(w.logged(), "the hub could not be told of a change; trying again") {
			t.Errorf("the operator is not told:\n%s", w.logged())
		}
		p.print("https://lead.example/topics/new/feed.rss", "new 1")
		h.Published()
		w.pass(time.Minute)
		if d := cmp.Diff([]string{ping("1h3m5s", "https://lead.example/topics/new/feed.rss")}, was()); d != "" {
			t.Errorf("a new feed (-want +got):\n%s", d)
		}
	})
}

// A stranger's callback leads nowhere but to the public internet, whatever its
// name resolves to.
func TestCallbacksToWhatIsNotPublic(t *testing.T) {
	called := make(chan string, 10)
	victim := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { called <- r.URL.Path }))
	defer victim.Close()
	port := victim.URL[strings.LastIndexByte(victim.URL, ':'):]
	build(t, func(w *town) {
		h := w.hub(newPress())
		h.Client, h.Reach = fetch.New(fetch.Options{}), fetch.Publicly
		for _, host := range []string{"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "10.0.0.1", "169.254.169.254", "0.0.0.0"} {
			err := h.Ask(url.Values{"hub.mode": {"subscribe"}, "hub.topic": {rss}, "hub.callback": {"http://" + host + port + "/"}})
			var refused *hub.RequestError
			if !errors.As(err, &refused) || refused.Code != http.StatusBadRequest {
				t.Errorf("%s: %v", host, err)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.Run(ctx) }()
		err := h.Ask(url.Values{"hub.mode": {"subscribe"}, "hub.topic": {rss}, "hub.callback": {"http://localhost" + port + "/hook"}})
		if err != nil {
			t.Errorf("a name is not resolved yet: %v", err)
		}
		for deadline := time.Now().Add(10 * time.Second); !strings.Contains(w.logged(), "this machine") && time.Now().Before(deadline); {
			time.Sleep(5 * time.Millisecond)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if !strings.Contains(w.logged(), "this machine") || strings.Contains(w.logged(), "/hook") {
			t.Errorf("the log should say why, and keep the callback's path to itself:\n%s", w.logged())
		}
	})
	select {
	case path := <-called:
		t.Errorf("a server on this machine was asked for %s", path)
	default:
	}
}

// More requests than are verified are refused, until there is room again.
func TestRequestsAreBounded(t *testing.T) {
	inTown(t, func(w *town) {
		s := newSubscriber(t)
		w.host("reader.example", s)
		h := w.hub(newPress())
		ask := func(host string, n int) error {
			return h.Ask(url.Values{"hub.mode": {"subscribe"}, "hub.topic": {rss}, "hub.callback": {fmt.Sprintf("https://%s/%d", host, n)}})
		}
		taken := 0
		for n := range 100 {
			if ask("reader.example", n) == nil {
				taken++
			}
		}
		if taken != 64 {
			t.Errorf("%d of one host were taken", taken)
		}
		for n := range 1000 {
			if ask(fmt.Sprintf("h%d.example", n), n) == nil {
				taken++
			}
		}
		if taken != 256 {
			t.Errorf("%d were taken", taken)
		}
		defer w.run(h)()
		synctest.Wait()
		if err := ask("reader.example", 0); err != nil {
			t.Errorf("all are verified, and yet: %v", err)
		}
	})
}
