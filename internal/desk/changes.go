package desk

import (
	"slices"

	"github.com/standfirst/standfirst/digest"
)

// What an editor's button does to a release.
const (
	moveUp   = "up"
	moveDown = "down"
	makeLead = "lead"
	leaveOut = "out"  // for good
	keepIt   = "keep" // out of this edition, for the next
	putBack  = "back" // neither left out nor kept
	putIn    = "in"   // an older one
	takeAway = "away" // not put in after all
)

// changed returns what an editor's button makes of changes. Shown are the
// releases of the letter as the editor saw them, in order, kind by kind.
func changed(c digest.Changes, do string, n int64, shown [][]int64, by string) digest.Changes {
	c.Order, c.Out, c.In = slices.Clone(c.Order), slices.Clone(c.Out), slices.Clone(c.In)
	without := func(list []int64) []int64 {
		return slices.DeleteFunc(list, func(m int64) bool { return m == n })
	}
	notOut := func() {
		c.Out = slices.DeleteFunc(c.Out, func(r digest.Removal) bool { return r.N == n })
	}
	switch do {
	case moveUp, moveDown:
		c.Order, c.Lead = reordered(c, n, do == moveUp, shown)
	case makeLead:
		c.Lead, c.Order = n, without(c.Order)
		notOut()
	case leaveOut, keepIt:
		notOut()
		c.Order, c.In = without(c.Order), without(c.In)
		if c.Lead == n {
			c.Lead = 0
		}
		c.Out = append(c.Out, digest.Removal{N: n, Keep: do == keepIt, By: by})
	case putBack:
		notOut()
	case putIn:
		notOut()
		c.In = append(without(c.In), n)
	case takeAway:
		c.In, c.Order = without(c.In), without(c.Order)
		if c.Lead == n {
			c.Lead = 0
		}
	}
	return c
}

// reordered puts a release before or behind its neighbour. Only as many are given a
// place as need one: what is published later is to come where it would have.
func reordered(c digest.Changes, n int64, up bool, shown [][]int64) (order []int64, lead int64) {
	placed := append([]int64{c.Lead}, c.Order...)
	lead = c.Lead
	known := map[int64]bool{}
	for _, list := range shown {
		list = slices.Clone(list)
		need := 0
		for i, m := range list {
			known[m] = true
			if slices.Contains(placed, m) {
				need = i + 1
			}
		}
		if i := slices.Index(list, n); i >= 0 {
			j := i + 1
			if up {
				j = i - 1
			}
			if j >= 0 && j < len(list) {
				list[i], list[j] = list[j], list[i]
				need = max(need, i+1, j+1)
				if slices.Contains(list, lead) {
					lead = 0 // whoever comes first leads
				}
			}
		}
		order = append(order, list[:need]...)
	}
	for _, m := range c.Order { // of what is not shown now, it may be again
		if !known[m] {
			order = append(order, m)
		}
	}
	return slices.DeleteFunc(order, func(m int64) bool { return m == lead && lead != 0 }), lead
}
