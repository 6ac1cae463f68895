package content

// An ArticleQuery asks for articles as feeds and pages list them: the newest
// release of each public article, by number, newest first. It is what a store
// answers with Articles(ctx, q); Article(ctx, slug) and Event(ctx, slug) find
// single ones, and all of them return ErrNotFound-like errors of the store.
type ArticleQuery struct {
	Topic  string // its [Slugify]; empty: all
	Author string // the Slugify of a name; empty: all
	Before int64  // only numbers smaller than this; 0: no bound
	Limit  int    // at most so many; 0: all
	Bodies bool   // with the text
}

// An EventQuery asks for events by their first day, oldest first. A store
// answers it with Events(ctx, q).
type EventQuery struct {
	City string // its [Slugify]; empty: all
	// Past also returns events that have ended, and cancelled ones are among
	// the answers either way: calendars must show that they are.
	Past  bool
	Limit int // at most so many; 0: all
}

// A Label is a topic or an author as pages and feeds list them.
type Label struct {
	Name  string // as most articles write it
	Slug  string // its [Slugify]
	Count int    // public articles
}
