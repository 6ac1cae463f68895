package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestWithin(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(100-i)*time.Millisecond)
	}
	for _, tt := range []struct {
		took    []time.Duration
		percent int
		want    time.Duration
	}{
		{nil, 95, 0},
		{hundred, 50, 50 * time.Millisecond},
		{hundred, 95, 95 * time.Millisecond},
		{hundred, 100, 100 * time.Millisecond},
		{hundred[:1], 50, 100 * time.Millisecond},
		{hundred[:3], 50, 99 * time.Millisecond},
	} {
		if got := within(tt.took, tt.percent); got != tt.want {
			t.Errorf("%d of 100 of %d: %s, want %s", tt.percent, len(tt.took), got, tt.want)
		}
	}
}

// TestLooks: a page that is slow now and then is not told of, one that is slow
// once in ten times is; how fast it is alone promises nothing.
func TestLooks(t *testing.T) {
	took := func(slow int) (list []time.Duration) {
		for i := range 100 {
			list = append(list, 20*time.Millisecond)
			if i < slow {
				list[i] = 150 * time.Millisecond
			}
		}
		return list
	}
	var out bytes.Buffer
	writeLooks(&out, []*lookedAt{{"/desk", took(4), took(50)}, {"/desk/slow", took(10), took(0)}}, 7, 7)
	if got := out.String(); strings.Count(got, "missed:") != 1 || !strings.Contains(got, "missed: desk, /desk/slow: 150.0 ms while letters are sent, not 100.0") {
		t.Error(got)
	}
}
