package subscribers

import (
	"hash/maphash"
	"sync"
	"time"
)

// A Limiter lets everyone do something now and then, and nobody all the time:
// Most times at once, and one more for each Every that has passed. Who that is,
// the key tells: a network, or an address. It is safe for use by several
// goroutines; its fields do not change once it is used.
//
// It remembers 2 × Keys of them at most, however many come, and forgets whom
// it has not seen for longest. So its memory is bounded whoever floods it, and
// whoever floods it with keys of their own can at best make it forget what
// others have used up: a limiter with a single key for all stands behind it
// where that matters.
type Limiter struct {
	Most  int           // at least 1
	Every time.Duration // more than 0
	Keys  int           // 0: 32,768, which take about 2 MB

	mu       sync.Mutex
	seed     maphash.Seed
	now, was map[uint64]int64 // by hash of the key, when all is back, in Unix nanoseconds
}

const defaultKeys = 1 << 15

// Allow reports whether whoever has this key may, and counts it if so.
// Otherwise wait is how long they may not.
func (l *Limiter) Allow(key string, now time.Time) (ok bool, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now == nil {
		l.seed, l.now = maphash.MakeSeed(), make(map[uint64]int64)
	}
	// The seed is this process's own: nobody can choose keys that share a fate.
	k, at := maphash.String(l.seed, key), now.UnixNano()
	back := max(l.recall(k), at)
	if over := time.Duration(back-at) - time.Duration(l.Most-1)*l.Every; over > 0 {
		return false, over
	}
	l.now[k] = back + int64(l.Every)
	return true, 0
}

// recall returns what is remembered of a key, and makes room for it among the
// newer ones.
func (l *Limiter) recall(k uint64) int64 {
	if back, ok := l.now[k]; ok {
		return back
	}
	back := l.was[k]
	keys := l.Keys
	if keys == 0 {
		keys = defaultKeys
	}
	if len(l.now) >= keys {
		l.now, l.was = make(map[uint64]int64, keys), l.now
	}
	l.now[k] = back
	return back
}
