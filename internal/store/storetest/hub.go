package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/standfirst/standfirst/internal/hub"
)

// roomy bounds nothing that a test does not mean to.
var roomy = hub.Limits{All: 1000, Host: 1000}

// The feeds and the hub of tests.
const (
	rss      = "https://lead.example/feed.rss"
	atom     = "https://lead.example/feed.atom"
	otherHub = "https://hub.example/publish"
)

// tags notes what feeds are now: pairs of address and tag.
func (w *world) tags(address string, pairs ...string) {
	w.Helper()
	c := hub.Change{Tags: map[string]string{}, Hub: address, Due: w.now.Add(5 * time.Second), Now: w.now}
	for i := 0; i < len(pairs); i += 2 {
		c.Tags[pairs[i]] = pairs[i+1]
	}
	w.must(w.db.NoteFeeds(w.ctx, c))
}

func (w *world) follow(feed, host string, n int) {
	w.Helper()
	w.must(w.db.Follow(w.ctx, follower(feed, host, n, w.now), roomy, w.now))
}

func follower(feed, host string, n int, now time.Time) hub.Follower {
	return hub.Follower{Feed: feed, Host: host, Callback: fmt.Sprintf("https://%s/%d?x=1", host, n), Secret: []byte("s\x00\xff"), Ends: now.Add(24 * time.Hour)}
}

// notice claims one and says whose it is: "a.example/1 of 2".
func (w *world) notice(db hub.Store, address string) (*hub.Notice, string) {
	w.Helper()
	n, err := db.ClaimNotice(w.ctx, address, lease, w.now)
	w.must(err)
	if n == nil {
		return nil, "nothing"
	}
	return n, fmt.Sprintf("%s of %d", n.Callback, n.Change)
}

func (w *world) noticed(n *hub.Notice, r hub.Result) {
	w.Helper()
	w.must(w.db.SettleNotice(w.ctx, n, r))
}

func (w *world) next(address string) time.Duration {
	w.Helper()
	at, ok, err := w.db.NextNotice(w.ctx, address, w.now)
	w.must(err)
	if !ok {
		return -1
	}
	return at.Sub(w.now)
}

