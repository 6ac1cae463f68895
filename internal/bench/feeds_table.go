package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// A Row is something that was measured of feeds, and what it is compared with:
// figures of the same unit, taken in turn.
type Row struct {
	What         string
	Unit         string // what one figure is, like "ms"
	Beside       string // whose the others are
	Ours, Theirs []float64
	Goal         float64 // at least this multiple of theirs
	AtMost       bool    // at most
}

// ratio is the median of ours to theirs, of the same moment.
func (r *Row) ratio() float64 {
	var ratios []float64
	for i := range min(len(r.Ours), len(r.Theirs)) {
		ratios = append(ratios, per(r.Ours[i], r.Theirs[i]))
	}
	return median(ratios)
}

// missed reports whether the promise is not kept.
func (r *Row) missed() bool {
	if r.AtMost {
		return r.ratio() > r.Goal
	}
	return r.ratio() < r.Goal
}

// goal is the promise as people write it.
func (r *Row) goal() string {
	if r.AtMost {
		return fmt.Sprintf("≤ %.2f", r.Goal)
	}
	return fmt.Sprintf("≥ %.2f", r.Goal)
}

// writeRows writes a table of what was measured of feeds, and below it which
// promises were missed.
func writeRows(out io.Writer, rows []*Row) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "feeds\tours\tbeside\t\t\tratio\tpromised\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%.3f\t%s\t\n", r.What, figure(r.Ours), figure(r.Theirs), r.Unit, r.Beside, r.ratio(), r.goal())
	}
	w.Flush()
	fmt.Fprint(out, `
N KB, …   answers a second of serve --only web, and of nginx with the same bytes
          and headers: wrk -t 2 -c 64, in turn, the medians. Everybody shares the
          same cores
X of N    the time to make a feed of kept fragments, and gorilla/feeds' own
          writer's for the same items

`)
	for _, r := range rows {
		if r.missed() {
			fmt.Fprintf(out, "missed: feeds, %s: %.3f × %s, not %s\n", r.What, r.ratio(), r.Beside, r.goal())
		}
	}
}

// figure is the median, with as many digits as mean something.
func figure(list []float64) string {
	m := median(list)
	switch {
	case m >= 100:
		return fmt.Sprintf("%.0f", m)
	case m >= 1:
		return fmt.Sprintf("%.1f", m)
	}
	return fmt.Sprintf("%.3f", m)
}
