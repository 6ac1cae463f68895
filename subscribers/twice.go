package subscribers

import (
	"hash/maphash"
	"math/bits"
)

// met finds the addresses that come twice in a file: twenty bytes or so for
// each, where a map of strings would take a hundred. It keeps hashes of 63 bits
// under a seed of its own, by which two addresses of a million are confused in
// one of 18 million files, and not again when the file is read again.
type met struct {
	seed  maphash.Seed
	parts [256]part // so that never much is copied at once
}

// A part is an open table of hashes.
type part struct {
	hashes []uint64 // 0: free
	lines  []int32
	n      int
}

func newMet() *met { return &met{seed: maphash.MakeSeed()} }

// line notes in which line an address stands, and returns the first one in
// which it stood before; 0 when there was none.
func (m *met) line(address string, line int) int {
	h := maphash.String(m.seed, AddressKey(address)) | 1
	p := &m.parts[h>>56]
	if p.n*8 >= len(p.hashes)*7 {
		p.grow()
	}
	i := p.place(h)
	if p.hashes[i] == h {
		return int(p.lines[i])
	}
	p.hashes[i], p.lines[i] = h, int32(line)
	p.n++
	return 0
}

// place returns where a hash is, or is to be.
func (p *part) place(h uint64) int {
	at, _ := bits.Mul64(h<<8, uint64(len(p.hashes))) // the first byte chose the part
	i := int(at)
	for p.hashes[i] != 0 && p.hashes[i] != h {
		if i++; i == len(p.hashes) {
			i = 0
		}
	}
	return i
}

func (p *part) grow() {
	old := *p
	size := max(16, len(old.hashes)*3/2)
	p.hashes, p.lines = make([]uint64, size), make([]int32, size)
	for i, h := range old.hashes {
		if h != 0 {
			j := p.place(h)
			p.hashes[j], p.lines[j] = h, old.lines[i]
		}
	}
}
