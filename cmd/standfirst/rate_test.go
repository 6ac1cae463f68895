package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRate kills and stops the real program while it sends at a rate, and lets
// two of it send at once: the relay never gets more than that.
func TestRate(t *testing.T) {
	if world() == "" {
		t.Skip("no /proc here: after the kill a lease would last its minute")
	}
	t.Parallel()
	const readers, rate = 80, 10
	relay := newRelay(t)
	p := newPaper(t, strings.Replace(relay.mail(4), "{", "{rate: 10, limits: [{domains: [Example.ORG, example.com], rate: 8}], ", 1))
	p.readers(readers)
	edition := p.publish()
	began := time.Now()
	first := p.start("serve")
	relay.wait(10, 20*time.Second)
	first.kill()
	relay.killing()
	second := p.start("serve")
	relay.wait(20, 20*time.Second)
	second.terminate(5 * time.Second)
	relay.killing()
	last, beside := p.start("serve"), p.start("serve")
	p.finished(edition, readers, time.Minute, last)
	beside.terminate(5 * time.Second)
	took := time.Since(began)
	relay.check(readers, 4, 4)

	const own = 8 // of the domain all readers are at
	if least := readers * time.Second / own; took < least {
		t.Errorf("%d letters at %d a second took %v, want %v", readers, own, took, least)
	}
	var at []time.Time
	for _, l := range relay.doors[0].server.Letters() {
		at = append(at, l.At)
	}
	slices.SortFunc(at, time.Time.Compare)
	for i := range at {
		for k := i; k < len(at); k++ {
			// A letter may be slower on its way than the next one, or come a
			// second time after the kill.
			if n, in := k-i+1, at[k].Sub(at[i]); float64(n) > own*in.Seconds()+4 {
				t.Fatalf("%d letters within %v, at %d a second", n, in, own)
			}
		}
	}
}