var hubTests = []test{
	{"what is noted first is no change", func(w *world) {
		w.must(w.db.NoteFeeds(w.ctx, hub.Change{Tags: map[string]string{rss: "1", atom: "1"}, First: true, Hub: otherHub, Due: w.now, Now: w.now}))
		got, err := w.db.FeedTags(w.ctx)
		w.must(err)
		w.is("tags", map[string]string{rss: "1", atom: "1"}, got)
		w.is("to tell", time.Duration(-1), w.next(otherHub))
	}},

	{"followers are told of what came since, once", func(w *world) {
		w.tags("", rss, "1", atom, "1")
		w.follow(rss, "a.example", 1)
		w.follow(atom, "b.example", 2)
		w.is("nothing is missed", time.Duration(-1), w.next(""))
		w.tags("", rss, "2", atom, "1")
		w.is("changes are gathered", 5*time.Second, w.next(""))
		_, who := w.notice(w.db, "")
		w.is("not before", "nothing", who)
		w.now = w.now.Add(time.Second)
		w.tags("", rss, "3")
		w.is("one more", 4*time.Second, w.next(""))
		w.now = w.now.Add(4 * time.Second)
		n, _ := w.notice(w.db, "")
		want := &hub.Notice{ID: n.ID, Token: 1, Follower: follower(rss, "a.example", 1, w.now.Add(-5*time.Second)), Change: 3, Tag: "3", Changed: w.now.Add(-4 * time.Second)}
		w.is("notice", want, n)
		_, who = w.notice(w.db, "")
		w.is("in one hand only", "nothing", who)
		w.noticed(n, hub.Result{Told: true, Due: w.now.Add(time.Second)})
		w.is("nothing more", time.Duration(-1), w.next(""))
		w.tags("", rss, "3")
		w.is("the same again", time.Duration(-1), w.next(""))
	}},

	{"a change while a follower is being told is not lost", func(w *world) {
		w.tags("", rss, "1")
		w.follow(rss, "a.example", 1)
		w.tags("", rss, "2")
		w.now = w.now.Add(5 * time.Second)
		n, _ := w.notice(w.db, "")
		w.tags("", rss, "3")
		w.noticed(n, hub.Result{Told: true, Due: w.now.Add(7 * time.Second)})
		w.is("again", 7*time.Second, w.next(""))
		w.now = w.now.Add(7 * time.Second)
		_, who := w.notice(w.db, "")
		w.is("of the last", "https://a.example/1?x=1 of 3", who)
	}},

	{"what failed is due again, and the pause is kept when the feed changes", func(w *world) {
		w.tags("", rss, "1")
		w.follow(rss, "a.example", 1)
		w.tags("", rss, "2")
		w.now = w.now.Add(5 * time.Second)
		n, _ := w.notice(w.db, "")
		w.noticed(n, hub.Result{Due: w.now.Add(time.Minute), Attempts: 1, Since: w.now})
		w.tags("", rss, "3")
		w.is("pause", time.Minute, w.next(""))
		w.now = w.now.Add(time.Minute)
		n, who := w.notice(w.db, "")
		w.is("what is now", "https://a.example/1?x=1 of 3", who)
		w.is("attempts", 1, n.Attempts)
		w.is("since", w.now.Add(-time.Minute), n.Since)
		w.noticed(n, hub.Result{})
		w.is("given up", time.Duration(-1), w.next(""))
		w.tags("", rss, "4")
		w.is("but not for ever", 5*time.Second, w.next(""))
	}},

	{"a host is told of one thing at a time, and holds up nobody", func(w *world) {
		w.tags("", rss, "1")
		for n := range 3 {
			w.follow(rss, "slow.example", n)
		}
		w.follow(rss, "quick.example", 9)
		w.tags("", rss, "2")
		w.now = w.now.Add(5 * time.Second)
		first, who := w.notice(w.db, "")
		w.is("slow", "https://slow.example/0?x=1 of 2", who)
		_, who = w.notice(w.db, "")
		w.is("quick", "https://quick.example/9?x=1 of 2", who)
		_, who = w.notice(w.db, "")
		w.is("slow is busy", "nothing", who)
		w.is("and wakes nobody", time.Duration(-1), w.next(""))
		w.noticed(first, hub.Result{Told: true})
		_, who = w.notice(w.db, "")
		w.is("its next", "https://slow.example/1?x=1 of 2", who)
	}},

	{"a lease ends, and who had it changes nothing any more", func(w *world) {
		w.tags("", rss, "1")
		w.follow(rss, "a.example", 1)
		w.tags("", rss, "2")
		w.now = w.now.Add(5 * time.Second)
		dead, err := w.db.ClaimNotice(w.ctx, "", 200*time.Millisecond, w.now)
		w.must(err)
		w.sleep(300 * time.Millisecond)
		n, who := w.notice(w.db, "")
		w.is("taken over", "https://a.example/1?x=1 of 2", who)
		w.noticed(dead, hub.Result{Ended: true})
		w.noticed(dead, hub.Result{Told: true})
		w.noticed(n, hub.Result{Due: w.now, Attempts: 1, Since: w.now})
		_, who = w.notice(w.db, "")
		w.is("still due", "https://a.example/1?x=1 of 2", who)
	}},

	{"of several processes one tells", func(w *world) {
		w.tags("", rss, "1")
		for n := range 40 {
			w.follow(rss, fmt.Sprintf("h%d.example", n), n)
		}
		w.tags("", rss, "2")
		w.now = w.now.Add(5 * time.Second)
		others := []hub.Store{w.db, w.open(), w.open(), w.open()}
		var mu sync.Mutex
		var all sync.WaitGroup
		times := map[string]int{}
		for _, db := range others {
			all.Go(func() {
				for {
					n, err := db.ClaimNotice(w.ctx, "", lease, w.now)
					if err != nil {
						w.Error(err)
					}
					if n == nil {
						return
					}
					mu.Lock()
					times[n.Callback]++
					mu.Unlock()
					if err := db.SettleNotice(w.ctx, n, hub.Result{Told: true}); err != nil {
						w.Error(err)
					}
				}
			})
		}
		all.Wait()
		for at, n := range times {
			if n != 1 {
				w.Errorf("%s was told %d times", at, n)
			}
		}
		w.is("told", 40, len(times))
	}},

	{"of several processes that see a change one counts it", func(w *world) {
		w.tags("", rss, "1")
		w.follow(rss, "a.example", 1)
		others := []hub.Store{w.db, w.open(), w.open()}
		var all sync.WaitGroup
		for _, db := range others {
			all.Go(func() {
				err := db.NoteFeeds(w.ctx, hub.Change{Tags: map[string]string{rss: "2", atom: "2"}, Due: w.now, Now: w.now})
				if err != nil {
					w.Error(err)
				}
			})
		}
		all.Wait()
		_, who := w.notice(w.db, "")
		w.is("change", "https://a.example/1?x=1 of 2", who)
	}},

	{"a lease is renewed, changed and ended", func(w *world) {
		w.tags("", rss, "1")
		w.follow(rss, "a.example", 1)
		w.tags("", rss, "2")
		again := follower(rss, "a.example", 1, w.now.Add(48*time.Hour))
		again.Secret = nil
		w.must(w.db.Follow(w.ctx, again, hub.Limits{}, w.now)) // limits are for new ones
		w.now = w.now.Add(30 * time.Hour)
		n, _ := w.notice(w.db, "")
		w.is("secret", 0, len(n.Secret))
		w.is("ends", again.Ends, n.Ends)
		w.noticed(n, hub.Result{Due: w.now})
		w.now = again.Ends
		_, who := w.notice(w.db, "")
		w.is("ended", "nothing", who)
		gone, err := w.db.EndFollowers(w.ctx, w.now)
		w.must(err)
		w.is("forgotten", int64(1), gone)
	}},

	{"who leaves is gone, once or twice", func(w *world) {
		w.tags("", rss, "1")
		w.follow(rss, "a.example", 1)
		for range 2 {
			w.must(w.db.Unfollow(w.ctx, rss, "https://a.example/1?x=1"))
		}
		w.tags("", rss, "2")
		w.is("to tell", time.Duration(-1), w.next(""))
	}},

	{"there are limits", func(w *world) {
		w.tags("", rss, "1")
		few := hub.Limits{All: 3, Host: 2}
		for _, test := range []struct {
			host string
			n    int
			want error
		}{
			{"a.example", 1, nil}, {"a.example", 2, nil}, {"a.example", 3, hub.ErrFull}, {"a.example", 1, nil},
			{"b.example", 1, nil}, {"c.example", 1, hub.ErrFull}, {"b.example", 1, nil},
		} {
			err := w.db.Follow(w.ctx, follower(rss, test.host, test.n, w.now), few, w.now)
			if test.want == nil {
				w.must(err)
			} else {
				w.fails(err, test.want)
			}
		}
	}},

	{"another hub is told of every change, and nobody else is", func(w *world) {
		w.tags("", rss, "1", atom, "1")
		w.follow(rss, "a.example", 1)
		w.tags(otherHub, rss, "2", atom, "2")
		w.is("no follower", time.Duration(-1), w.next(""))
		w.is("another's", time.Duration(-1), w.next("https://former.example/"))
		w.now = w.now.Add(5 * time.Second)
		var told []string
		for range 2 {
			n, _ := w.notice(w.db, otherHub)
			w.is("hub", true, n.IsHub)
			_, who := w.notice(w.db, otherHub)
			w.is("one by one", "nothing", who)
			told = append(told, n.Feed)
			w.noticed(n, hub.Result{Told: true})
		}
		w.is("told", []string{atom, rss}, told)
		_, who := w.notice(w.db, otherHub)
		w.is("no more", "nothing", who)
		// A follower of ours may have the address of that hub, and is another.
		f := follower(rss, "hub.example", 1, w.now)
		f.Callback = otherHub
		w.must(w.db.Follow(w.ctx, f, roomy, w.now))
		w.must(w.db.Unfollow(w.ctx, rss, otherHub))
		w.tags(otherHub, rss, "3")
		w.now = w.now.Add(5 * time.Second)
		n, _ := w.notice(w.db, otherHub)
		w.is("change", int64(3), n.Change)
	}},

	{"a hundred feeds and more change at once", func(w *world) {
		var pairs []string
		for n := range 250 {
			pairs = append(pairs, fmt.Sprintf("https://lead.example/topics/%d/feed.rss", n), "1")
		}
		w.tags(otherHub, pairs...)
		got, err := w.db.FeedTags(w.ctx)
		w.must(err)
		w.is("tags", 250, len(got))
	}},
}
