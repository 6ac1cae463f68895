package calendar

import (
	"cmp"
	"slices"
	"strings"
)

// didYouMean is the hint for a word that is not known.
func didYouMean(word string, known []string) string {
	if w, ok := meant[strings.ToLower(word)]; ok && slices.Contains(known, w) {
		return "did you mean " + w + "?"
	}
	best := slices.MinFunc(known, func(a, b string) int { return cmp.Compare(edits(word, a), edits(word, b)) })
	if edits(word, best) <= max(1, len(best)/3) {
		return "did you mean " + best + "?"
	}
	return "known are " + strings.Join(known, ", ")
}

// meant are words that others use for ours.
var meant = map[string]string{
	"title": "name", "summary": "name", "event": "name", "town": "city", "location": "city", "venue": "place",
	"address": "place", "virtual": "online", "date": "start", "from": "start", "startdate": "start", "start_date": "start",
	"begins": "start", "to": "end", "until": "end", "enddate": "end", "end_date": "end", "ends": "end",
	"tz": "timezone", "zone": "timezone", "time_zone": "timezone", "link": "url", "website": "url", "tags": "topics",
	"topic": "topics", "categories": "topics", "state": "status", "cancelled": "status", "canceled": "status",
	"earlybird": "early_bird", "early-bird": "early_bird", "uid": "id", "key": "id",
}

// edits counts the letters to be changed, added or dropped between two words
// (Levenshtein). Long words are not worth it.
func edits(a, b string) int {
	if len(a) > 40 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
