package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// The promises of a flood.
const (
	mostGrowth  = 20e6 // bytes more than without it
	leastOfRate = 0.5  // of the letters a second without it
)

// writeSiege writes the table of a flood, and which promises were missed.
func writeSiege(out io.Writer, quiet, flooded []Held) {
	mid := func(of func(*Held) float64) (a, b float64) {
		get := func(list []Held) float64 {
			var v []float64
			for i := range list {
				v = append(v, of(&list[i]))
			}
			return median(v)
		}
		return get(quiet), get(flooded)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "sign-ups\twithout\twith the flood\t\tpromised\t")
	var missed []string
	row := func(what, format, promise string, kept bool, a, b any) {
		fmt.Fprintf(w, "%s\t"+format+"\t"+format+"\t%s\t\n", what, a, b, promise)
		if !kept {
			missed = append(missed, fmt.Sprintf("%s: "+format+", not %s", what, b, promise))
		}
	}
	count := func(of func(*Held) int) (a, b int) {
		for i := range quiet {
			a += of(&quiet[i])
		}
		for i := range flooded {
			b += of(&flooded[i])
		}
		return a, b
	}
	every := func(holds func(*Held) bool) bool {
		return !slices.ContainsFunc(flooded, func(h Held) bool { return !holds(&h) })
	}
	a, b := mid(func(h *Held) float64 { return h.Letters })
	row("letters of the edition a second", "%.0f", fmt.Sprintf("≥ %.2f of it", leastOfRate), b >= leastOfRate*a, a, b)
	x, y := count(func(h *Held) int { return h.Sent })
	row("letters of the edition, of "+fmt.Sprint(sumOf(flooded)), "%d", "all", y == sumOf(flooded) && x == sumOf(quiet), x, y)
	a, b = mid(func(h *Held) float64 { return h.Feeds.Rate })
	row("feeds a second, unchanged", "%.0f", "", true, a, b)
	a, b = mid(func(h *Held) float64 { return float64(h.Feeds.P99) / float64(time.Millisecond) })
	row("99 of 100 within ms", "%.1f", "", true, a, b)
	x, y = count(func(h *Held) int { return h.Feeds.Failed })
	row("feeds not answered", "%d", "0", x+y == 0, x, y)
	a, b = mid(func(h *Held) float64 { return h.Peak / 1e6 })
	row("memory, MB at most", "%.0f", fmt.Sprintf("≤ %.0f more", mostGrowth/1e6), b <= a+mostGrowth/1e6, a, b)
	a, b = mid(func(h *Held) float64 { return h.Begun / 1e6 })
	row("when it was published", "%.0f", "", true, a, b)
	a, b = mid(func(h *Held) float64 { return h.Ended / 1e6 })
	row("at the end", "%.0f", "", true, a, b)
	a, b = mid(func(h *Held) float64 { return per(float64(h.Flood.Posted), h.Wall.Seconds()) })
	row("sign-ups a second", "%.0f", "", true, a, b)
	x, y = count(func(h *Held) int { return h.Flood.Failed + h.Flood.Wrong })
	row("sign-ups not answered, or wrongly", "%d", "0", x+y == 0, x, y)
	x, y = count(func(h *Held) int { return h.Flood.Refused })
	row("told to come later", "%d", "", true, x, y)
	x, y = count(func(h *Held) int { return h.Asked })
	_, limit := count((*Held).limit)
	most := fmt.Sprintf("≤ %d", limit)
	row("let in", "%d", most, every(func(h *Held) bool { return h.Asked <= h.limit() }), x, y)
	x, y = count(func(h *Held) int { return h.Notes })
	row("letters to them", "%d", most, every(func(h *Held) bool { return h.Notes <= h.limit() }), x, y)
	w.Flush()
	fmt.Fprintf(out, `
Medians, or sums of all %d rounds. The flood is %d forms a second from as many
networks as there are, half of them naming readers, a third with a good stamp.
The program, the mail server that takes the letters, who fetches the feed and the
flood itself share the same cores.
let in      a quarter of readers.signups_per_hour (%d) at once, and then as the hour
            has it

`, len(flooded), floodRate, signUpsPerHour)
	for _, m := range missed {
		fmt.Fprintln(out, "missed: sign-ups,", m)
	}
}

// sumOf is how many letters editions had.
func sumOf(list []Held) int {
	n := 0
	for i := range list {
		n += list[i].Expected
	}
	return n
}
