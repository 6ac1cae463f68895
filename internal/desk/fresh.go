package desk

import (
	"context"
	"sync"
	"time"
)

// Some of what the desk shows takes long to find out: what every reader would
// get now, how a million letters fare. Pages show what was found last and of
// when it is, while somebody looks again.

const (
	// freshFor is how long a finding is shown before anybody looks again; it is
	// ten times as long as the look took, if that is more, so that looking takes
	// a tenth of a processor at most.
	freshFor  = 3 * time.Second
	freshWait = time.Second // a page waits so long for a finding when there is none
	mostFresh = 100         // findings that are kept
)

// A finding is what was found.
type finding[T any] struct {
	value T
	at    time.Time // when the look began
}

// fresh keeps the latest findings by key. The zero value with a find is ready.
type fresh[T any] struct {
	// find looks. It is given a context that ends with nobody's request.
	find func(ctx context.Context, key string) (T, error)

	mu   sync.Mutex
	kept map[string]*look[T]
}

type look[T any] struct {
	has     bool
	found   finding[T]
	next    time.Time     // not looked at again before
	asked   time.Time     // by a page, the last time
	under   chan struct{} // closed when the look under way ends; nil: none is
	changes int           // so far
	seen    int           // of these, before the look that found
	err     error         // of the last look
}

// holds reports whether nothing has changed since.
func (l *look[T]) holds() bool { return l.has && l.seen == l.changes }

// get returns the latest finding, and looks again if it is old. Where there is
// none that still holds it waits a moment; ok is false if that was not enough.
// An error is that of a look after which nothing is known.
func (f *fresh[T]) get(ctx context.Context, key string) (found finding[T], ok bool, err error) {
	now := time.Now()
	patience := time.NewTimer(freshWait)
	defer patience.Stop()
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.look(key, now)
	for patient := true; ; {
		if l.under == nil && !now.Before(l.next) {
			f.begin(key, l)
		}
		if l.holds() || l.under == nil || !patient {
			return l.found, l.has, l.failed()
		}
		under := l.under
		f.mu.Unlock()
		select {
		case <-under:
		case <-patience.C:
			patient = false
		case <-ctx.Done():
			patient = false
		}
		f.mu.Lock()
	}
}

// failed returns the error of the last look if nothing is known. f.mu is held.
func (l *look[T]) failed() error {
	if l.has {
		return nil
	}
	return l.err
}

// look returns the place of a key, at the cost of the one asked for longest
// ago. f.mu is held.
func (f *fresh[T]) look(key string, now time.Time) *look[T] {
	if f.kept == nil {
		f.kept = make(map[string]*look[T])
	}
	l := f.kept[key]
	if l == nil {
		if len(f.kept) >= mostFresh {
			f.forgetOne()
		}
		l = &look[T]{}
		f.kept[key] = l
	}
	l.asked = now
	return l
}

func (f *fresh[T]) forgetOne() {
	oldest := ""
	for key, l := range f.kept {
		if oldest == "" || l.asked.Before(f.kept[oldest].asked) {
			oldest = key
		}
	}
	delete(f.kept, oldest)
}

// begin looks, beside whoever asks. f.mu is held.
func (f *fresh[T]) begin(key string, l *look[T]) {
	l.under = make(chan struct{})
	changes := l.changes
	go func() {
		began := time.Now()
		value, err := f.find(context.Background(), key)
		took := time.Since(began)
		f.mu.Lock()
		defer f.mu.Unlock()
		if l.err = err; err == nil {
			l.has, l.found, l.seen = true, finding[T]{value, began}, changes
		}
		l.next = time.Now().Add(max(freshFor, 10*took))
		if err == nil && changes != l.changes {
			l.next = time.Time{}
		}
		close(l.under)
		l.under = nil
	}()
}

// changed says that what was found of a key no longer holds: whoever asks next
// waits for a new look. One that is under way began too early.
func (f *fresh[T]) changed(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if l := f.kept[key]; l != nil {
		l.changes++
		l.next = time.Time{}
	}
}
