package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ran makes figures of a run: n letters in so many seconds, and CPU seconds.
func ran(n int, seconds, cpu float64) Figures {
	began := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	d := time.Duration(seconds * float64(time.Second))
	return Figures{
		Tally: Tally{Letters: n, Bytes: int64(n) * 45_000, First: began, Last: began.Add(d)},
		Wall:  d + time.Second, CPU: time.Duration(cpu * float64(time.Second)), RSS: 40e6,
	}
}

func TestFigures(t *testing.T) {
	f := ran(10_001, 2, 0.5)
	got := []float64{f.rate(), f.size(), Figures{}.rate(), Figures{}.overall(), Figures{}.cost(), Figures{}.size()}
	if diff := cmp.Diff([]float64{5000, 45_000, 0, 0, 0, 0}, got); diff != "" {
		t.Errorf("rate, size and of nothing (-want +got):\n%s", diff)
	}
	f = ran(10_000, 3, 0.5)
	if f.overall() != 2500 || f.cost() != 0.05 {
		t.Errorf("overall %v, want 2500; cost %v, want 0.05", f.overall(), f.cost())
	}
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		list         []float64
		median, most float64
	}{
		{nil, 0, 0},
		{[]float64{7}, 7, 7},
		{[]float64{9, 1}, 5, 9},
		{[]float64{9, 1, 2}, 2, 9},
		{[]float64{4, 1, 2, 30}, 3, 30},
	} {
		if got := median(tt.list); got != tt.median {
			t.Errorf("median of %v is %v, want %v", tt.list, got, tt.median)
		}
		if got := most(tt.list); got != tt.most {
			t.Errorf("most of %v is %v, want %v", tt.list, got, tt.most)
		}
	}
}

// Ratios are of runs in the same round: a machine that was slow for a round
// was slow for both.
func TestRatios(t *testing.T) {
	rival := &Line{Scenario: rivalName, Runs: []Figures{ran(1001, 1, 0.05), ran(1001, 10, 0.5), ran(1001, 2, 0.1)}}
	l := &Line{Scenario: plain, Beside: rival, Runs: []Figures{ran(1001, 2, 0.05), ran(1001, 5, 0.5), ran(1001, 2, 0.2)}}
	if r, ok := l.rate(); !ok || r != 1 {
		t.Errorf("rate is %v of smtp-source's (%t), want 1: of 0.5, 2 and 1", r, ok)
	}
	if r, ok := l.cost(); !ok || r != 1 {
		t.Errorf("cost is %v of smtp-source's (%t), want 1: of 1, 1 and 2", r, ok)
	}
	if r, ok := (&Line{Scenario: plain, Runs: l.Runs}).rate(); ok {
		t.Errorf("rate is %v of nobody's", r)
	}
	l.Beside = &Line{Scenario: rivalName}
	if r, ok := l.rate(); ok {
		t.Errorf("rate is %v of one that has not run", r)
	}
}

func TestMissed(t *testing.T) {
	rival := &Line{Scenario: rivalName, Runs: []Figures{ran(1001, 1, 0.05)}}
	signatures := &Line{Scenario: signaturesName, Runs: rival.Runs}
	slow, large, late := ran(1001, 2, 0.15), ran(1001, 1, 0.05), ran(1001, 1, 0.05)
	large.RSS, late.Wait = 200e6, 1500*time.Millisecond
	for _, tt := range []struct {
		name string
		line Line
		want []string
	}{
		{"kept", Line{Scenario: plain, Beside: rival, Runs: []Figures{ran(1001, 1, 0.05)}}, nil},
		{"slow", Line{Scenario: plain, Beside: rival, Runs: []Figures{slow}}, []string{
			"plain, 1001 readers, 50 sessions: 0.50 × the rate of smtp-source, not 0.90",
			"plain, 1001 readers, 50 sessions: 3.00 × the CPU of smtp-source, not 2.00"}},
		{"nobody beside", Line{Scenario: plain, Runs: []Figures{slow}}, nil},
		{"large", Line{Scenario: plain, Beside: rival, Runs: []Figures{large}}, []string{
			"plain, 1001 readers, 50 sessions: 200 MB of memory, not 150"}},
		{"late", Line{Scenario: manyVersions, Beside: rival, Runs: []Figures{late}}, []string{
			"versions, 1001 readers, 50 sessions: 1.5s to the first letter, not 1s"}},
		{"one version may be late", Line{Scenario: plain, Beside: rival, Runs: []Figures{late}}, nil},
		{"signed", Line{Scenario: signed, Beside: signatures, Runs: []Figures{slow}}, []string{
			"signed, 1001 readers, 50 sessions: 3.00 × the CPU of signatures, not 1.15"}},
		{"few sessions", Line{Scenario: plain, Sessions: 10, Beside: rival, Runs: []Figures{slow}}, nil},
		{"smtp-source", Line{Scenario: rivalName, Runs: []Figures{large}}, nil},
	} {
		if tt.line.Readers = 1001; tt.line.Sessions == 0 {
			tt.line.Sessions = 50
		}
		if diff := cmp.Diff(tt.want, tt.line.missed()); diff != "" {
			t.Errorf("%s: missed (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestTable(t *testing.T) {
	rival := &Line{Scenario: rivalName, Readers: 1001, Sessions: 10, Runs: []Figures{ran(1001, 1, 0.05005)}}
	run := ran(1001, 0.5, 0.05005)
	run.Versions, run.Wait = 1, 45*time.Millisecond
	var out strings.Builder
	writeTable(&out, []*Line{{Scenario: plain, Readers: 1001, Sessions: 50, Beside: rival, Runs: []Figures{run}}, rival})
	var got [][]string
	for line := range strings.Lines(out.String()) {
		if f := strings.Fields(line); len(f) == 12 && (f[0] == plain || f[0] == rivalName) {
			got = append(got, f)
		}
	}
	want := [][]string{
		{"plain", "1001", "1", "50", "2000", "2000", "667", "0.0500", "40", "45", "2.00", "1.00"},
		{"smtp-source", "1001", "-", "10", "1000", "1000", "500", "0.0500", "40", "-", "-", "-"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table (-want +got):\n%s\n%s", diff, out.String())
	}
	if !strings.Contains(out.String(), "letters of up to 45.0 KB") {
		t.Errorf("the size of a letter is missing:\n%s", out.String())
	}
}
