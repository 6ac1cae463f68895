package mailer

import (
	"cmp"
	"slices"
)

// spread returns deliveries in an order in which those of one domain are as
// far from each other as they can be, so that no provider gets a burst. The
// order is the same every time.
func spread(ds []Delivery) []Delivery {
	names := make([]string, len(ds))
	of := make(map[string]int) // domain: how many
	for i := range ds {
		names[i] = domain(ds[i].To.Email)
		of[names[i]]++
	}
	if len(of) < 2 {
		return ds
	}
	// Domains of equally many letters take turns, and their letters together
	// have their places at ½, 1½, 2½ … parts of the whole. So the many that
	// have but one are not all in the middle.
	peers := make(map[int]int)   // letters: how many domains have so many
	rank := make(map[string]int) // domain: the how manieth of its peers
	for _, name := range names {
		if _, known := rank[name]; !known {
			rank[name] = peers[of[name]]
			peers[of[name]]++
		}
	}
	type place struct {
		at float64
		d  Delivery
	}
	seen := make(map[string]int, len(of))
	places := make([]place, len(ds))
	for i, name := range names {
		n := of[name]
		turn := seen[name]*peers[n] + rank[name]
		seen[name]++
		places[i] = place{(float64(turn) + 0.5) / float64(n*peers[n]), ds[i]}
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.at, b.at) })
	out := make([]Delivery, len(ds))
	for i := range places {
		out[i] = places[i].d
	}
	return out
}
