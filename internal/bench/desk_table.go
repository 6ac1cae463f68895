package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// slowestPage is promised of 19 looks of 20, also while letters are sent.
const slowestPage = 100 * time.Millisecond

// writeLooks writes the table, and which promises were missed.
func writeLooks(out io.Writer, pages []*lookedAt, sent, readers int) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "page of the desk, ms\tlooks\tsending: median\t19 of 20\tmost\talone: median\t19 of 20\tmost\t ")
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1000) }
	var missed []string
	for _, p := range pages {
		fmt.Fprintf(w, "%s\t%d\t", p.Path, len(p.Sending))
		for _, took := range [][]time.Duration{p.Sending, p.Alone} {
			fmt.Fprintf(w, "%s\t%s\t%s\t", ms(within(took, 50)), ms(within(took, 95)), ms(within(took, 100)))
		}
		fmt.Fprintln(w)
		if d := within(p.Sending, 95); d > slowestPage {
			missed = append(missed, fmt.Sprintf("missed: desk, %s: %s ms while letters are sent, not %s", p.Path, ms(d), ms(slowestPage)))
		}
	}
	w.Flush()
	fmt.Fprintf(out, `
One editor looks at all pages in turn, without a pause, while %d letters to %d
readers are sent on the same cores; and again when they are out. 19 of 20 looks
at a page are to take %s ms at most while letters are sent.
%s
`, sent, readers, ms(slowestPage), strings.Join(missed, "\n"))
}

// within is what so many of a hundred did not take longer than.
func within(took []time.Duration, percent int) time.Duration {
	if len(took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(took))
	return sorted[min((len(sorted)*percent+99)/100, len(sorted))-1]
}
