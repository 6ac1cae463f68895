package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
)

// The kinds of asides.
const (
	asideOut  = "out"
	asideKept = "kept"
	asideIn   = "in"
)

// A draft is its row.
type draft struct {
	digest.Draft
	edition sql.NullInt64 // that has taken it
}

// readDraft reads a newsletter's draft, locked within a transaction. Changes
// that an edition has taken are that edition's, unless it can be taken back.
func readDraft(ctx context.Context, s session, newsletter string) (d draft, err error) {
	d.Newsletter = newsletter
	var text string
	query := `SELECT changes, revision, asked_by, at, tested, edition FROM drafts WHERE newsletter = $1`
	if s.tx != nil {
		query += ` FOR UPDATE`
	}
	err = s.row(ctx, query, newsletter).Scan(&text, &d.Revision, &d.By, asTime(&d.At), asTime(&d.Tested), &d.edition)
	if err == sql.ErrNoRows {
		return d, nil
	}
	if err != nil {
		return d, err
	}
	if d.edition.Valid {
		err := s.row(ctx, `SELECT e.id FROM editions e WHERE e.n = $1 AND `+revocable, d.edition.Int64).Scan(&d.Approved)
		if none(err) != nil {
			return d, err
		}
		if d.Approved == "" {
			d.By, d.At, d.Tested = "", time.Time{}, time.Time{}
			return d, nil
		}
	}
	return d, readChanges(text, &d.Changes)
}

// revocable is true of an edition (e) that was approved and has not begun.
const revocable = `e.state = 'sending' AND e.approved IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM edition_groups g WHERE g.edition = e.n AND (g.done = 1 OR g.cursor_subscriber >= 0 OR g.passed = 1))
	AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.edition = e.n)`

func readChanges(text string, into *digest.Changes) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("an editor's changes: %w", err)
	}
	return nil
}

// Draft implements digest.Drafts.
func (db *DB) Draft(ctx context.Context, newsletter string) (*digest.Draft, error) {
	d, err := readDraft(ctx, db.read(), newsletter)
	if err != nil {
		return nil, fmt.Errorf("draft of %s: %w", newsletter, err)
	}
	return &d.Draft, nil
}

