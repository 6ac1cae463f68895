package storetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/subscribers"
)

// peopleTests let people sign up, confirm, choose, leave, come back, be erased
// and be imported in any order, and look after each step whether what readers
// are promised still holds.
var peopleTests = []test{
	{"whatever people do, nobody is written to who did not agree", func(w *world) {
		run := 0
		rapid.Check(w.T, func(t *rapid.T) {
			run++
			c := &crowd{world: w, run: run, known: map[string]*person{}, requests: map[string][]int64{},
				confirms: map[string]time.Time{}, bookmarks: map[string]int64{}}
			t.Repeat(map[string]func(*rapid.T){
				"":        c.holds,
				"ask":     c.askFor,
				"confirm": c.confirmOne,
				"move":    c.moveOne,
				"choose":  c.choose,
				"leave":   c.leaveOrReturn,
				"pause":   c.pause,
				"erase":   c.erase,
				"import":  c.importOne,
				"bounce":  c.suppress,
				"publish": c.publishOne,
				"wait":    c.wait,
				"post":    c.emptyPost,
			})
		})
	}},
}

// A crowd is some people and what they did, as far as promises speak of it.
type crowd struct {
	*world
	run       int
	known     map[string]*person   // by address, who is a reader
	requests  map[string][]int64   // by address
	erased    []string             // addresses, until they confirm
	confirms  map[string]time.Time // by address, the last letter that asks for confirmation
	bookmarks map[string]int64     // by reader and newsletter
	editions  int
}

// A person is a reader.
type person struct {
	id        int64
	confirmed int // how often they did
	imported  int // how often an import signed them up
}

func (c *crowd) ok(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func (c *crowd) address(t *rapid.T) string {
	return fmt.Sprintf("p%d.%d@example.com", c.run, rapid.IntRange(1, 4).Draw(t, "who"))
}

func (c *crowd) newsletters(t *rapid.T) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom([]string{weekly, "daily", "third"}), 1, 2, rapid.ID[string]).Draw(t, "newsletters")
}

// reader is one of those there are, or the step is none.
func (c *crowd) reader(t *rapid.T) (string, *person) {
	all := slices.Sorted(maps.Keys(c.known))
	if len(all) == 0 {
		t.Skip("nobody there")
	}
	email := rapid.SampledFrom(all).Draw(t, "reader")
	return email, c.known[email]
}

// stand is how a reader stands, in one line; empty when there is none.
func (c *crowd) stand(t *rapid.T, email string) string {
	r, err := c.db.ByEmail(c.ctx, email)
	if err != nil {
		return ""
	}
	subs, err := c.db.Subscriptions(c.ctx, r.ID)
	c.ok(t, err)
	line := string(r.Status)
	for _, s := range subs {
		line += fmt.Sprintf(" %s %v", s.Newsletter, s.Left.IsZero())
	}
	return line
}

func (c *crowd) askFor(t *rapid.T) {
	email := c.address(t)
	was := c.stand(t, email)
	id, err := c.db.Ask(c.ctx, signUp(email, c.newsletters(t)...), c.now)
	c.ok(t, err)
	if id != 0 && !slices.Contains(c.requests[email], id) {
		c.requests[email] = append(c.requests[email], id)
	}
	if is := c.stand(t, email); is != was {
		t.Fatalf("asking alone makes %q of %q", is, was)
	}
}

func (c *crowd) confirmOne(t *rapid.T) {
	email := c.address(t)
	if len(c.requests[email]) == 0 {
		t.Skip("nothing asked for")
	}
	id := rapid.SampledFrom(c.requests[email]).Draw(t, "request")
	was := c.stand(t, email)
	r, err := c.db.Request(c.ctx, id)
	if err == subscribers.ErrNoRequest || err != nil && strings.Contains(err.Error(), subscribers.ErrNoRequest.Error()) {
		return // erased
	}
	c.ok(t, err)
	done, err := c.db.Confirm(c.ctx, id, fromLetter, []string{weekly}, c.now)
	if c.now.Sub(r.Made) >= subscribers.RequestLife && r.Done.IsZero() {
		if err == nil {
			t.Fatal("a request is confirmed that waited too long")
		}
		return
	}
	c.ok(t, err)
	if done.Already {
		if is := c.stand(t, email); is != was {
			t.Fatalf("confirming twice makes %q of %q", is, was)
		}
		return
	}
	c.erased = slices.DeleteFunc(c.erased, func(e string) bool { return e == email })
	if done.Fresh != (c.known[email] == nil) {
		t.Fatalf("fresh is %v", done.Fresh)
	}
	if done.Fresh {
		c.known[email] = &person{id: done.Subscriber}
	}
	c.known[email].confirmed++
	is := c.stand(t, email)
	for _, n := range r.Newsletters {
		if !strings.HasPrefix(is, "active") || !strings.Contains(is, n+" true") {
			t.Fatalf("who confirms %v is %q", r.Newsletters, is)
		}
	}
}

