package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

const rivalName = "smtp-source"

// print writes the table.
func print(out io.Writer, lines []*Line) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "scenario\treaders\tversions\tsessions\tKB\tletters/s\tbest\toverall/s\tCPU-s/1000\tRSS MB\tfirst ms\t× rate\t× CPU\t× signing\t")
	for _, l := range lines {
		rival := beside(lines, l)
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.1f\t%.0f\t%.0f\t%.0f\t%.4f\t%.0f\t%.0f\t%s\t%s\t%s\t\n",
			l.Scenario, l.Readers, l.versions(), l.Sessions,
			median(l.Runs, Figures.size)/1000,
			median(l.Runs, Figures.rate), most(l.Runs, Figures.rate), median(l.Runs, Figures.overall),
			median(l.Runs, Figures.cost),
			most(l.Runs, func(f Figures) float64 { return float64(f.RSS) / 1e6 }),
			most(l.Runs, func(f Figures) float64 { return float64(f.Wait) / float64(time.Millisecond) }),
			ratio(l, rival, Figures.rate), ratio(l, rival, Figures.cost), l.share())
	}
	w.Flush()
}

func (l *Line) versions() int {
	return int(most(l.Runs, func(f Figures) float64 { return float64(f.Versions) }))
}

// beside finds smtp-source's line for as many readers.
func beside(lines []*Line, l *Line) *Line {
	for _, r := range lines {
		if r.Scenario == rivalName && r.Readers == l.Readers {
			return r
		}
	}
	return nil
}

// ratio writes how two medians stand to each other; nothing to divide by is a
// dash.
func ratio(l, rival *Line, of func(Figures) float64) string {
	if rival == nil || rival == l || median(rival.Runs, of) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", median(l.Runs, of)/median(rival.Runs, of))
}

// share writes letters a second as a part of what the signatures alone allow:
// the median of what it was in each round.
func (l *Line) share() string {
	if len(l.Bound) == 0 {
		return "-"
	}
	i := -1
	return fmt.Sprintf("%.2f", median(l.Runs, func(f Figures) float64 { i++; return per(f.rate(), l.Bound[i]) }))
}
