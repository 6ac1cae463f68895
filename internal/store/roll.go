package store

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/standfirst/standfirst/mailer"
)

// A roll is what is kept of up to rollSize deliveries of a closed edition, by
// ascending number of the reader:
//
//	version of the format   1 byte
//	number of entries       n
//	outcomes                how many, then of each: state, reason, code, enhanced code
//	readers                 n columns of numbers: each number less the one before; the first less lo
//	versions
//	outcomes                by place in the list above
//	attempts
//	moments                 0 for none, else 1 + the seconds since the entry before, zigzag
//	checksum                CRC-32C of all that, 4 bytes, big endian
//
// Numbers are varints, texts have their length before them. A column writes
// equal numbers that follow each other once, with how many there are, because
// neighbours are alike: everybody was sent the same, and within a second.
//
// lo and hi stand beside the roll in its row.
const (
	rollFormat = 1
	rollSize   = 500
)

// errRoll says that a roll is not what was written.
var errRoll = errors.New("roll is damaged")

// An entry is one delivery in a roll.
type entry struct {
	subscriber int64
	version    int64
	attempts   int64
	at         time.Time // of the last change, in whole seconds; zero if none
	outcome
}

// An outcome is what entries of a roll share.
type outcome struct {
	state    mailer.State
	reason   string
	code     int64
	enhanced string
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Moments are of the years 1 to 9999.
var (
	firstSecond = time.Time{}.Unix()
	lastSecond  = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
)

// writeRoll returns the roll of entries that ascend by reader.
func writeRoll(entries []entry) ([]byte, error) {
	if n := len(entries); n == 0 || n > rollSize {
		return nil, fmt.Errorf("roll of %d entries", n)
	}
	var readers, versions, outcomes, attempts, moments series
	var list []outcome
	places := make(map[outcome]uint64)
	subscriber, second := entries[0].subscriber, int64(0)
	for i, e := range entries {
		if i > 0 && e.subscriber <= subscriber || e.subscriber < 0 || e.version < 0 || e.attempts < 0 || e.code < 0 {
			return nil, fmt.Errorf("roll with reader %d after %d, version %d, %d attempts, code %d",
				e.subscriber, subscriber, e.version, e.attempts, e.code)
		}
		place, ok := places[e.outcome]
		if !ok {
			place = uint64(len(list))
			places[e.outcome], list = place, append(list, e.outcome)
		}
		readers = append(readers, uint64(e.subscriber-subscriber))
		versions = append(versions, uint64(e.version))
		outcomes = append(outcomes, place)
		attempts = append(attempts, uint64(e.attempts))
		var moment uint64
		if !e.at.IsZero() {
			s := e.at.Unix()
			if s < firstSecond || s > lastSecond {
				return nil, fmt.Errorf("roll with the moment %v", e.at)
			}
			moment, second = 1+zigzag(s-second), s
		}
		moments, subscriber = append(moments, moment), e.subscriber
	}
	b := []byte{rollFormat}
	b = binary.AppendUvarint(b, uint64(len(entries)))
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, o := range list {
		b = appendText(b, string(o.state))
		b = appendText(b, o.reason)
		b = binary.AppendUvarint(b, uint64(o.code))
		b = appendText(b, o.enhanced)
	}
	for _, c := range []series{readers, versions, outcomes, attempts, moments} {
		b = c.append(b)
	}
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli)), nil
}

// readRoll returns the entries of the roll of the readers from lo to hi, or
// errRoll, whatever the bytes are.
func readRoll(lo, hi int64, b []byte) ([]entry, error) {
	n := len(b) - crc32.Size
	if n < 1 || crc32.Checksum(b[:n], castagnoli) != binary.BigEndian.Uint32(b[n:]) {
		return nil, fmt.Errorf("%w: checksum", errRoll)
	}
	entries, err := unroll(lo, b[:n])
	if err == nil && entries[len(entries)-1].subscriber != hi {
		err = fmt.Errorf("%w: ends with reader %d", errRoll, entries[len(entries)-1].subscriber)
	}
	if err != nil {
		return nil, err
	}
	return entries, nil
}

