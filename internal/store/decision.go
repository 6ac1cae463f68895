package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
)

// supersededBy returns what makes way for these decisions: older letters of
// readers who get a newer one, or for whom there is nothing any more. Who gets
// nothing because they are late, paused or left keeps the older one; whether it
// may go out is asked again before it does.
func supersededBy(decisions []digest.Decision, older []stale) []stale {
	final := make(map[int64]bool)
	for _, d := range decisions {
		final[d.Subscriber] = d.Reason == "" || d.Reason == mailer.Nothing
	}
	return slices.DeleteFunc(older, func(d stale) bool { return !final[d.subscriber] })
}

// supersede skips the older open deliveries of the readers decided upon.
func (e *expansion) supersede(ctx context.Context) error {
	byEdition := make(map[int64][]int64)
	changes := make(deltas)
	for _, d := range e.stale {
		byEdition[d.edition] = append(byEdition[d.edition], d.subscriber)
		changes.of(d.block).leave(mailer.Queued, "")
		changes.of(d.block).enter(mailer.Skipped, mailer.Superseded)
	}
	for edition, ids := range byEdition {
		err := among(distinct(ids), "subscriber", 4, func(which string, args []any) error {
			_, err := e.exec(ctx, `UPDATE deliveries SET state = 'skipped', reason = $1, at = $2
				WHERE edition = $3 AND `+which+` AND state = 'queued'`,
				append([]any{mailer.Superseded, instant(e.now), edition}, args...)...)
			return err
		})
		if err != nil {
			return err
		}
	}
	_, err := changes.apply(ctx, e.session)
	return err
}

// writeDecisions makes the versions, cuts the blocks and writes a row for
// everybody.
func (e *expansion) writeDecisions(ctx context.Context, decisions []digest.Decision) error {
	const into = `INSERT INTO deliveries (edition, subscriber, block, version, state, reason, at) VALUES`
	var rows [][]any
	var nothing []int64
	var letters []digest.Decision
	for _, d := range decisions {
		if d.Reason == "" {
			letters = append(letters, d)
			continue
		}
		rows = append(rows, []any{e.edition, d.Subscriber, nil, 0, string(mailer.None), d.Reason, instant(e.now)})
		if d.Reason == mailer.Nothing {
			nothing = append(nothing, d.Subscriber)
		}
	}
	if none := len(rows); none > 0 {
		if _, err := e.exec(ctx, `UPDATE editions SET none = none + $1 WHERE n = $2`, none, e.edition); err != nil {
			return fmt.Errorf("readers without a letter: %w", err)
		}
	}
	// What the edition passed over for these is settled.
	err := among(distinct(nothing), "subscriber", 4, func(which string, args []any) error {
		_, err := e.exec(ctx, `UPDATE subscriptions SET bookmark = $1 WHERE newsletter = $2 AND bookmark + 0 < $3
			AND `+which,
			append([]any{e.Horizon, e.Newsletter, e.Horizon}, args...)...)
		return err
	})
	if err != nil {
		return fmt.Errorf("bookmarks: %w", err)
	}
	destinations, err := e.destinations(ctx, letters)
	if err != nil {
		return fmt.Errorf("destinations: %w", err)
	}
	// A block has one due moment and one destination. Within it, readers keep
	// their order.
	order := func(a, b digest.Decision) int {
		return cmp.Or(cmp.Compare(dueMilli(a.Due), dueMilli(b.Due)),
			cmp.Compare(destinations[a.Subscriber], destinations[b.Subscriber]))
	}
	slices.SortStableFunc(letters, order)
	versions := newNumbered()
	planned := make(map[int]int64)
	for len(letters) > 0 {
		n := 1
		for n < len(letters) && n < blockSize && order(letters[0], letters[n]) == 0 {
			n++
		}
		block, n, err := e.block(ctx, letters[0].Due, destinations[letters[0].Subscriber], n)
		if err != nil {
			return fmt.Errorf("block: %w", err)
		}
		for _, d := range letters[:n] {
			v, err := e.version(ctx, versions, d)
			if err != nil {
				return err
			}
			planned[v]++
			rows = append(rows, []any{e.edition, d.Subscriber, block, v, string(mailer.Queued), "", nil})
		}
		letters = letters[n:]
	}
	for v, n := range planned {
		if _, err := e.exec(ctx, `UPDATE versions SET readers = readers + $1 WHERE edition = $2 AND n = $3`, n, e.edition, v); err != nil {
			return fmt.Errorf("readers of version %d: %w", v, err)
		}
	}
	if err := e.insert(ctx, into, rows); err != nil {
		return fmt.Errorf("deliveries: %w", err)
	}
	return nil
}

// dueMilli is a due moment as it is kept, in milliseconds.
func dueMilli(t time.Time) int64 { return t.UnixMilli() }

// numbered are the versions of a page whose numbers are known: by what they
// hold, and, since a slate hands the same list to all who want the same, by
// the list itself.
type numbered struct {
	lists   map[selection]int
	digests map[string]int
}

func newNumbered() numbered { return numbered{make(map[selection]int), make(map[string]int)} }

// A selection is a list in a language. It is known by where it lies.
type selection struct {
	language string
	first    *digest.Item
	length   int
}

// version returns the number of a decision's version.
func (e *expansion) version(ctx context.Context, known numbered, d digest.Decision) (n int, err error) {
	list := selection{d.Language, &d.Items[0], len(d.Items)} // a letter has an item
	if n, ok := known.lists[list]; ok {
		return n, nil
	}
	v := digest.Version{Edition: e.Edition, Language: d.Language, Items: d.Items}
	key := versionDigest(v)
	n, ok := known.digests[key]
	if !ok {
		if n, err = addVersion(ctx, e.session, e.edition, v); err != nil {
			return 0, fmt.Errorf("version: %w", err)
		}
	}
	known.lists[list], known.digests[key] = n, n
	return n, nil
}
