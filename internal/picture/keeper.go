package picture

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/standfirst/standfirst/internal/fetch"
)

// A Keeper fetches the pictures of articles and has them kept. Any number of
// processes may run one on the same store: an address is in one hand at a time.
type Keeper struct {
	Store  Store
	Client *http.Client // of package fetch, made with [Limits]
	Reach  fetch.Reach  // of Client
	// Folder returns the folder and the name in it of a picture that our own
	// server gives, and false for any other address. Own begins all of those.
	// Nil: there is none.
	Folder func(address string) (folder fs.FS, name string, ok bool)
	Own    string
	Log    *slog.Logger

	making sync.Mutex    // pictures in memory are large: one at a time
	rounds chan struct{} // holds a note while a round is made; nil before the first
	mu     sync.Mutex
	seen   map[string]sight  // of our folders
	told   map[string]string // why there is no picture, by host: said once
}

const (
	newest  = 500 // articles whose pictures are kept: what letters and pages come to first
	handful = 16  // claims at once
	fetches = 2   // at a time
	// lease is longer than a handful can take.
	lease = 10 * time.Minute
	// between is how long a round is not made, whatever happens.
	between = time.Minute
)

// A Tally is what came of a round.
type Tally struct {
	Kept   int   `json:"kept"`   // pictures made and kept
	Same   int   `json:"same"`   // looked at again, and still what they were
	Failed int   `json:"failed"` // not had, now or ever
	Why    []Why `json:"why"`    // they were not, by host
}

// A Why tells of some pictures why they were not had.
type Why struct {
	Host   string `json:"host"`
	Reason string `json:"reason"`
	N      int    `json:"n"`
}

// Error says it on one line.
func (w Why) Error() string {
	if w.N == 1 {
		return fmt.Sprintf("%s: a picture was not had: %s", w.Host, w.Reason)
	}
	return fmt.Sprintf("%s: %d pictures were not had: %s", w.Host, w.N, w.Reason)
}

// Round fetches what is due, until nothing is or ctx ends; what is in hand then
// is put back. One that another goroutine makes is waited for. The error is the
// store's.
func (k *Keeper) Round(ctx context.Context) (Tally, error) {
	k.mu.Lock()
	if k.rounds == nil {
		k.rounds = make(chan struct{}, 1)
	}
	k.mu.Unlock()
	select {
	case <-ctx.Done():
		return Tally{}, nil
	case k.rounds <- struct{}{}:
		defer func() { <-k.rounds }()
	}
	if err := k.Store.WantPictures(ctx, newest, time.Now()); err != nil {
		return Tally{}, err
	}
	if err := k.glance(ctx); err != nil {
		return Tally{}, err
	}
	r := &round{Keeper: k, away: map[string]Result{}, why: map[Why]int{}}
	for ctx.Err() == nil {
		claims, err := k.Store.ClaimPictures(ctx, handful, lease, time.Now())
		if err != nil || len(claims) == 0 {
			return r.tally(), err
		}
		if err := r.all(ctx, claims); err != nil {
			return r.tally(), err
		}
	}
	return r.tally(), nil
}

// Run makes a round when woken, when something is due, and every minute, until
// ctx ends. It calls done after a round that it was woken for, and earlier when
// that takes longer than whoever waits for pictures should.
func (k *Keeper) Run(ctx context.Context, wake <-chan struct{}, patience time.Duration, done func()) error {
	nobody := func() {}
	for waits := nobody; ; {
		early := time.AfterFunc(patience, waits)
		tally, err := k.Round(ctx)
		early.Stop()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			k.Log.Warn("pictures could not be looked after; next try in a minute", "err", err)
		}
		k.tell(tally)
		waits()
		pause := between
		if at, ok, err := k.Store.NextPicture(ctx, time.Now()); err == nil && ok {
			pause = min(pause, max(time.Second, time.Until(at)))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
			waits = done
		case <-time.After(pause):
			waits = nobody
		}
	}
}

// tell logs what is new of what is wrong.
func (k *Keeper) tell(t Tally) {
	if k.told == nil {
		k.told = map[string]string{}
	}
	for _, w := range t.Why {
		if k.told[w.Host] != w.Reason {
			k.told[w.Host] = w.Reason
			k.Log.Warn("pictures of articles were not had; letters go without them", "host", w.Host, "pictures", w.N, "reason", w.Reason)
		}
	}
	if t.Kept > 0 {
		k.Log.Info("pictures kept", "pictures", t.Kept)
	}
}

