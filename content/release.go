package content

import "time"

// A Release is one entry of the wire: an article that became public, a
// reminder that became due, or a notice that an event changed. Releases are
// appended and never altered; what becomes of their subject afterwards is
// asked of [Release.Holds].
type Release struct {
	N        int64 // its number on the wire: 1, 2, 3 … without gaps
	Kind     Kind
	Item     string // ID of the article or event
	Revision int    // 0, then one more each time an editor releases the article again
	Baseline bool   // came with the first sync of its source: in feeds, never in an edition but a newsletter's first
	At       time.Time

	// Of reminders and notices:
	Rule string // reminder: "42d"; notice: RuleCancelled or RuleMoved
	Days Span   // the days of the event when this was released; a reminder is worded from its present ones

	// Newsletter is set on a reminder that one newsletter carries early,
	// because it would expire before that newsletter's next slot. No other
	// newsletter sees it.
	Newsletter string
}

// Kind is the kind of a release. The words are those of a newsletter's items.
type Kind string

// The kinds of releases.
const (
	KindArticle  Kind = "article"
	KindReminder Kind = "reminder"
	KindNotice   Kind = "notice"
)

// The rules of notices.
const (
	RuleCancelled = "cancelled" // also postponed without a new date
	RuleMoved     = "moved"     // other days, another city, or now online
)

// An Entry is a release with its subject as it is now: exactly one of Article
// and Event is set. Latest tells that no newer release of the same article
// exists: a selection holds only the newest.
type Entry struct {
	Release
	Article *Article
	Event   *Event
	State   State // of the article
	Latest  bool
	// WithdrawnSince is the largest horizon of an edition published while the
	// article was away, 0 if there was none: a release with a number up to it
	// was passed over and holds no more, even when the article is back. Only an
	// editor's new release brings it into letters then. What was away between
	// two editions holds as if nothing had been.
	WithdrawnSince int64
	// Was are the days of the event that the last reminder before a notice spoke
	// of; zero if there was none, and of everything else.
	Was Span
	// NotInLetters is an editor's word: in feeds and on the site only. Of an
	// event nobody is reminded; notices are still given.
	NotInLetters bool
	Pinned       bool // an editor's word: before other articles in letters
}

// Holds reports whether the release may still be given to a reader at now, and
// if not, why. It is asked when a reader is expanded into an edition and again
// when the letter is written.
//
// A reminder holds although the event moved since, as long as it takes place
// and has not begun: it is worded on the day of sending from the event's
// present days, and [Reminders] counts it as made for these too.
func (e *Entry) Holds(now time.Time) (ok bool, why string) {
	switch e.Kind {
	case KindArticle:
		switch {
		case e.State != Public:
			return false, "withdrawn"
		case e.N <= e.WithdrawnSince:
			return false, "was withdrawn; release it again to bring it back to letters"
		case !e.Latest:
			return false, "released again later"
		case e.NotInLetters:
			return false, "not in letters"
		}
	case KindReminder:
		switch {
		case !e.Event.OnAt(now):
			return false, "event " + string(e.Event.Status)
		case !now.Before(e.Event.Begins()):
			return false, "event has begun"
		case e.NotInLetters:
			return false, "not in letters"
		}
	case KindNotice:
		switch {
		case e.Rule == RuleCancelled && e.Event.On():
			return false, "event takes place after all"
		case e.Rule == RuleMoved && !e.Event.OnAt(now):
			return false, "event " + string(e.Event.Status)
		case e.Rule == RuleMoved && e.Event.Days != e.Days:
			return false, "moved again"
		case !now.Before(e.Event.Begins()):
			return false, "event would have begun"
		}
	}
	return true, ""
}
