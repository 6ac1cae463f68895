package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
)

// asked fills in what a slate asks about readers besides.
func asked(ctx context.Context, s session, newsletter string, ask digest.Asked, readers []digest.Reader) error {
	if err := told(ctx, s, ask.Events, readers); err != nil {
		return err
	}
	return owed(ctx, s, newsletter, ask.Extras, readers)
}

// byNumber returns where each reader is, and their numbers, ascending.
func byNumber(readers []digest.Reader) (at map[int64]*digest.Reader, ids []int64) {
	at = make(map[int64]*digest.Reader, len(readers))
	for i := range readers {
		at[readers[i].Subscriber] = &readers[i]
		ids = append(ids, readers[i].Subscriber)
	}
	return at, distinct(ids)
}

// told fills in which of these events a letter to each reader spoke of, in any
// newsletter, however long ago.
func told(ctx context.Context, s session, events []string, readers []digest.Reader) error {
	if len(events) == 0 || len(readers) == 0 {
		return nil
	}
	at, ids := byNumber(readers)
	for _, event := range events {
		editions, err := about(ctx, s, event)
		if err != nil {
			return fmt.Errorf("letters about event %s: %w", event, err)
		}
		mark := func(id int64) {
			if at[id].Told == nil {
				at[id].Told = make(map[string]bool)
			}
			at[id].Told[event] = true
		}
		for _, edition := range slices.Sorted(maps.Keys(editions)) {
			if err := toldIn(ctx, s, edition, editions[edition], event, ids, mark); err != nil {
				return fmt.Errorf("who was told of event %s: %w", event, err)
			}
		}
	}
	return nil
}

// about returns the versions that speak of an event, by edition.
func about(ctx context.Context, s session, event string) (map[int64]map[int64]bool, error) {
	editions := make(map[int64]map[int64]bool)
	err := s.each(ctx, `SELECT edition, version FROM version_items WHERE item = $1 AND kind <> 'article'`, []any{event},
		func(rows *sql.Rows) error {
			var edition, version int64
			err := rows.Scan(&edition, &version)
			if editions[edition] == nil {
				editions[edition] = make(map[int64]bool)
			}
			editions[edition][version] = true
			return err
		})
	return editions, err
}

// toldIn calls mark for those of the readers to whom the edition's letter spoke
// of the event. Rows come before rolls: what is packed in between is met twice,
// and the other way round it would not be met at all.
func toldIn(ctx context.Context, s session, edition int64, versions map[int64]bool, event string, ids []int64, mark func(id int64)) error {
	err := among(ids, "d.subscriber", 3, func(which string, args []any) error {
		got, err := numbers(ctx, s, `SELECT d.subscriber FROM deliveries d
			WHERE d.edition = $1 AND `+which+` AND d.state = 'sent'
				AND EXISTS (SELECT 1 FROM version_items i WHERE i.edition = d.edition AND i.version = d.version
					AND i.kind <> 'article' AND i.item = $2)`, append([]any{edition, event}, args...)...)
		for _, id := range got {
			mark(id)
		}
		return err
	})
	if err != nil {
		return err
	}
	return rolled(ctx, s, edition, ids, func(e entry) {
		if e.state == mailer.Sent && versions[e.version] {
			mark(e.subscriber)
		}
	})
}

// rolled calls f for what the rolls of an edition hold of readers, who come
// ascending.
func rolled(ctx context.Context, s session, edition int64, ids []int64, f func(entry)) error {
	first, last := ids[0], ids[len(ids)-1]
	return s.each(ctx, rolledSQL, []any{edition, last, first}, func(rows *sql.Rows) error {
		var lo, hi int64
		var packed []byte
		if err := rows.Scan(&lo, &hi, &packed); err != nil {
			return err
		}
		i, _ := slices.BinarySearch(ids, lo)
		if ids = ids[i:]; len(ids) == 0 || ids[0] > hi {
			return nil
		}
		entries, err := readRoll(lo, hi, packed)
		if err != nil {
			return fmt.Errorf("edition %d: %w", edition, err)
		}
		for _, e := range entries {
			if _, ok := slices.BinarySearch(ids, e.subscriber); ok {
				f(e)
			}
		}
		return nil
	})
}

// Rolls do not overlap, so the last that begins before a reader is the only one
// that may hold them.
const rolledSQL = `SELECT lo, hi, entries FROM rolls r WHERE edition = $1 AND lo <= $2
		AND lo >= COALESCE((SELECT MAX(o.lo) FROM rolls o WHERE o.edition = r.edition AND o.lo <= $3), 0)
	ORDER BY lo`
