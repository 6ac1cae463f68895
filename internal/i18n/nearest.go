package i18n

import (
	"maps"
	"slices"
	"strings"
)

// nearest returns the message a mistyped name may have meant: one with the same
// last part in another group, or one that differs in few letters.
func nearest(name string, f *file) string {
	best, fewest := "", 3
	last := name[strings.LastIndex(name, ".")+1:]
	for _, known := range slices.Sorted(maps.Keys(f.messages)) {
		d := distance(name, known)
		if strings.HasSuffix(known, "."+last) {
			d = min(d, 2)
		}
		if d < fewest {
			best, fewest = known, d
		}
	}
	return best
}

// distance is the number of letters to add, drop or change (Levenshtein); names
// of very different length are simply far apart.
func distance(a, b string) int {
	if len(a)-len(b) > 3 || len(b)-len(a) > 3 {
		return 4
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
