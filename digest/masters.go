package digest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

// masters keeps letters for as long as they would be written the same again: a
// version's letter is asked for with each block that holds it, a thousand times
// in a large edition. The zero value is ready.
type masters struct {
	mu    sync.Mutex
	stamp string    // of the content they were written from
	asked time.Time // for the stamp
	kept  map[versionKey]keptMaster
	size  int // bytes of their words
}

type versionKey struct {
	edition string
	version int
}

type keptMaster struct {
	master *mailer.Master
	made   time.Time
}

func (k *keptMaster) size() int {
	m := k.master
	return len(m.Subject) + len(m.Text) + len(m.HTML) + len(m.Calendar.Text)
}

const (
	// stampAge is how long content may have changed before letters know: no
	// longer than a pause takes to act.
	stampAge = time.Second
	// masterAge is how old a letter may be although no content changed: events
	// begin, and "in two days" becomes "tomorrow".
	masterAge = time.Minute
	// maxMasters is how many bytes of words are kept.
	maxMasters = 32 << 20
)

// of returns the letter of a version as it is now, from write if it is not
// kept. Errors are not kept.
func (m *masters) of(ctx context.Context, key versionKey, now time.Time, stamp func(context.Context) (string, error), write func() (*mailer.Master, error)) (*mailer.Master, error) {
	if err := m.refresh(ctx, now, stamp); err != nil {
		return nil, err
	}
	m.mu.Lock()
	k, ok := m.kept[key]
	of := m.stamp
	m.mu.Unlock()
	if age := now.Sub(k.made); ok && age >= 0 && age < masterAge {
		return k.master, nil
	}
	master, err := write()
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stamp == of { // else it may have been written from what was there before
		m.keep(key, keptMaster{master, now})
	}
	return master, nil
}

// refresh forgets everything when content has changed.
func (m *masters) refresh(ctx context.Context, now time.Time, stamp func(context.Context) (string, error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if age := now.Sub(m.asked); m.kept != nil && age >= 0 && age < stampAge {
		return nil
	}
	is, err := stamp(ctx)
	if err != nil {
		return fmt.Errorf("content: %w", err)
	}
	m.asked = now
	if m.kept == nil || is != m.stamp {
		m.stamp, m.kept, m.size = is, make(map[versionKey]keptMaster), 0
	}
	return nil
}

// keep makes room by forgetting what was written first.
func (m *masters) keep(key versionKey, k keptMaster) {
	if was, ok := m.kept[key]; ok {
		m.size -= was.size()
	}
	m.kept[key] = k
	m.size += k.size()
	for m.size > maxMasters && len(m.kept) > 1 {
		var oldest versionKey
		first := true
		for other, o := range m.kept {
			if other != key && (first || o.made.Before(m.kept[oldest].made)) {
				oldest, first = other, false
			}
		}
		was := m.kept[oldest]
		m.size -= was.size()
		delete(m.kept, oldest)
	}
}
