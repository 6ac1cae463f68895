package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/mailer"
)

var rolledAt = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

var rollCompare = cmp.AllowUnexported(entry{}, outcome{})

// accepted is the usual outcome.
var accepted = outcome{state: mailer.Sent, code: 250}

// usual is n readers who were all sent the same, a thousand a second.
func usual(n int) []entry {
	var out []entry
	for i := range n {
		out = append(out, entry{subscriber: int64(1001 + i), version: 1, attempts: 1, outcome: accepted,
			at: rolledAt.Add(time.Duration(i/1000) * time.Second)})
	}
	return out
}

// eventful is as bad as it gets: half of the readers, in 200 versions, one of
// ten with trouble, one letter a second by fifty sessions.
func eventful(n int) []entry {
	rnd := rand.New(rand.NewPCG(1, 2))
	troubles := []outcome{
		{mailer.Failed, mailer.Bounced, 550, "5.1.1"}, {mailer.Failed, mailer.PolicyRefused, 554, "5.7.1"},
		{mailer.Skipped, mailer.Paused, 0, ""}, {mailer.None, mailer.Nothing, 0, ""}, {mailer.Skipped, mailer.Expired, 451, "4.7.1"},
	}
	var out []entry
	id := int64(1)
	for i := range n {
		id += 1 + rnd.Int64N(3)
		e := entry{subscriber: id, version: 1 + rnd.Int64N(200), attempts: 1, outcome: accepted,
			at: rolledAt.Add(time.Duration(i+rnd.IntN(50)) * time.Second)}
		if rnd.IntN(10) == 0 {
			e.outcome, e.attempts = troubles[rnd.IntN(len(troubles))], rnd.Int64N(4)
		}
		out = append(out, e)
	}
	return out
}

func TestRoll(t *testing.T) {
	for name, tt := range map[string]struct {
		entries []entry
		most    float64 // bytes an entry
	}{
		"one":       {usual(1), 40},
		"everybody": {usual(rollSize), 0.1},
		"eventful":  {eventful(rollSize), 5},
		"no moment": {[]entry{{subscriber: 7, outcome: outcome{state: mailer.None, reason: mailer.Left}}}, 40},
		"the largest numbers": {[]entry{
			{subscriber: 0, outcome: accepted},
			{subscriber: math.MaxInt64, version: math.MaxInt64, attempts: math.MaxInt64, at: time.Unix(lastSecond, 0).UTC(),
				outcome: outcome{mailer.Failed, "é", math.MaxInt64, ""}},
		}, 60},
		"moments to and fro": {[]entry{
			{subscriber: 1, at: time.Unix(lastSecond, 0).UTC()},
			{subscriber: 2},
			{subscriber: 3, at: time.Unix(firstSecond+1, 0).UTC()},
			{subscriber: 4, at: time.Unix(-1, 0).UTC()},
			{subscriber: 5, at: time.Unix(0, 0).UTC()},
		}, 40},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := writeRoll(tt.entries)
			if err != nil {
				t.Fatal(err)
			}
			lo, hi := tt.entries[0].subscriber, tt.entries[len(tt.entries)-1].subscriber
			got, err := readRoll(lo, hi, b)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.entries, got, rollCompare); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			each := float64(len(b)) / float64(len(got))
			t.Logf("%d bytes, %.2f an entry", len(b), each)
			if each > tt.most {
				t.Errorf("%.2f bytes an entry, want %.2f at most", each, tt.most)
			}
			for i := range b {
				for _, flip := range []byte{1, 0x80, 0xff} {
					bad := append([]byte(nil), b...)
					bad[i] ^= flip
					if _, err := readRoll(lo, hi, bad); !errors.Is(err, errRoll) {
						t.Fatalf("byte %d changed: %v", i, err)
					}
				}
				if _, err := readRoll(lo, hi, b[:i]); !errors.Is(err, errRoll) {
					t.Fatalf("%d bytes of it: %v", i, err)
				}
			}
			for _, span := range [][2]int64{{lo + 1, hi}, {lo, hi - 1}, {-1, hi}} {
				if _, err := readRoll(span[0], span[1], b); !errors.Is(err, errRoll) {
					t.Errorf("as readers %v: %v", span, err)
				}
			}
		})
	}
}