// SaveDraft implements digest.Drafts. The newsletter is locked first, as by
// whoever publishes or expands.
func (db *DB) SaveDraft(ctx context.Context, d digest.Draft, now time.Time) (*digest.Draft, error) {
	text, err := json.Marshal(d.Changes)
	if err != nil {
		return nil, fmt.Errorf("draft of %s: %w", d.Newsletter, err)
	}
	err = db.write(ctx, func(s session) error {
		if _, err := lockWire(ctx, s); err != nil {
			return err
		}
		if err := addNewsletter(ctx, s, d.Newsletter); err != nil {
			return err
		}
		var name string
		if err := s.row(ctx, `SELECT name FROM newsletters WHERE name = $1 FOR UPDATE`, d.Newsletter).Scan(&name); err != nil {
			return err
		}
		was, err := readDraft(ctx, s, d.Newsletter)
		if err != nil {
			return err
		}
		if was.Revision != d.Revision {
			return digest.ErrChanged
		}
		if was.Approved != "" {
			if err := takeBack(ctx, s, was.edition.Int64, now); err != nil {
				return fmt.Errorf("approval of %s: %w", was.Approved, err)
			}
		}
		_, err = s.exec(ctx, `INSERT INTO drafts (newsletter, changes, revision, asked_by, at)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (newsletter) DO UPDATE SET changes = excluded.changes, revision = excluded.revision,
				asked_by = excluded.asked_by, at = excluded.at, tested = NULL, edition = NULL`,
			d.Newsletter, string(text), d.Revision+1, d.By, instant(now))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("draft of %s: %w", d.Newsletter, err)
	}
	d.Revision, d.At, d.Tested, d.Approved = d.Revision+1, now, time.Time{}, ""
	return &d, nil
}

// takeBack puts an approved edition that has not begun back into review.
func takeBack(ctx context.Context, s session, edition int64, now time.Time) error {
	err := moved(s.exec(ctx, `UPDATE editions AS e SET state = 'review', horizon = 0, published = NULL, approved = NULL,
			changes = '', expanded = 0, changed = $1
		WHERE e.n = $2 AND `+revocable, instant(now), edition))
	if err != nil {
		return err
	}
	for _, text := range []string{
		`DELETE FROM edition_groups WHERE edition = $1`,
		`DELETE FROM asides WHERE since = $1`,
		`UPDATE asides SET first = NULL WHERE first = $1`,
	} {
		if _, err := s.exec(ctx, text, edition); err != nil {
			return err
		}
	}
	return nil
}

// DraftTested implements digest.Drafts.
func (db *DB) DraftTested(ctx context.Context, newsletter string, revision int64, now time.Time) error {
	_, err := db.change(ctx, `UPDATE drafts SET tested = $1 WHERE newsletter = $2 AND revision = $3`, instant(now), newsletter, revision)
	if err != nil {
		return fmt.Errorf("draft of %s: %w", newsletter, err)
	}
	return nil
}

// EditionChanges implements digest.PressStore.
func (db *DB) EditionChanges(ctx context.Context, edition string) (*digest.Changes, error) {
	var text string
	c := &digest.Changes{}
	err := db.read().row(ctx, `SELECT changes FROM editions WHERE id = $1`, edition).Scan(&text)
	if err == sql.ErrNoRows {
		err = digest.ErrNotFound
	}
	if err == nil {
		err = readChanges(text, c)
	}
	if err != nil {
		return nil, fmt.Errorf("edition %s: %w", edition, err)
	}
	return c, nil
}

// freeze gives an edition that is published the newsletter's draft, and writes
// down what that leaves for later ones.
func freeze(ctx context.Context, s session, edition int64, newsletter string) error {
	d, err := readDraft(ctx, s, newsletter)
	if err != nil {
		return err
	}
	if d.edition.Valid { // an earlier edition's
		d.Changes = digest.Changes{}
	}
	left, err := asides(ctx, s, newsletter, edition)
	if err != nil {
		return err
	}
	for _, x := range left.Extras {
		if x.First != "" {
			continue
		}
		// It is offered now, whether the draft leaves it out or not: if so, a row
		// of this edition says what becomes of it.
		_, err := s.exec(ctx, `UPDATE asides SET first = $1 WHERE newsletter = $2 AND n = $3 AND first IS NULL AND kind = $4`,
			edition, newsletter, x.N, asideKept)
		if err != nil {
			return err
		}
	}
	put := func(n int64, kind string, first any) error {
		_, err := s.exec(ctx, `INSERT INTO asides (newsletter, n, since, kind, first) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (newsletter, n, since) DO UPDATE SET kind = excluded.kind, first = excluded.first`,
			newsletter, n, edition, kind, first)
		return err
	}
	for _, n := range d.In {
		if err := put(n, asideIn, edition); err != nil {
			return err
		}
	}
	for _, r := range d.Out {
		kind := asideOut
		if r.Keep {
			kind = asideKept
		}
		if err := put(r.N, kind, nil); err != nil {
			return err
		}
	}
	switch {
	case d.Approved != "": // an edition that waits for its hour, and is still to be taken back
		return nil
	case d.Revision == 0 || d.edition.Valid: // nobody changed this one; whoever does takes its approval back
		_, err := s.exec(ctx, `INSERT INTO drafts (newsletter, changes, revision, asked_by, edition) VALUES ($1, '', 0, '', $2)
			ON CONFLICT (newsletter) DO UPDATE SET changes = '', asked_by = '', at = NULL, tested = NULL, edition = excluded.edition`,
			newsletter, edition)
		return err
	}
	text, err := json.Marshal(d.Changes)
	if err != nil {
		return err
	}
	if _, err := s.exec(ctx, `UPDATE editions SET changes = $1 WHERE n = $2`, string(text), edition); err != nil {
		return err
	}
	_, err = s.exec(ctx, `UPDATE drafts SET edition = $1 WHERE newsletter = $2`, edition, newsletter)
	return err
}

// Asides implements digest.Drafts.
func (db *DB) Asides(ctx context.Context, newsletter, edition string) (*digest.Asides, error) {
	var before int64 = 1<<63 - 1
	s := db.read()
	var err error
	if edition != "" {
		before, err = editionNumber(ctx, s, edition)
	}
	var out *digest.Asides
	if err == nil {
		out, err = asides(ctx, s, newsletter, before)
	}
	if err != nil {
		return nil, fmt.Errorf("what earlier editions of %s left: %w", newsletter, err)
	}
	return out, nil
}

// asides reads what editions before a number have left for it. What was offered
// first by an edition that was cancelled before a letter left is on offer again,
// as if it had not been.
func asides(ctx context.Context, s session, newsletter string, before int64) (*digest.Asides, error) {
	out := &digest.Asides{}
	err := s.each(ctx, `SELECT a.n, a.kind, CASE WHEN `+counts+` THEN e.id ELSE '' END
		FROM asides a LEFT JOIN editions e ON e.n = a.first AND e.n < $1
		WHERE a.newsletter = $2 AND a.since < $3
			AND NOT EXISTS (SELECT 1 FROM asides l WHERE l.newsletter = a.newsletter AND l.n = a.n AND l.since > a.since AND l.since < $4)
		ORDER BY a.n`, []any{before, newsletter, before, before}, func(rows *sql.Rows) error {
		var n int64
		var kind, first string
		err := rows.Scan(&n, &kind, &first)
		switch kind {
		case asideOut:
			out.Out = append(out.Out, n)
		default:
			out.Extras = append(out.Extras, digest.Extra{N: n, First: first})
		}
		return err
	})
	return out, err
}
