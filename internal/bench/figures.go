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
	Versions int           // different letters; 0 where nothing is published
	Wait     time.Duration // from publishing to the first letter
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

// values returns what of says of each run.
func values(runs []Figures, of func(Figures) float64) []float64 {
	var list []float64
	for _, f := range runs {
		list = append(list, of(f))
	}
	return list
}

// median is the middle one, the mean of two middles; 0 of none.
func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.SortedFunc(slices.Values(list), cmp.Compare)
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// most is the largest; 0 of none.
func most(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	return slices.Max(list)
}
