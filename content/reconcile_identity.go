package content

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A claim is what the keys of one found item say about it.
type claim struct {
	id  string   // the known item it is; empty: it is new, or in conflict
	add []Key    // keys the known ones lack
	why string   // it is in conflict, in words
	ids []string // the known items in question

	ruled bool // an editor has said what it is
	quiet bool // and that nothing is to be done about it
}

// An item is something found, as far as it matters who it is.
type item struct {
	keys []Key
	at   Position
}

// identify compares the keys of all found items with the known ones. No known
// key: new. Keys of one known item: that item. Keys of several: a conflict, as
// is everything else two items might both be.
//
// mine tells whether a known ID is of this kind at all, and same whether found
// item i looks exactly like the known one, which decides between two that
// match it equally well.
func (r *reconciling) identify(found []item, mine func(id string) bool, same func(i int, id string) bool) []claim {
	free, by := r.ruled(found)
	known := r.known.Keys
	claims := make([]claim, len(found))
	byID := make(map[string][]int)
	score := make([]int, len(found))
	fresh := make(map[Key][]int) // the found items that show an unknown key
	for i, f := range found {
		if !free[i] {
			continue
		}
		c := &claims[i]
		hits := make(map[string]int)
		for _, k := range f.keys {
			switch id, ok := known[k]; {
			case ok:
				hits[id]++
			case !slices.Contains(c.add, k):
				c.add = append(c.add, k)
				fresh[k] = append(fresh[k], i)
			}
		}
		c.ids = slices.Sorted(maps.Keys(hits))
		switch {
		case len(c.ids) > 1:
			var titles []string
			for _, id := range c.ids {
				titles = append(titles, r.title(id))
			}
			c.why = fmt.Sprintf("it is known as several things at once: %s; take out the aliases or the id that belong to another", some(titles))
		case len(c.ids) == 1 && !mine(c.ids[0]):
			c.why = "it has the address or the id of something else, as an article may have that of an event; change it"
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
				rival := best
				if i == best {
					rival = rivals[slices.IndexFunc(rivals, func(j int) bool { return j != best && score[j] == score[best] })]
				}
				claims[i].why = r.clash(found[i], found[rival], r.title(claims[i].id))
				claims[i].id = ""
			}
		}
	}

	// A key that two show belongs to neither. The known ones are known by
	// others; a new one might be the other under a second name.
	for i := range claims {
		c := &claims[i]
		own := slices.DeleteFunc(slices.Clone(c.add), func(k Key) bool { return len(fresh[k]) > 1 })
		if c.id == "" && c.why == "" && len(own) < len(c.add) {
			k := c.add[slices.IndexFunc(c.add, func(k Key) bool { return len(fresh[k]) > 1 })]
			other := fresh[k][0]
			if other == i {
				other = fresh[k][1]
			}
			c.why = r.clash(found[i], found[other], "")
		}
		c.add = own
	}
	r.apply(found, claims, by, mine)
	return claims
}

// clash tells the editor what two found items have in common, or that both say
// they are the known one of this title.
func (r *reconciling) clash(a, b item, title string) string {
	name := b.at.File
	if name == a.at.File {
		name = b.at.String()
	}
	for _, k := range a.keys {
		if slices.Contains(b.keys, k) {
			what, value := k.words(r.known.Source)
			return fmt.Sprintf("it has the same %s as %s%s; remove one of the two, or give it another", what, name, value)
		}
	}
	return fmt.Sprintf("it says that it is %q, as %s does; remove one of the two, or its aliases", title, name)
}

// words says what a key is to somebody who never heard of keys, and its value
// if people wrote it.
func (k Key) words(source string) (what, value string) {
	kind, value, _ := strings.Cut(strings.TrimPrefix(string(k), source+":"), ":")
	switch kind {
	case "url", "at":
		return "address", ", " + value
	case "id":
		return "id", ", " + value
	}
	return "name, day and place, or id", "" // of an event
}

// title is that of a known item.
func (r *reconciling) title(id string) string {
	if a := r.known.Articles[id]; a != nil {
		return a.Title
	}
	if e := r.known.Events[id]; e != nil {
		return e.Name
	}
	return id
}
