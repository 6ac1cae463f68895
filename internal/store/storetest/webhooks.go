package storetest

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/webhook"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// hooked makes two endpoints: one that wants everything, and one that wants to
// know who left. It returns their keys. It is an hour later from then on, so that
// also what is dated by the real clock is due.
func (w *world) hooked() (all, left string) {
	w.now = w.now.Add(time.Hour)
	w.db.Hooks = &webhook.Roster{Site: "https://news.example.com", Endpoints: []webhook.Endpoint{
		{URL: "https://all.example/hook", Events: webhook.Types()},
		{URL: "https://left.example/hook", Events: []webhook.Type{webhook.ReaderLeft}},
	}}
	return w.db.Hooks.Endpoints[0].Key(), w.db.Hooks.Endpoints[1].Key()
}

// message claims what is due to an endpoint, or nil.
func (w *world) message(endpoint string) *webhook.Message {
	w.Helper()
	m, err := w.db.Webhooks().Claim(w.ctx, endpoint, "test", lease, w.now)
	w.must(err)
	return m
}

// arrives settles a message as delivered.
func (w *world) arrives(endpoint string, m *webhook.Message) {
	w.Helper()
	_, err := w.db.Webhooks().Settle(w.ctx, endpoint, m, webhook.Result{State: webhook.Delivered, Attempt: true, Code: 200}, w.now)
	w.must(err)
}

// breaks settles a message that did not arrive, and returns how the endpoint
// stands.
func (w *world) breaks(endpoint string, m *webhook.Message, r webhook.Result) webhook.Health {
	w.Helper()
	h, err := w.db.Webhooks().Settle(w.ctx, endpoint, m, r, w.now)
	w.must(err)
	return h
}

// told delivers everything to an endpoint, and returns types and data, one a
// line.
func (w *world) told(endpoint string) string {
	w.Helper()
	var out []string
	for m := w.message(endpoint); m != nil; m = w.message(endpoint) {
		var body struct {
			Type      string
			Timestamp time.Time
			Data      map[string]any
		}
		w.must(json.Unmarshal(m.Body, &body))
		if !strings.HasPrefix(m.ID, "msg_") || body.Timestamp.IsZero() {
			w.Errorf("message %s: %s", m.ID, m.Body)
		}
		if e, ok := body.Data["edition"].(map[string]any); ok {
			delete(e, "published")
			delete(e, "slot")
		}
		data, err := json.Marshal(body.Data)
		w.must(err)
		out = append(out, body.Type+" "+string(data))
		w.arrives(endpoint, m)
	}
	slices.Sort(out) // no order is promised
	return strings.Join(out, "\n")
}

// standing is how an endpoint stands.
func (w *world) standing(endpoint string) webhook.Standing {
	w.Helper()
	st, err := w.db.Webhooks().Standing(w.ctx, endpoint)
	w.must(err)
	return st
}

// someLeave lets readers leave, each an event.
func (w *world) someLeave(ids ...int64) {
	w.Helper()
	for _, id := range ids {
		w.must(w.db.Leave(w.ctx, id, "", subscribers.Consent{Way: subscribers.ByOneClick}, w.now))
	}
}