func (c *crowd) moveOne(t *rapid.T) {
	from, p := c.reader(t)
	to := c.address(t)
	id, err := c.db.Ask(c.ctx, subscribers.Request{Kind: subscribers.NewAddress, Subscriber: p.id, Email: to}, c.now)
	c.ok(t, err)
	if id == 0 {
		return
	}
	if _, err := c.db.Confirm(c.ctx, id, fromLetter, nil, c.now); err != nil {
		t.Fatal(err)
	}
	delete(c.known, from)
	c.known[to] = p
	c.erased = slices.DeleteFunc(c.erased, func(e string) bool { return e == to })
}

func (c *crowd) choose(t *rapid.T) {
	email, p := c.reader(t)
	was := c.stand(t, email)
	c.ok(t, c.db.SetProfile(c.ctx, p.id, subscribers.Profile{Newsletters: c.newsletters(t)}, fromLetter, c.now))
	c.keeps(t, "choosing", was, c.stand(t, email))
}

func (c *crowd) leaveOrReturn(t *rapid.T) {
	email, p := c.reader(t)
	n := rapid.SampledFrom([]string{"", weekly, "daily", "third"}).Draw(t, "newsletter")
	was := c.stand(t, email)
	if rapid.Bool().Draw(t, "leave") {
		c.ok(t, c.db.Leave(c.ctx, p.id, n, fromLetter, c.now))
		if is := c.stand(t, email); strings.Contains(is, n+" true") && (n != "" || strings.HasPrefix(is, "active")) {
			t.Fatalf("who leaves %q is %q", n, is)
		}
	} else {
		c.ok(t, c.db.Return(c.ctx, p.id, n, fromLetter, c.now))
	}
	c.keeps(t, "leaving or coming back", was, c.stand(t, email))
}

// keeps insists that a status which is not the reader's to choose stays.
func (c *crowd) keeps(t *rapid.T, what, was, is string) {
	status, _, _ := strings.Cut(was, " ")
	if now, _, _ := strings.Cut(is, " "); status != "active" && status != "unsubscribed" && now != status {
		t.Fatalf("%s makes %q of %q", what, is, was)
	}
}

func (c *crowd) pause(t *rapid.T) {
	_, p := c.reader(t)
	c.ok(t, c.db.PauseUntil(c.ctx, p.id, c.now.Add(time.Duration(rapid.IntRange(-5, 50).Draw(t, "hours"))*time.Hour), fromLetter, c.now))
}

func (c *crowd) erase(t *rapid.T) {
	email, p := c.reader(t)
	c.ok(t, c.db.Erase(c.ctx, p.id, fromLetter, c.now))
	delete(c.known, email)
	c.erased = append(c.erased, email)
	log, err := c.db.Consents(c.ctx, p.id)
	c.ok(t, err)
	for _, e := range log {
		if e.Network != "" || e.Text != "" {
			t.Fatalf("of an erased reader there stays %+v", e)
		}
	}
}

