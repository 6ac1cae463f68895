package mailer

import (
	"cmp"
	"slices"
)

// spread returns deliveries in an order in which those of one domain are as
// far from each other as they can be, so that no provider gets a burst. The
// order is the same every time.
func spread(ds []Delivery) []Delivery {
	of := make(map[string]int, len(ds)) // domain: how many
	for i := range ds {
		of[domain(ds[i].To.Email)]++
	}
	if len(of) < 2 {
		return ds
	}
	// The k-th of n letters of a domain has its place at (k + ½) / n of the
	// whole; each domain has an offset of its own, so that the single ones are
	// not all in the middle.
	type place struct {
		at float64
		d  Delivery
	}
	seen := make(map[string]int, len(of))
	places := make([]place, len(ds))
	for i := range ds {
		name := domain(ds[i].To.Email)
		k, n := seen[name], of[name]
		seen[name]++
		shift := 0.5
		if n == 1 {
			shift = float64(i) / float64(len(ds))
		}
		places[i] = place{(float64(k) + shift) / float64(n), ds[i]}
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.at, b.at) })
	out := make([]Delivery, len(ds))
	for i := range places {
		out[i] = places[i].d
	}
	return out
}