var webhookTests = []test{
	{"what an edition is told of", func(w *world) {
		all, left := w.hooked()
		w.readers(2)
		w.article("a")
		w.send("one")
		w.is("published", `edition.published {"edition":{"id":"weekly/one","newsletter":"weekly","url":"https://news.example.com/editions/weekly/one"}}`, w.told(all))
		w.drain()
		w.is("finished", `edition.finished {"counts":{"bounced":0,"failed":0,"planned":2,"sent":2,"skipped":0},"edition":`+
			`{"id":"weekly/one","newsletter":"weekly","url":"https://news.example.com/editions/weekly/one"},"state":"sent"}`, w.told(all))
		w.article("b")
		id := w.send("two")
		w.must(w.db.Cancel(w.ctx, id, "", w.now))
		w.must(w.db.Webhooks().On(w.ctx, all, w.now))
		got := w.told(all)
		if !strings.Contains(got, "edition.published") || !strings.Contains(got, `edition.finished {"counts":{"bounced":0,"failed":0,"planned":2,"sent":0,"skipped":2}`) ||
			!strings.Contains(got, `"state":"cancelled"`) || strings.Count(got, "\n") != 1 {
			w.Errorf("cancelled: %s", got)
		}
		w.is("who wants to know who left", "", w.told(left))
	}},

	{"what a reader is told of", func(w *world) {
		all, left := w.hooked()
		request := w.wish(signUp("ada@example.com", weekly))
		w.is("asked only", "", w.told(all))
		done, err := w.db.Confirm(w.ctx, request, fromLetter, nil, w.now)
		w.must(err)
		_, err = w.db.Confirm(w.ctx, request, fromLetter, nil, w.now) // once more
		w.must(err)
		w.is("confirmed", `reader.confirmed {"first":true,"newsletters":["weekly"],"reader":{"email":"ada@example.com","id":1},"way":"form","why":"signed up"}`, w.told(all))

		id := done.Subscriber
		w.must(w.db.SetProfile(w.ctx, id, subscribers.Profile{Newsletters: []string{"daily"}}, fromLetter, w.now))
		const swapped = `reader.left {"all":false,"newsletters":["weekly"],"reader":{"email":"ada@example.com","id":1},"way":"link","why":"left"}`
		w.is("chose", `reader.confirmed {"first":false,"newsletters":["daily"],"reader":{"email":"ada@example.com","id":1},"way":"link","why":"chosen"}`+"\n"+swapped, w.told(all))
		w.is("chose, to the other", swapped, w.told(left))

		w.now = w.now.Add(time.Hour)
		w.someLeave(id, id) // twice is once
		const gone = `reader.left {"all":true,"newsletters":["daily"],"reader":{"email":"ada@example.com","id":1},"way":"one-click","why":"left"}`
		w.is("left", gone, w.told(all))
		w.must(w.db.Return(w.ctx, id, "", fromLetter, w.now))
		w.is("returned", `reader.confirmed {"first":false,"newsletters":["daily"],"reader":{"email":"ada@example.com","id":1},"way":"link","why":"returned"}`, w.told(all))

		w.must(w.db.Suppress(w.ctx, "ada@example.com", subscribers.BecauseComplained, w.now))
		w.must(w.db.Suppress(w.ctx, "ada@example.com", subscribers.BecauseComplained, w.now))
		w.is("complained", `reader.left {"all":true,"newsletters":["daily"],"reader":{"email":"ada@example.com","id":1},"why":"complained"}`, w.told(all))
	}},

	{"who comes back after a bounce is told of with all they get again", func(w *world) {
		all, _ := w.hooked()
		request := w.wish(signUp("ada@example.com", weekly))
		done, err := w.db.Confirm(w.ctx, request, fromLetter, nil, w.now)
		w.must(err)
		w.must(w.db.SetProfile(w.ctx, done.Subscriber, subscribers.Profile{Newsletters: []string{"daily", "weekly"}}, fromLetter, w.now))
		w.must(w.db.Suppress(w.ctx, "ada@example.com", subscribers.BecauseBounced, w.now))
		w.told(all)

		w.must(w.db.SetProfile(w.ctx, done.Subscriber, subscribers.Profile{Newsletters: []string{"weekly"}}, fromLetter, w.now))
		w.must(w.db.SetProfile(w.ctx, done.Subscriber, subscribers.Profile{Newsletters: []string{"daily", "weekly"}}, fromLetter, w.now))
		if got := w.told(all); strings.Contains(got, "reader.confirmed") {
			w.Errorf("who bounced gets nothing, whatever they take: %s", got)
		}

		w.now = w.now.AddDate(0, 1, 0)
		first, second := w.wish(signUp("ada@example.com", weekly)), w.wish(signUp("ada@example.com", weekly))
		_, err = w.db.Confirm(w.ctx, first, fromLetter, nil, w.now)
		w.must(err)
		w.is("back", `reader.confirmed {"first":false,"newsletters":["daily","weekly"],"reader":{"email":"ada@example.com","id":1},"way":"form","why":"signed up"}`, w.told(all))
		if second != first {
			_, err = w.db.Confirm(w.ctx, second, fromLetter, nil, w.now)
			w.must(err)
		}
		w.is("confirmed once more", "", w.told(all))
	}},

	{"a bounce is told of once, deliveries are not", func(w *world) {
		all, _ := w.hooked()
		ids := w.readers(2)
		w.article("a")
		w.send("one")
		w.told(all)
		b := w.claim()
		gone := refused
		gone.Reason, gone.Suppress, gone.Enhanced = mailer.Bounced, true, "5.1.1"
		w.settle(b, taken, ids[0])
		w.settle(b, gone, ids[1])
		w.settle(b, gone, ids[1])
		got := w.told(all)
		r, err := w.db.Subscriber(w.ctx, ids[1])
		w.must(err)
		want := `reader.bounced {"code":550,"edition":{"id":"weekly/one","newsletter":"weekly","url":"https://news.example.com/editions/weekly/one"},"enhanced":"5.1.1","reader":{"email":"` + r.Email + `","id":2}}`
		if lines := strings.Split(got, "\n"); len(lines) != 2 || lines[1] != want || !strings.HasPrefix(lines[0], "edition.finished") {
			w.Errorf("told %s", got)
		}
	}},

	{"where nobody wants to know nothing is written", func(w *world) {
		w.db.Hooks = &webhook.Roster{Endpoints: []webhook.Endpoint{{URL: "https://x.example", Events: []webhook.Type{webhook.ReaderBounced}}}}
		key := w.db.Hooks.Endpoints[0].Key()
		ids := w.readers(2)
		w.article("a")
		w.send("one")
		w.drain()
		w.someLeave(ids...)
		w.is("waiting", 0, w.standing(key).Waiting)
		w.db.Hooks = nil
		w.must(w.db.Suppress(w.ctx, "nobody@example.com", subscribers.BecauseBounced, w.now))
		w.is("waiting", webhook.Standing{}, w.standing(key))
	}},

	{"what comes to nothing is not told", func(w *world) {
		all, _ := w.hooked()
		w.publish("one")
		w.told(all)
		head, err := w.db.Head(w.ctx)
		w.must(err)
		e := w.edition("weekly/one")
		e.Horizon = head
		if err := w.db.Publish(w.ctx, *e, nil); err == nil {
			w.Error("published twice")
		}
		w.is("told", "", w.told(all))
	}},

	{"one message is in one hand, and its id stays", func(w *world) {
		all, left := w.hooked()
		w.someLeave(w.readers(1)...)
		q := w.db.Webhooks()
		if w.message(left) == nil || w.message(left) != nil {
			w.Error("in no hand, or in two")
		}
		first, err := q.Claim(w.ctx, all, "test", 50*time.Millisecond, w.now)
		w.must(err)
		w.sleep(100 * time.Millisecond)
		again, err := q.Claim(w.ctx, all, "test", lease, w.now)
		w.must(err)
		if again == nil || again.ID != first.ID || string(again.Body) != string(first.Body) || again.Token <= first.Token {
			w.Fatalf("after the lease: %+v, first %+v", again, first)
		}
		w.breaks(all, first, webhook.Result{State: webhook.GivenUp, Attempt: true}) // does not count
		w.is("given up", 0, w.standing(all).GivenUp)
		w.is("failures", 0, w.standing(all).Failures)
		w.arrives(all, first) // does
		w.is("waiting", 0, w.standing(all).Waiting)
		w.breaks(all, again, webhook.Result{State: webhook.Queued, Attempt: true, Due: w.now})
		w.is("told", "", w.told(all))
	}},

	{"a message that failed comes when it is due", func(w *world) {
		all, _ := w.hooked()
		w.someLeave(w.readers(1)...)
		m := w.message(all)
		h := w.breaks(all, m, webhook.Result{State: webhook.Queued, Attempt: true, Due: w.now.Add(time.Minute), Code: 500, Error: "it answered 500"})
		w.is("health", webhook.Health{Failures: 1, Since: w.now, Failed: w.now, Code: 500, Error: "it answered 500"}, h)
		if m := w.message(all); m != nil {
			w.Errorf("too early: %+v", m)
		}
		w.now = w.now.Add(time.Minute)
		if m = w.message(all); m == nil || m.Attempts != 1 {
			w.Fatalf("when it is due: %+v", m)
		}
		w.arrives(all, m)
		st := w.standing(all)
		w.is("failures", 0, st.Failures)
		w.is("succeeded", w.now, st.Succeeded)
	}},

	{"an endpoint that fails is asked with one message at a time", func(w *world) {
		all, _ := w.hooked()
		w.someLeave(w.readers(6)...)
		for range 3 {
			w.breaks(all, w.message(all), webhook.Result{State: webhook.Queued, Attempt: true, Due: w.now.Add(time.Hour)})
		}
		if m := w.message(all); m != nil {
			w.Error("it is not left alone")
		}
		w.now = w.now.Add(6 * time.Second)
		m := w.message(all)
		if m == nil {
			w.Fatal("it is never asked again")
		}
		if w.message(all) != nil {
			w.Error("it is asked with two")
		}
		w.arrives(all, m)
		for range 2 {
			if w.message(all) == nil {
				w.Error("it works and is not asked")
			}
		}
	}},

	{"an endpoint that is off is told nothing, until it is on", func(w *world) {
		all, left := w.hooked()
		ids := w.readers(3)
		w.someLeave(ids[0])
		h := w.breaks(all, w.message(all), webhook.Result{State: webhook.Queued, Attempt: true, Gone: true, Due: w.now, Code: 410, Error: "it answered 410 Gone"})
		w.is("why", webhook.Gone, h.Why)
		w.someLeave(ids[1])
		w.is("off", "", w.told(all))
		w.is("waiting", 1, w.standing(all).Waiting)
		w.is("the other", 2, strings.Count(w.told(left), "reader.left"))
		w.must(w.db.Webhooks().On(w.ctx, all, w.now))
		w.someLeave(ids[2])
		w.is("on again", 2, strings.Count(w.told(all), "reader.left"))
	}},

	{"what was given up is kept, and tried again when told to", func(w *world) {
		all, _ := w.hooked()
		w.someLeave(w.readers(1)...)
		w.breaks(all, w.message(all), webhook.Result{State: webhook.GivenUp, Attempt: true, Code: 400})
		w.is("told", "", w.told(all))
		w.is("given up", 1, w.standing(all).GivenUp)
		w.must(w.db.Webhooks().On(w.ctx, all, w.now))
		m := w.message(all)
		w.is("attempts", 0, m.Attempts)
		w.arrives(all, m)
		st := w.standing(all)
		w.is("left", 0, st.GivenUp+st.Waiting)
	}},

	{"of who is erased nothing waits but that", func(w *world) {
		all, left := w.hooked()
		ids := w.readers(2)
		w.someLeave(ids...)
		held := w.message(left)
		w.must(w.db.Return(w.ctx, ids[0], "", fromLetter, w.now))
		w.must(w.db.Erase(w.ctx, ids[0], subscribers.Consent{Way: subscribers.ByDesk}, w.now))
		got := w.told(all)
		want := `reader.left {"all":true,"newsletters":["weekly"],"reader":{"id":1},"way":"desk","why":"erased"}`
		if strings.Count(got, "\n") != 1 || !strings.Contains(got, want) || strings.Contains(got, `"id":1,`) || strings.Contains(got, `email":"reader0.0@`) {
			w.Errorf("told %s", got)
		}
		w.arrives(left, held) // and nothing breaks
	}},

	{"old events are forgotten, whoever they are for", func(w *world) {
		all, left := w.hooked()
		ids := w.readers(2)
		w.someLeave(ids[0])
		w.now = w.now.Add(time.Hour)
		w.someLeave(ids[1])
		w.must(w.db.Webhooks().Forget(w.ctx, w.now))
		w.is("all", 1, w.standing(all).Waiting)
		w.is("left", 1, w.standing(left).Waiting)
	}},

	{"what a dead process had in hand is free", func(w *world) {
		all, _ := w.hooked()
		w.someLeave(w.readers(2)...)
		q := w.db.Webhooks()
		for _, owner := range []string{"dead", "alive"} {
			_, err := q.Claim(w.ctx, all, owner, lease, w.now)
			w.must(err)
		}
		n, err := q.EndLeases(w.ctx, func(owner string) bool { return owner == "dead" })
		w.must(err)
		w.is("ended", 1, n)
		if w.message(all) == nil {
			w.Error("it is not free")
		}
		if w.message(all) != nil {
			w.Error("both are")
		}
	}},

	{"several processes bring each message once", func(w *world) {
		all, left := w.hooked()
		other := w.open()
		const many = 30
		w.someLeave(w.readers(many)...)
		now := w.now
		var mu sync.Mutex
		seen := map[string]int{}
		var hands sync.WaitGroup
		for i := range 4 {
			db := []*store.DB{w.db, other}[i%2]
			hands.Go(func() {
				for _, endpoint := range []string{all, left} {
					for barren := 0; barren < 20; {
						m, err := db.Webhooks().Claim(w.ctx, endpoint, "test", lease, now)
						if err != nil {
							w.Error(err)
							return
						}
						if m == nil { // perhaps the next one was locked
							barren++
							continue
						}
						mu.Lock()
						seen[endpoint+m.ID]++
						mu.Unlock()
						if _, err := db.Webhooks().Settle(w.ctx, endpoint, m, webhook.Result{State: webhook.Delivered, Attempt: true}, now); err != nil {
							w.Error(err)
						}
					}
				}
			})
		}
		hands.Wait()
		w.is("messages", 2*many, len(seen))
		for id, n := range seen {
			if n != 1 {
				w.Errorf("%s came %d times", id, n)
			}
		}
	}},
}
