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

// owed fills in which of these releases each reader is owed: who was not given
// one, and was planned it, if an edition has offered it before.
func owed(ctx context.Context, s session, newsletter string, extras []digest.Extra, readers []digest.Reader) error {
	if len(extras) == 0 || len(readers) == 0 {
		return nil
	}
	at, ids := byNumber(readers)
	for _, x := range extras {
		given, planned, err := whoHas(ctx, s, newsletter, x, ids)
		if err != nil {
			return fmt.Errorf("who was given release %d: %w", x.N, err)
		}
		for _, id := range ids {
			if given[id] || x.First != "" && !planned[id] {
				continue
			}
			if at[id].Owed == nil {
				at[id].Owed = make(map[int64]bool)
			}
			at[id].Owed[x.N] = true
		}
	}
	return nil
}

// whoHas returns which of the readers got a release in a letter of the
// newsletter, and which were planned it in the edition that offered it first.
func whoHas(ctx context.Context, s session, newsletter string, x digest.Extra, ids []int64) (given, planned map[int64]bool, err error) {
	given, planned = make(map[int64]bool), make(map[int64]bool)
	holders := make(map[int64]map[int]bool) // versions by edition
	var first int64
	err = s.each(ctx, `SELECT v.edition, v.n, v.items, e.id FROM wire w
			JOIN version_items i ON i.item = w.item AND i.kind = w.kind
			JOIN versions v ON v.edition = i.edition AND v.n = i.version
			JOIN editions e ON e.n = v.edition
		WHERE w.n = $1 AND e.newsletter = $2`, []any{x.N, newsletter}, func(rows *sql.Rows) error {
		var edition int64
		var n int
		var items []digest.Item
		var id string
		if err := rows.Scan(&edition, &n, asList(&items), &id); err != nil {
			return err
		}
		if !slices.ContainsFunc(items, func(it digest.Item) bool { return it.N == x.N }) {
			return nil // another release of the same
		}
		if id == x.First {
			first = edition
		}
		if holders[edition] == nil {
			holders[edition] = make(map[int]bool)
		}
		holders[edition][n] = true
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for _, edition := range slices.Sorted(maps.Keys(holders)) {
		err := lettersOf(ctx, s, edition, ids, func(id int64, version int, state mailer.State) {
			if !holders[edition][version] || state == mailer.None {
				return
			}
			given[id] = given[id] || state == mailer.Sent
			planned[id] = planned[id] || edition == first
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return given, planned, nil
}

// lettersOf calls f for the letters of an edition to readers, who come
// ascending. Rows come before rolls: what is packed in between is met twice.
func lettersOf(ctx context.Context, s session, edition int64, ids []int64, f func(id int64, version int, state mailer.State)) error {
	err := among(ids, "subscriber", 2, func(which string, args []any) error {
		return s.each(ctx, `SELECT subscriber, version, state FROM deliveries
			WHERE edition = $1 AND `+which,
			append([]any{edition}, args...), func(rows *sql.Rows) error {
				var id int64
				var version int
				var state mailer.State
				err := rows.Scan(&id, &version, &state)
				f(id, version, state)
				return err
			})
	})
	if err != nil {
		return err
	}
	return rolled(ctx, s, edition, ids, func(e entry) { f(e.subscriber, int(e.version), e.state) })
}