func TestRollRefuses(t *testing.T) {
	for name, entries := range map[string][]entry{
		"nobody":            nil,
		"too many":          usual(rollSize + 1),
		"one reader twice":  {{subscriber: 1}, {subscriber: 1}},
		"descending":        {{subscriber: 2}, {subscriber: 1}},
		"a negative number": {{subscriber: -1}},
		"negative attempts": {{subscriber: 1, attempts: -1}},
		"the year 10000":    {{subscriber: 1, at: time.Unix(lastSecond+1, 0)}},
	} {
		if b, err := writeRoll(entries); err == nil {
			t.Errorf("%s: %x", name, b)
		}
	}
}

// TestRollWhole: what is right by its checksum and wrong in itself. Somebody
// else's program may have written it.
func TestRollWhole(t *testing.T) {
	head := "\x01\x02\x01\x04sent\x00\xfa\x01\x00" // two entries, one outcome
	for name, body := range map[string]string{
		"nothing":                  "",
		"another format":           "\x02" + head[1:] + "\x00\x02\x05\x02\x01\x02\x03\x02\x01\x02",
		"no entries":               "\x01\x00\x00",
		"too many entries":         "\x01\xf5\x03\x00",
		"more outcomes than":       "\x01\x02\x03",
		"a text that ends early":   "\x01\x02\x01\x7fsent",
		"a text that is no UTF-8":  "\x01\x02\x01\x01\xff\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00",
		"a column that ends early": head + "\x00\x02\x02",
		"a run too long":           head + "\x01\x03",
		"a run of none":            head + "\x01\x00",
		"a reader twice":           head + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"a reader above all":       head + "\x00\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00\x00\x00\x00\x00\x00\x00",
		"an outcome not there":     head + "\x00\x02\x00\x00\x00\x02\x00\x00\x00\x00",
		"a moment too late":        head + "\x00\x02\x00\x00\x00\x00\x00\x00\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00",
		"more behind it":           head + "\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		if entries, err := readRoll(1, 2, sealed([]byte(body))); !errors.Is(err, errRoll) {
			t.Errorf("%s: %v, %v", name, entries, err)
		}
	}
	good := head + "\x00\x02\x02\x02\x00\x00\x02\x02\x00\x00"
	if _, err := readRoll(1, 2, sealed([]byte(good))); err != nil {
		t.Errorf("as it should be: %v", err)
	}
}

// sealed adds the checksum.
func sealed(b []byte) []byte {
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// FuzzRoll: whatever stands in the database is refused, or is entries that are
// written and read again as they are. The checksum is left out, or nothing else
// would ever be looked at.
func FuzzRoll(f *testing.F) {
	for _, entries := range [][]entry{usual(1), usual(3), usual(rollSize), eventful(20), eventful(rollSize)} {
		b, err := writeRoll(entries)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(entries[0].subscriber, b[:len(b)-crc32.Size])
	}
	f.Add(int64(math.MaxInt64), []byte{rollFormat, 1})
	f.Fuzz(func(t *testing.T, lo int64, b []byte) {
		if len(b) == 0 {
			return
		}
		entries, err := unroll(lo, b)
		if err != nil {
			if !errors.Is(err, errRoll) {
				t.Fatal(err)
			}
			return
		}
		again, err := writeRoll(entries)
		if err != nil {
			t.Fatal(err)
		}
		got, err := readRoll(entries[0].subscriber, entries[len(entries)-1].subscriber, again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(entries, got, rollCompare); diff != "" {
			t.Errorf("again (-want +got):\n%s", diff)
		}
	})
}

func BenchmarkRoll(b *testing.B) {
	for name, entries := range map[string][]entry{"usual": usual(rollSize), "eventful": eventful(rollSize)} {
		b.Run(fmt.Sprint(name, "/write"), func(b *testing.B) {
			for b.Loop() {
				if _, err := writeRoll(entries); err != nil {
					b.Fatal(err)
				}
			}
		})
		roll, err := writeRoll(entries)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(name, "/read"), func(b *testing.B) {
			for b.Loop() {
				if _, err := readRoll(entries[0].subscriber, entries[len(entries)-1].subscriber, roll); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
