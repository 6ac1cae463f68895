package readership

import (
	"math"
	"math/bits"
)

// registers are how many a sketch has: it is right within about three in a
// hundred, and nearly exact for few.
const registers = 1024

// A Sketch estimates how many distinct hashes it was given (HyperLogLog, by
// Flajolet and others, 2007). Nothing that it was given can be read out of it.
// The zero value is empty.
type Sketch struct {
	r [registers]uint8
}

// Add gives the sketch a hash, which must be as good as random.
func (s *Sketch) Add(hash uint64) {
	i := hash % registers
	s.r[i] = max(s.r[i], uint8(bits.LeadingZeros64(hash|registers-1))+1)
}

// Merge adds what another sketch was given, from its Bytes. Anything else is
// ignored.
func (s *Sketch) Merge(other []byte) {
	if len(other) != registers {
		return
	}
	for i, v := range other {
		s.r[i] = max(s.r[i], min(v, 64))
	}
}

// Bytes returns what Merge takes.
func (s *Sketch) Bytes() []byte { return append([]byte(nil), s.r[:]...) }

// Count returns the estimate.
func (s *Sketch) Count() int {
	const m = float64(registers)
	sum, empty := 0.0, 0
	for _, v := range s.r {
		sum += math.Ldexp(1, -int(v))
		if v == 0 {
			empty++
		}
	}
	estimate := 0.7213 / (1 + 1.079/m) * m * m / sum
	if estimate <= 2.5*m && empty > 0 {
		estimate = m * math.Log(m/float64(empty))
	}
	return int(math.Round(estimate))
}
