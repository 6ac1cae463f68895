package content

import (
	"maps"
	"slices"
)

// A claim is what the keys of one found item say about it.
type claim struct {
	id  string   // the known item it is; empty: it is new, or in conflict
	add []Key    // keys the known ones lack
	why string   // it is in conflict, in words
	ids []string // the known items in question
}

// identify compares the keys of all found items with the known ones. No known
// key: new. Keys of one known item: that item. Keys of several: a conflict, as
// is everything else two items might both be.
//
// mine tells whether a known ID is of this kind at all, and same whether found
// item i looks exactly like the known one, which decides between two that
// match it equally well.
func identify(found [][]Key, known map[Key]string, mine func(id string) bool, same func(i int, id string) bool) []claim {
	claims := make([]claim, len(found))
	byID := make(map[string][]int)
	score := make([]int, len(found))
	fresh := make(map[Key]int) // how many found items show an unknown key
	for i, keys := range found {
		c := &claims[i]
		hits := make(map[string]int)
		for _, k := range keys {
			switch id, ok := known[k]; {
			case ok:
				hits[id]++
			case !slices.Contains(c.add, k):
				c.add = append(c.add, k)
				fresh[k]++
			}
		}
		c.ids = slices.Sorted(maps.Keys(hits))
		switch {
		case len(c.ids) > 1:
			c.why = "its keys are those of several known items"
		case len(c.ids) == 1 && !mine(c.ids[0]):
			c.why = "its keys are those of something of another kind"
		case len(c.ids) == 1:
			c.id, score[i] = c.ids[0], 2*hits[c.ids[0]]
			if same(i, c.id) {
				score[i]++
			}
			byID[c.id] = append(byID[c.id], i)
		}
	}

	for _, rivals := range byID {
		best := slices.MaxFunc(rivals, func(a, b int) int { return score[a] - score[b] })
		for _, i := range rivals {
			tied := slices.ContainsFunc(rivals, func(j int) bool { return j != best && score[j] == score[best] })
			if i != best || tied {
				claims[i].id, claims[i].why = "", "it claims to be the same as another item found beside it"
			}
		}
	}

	// A key that two show belongs to neither. The known ones are known by
	// others; a new one might be the other under a second name.
	for i := range claims {
		c := &claims[i]
		own := slices.DeleteFunc(slices.Clone(c.add), func(k Key) bool { return fresh[k] > 1 })
		if c.id == "" && c.why == "" && len(own) < len(c.add) {
			c.why = "it shares a key with another item found beside it"
		}
		c.add = own
	}
	return claims
}
