package content

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"
	"time"
)

// A Ruling is an editor's word about something found that was held by
// conflict. It lasts as long as the item shows the same keys in the same file:
// what was changed since is another question.
type Ruling struct {
	Verdict Verdict
	Item    string // ID of what it is, with Same
}

// Ruled is a ruling that lasts, and what it was about.
type Ruled struct {
	Mark string
	Ruling
	Title string // of what was held, as it was then
	At    time.Time
}

// Verdict is what an editor says of something held by conflict.
type Verdict string

// The verdicts of editors.
const (
	// Discard leaves it alone: it is neither published nor held, and what it
	// might have been stays as it is.
	Discard Verdict = "discard"
	// Same tells that it is the known item named: that item's next state, if
	// nothing else in the source is, and else nothing new.
	Same Verdict = "same"
	// Another tells that it is an article or event of its own.
	Another Verdict = "another"
)

// ReasonEditor is why an article is withdrawn that an editor took back. It
// stays withdrawn whatever its source shows.
const ReasonEditor = "an editor withdrew it"

// markOf names something found, for a [Ruling] to be about it: by its keys and
// its file, since two that are in conflict may show the same keys.
func markOf(it item) string {
	keys := make([]string, len(it.keys))
	for i, k := range it.keys {
		keys[i] = string(k)
	}
	slices.Sort(keys)
	sum := sha256.Sum256([]byte(strings.Join(append(slices.Compact(keys), it.at.File), "\x00")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:15]))
}

// ownKey is by what an item is recognised that editors said is another: the
// keys it shows may all be somebody else's.
func (r *reconciling) ownKey(mark string) Key {
	return Key(r.known.Source + ":ruled:" + mark)
}

// ruled leaves out of what was found what identify is not to see, because an
// editor has said what it is, and returns what that is, by the number of the
// item. The keys of what was discarded stand for what they stood for.
func (r *reconciling) ruled(found []item) (free []bool, by map[int]Ruling) {
	free = make([]bool, len(found))
	by = make(map[int]Ruling)
	for i, f := range found {
		free[i] = true
		if len(r.known.Rulings) == 0 {
			continue
		}
		word, ok := r.known.Rulings[markOf(f)]
		if !ok {
			continue
		}
		free[i], by[i] = false, word
		if word.Verdict == Discard {
			for _, k := range f.keys {
				if id, ok := r.known.Keys[k]; ok {
					r.unread[id] = true
				}
			}
		}
	}
	return free, by
}

// apply puts editors' words in the place of what keys say. Keys that something
// else shows as well are given to nobody by that.
func (r *reconciling) apply(found []item, claims []claim, by map[int]Ruling, mine func(id string) bool) {
	spoken := make(map[string]bool) // known items that something found is
	for _, c := range claims {
		spoken[c.id] = true
	}
	shown := make(map[Key]int)
	for _, f := range found {
		for _, k := range slices.Compact(slices.Sorted(slices.Values(f.keys))) {
			shown[k]++
		}
	}
	used := make(map[Key]bool)
	for i, f := range found {
		word, ok := by[i]
		if !ok {
			continue
		}
		c := &claims[i]
		c.ruled = true
		var add []Key
		for _, k := range f.keys {
			if _, taken := r.known.Keys[k]; !taken && shown[k] == 1 && !slices.Contains(add, k) {
				add = append(add, k)
			}
		}
		switch word.Verdict {
		case Discard:
			c.quiet = true
		case Same:
			switch {
			case !mine(word.Item): // it was forgotten, or is no article
				c.why, c.ids = "what an editor said that it is is not there any more; say again what it is", []string{}
			case spoken[word.Item]:
				c.quiet = true
			default:
				c.id, c.ids, c.add = word.Item, []string{word.Item}, add
				spoken[word.Item] = true
			}
		case Another:
			own := r.ownKey(markOf(f))
			if used[own] {
				c.why = "something else has the same keys in the same place; give it an id of its own"
				continue
			}
			used[own] = true
			switch id, known := r.known.Keys[own]; {
			case !known:
				c.add = append(add, own)
			case mine(id) && !spoken[id]:
				c.id, c.ids, c.add = id, []string{id}, add
				spoken[id] = true
			default: // it is shown a second time, under keys that it got since
				c.quiet = true
			}
		}
	}
}
