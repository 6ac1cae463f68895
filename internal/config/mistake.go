package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Mistake is something wrong in a file, with its place.
type Mistake struct {
	File         string
	Line, Column int    // from 1; 0: the file as a whole
	What         string // "expected exactly 5 fields, found 4"
	Hint         string // a way out; may be empty
}

func (m Mistake) Error() string {
	s := m.File
	if m.Line > 0 {
		s += fmt.Sprintf(":%d:%d", m.Line, m.Column)
	}
	s += ": " + m.What
	if m.Hint != "" {
		s += " (" + m.Hint + ")"
	}
	return s
}

// Mistakes are all mistakes of a file, in its order.
type Mistakes []Mistake

// Error returns them all, one a line.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives each of them to errors.As.
func (ms Mistakes) Unwrap() []error {
	errs := make([]error, len(ms))
	for i, m := range ms {
		errs[i] = m
	}
	return errs
}

func (ms Mistakes) sort() {
	slices.SortStableFunc(ms, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// A place is where something stands.
type place struct{ line, column int }

// Mistake returns a mistake at the value of a key, found by whoever knows what
// it is for. path is like "theme.accent" or "newsletters.weekly.schedule"; for
// a key that the file does not have the mistake has no line.
func (c *Config) Mistake(path, what, hint string) Mistake {
	at := c.places[path]
	return Mistake{c.file, at.line, at.column, what, hint}
}

// meant returns the known word that a stranger to it is most like, as a hint.
func meant(word string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if d := distance(word, k); d < least && d < len(k) {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean " + best + "?"
}

// distance is how many letters two words differ by (Levenshtein), at most 3.
func distance(a, b string) int {
	if max(len(a), len(b)) > 40 || len(a)-len(b) > 2 || len(b)-len(a) > 2 {
		return 3
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0] // of the row above, one to the left
		row[0] = i + 1
		for j := range len(b) {
			change := last
			if a[i] != b[j] {
				change++
			}
			last = row[j+1]
			row[j+1] = min(change, row[j]+1, last+1)
		}
	}
	return row[len(b)]
}
