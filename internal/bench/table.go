package main

import (
	"fmt"
	"io"
	"runtime"
	"text/tabwriter"
	"time"
)

// A Line of the table is a scenario and what its runs took, one in each round.
type Line struct {
	Scenario string
	Readers  int
	Sessions int
	Runs     []Figures
	Beside   *Line // what to compare with: runs of the same rounds, or nil
}

// rate is letters a second as a multiple of what is beside.
func (l *Line) rate() (ratio float64, ok bool) { return l.ratio(Figures.rate) }

// cost is CPU time for a letter as a multiple of what is beside.
func (l *Line) cost() (ratio float64, ok bool) { return l.ratio(Figures.cost) }

// ratio compares each run with the one beside it in the same round, because
// machines are not the same from minute to minute, and returns the median.
func (l *Line) ratio(of func(Figures) float64) (ratio float64, ok bool) {
	if l.Beside == nil {
		return 0, false
	}
	var ratios []float64
	for i := range min(len(l.Runs), len(l.Beside.Runs)) {
		ratios = append(ratios, per(of(l.Runs[i]), of(l.Beside.Runs[i])))
	}
	return median(ratios), len(ratios) > 0
}

// memory is the most bytes that any run took.
func (l *Line) memory() float64 {
	return most(values(l.Runs, func(f Figures) float64 { return float64(f.RSS) }))
}

// wait is the longest that a first letter took from publishing.
func (l *Line) wait() time.Duration {
	return time.Duration(most(values(l.Runs, func(f Figures) float64 { return float64(f.Wait) })))
}

// writeTable writes the table, and below it what the columns mean.
func writeTable(out io.Writer, lines []*Line) {
	size := 0.0
	for _, l := range lines {
		size = max(size, median(values(l.Runs, Figures.size)))
	}
	fmt.Fprintf(out, "%s/%s, %d cores, %s; letters of up to %.1f KB\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), size/1000)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "scenario\treaders\tversions\tsessions\tletters/s\tbest\toverall\tCPU-s/1000\tRSS MB\tfirst ms\t× rate\t× CPU\t")
	for _, l := range lines {
		rates := values(l.Runs, Figures.rate)
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%.0f\t%.0f\t%.0f\t%.4f\t%.0f\t%s\t%s\t%s\t\n",
			l.Scenario, l.Readers, l.versions(), l.sessions(),
			median(rates), most(rates), median(values(l.Runs, Figures.overall)),
			median(values(l.Runs, Figures.cost)), l.memory()/1e6, l.first(),
			known(l.rate()), known(l.cost()))
	}
	w.Flush()
	fmt.Fprint(out, `
letters/s   between the first and the last letter at the sink: the median; best
overall     letters a second from the program's start to its end
CPU-s/1000  of the program, user and system, for 1,000 letters, start to end
RSS, first  the most memory; the longest from publishing to the first letter
× rate, CPU beside smtp-source -d -s 10 in the same round, with as many letters
            of this size; signed letters beside the signatures alone (the hash of
            a letter, and RSA), which all cores make with nothing else to do
`)
}

// known writes a ratio; a dash where there is nothing to compare with.
func known(ratio float64, ok bool) string {
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.2f", ratio)
}

func (l *Line) versions() string {
	if len(l.Runs) == 0 || l.Runs[0].Versions == 0 {
		return "-"
	}
	return fmt.Sprint(l.Runs[0].Versions)
}

func (l *Line) sessions() string {
	if l.Sessions == 0 {
		return "-"
	}
	return fmt.Sprint(l.Sessions)
}

func (l *Line) first() string {
	if l.wait() <= 0 {
		return "-"
	}
	return fmt.Sprint(l.wait().Milliseconds())
}
