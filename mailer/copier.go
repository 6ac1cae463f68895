package mailer

import (
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
)

// A copier writes the letters of one master: the first in full, and when there
// turn out to be many, the others as copies.
type copier struct {
	from   *Master // the one it was asked for last; all.mu guards it
	master Master
	all    *copiers
	size   int // bytes it takes, about; all.mu guards it

	written atomic.Int64
	once    sync.Once
	cut     *cut
}

// worth is how many letters are written in full before their master is taken
// apart, which costs as much as about 30 of them. An edition can have a version
// for nearly every reader.
const worth = 32

// print writes the letter to one reader, in room if it is used and large
// enough.
func (c *copier) print(v *Values, room []byte) (print, error) {
	if c.written.Add(1) <= worth {
		return full(&c.master, v)
	}
	c.once.Do(func() {
		var err error
		if c.cut, err = newCut(&c.master); err != nil {
			c.all.log.Warn("letters are written in full, which takes longer", "subject", c.master.Subject, "err", err)
		}
		if c.cut.letter != nil {
			c.all.grown(c, c.cut.letter.Size())
		}
	})
	return c.cut.print(&c.master, v, room)
}

// copiers are those used lately: a master comes back with each block of its
// version.
type copiers struct {
	log *slog.Logger

	mu   sync.Mutex
	kept []*copier // the one used last at the end
	size int       // bytes of them all
}

// maxKept is how many bytes of copiers are kept: about a hundred versions of a
// long digest.
const maxKept = 32 << 20

// of returns the copier of a master.
func (all *copiers) of(m *Master) *copier {
	all.mu.Lock()
	defer all.mu.Unlock()
	// A press that keeps its masters returns the same one again and again.
	i := slices.IndexFunc(all.kept, func(c *copier) bool { return c.from == m })
	if i < 0 {
		i = slices.IndexFunc(all.kept, func(c *copier) bool { return c.master == *m })
	}
	if i >= 0 {
		c := all.kept[i]
		c.from = m
		all.kept = append(slices.Delete(all.kept, i, i+1), c)
		return c
	}
	c := &copier{from: m, master: *m, all: all, size: len(m.Subject) + len(m.Text) + len(m.HTML) + len(m.Calendar.Text) + 1024}
	all.kept, all.size = append(all.kept, c), all.size+c.size
	all.fit()
	return c
}

// grown counts what a copier takes more than it did, if it is still kept.
func (all *copiers) grown(c *copier, bytes int) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if slices.Contains(all.kept, c) {
		c.size, all.size = c.size+bytes, all.size+bytes
		all.fit()
	}
}

// fit forgets those not used for longest.
func (all *copiers) fit() {
	for all.size > maxKept && len(all.kept) > 1 {
		all.size -= all.kept[0].size
		all.kept = slices.Delete(all.kept, 0, 1)
	}
}
