package clicks

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"
	"time"

	"github.com/standfirst/standfirst/digest"
)

// Again is how soon somebody who follows a link once more is not counted: a
// double click, a page that is loaded anew, a scanner that looks into a hundred
// letters of one house. Two readers of one house who are as quick count once.
const Again = 10 * time.Second

// memory is after how long everything that tells who came is thrown away, key
// and all.
const memory = 5 * time.Minute

// lately knows who followed which link in the last seconds, by a hash under a
// key that nobody knows and that is never written down. It holds so many and no
// more: where two fall into one place, the first is forgotten and may be counted
// again. Nobody is ever taken for somebody else.
type lately struct {
	seed  maphash.Seed
	since time.Time // that the seed is from; zero: there is none
	seen  [8192]visit
}

type visit struct {
	who uint64
	at  int64 // Unix milliseconds
}

// again reports whether the link was followed from there a moment ago, and was
// counted then. IPv6 addresses of one household are one place.
func (p *lately) again(l digest.Link, from netip.Addr, now time.Time) bool {
	from = from.Unmap()
	if !from.IsValid() || from.IsLoopback() || from.IsPrivate() || from.IsLinkLocalUnicast() {
		return false // a proxy that does not say for whom it asks: that may be anybody
	}
	p.forget(now)
	if p.since.IsZero() {
		p.seed, p.since = maphash.MakeSeed(), now
	}
	var b [32]byte
	at := from.As16()
	if from.Is6() {
		clear(at[8:])
	}
	copy(b[:], at[:])
	binary.LittleEndian.PutUint64(b[16:], uint64(l.Edition))
	binary.LittleEndian.PutUint64(b[24:], uint64(l.Release))
	who := maphash.Bytes(p.seed, b[:])
	v, ms := &p.seen[who%uint64(len(p.seen))], now.UnixMilli()
	if age := ms - v.at; v.who == who && age >= 0 && age < Again.Milliseconds() {
		return true
	}
	*v = visit{who, ms}
	return false
}

// forget throws away who came, when that is old.
func (p *lately) forget(now time.Time) {
	if age := now.Sub(p.since); !p.since.IsZero() && (age >= memory || age < 0) {
		*p = lately{}
	}
}