func (c *crowd) importOne(t *rapid.T) {
	email := c.address(t)
	row := subscribers.ImportRow{Line: 2, Email: email, Newsletters: c.newsletters(t),
		Status: rapid.SampledFrom([]subscribers.Status{"", subscribers.Pending, subscribers.Active, subscribers.Left, subscribers.Bounced, subscribers.Complained}).Draw(t, "status")}
	was := c.stand(t, email)
	res, err := c.db.Import(c.ctx, []subscribers.ImportRow{row}, c.now, false)
	c.ok(t, err)
	is := c.stand(t, email)
	switch {
	case slices.Contains(c.erased, email) && is != "":
		t.Fatalf("an import brings an erased reader back as %q", is)
	case was != "" && !strings.HasPrefix(was, "active") && strings.HasPrefix(is, "active"):
		t.Fatalf("an import makes %q of %q", is, was)
	case res[0].Fate == subscribers.Refused && is != was:
		t.Fatalf("a refused row makes %q of %q", is, was)
	}
	for _, n := range []string{weekly, "daily", "third"} {
		if strings.Contains(was, n+" false") && strings.Contains(is, n+" true") {
			t.Fatalf("an import makes %q of %q", is, was)
		}
	}
	if res[0].Fate == subscribers.New {
		c.known[email] = &person{id: res[0].ID}
	}
	if p := c.known[email]; p != nil && is != "" {
		for _, n := range row.Newsletters {
			if !strings.Contains(was, n+" ") && strings.Contains(is, n+" true") || res[0].Fate == subscribers.New {
				p.imported++
				return
			}
		}
	}
}

func (c *crowd) suppress(t *rapid.T) {
	reason := rapid.SampledFrom([]string{subscribers.BecauseBounced, subscribers.BecauseComplained}).Draw(t, "reason")
	c.ok(t, c.db.Suppress(c.ctx, c.address(t), reason, c.now))
}

func (c *crowd) publishOne(t *rapid.T) {
	c.editions++
	name := fmt.Sprintf("%d-%d", c.run, c.editions)
	c.article("article " + name)
	c.publish(name)
}

func (c *crowd) wait(t *rapid.T) {
	hours := rapid.SampledFrom([]int{1, 7, 23, 24, 25, 24 * 8, 24 * 31}).Draw(t, "hours")
	c.now = c.now.Add(time.Duration(hours) * time.Hour)
}

// emptyPost sends what is due, and looks whether anybody is asked too often.
func (c *crowd) emptyPost(t *rapid.T) {
	for {
		n, err := c.db.Notes().Claim(c.ctx, c.now, c.now.Add(lease))
		c.ok(t, err)
		if n == nil {
			return
		}
		if n.Kind == notes.Confirm {
			key := subscribers.AddressKey(n.To)
			if last, ok := c.confirms[key]; ok && n.Queued.Sub(last) < subscribers.LetterEvery {
				t.Fatalf("%s is asked again after %s", key, n.Queued.Sub(last))
			}
			c.confirms[key] = n.Queued
		}
		c.ok(t, c.db.Notes().Settle(c.ctx, n.ID, n.Token, notes.Result{Outcome: taken}, c.now))
	}
}

// holds is what is promised of everybody at any time.
func (c *crowd) holds(t *rapid.T) {
	for email, p := range c.known {
		r, err := c.db.Subscriber(c.ctx, p.id)
		c.ok(t, err)
		if r.Email != email {
			t.Fatalf("reader %d has %s, not %s", p.id, r.Email, email)
		}
		log, err := c.db.Consents(c.ctx, p.id)
		c.ok(t, err)
		acts := map[subscribers.ConsentAct]int{}
		for _, e := range log {
			acts[e.Act]++
		}
		if acts[subscribers.ActConfirmed] != p.confirmed || acts[subscribers.ActAsked] != p.confirmed || acts[subscribers.ActImported] != p.imported {
			t.Fatalf("%s confirmed %d times and was imported %d times, the log says %v", email, p.confirmed, p.imported, acts)
		}
		if r.Status == subscribers.Active && p.confirmed+p.imported == 0 {
			t.Fatalf("%s is active and never agreed", email)
		}
		subs, err := c.db.Subscriptions(c.ctx, p.id)
		c.ok(t, err)
		for _, s := range subs {
			key := fmt.Sprint(p.id, s.Newsletter)
			if s.Bookmark < c.bookmarks[key] {
				t.Fatalf("the bookmark of %s in %s went from %d to %d", email, s.Newsletter, c.bookmarks[key], s.Bookmark)
			}
			c.bookmarks[key] = s.Bookmark
		}
	}
	for _, email := range c.erased {
		if is := c.stand(t, email); is != "" {
			t.Fatalf("%s was erased and is %q", email, is)
		}
	}
}