// A sight is how a file of our folders looked.
type sight struct {
	modified time.Time
	size     int64
}

// glance makes due what has changed in our folders below the same name.
func (k *Keeper) glance(ctx context.Context) error {
	if k.Folder == nil || k.Own == "" {
		return nil
	}
	marks, err := k.Store.PictureMarks(ctx, k.Own)
	if err != nil {
		return err
	}
	var changed []string
	for address, mark := range marks {
		if k.changed(address, mark) {
			changed = append(changed, address)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	slices.Sort(changed)
	return k.Store.LookAgain(ctx, changed, time.Now())
}

// changed reports whether a file is another than the one with that mark. Of one
// that looks as it did the last time it is not asked again: on another machine
// there may be another file.
func (k *Keeper) changed(address, mark string) bool {
	folder, name, ok := k.folder(address)
	if !ok {
		return false
	}
	info, err := fs.Stat(folder, name)
	if err != nil {
		return false
	}
	now := sight{info.ModTime(), info.Size()}
	k.mu.Lock()
	was, known := k.seen[address]
	if k.seen == nil {
		k.seen = map[string]sight{}
	}
	k.seen[address] = now
	k.mu.Unlock()
	if known && was.size == now.size && was.modified.Equal(now.modified) {
		return false
	}
	b, err := read(folder, name)
	return err == nil && Mark(b) != mark
}

// A round is what is known while one lasts.
type round struct {
	*Keeper
	mu   sync.Mutex
	away map[string]Result // hosts that nothing is to be had from for now
	sums Tally
	why  map[Why]int
}

// all settles some claims, two at a time, so that a slow host holds up nobody
// else's.
func (r *round) all(ctx context.Context, claims []Claim) error {
	var wg sync.WaitGroup
	queue := make(chan Claim)
	errs := make([]error, fetches)
	for i := range fetches {
		wg.Go(func() {
			for c := range queue {
				if err := r.one(ctx, c); err != nil && errs[i] == nil {
					errs[i] = err
				}
			}
		})
	}
	for _, c := range claims {
		queue <- c
	}
	close(queue)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// one settles a claim.
func (r *round) one(ctx context.Context, c Claim) error {
	host := hostOf(c.Address)
	r.mu.Lock()
	result, away := r.away[host]
	r.mu.Unlock()
	if !away {
		result = r.look(ctx, c)
	}
	// What was begun is written down, and what was broken off is put back: it is
	// not the picture's fault.
	now := time.Now()
	if ctx.Err() != nil && result.Reason != "" {
		return r.Store.SettlePicture(context.WithoutCancel(ctx), c, Result{Attempts: c.Attempts, Due: now}, now)
	}
	r.count(host, result)
	return r.Store.SettlePicture(context.WithoutCancel(ctx), c, result, now)
}

// look fetches one picture and makes what is kept of it.
func (r *round) look(ctx context.Context, c Claim) Result {
	mark := ""
	b, err := r.found(ctx, c.Address)
	if err == nil {
		mark = Mark(b)
		if mark == c.Mark {
			return Result{Mark: mark}
		}
		var files []File
		r.making.Lock()
		files, err = Make(b, LeadWidth, ThumbWidth)
		r.making.Unlock()
		if err == nil {
			return Result{Mark: mark, Lead: files[0], Thumb: files[1]}
		}
	}
	result, hosts := failed(err, c.Attempts, time.Now())
	result.Mark = mark // these bytes need not be looked at again
	if host := hostOf(c.Address); hosts && host != "" {
		r.mu.Lock()
		r.away[host] = result
		r.mu.Unlock()
	}
	return result
}

// count adds a result to what the round tells.
func (r *round) count(host string, result Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case result.Reason != "":
		r.sums.Failed++
		r.why[Why{Host: host, Reason: result.Reason}]++
	case result.Lead.Name != "":
		r.sums.Kept++
	default:
		r.sums.Same++
	}
}

// tally returns what the round came to, the same way round each time.
func (r *round) tally() Tally {
	for w, n := range r.why {
		w.N = n
		r.sums.Why = append(r.sums.Why, w)
	}
	slices.SortFunc(r.sums.Why, func(a, b Why) int {
		if a.Host != b.Host {
			return strings.Compare(a.Host, b.Host)
		}
		return strings.Compare(a.Reason, b.Reason)
	})
	return r.sums
}

// hostOf returns the host of an address, for messages: never its path, which
// may be somebody's secret.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
