package desk

import (
	"context"
	"sync"
	"time"

	"github.com/standfirst/standfirst/digest"
)

const (
	beatKept     = beat / 2    // an edition is not looked at more often, however many watch
	paceOver     = time.Minute // how far back the pace looks
	mostWatchers = 50          // streams at once
	mostPulses   = 100         // editions that are kept in mind
)

// A pulse is how an edition goes, as far as this process has seen it. The
// letters may be sent by another one: it is told from the counts alone.
type pulse struct {
	edition digest.Edition
	pace    digest.Pace
	known   bool // pace is: the counts were seen twice
}

// A heart keeps the pulse of one edition.
type heart struct {
	mu     sync.Mutex // held while the edition is looked at: who comes then waits for what is found
	meter  digest.Meter
	looked time.Time // zero: not yet, or something was done to it
	first  time.Time // since when the meter has counted
	last   time.Time // when it did
	pulse
}

// add takes the counts of an edition as they are at now.
func (h *heart) add(e *digest.Edition, now time.Time) {
	if e.State != digest.Sending || now.Sub(h.last) >= 2*paceOver {
		h.meter, h.first = digest.Meter{Window: paceOver}, now
	}
	h.last = now
	h.looked, h.edition, h.pace, h.known = now, *e, digest.Pace{}, false
	if e.State == digest.Sending {
		h.pace = h.meter.Add(now, e.Counts, e.Waiting)
		h.known = h.pace.Rate > 0 || now.Sub(h.first) >= 5*beat
	}
}

// A way is what this process remembers of editions on theirs.
type way struct {
	hearts hearts
	init   sync.Once              // of what follows
	counts fresh[*digest.Results] // by edition
}

// counts are how the letters of editions fare, as they were counted last.
func (d *Desk) counts() *fresh[*digest.Results] {
	d.way.init.Do(func() {
		d.way.counts.find = func(ctx context.Context, id string) (*digest.Results, error) { return d.Editions.Results(ctx, id) }
	})
	return &d.way.counts
}

// hearts are those of the editions that were asked for last.
type hearts struct {
	mu       sync.Mutex
	kept     map[string]*heart
	order    []string // the one asked for longest ago first
	watching int      // streams
}

func (hs *hearts) of(id string) *heart {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	for i, other := range hs.order {
		if other == id {
			hs.order = append(append(hs.order[:i:i], hs.order[i+1:]...), id)
			return hs.kept[id]
		}
	}
	if hs.kept == nil {
		hs.kept = make(map[string]*heart)
	}
	if len(hs.order) >= mostPulses {
		delete(hs.kept, hs.order[0])
		hs.order = hs.order[1:]
	}
	hs.kept[id] = new(heart)
	hs.order = append(hs.order, id)
	return hs.kept[id]
}

// enter counts a stream, if there is room for it.
func (hs *hearts) enter() bool {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if hs.watching >= mostWatchers {
		return false
	}
	hs.watching++
	return true
}

func (hs *hearts) leave() {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	hs.watching--
}

// Changed says that something was done to an edition.
func (d *Desk) Changed(id string) {
	h := d.way.hearts.of(id)
	h.mu.Lock()
	h.looked = time.Time{}
	h.mu.Unlock()
	d.counts().changed(id)
}

// pulse returns how an edition goes, or digest.ErrNotFound.
func (d *Desk) pulse(ctx context.Context, id string) (pulse, error) {
	h := d.way.hearts.of(id)
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := time.Now(); now.Sub(h.looked) >= beatKept {
		e, err := d.Archive.Edition(ctx, id)
		if err != nil {
			return pulse{}, err
		}
		h.add(e, now)
	}
	return h.pulse, nil
}
