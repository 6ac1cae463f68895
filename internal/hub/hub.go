// Package hub tells others at once that a feed has changed, as WebSub has it
// (W3C Recommendation, 23 January 2018).
//
// Where another hub was configured, it is told which feeds have changed, and
// tells whoever follows them. Where none was, this is the hub: programs ask to
// follow a feed, are asked back whether they meant it, and get its new bytes
// until their lease ends.
//
// WebSub speaks of topics and subscribers. Here those are feeds and followers:
// an article has topics, and subscribers are people.
//
// There is no queue of messages. A feed has a number that counts its changes;
// a follower has the number up to which it was told. Who is behind is told what
// the feed is now, however many changes that makes, and whenever a process gets
// to it: this one, another on the same database, or the next after a crash.
//
// The package does not know SQL, nor what a feed holds.
package hub

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/standfirst/standfirst/internal/fetch"
)

// A Document is what a feed is now.
type Document struct {
	Type string // Content-Type
	Tag  string // the same as long as the bytes are
	Body []byte
}

// Feeds are what there is to follow, by addresses as they stand in the feeds
// themselves. The bytes are those that are served now.
type Feeds interface {
	Tags() map[string]string
	Feed(address string) (Document, bool)
}

// A Hub tells. Its fields are set before it is used and not changed afterwards.
type Hub struct {
	Address string // of the hub that feeds name: ours, or the one that was configured
	Ours    bool   // this is the hub; else the one at Address is told
	Feeds   Feeds
	Store   Store
	Client  *http.Client // follows no redirects: what a follower says of its address is final
	Reach   fetch.Reach  // of Client
	Log     *slog.Logger

	once   sync.Once
	wakeup chan struct{}
	asked  chan Request

	mu      sync.Mutex
	pending map[string]int // requests that wait for their verification, by host
	total   int
	busy    int // notices under way
}

const (
	quiet    = 5 * time.Second  // a change waits so long for more of them
	lease    = 2 * time.Minute  // of a notice; longer than any exchange
	exchange = 30 * time.Second // of a notice with its answer
	glance   = 30 * time.Second // how often the database is looked into at least
	upkeep   = time.Hour        // how often followers are forgotten whose lease ended

	// catchUp is how long a process waits until it serves the bytes that
	// another saw first. If it never does, it serves others, because its
	// version or configuration is another: then those are told.
	catchUp = time.Minute

	notices       = 16  // at once
	verifications = 8   // at once
	mostPending   = 256 // requests
	mostOfHost    = 64  // of them
)

func (h *Hub) begin() {
	h.once.Do(func() {
		h.wakeup, h.asked = make(chan struct{}, 1), make(chan Request, mostPending)
		h.pending = map[string]int{}
	})
}

// Published tells that feeds may have changed. It does not wait for anything.
func (h *Hub) Published() {
	h.begin()
	select {
	case h.wakeup <- struct{}{}:
	default:
	}
}

// Run tells followers, and asks those back who want to be one, until ctx ends.
// What changed while nobody ran is found when it begins.
func (h *Hub) Run(ctx context.Context) error {
	h.begin()
	var all sync.WaitGroup
	defer all.Wait()
	r := &round{Hub: h, all: &all, lanes: newLanes(verifications, &all), told: make(chan struct{}, 1)}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case q := <-h.asked:
			r.lanes.add(q.Host, func() { defer h.answered(q); h.verify(ctx, q) })
			continue
		case <-r.told:
		case <-h.wakeup:
			r.look(ctx, time.Now())
		case <-timer.C:
			r.look(ctx, time.Now())
		}
		timer.Reset(r.turn(ctx, time.Now()))
	}
}

// A round is what one Run remembers.
type round struct {
	*Hub
	all   *sync.WaitGroup
	lanes *lanes
	told  chan struct{}     // a notice was settled: the next of its host may come
	noted map[string]string // tags that the database knows of; nil: not read yet
	swept time.Time
}

// look sees what has changed, and who is no follower any more.
func (r *round) look(ctx context.Context, now time.Time) {
	if err := r.note(ctx, now); err != nil {
		r.warn(ctx, "changes of feeds could not be noted; trying again", err)
	}
	if now.Sub(r.swept) >= upkeep {
		if _, err := r.Store.EndFollowers(ctx, now); err != nil {
			r.warn(ctx, "followers whose lease ended could not be forgotten", err)
		} else {
			r.swept = now
		}
	}
}

// turn tells who is due, and says when to look again.
func (r *round) turn(ctx context.Context, now time.Time) time.Duration {
	for r.take() {
		n, err := r.Store.ClaimNotice(ctx, r.hub(), lease, now)
		if err != nil {
			r.warn(ctx, "what followers are to be told could not be read", err)
		}
		if err != nil || n == nil {
			r.give()
			break
		}
		r.all.Go(func() {
			r.tell(ctx, n)
			r.give()
			select {
			case r.told <- struct{}{}:
			default:
			}
		})
	}
	at, ok, err := r.Store.NextNotice(ctx, r.hub(), now)
	if err != nil || !ok {
		return glance
	}
	return min(max(at.Sub(now), 10*time.Millisecond), glance)
}

// note writes down what has changed. What another process noted first is no
// change any more.
func (r *round) note(ctx context.Context, now time.Time) error {
	first := false
	if r.noted == nil {
		tags, err := r.Store.FeedTags(ctx)
		if err != nil {
			return err
		}
		// In a new database, and for a new program, everything is as it was.
		r.noted, first = tags, len(tags) == 0
	}
	c := changed(r.noted, r.Feeds.Tags())
	if len(c) == 0 {
		return nil
	}
	err := r.Store.NoteFeeds(ctx, Change{Tags: c, First: first, Hub: r.hub(), Due: now.Add(quiet), Now: now})
	if err != nil {
		if first {
			r.noted = nil
		}
		return err
	}
	maps.Copy(r.noted, c)
	return nil
}

// hub is the address of the hub to tell; empty where this is the hub.
func (h *Hub) hub() string {
	if h.Ours {
		return ""
	}
	return h.Address
}

// take takes one of the places for notices under way.
func (h *Hub) take() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy >= notices {
		return false
	}
	h.busy++
	return true
}

func (h *Hub) give() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.busy--
}

func (h *Hub) warn(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		h.Log.Warn(what, "err", err)
	}
}