// findInRoll returns the entry of a reader; ok is false if there is none.
func findInRoll(lo, hi int64, b []byte, subscriber int64) (e entry, ok bool, err error) {
	entries, err := readRoll(lo, hi, b)
	if err != nil {
		return entry{}, false, err
	}
	i, ok := slices.BinarySearchFunc(entries, subscriber, func(e entry, id int64) int { return cmp.Compare(e.subscriber, id) })
	if !ok {
		return entry{}, false, nil
	}
	return entries[i], true, nil
}

// unroll reads what the checksum is of. Without an error there is an entry.
func unroll(lo int64, b []byte) ([]entry, error) {
	if b[0] != rollFormat {
		return nil, fmt.Errorf("%w: format %d", errRoll, b[0])
	}
	u := &unrolling{rest: b[1:]}
	n := u.number(rollSize)
	list := make([]outcome, u.number(n))
	for i := range list {
		list[i] = outcome{state: mailer.State(u.text()), reason: u.text(), code: int64(u.number(math.MaxInt64)), enhanced: u.text()}
	}
	readers, versions, outcomes, attempts, moments := u.column(n), u.column(n), u.column(n), u.column(n), u.column(n)
	if u.bad || n == 0 || len(u.rest) > 0 || lo < 0 {
		return nil, fmt.Errorf("%w: format", errRoll)
	}
	entries := make([]entry, n)
	subscriber, second := uint64(lo), int64(0)
	for i := range entries {
		if i == 0 != (readers[i] == 0) || readers[i] > math.MaxInt64-subscriber || outcomes[i] >= uint64(len(list)) {
			return nil, fmt.Errorf("%w: entry %d", errRoll, i)
		}
		subscriber += readers[i]
		entries[i] = entry{subscriber: int64(subscriber), version: int64(versions[i]), attempts: int64(attempts[i]), outcome: list[outcomes[i]]}
		if moments[i] == 0 {
			continue
		}
		step := zagzig(moments[i] - 1)
		if step < firstSecond-second || step > lastSecond-second {
			return nil, fmt.Errorf("%w: moment of entry %d", errRoll, i)
		}
		second += step
		entries[i].at = time.Unix(second, 0).UTC()
	}
	return entries, nil
}

// zigzag makes small numbers of either sign small; zagzig takes it back.
func zigzag(n int64) uint64 { return uint64(n<<1) ^ uint64(n>>63) }
func zagzig(n uint64) int64 { return int64(n>>1) ^ -int64(n&1) }

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// A series is a column: a list of numbers below 2⁶³. Each is written twice as large, and
// one more if the next number says how many of it there are.
type series []uint64

func (c series) append(b []byte) []byte {
	for len(c) > 0 {
		n := 1
		for n < len(c) && c[n] == c[0] {
			n++
		}
		if n > 2 {
			b = binary.AppendUvarint(binary.AppendUvarint(b, c[0]<<1|1), uint64(n))
		} else {
			n, b = 1, binary.AppendUvarint(b, c[0]<<1)
		}
		c = c[n:]
	}
	return b
}

// An unrolling reads from the front of what is left, until something is bad.
type unrolling struct {
	rest []byte
	bad  bool
}

// number reads a number up to most, and returns 0 if it is bad.
func (u *unrolling) number(most uint64) uint64 {
	v, n := binary.Uvarint(u.rest)
	if u.bad = u.bad || n <= 0 || v > most; u.bad {
		return 0
	}
	u.rest = u.rest[n:]
	return v
}

func (u *unrolling) text() string {
	n := u.number(uint64(len(u.rest)))
	if u.bad || n > uint64(len(u.rest)) {
		u.bad = true
		return ""
	}
	s := string(u.rest[:n])
	u.rest = u.rest[n:]
	u.bad = !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0
	return s
}

// column reads n numbers, or fewer if something is bad.
func (u *unrolling) column(n uint64) series {
	c := make(series, 0, n)
	for uint64(len(c)) < n && !u.bad {
		v, times := u.number(math.MaxUint64), uint64(1)
		if v&1 == 1 {
			times = u.number(n - uint64(len(c)))
			u.bad = u.bad || times == 0
		}
		for ; times > 0; times-- {
			c = append(c, v>>1)
		}
	}
	return c
}
