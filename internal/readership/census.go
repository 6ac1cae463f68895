package readership

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash/maphash"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Census counts the fetches of one process. Clients are told apart by a hash
// of address and User-Agent, under a key and the day: neither is kept, and of
// the hash only what a [Sketch] makes of it, until it is noted.
//
// Saw is called for every answer, and costs next to nothing where the same
// client came lately. Memory is bounded: beyond mostRows a program that was not
// seen before is counted among others.
type Census struct {
	// Key makes the hashes the same in all processes, and worthless to others.
	Key []byte

	seed   maphash.Seed
	once   sync.Once
	lately [8192]atomic.Uint64 // clients, by their hash: who is there was counted today

	mu   sync.Mutex
	day  string
	rows map[rowKey]*Row
	was  map[string]map[rowKey]*Row // what was not noted yet when its day ended
}

type rowKey struct{ feed, program string }

// mostRows is how many feeds and programs are told apart between two notes:
// four megabytes.
const mostRows = 4096

// others is the program of those that there is no room for.
const others = "Others"

// A Row is what was seen of one program at one feed.
type Row struct {
	Feed, Program string // the path of the feed; what [Parse] calls it
	Told          int
	Sketch        Sketch
}

// A Count is what is known of one program at one feed on a day.
type Count struct {
	Feed, Program string
	Told, Clients int
}

// Day is the day of a moment, in UTC, as counts are kept by.
func Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Saw counts an answer with a feed. Robots are not counted.
func (c *Census) Saw(feed, agent string, from netip.Addr, now time.Time) {
	c.once.Do(func() { c.seed = maphash.MakeSeed() })
	var h maphash.Hash
	h.SetSeed(c.seed)
	h.WriteString(agent)
	h.WriteByte(0)
	h.WriteString(feed)
	at := from.As16()
	h.Write(at[:])
	var day [8]byte
	binary.LittleEndian.PutUint64(day[:], uint64(now.Unix()/(24*3600)))
	h.Write(day[:])
	sum := h.Sum64() | 1 // never 0, which is nobody
	slot := &c.lately[sum>>8%uint64(len(c.lately))]
	if slot.Load() == sum {
		return
	}
	slot.Store(sum)
	c.count(feed, agent, at, Day(now))
}

func (c *Census) count(feed, agent string, at [16]byte, day string) {
	program := Parse(agent)
	if program.Kind == Robot {
		return
	}
	d := sha256.New()
	d.Write(c.Key)
	d.Write([]byte(day))
	d.Write(at[:])
	d.Write([]byte(agent))
	hash := binary.LittleEndian.Uint64(d.Sum(nil))

	c.mu.Lock()
	defer c.mu.Unlock()
	if c.day != day {
		c.was = map[string]map[rowKey]*Row{c.day: c.rows}
		c.day, c.rows = day, make(map[rowKey]*Row)
	}
	key := rowKey{feed, program.Name}
	row := c.rows[key]
	if row == nil {
		if len(c.rows) >= mostRows {
			key.program = others
		}
		if row = c.rows[key]; row == nil {
			if len(c.rows) >= 2*mostRows {
				return
			}
			row = &Row{Feed: feed, Program: key.program}
			c.rows[key] = row
		}
	}
	row.Told = max(row.Told, program.Told)
	row.Sketch.Add(hash)
}

// A Store keeps what was counted.
type Store interface {
	// NoteReadership adds rows to what is known of a day.
	NoteReadership(ctx context.Context, day string, rows []Row) error
}

// Note hands what was counted to a store, in parts, and goes on with nothing.
// What the store does not take is lost.
func (c *Census) Note(ctx context.Context, s Store) error {
	c.mu.Lock()
	days := c.was
	if days == nil {
		days = make(map[string]map[rowKey]*Row)
	}
	days[c.day] = c.rows
	c.was, c.rows = nil, make(map[rowKey]*Row)
	c.mu.Unlock()
	for _, day := range slices.Sorted(maps.Keys(days)) {
		var rows []Row
		for _, r := range days[day] {
			rows = append(rows, *r)
		}
		slices.SortFunc(rows, func(a, b Row) int { // the order in which all processes lock
			return cmp.Or(cmp.Compare(a.Feed, b.Feed), cmp.Compare(a.Program, b.Program))
		})
		for part := range slices.Chunk(rows, 100) {
			if err := s.NoteReadership(ctx, day, part); err != nil {
				return err
			}
		}
	}
	return nil
}
