package web

import (
	"cmp"
	"slices"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
)

// labels are the topics, authors and cities there are feeds of, most used
// first. A label's Slug is how it stands in a path; names with one Slug are one.
type labels struct{ topics, authors, cities []content.Label }

// online is the label of events that are in no city.
const online = "Online"

// labelsOf counts.
func labelsOf(galleys []*feed.Galley, events []content.Event) labels {
	topics, authors, cities := tally{}, tally{}, tally{}
	for _, g := range galleys {
		for _, l := range g.Topics {
			topics.add(l)
		}
		for _, l := range g.Authors {
			authors.add(l)
		}
	}
	for i := range events {
		name := cityOf(&events[i])
		cities.add(content.Label{Name: name, Slug: feed.Segment(name)})
	}
	return labels{topics.sorted(), authors.sorted(), cities.sorted()}
}

// cityOf returns the label of where an event is; empty if nobody said.
func cityOf(e *content.Event) string {
	if e.City == "" && e.Online {
		return online
	}
	return e.City
}

// labelled finds a label by the part of a path that names it.
func labelled(labels []content.Label, value string) (content.Label, bool) {
	slug := feed.Segment(value)
	i := slices.IndexFunc(labels, func(l content.Label) bool { return l.Slug == slug })
	if i < 0 {
		return content.Label{}, false
	}
	return labels[i], true
}

// A tally counts names by their Slug, and how each is spelt.
type tally map[string]map[string]int

func (t tally) add(l content.Label) {
	if l.Slug == "" {
		return
	}
	if t[l.Slug] == nil {
		t[l.Slug] = map[string]int{}
	}
	t[l.Slug][l.Name]++
}

// sorted returns the labels, each as it is spelt most often.
func (t tally) sorted() []content.Label {
	var all []content.Label
	for slug, spellings := range t {
		l := content.Label{Slug: slug}
		most := 0
		for name, n := range spellings {
			if l.Count += n; n > most || n == most && name < l.Name {
				l.Name, most = name, n
			}
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b content.Label) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Slug, b.Slug))
	})
	return all
}
