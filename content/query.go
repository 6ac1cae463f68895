package content

import "time"

// An ArticleQuery asks for articles as feeds and pages list them: the newest
// release of each public article, by number, newest first.
type ArticleQuery struct {
	IDs    []string // only these, of those that are public; nil: all
	Topic  string   // any spelling; empty: all
	Author string   // any spelling; empty: all
	Before int64    // only numbers smaller than this; 0: no bound
	Limit  int      // at most so many; 0: all
	Bodies bool     // with the text
}

// A Mark tells what is on show of a public article from all it ever was: while
// the mark is the same, so is everything that feeds and pages say of it.
type Mark struct {
	ID      string
	N       int64 // of its newest release
	Version string
}

// An EventQuery asks for events of every status by their first day, oldest
// first: a cancelled one stays on pages and in calendars until it would have
// ended.
type EventQuery struct {
	City  string    // any spelling; events online are in every city; empty: all
	After time.Time // only those that end later; zero: all
	Limit int       // at most so many; 0: all
}

// A Label is a topic, an author or a city as pages and feeds list them.
type Label struct {
	Name  string // as most of them write it
	Slug  string // as it stands in a path
	Count int
}
