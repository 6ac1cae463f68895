package main

import (
	"cmp"
	"slices"
	"time"
)

// Figures are what was measured in one run of a program.
type Figures struct {
	Tally
	Wall     time.Duration // the process, from start to end
	CPU      time.Duration // of the process, user and system
	RSS      int64         // bytes, the most
	Versions int           // different letters
	Wait     time.Duration // from publishing to the first letter; 0 where nothing is published
}

// rate is letters a second at the sink, between the first and the last.
func (f Figures) rate() float64 {
	return per(float64(f.Letters-1), f.Last.Sub(f.First).Seconds())
}

// overall is letters a second over the whole process, its start and end too.
func (f Figures) overall() float64 {
	return per(float64(f.Letters), f.Wall.Seconds())
}

// cost is CPU seconds for 1,000 letters.
func (f Figures) cost() float64 {
	return per(f.CPU.Seconds()*1000, float64(f.Letters))
}

// size is bytes of a letter on the wire.
func (f Figures) size() float64 { return per(float64(f.Bytes), float64(f.Letters)) }

// per divides; by nothing it gives 0.
func per(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}

// median is the middle of what of returns for each, the mean of two middles;
// 0 of none.
func median(runs []Figures, of func(Figures) float64) float64 {
	if len(runs) == 0 {
		return 0
	}
	all := values(runs, of)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}

// most is the largest of what of returns; 0 of none.
func most(runs []Figures, of func(Figures) float64) float64 {
	if len(runs) == 0 {
		return 0
	}
	return slices.Max(values(runs, of))
}

func values(runs []Figures, of func(Figures) float64) []float64 {
	var all []float64
	for _, f := range runs {
		all = append(all, of(f))
	}
	slices.SortFunc(all, cmp.Compare)
	return all
}
