package content

import "time"

// An ArticleRow is an article in a list for editors, whatever its state.
type ArticleRow struct {
	ID, Slug, Source, Title, URL string
	State                        State
	Reason                       string // why it is held or withdrawn
	Published                    time.Time
	DateOnly                     bool
	Due, Since                   time.Time // its date if that lay ahead; when it was first seen as it is
	Released                     int64     // its newest number on the wire; 0: none
	NotInLetters, Pinned         bool
}

// An ArticleFilter narrows a list of articles for editors.
type ArticleFilter struct {
	State State // empty: all
	// Flag is "pinned" or "quiet" (not in letters); empty: all.
	Flag          string
	Search        string // in titles, in any case; empty: all
	Offset, Limit int    // a limit of 0 is none
}

// An ArticleFile is all that editors are shown of one article.
type ArticleFile struct {
	Article  // with its body
	Row      ArticleRow
	Releases []ReleaseOf // oldest first
}

// A ReleaseOf is one number that an article got on the wire, and the editions
// that gave it.
type ReleaseOf struct {
	Release
	Given []GivenBy // oldest first
	More  int       // editions beyond those
}

// GivenBy is an edition, by its ID, and to how many readers it gave something
// or will.
type GivenBy struct {
	Edition string
	Readers int
}
