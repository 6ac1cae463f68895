package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
)

// rulingsOf returns editors' words about what a source shows, by mark.
func rulingsOf(ctx context.Context, s session, source string) (map[string]content.Ruling, error) {
	var out map[string]content.Ruling
	err := s.each(ctx, `SELECT mark, verdict, item FROM rulings WHERE source = $1`, []any{source}, func(rows *sql.Rows) error {
		var mark string
		var r content.Ruling
		err := rows.Scan(&mark, &r.Verdict, &r.Item)
		if out == nil {
			out = make(map[string]content.Ruling)
		}
		out[mark] = r
		return err
	})
	return out, err
}

// Rule writes down an editor's word about something that a source holds by
// conflict; the next sync of the source decides by it. Said again it changes
// nothing. It returns digest.ErrState if nothing of that mark is held any more,
// or not with that item among those in question.
func (db *DB) Rule(ctx context.Context, source, mark string, r content.Ruling, now time.Time) error {
	err := db.write(ctx, func(s session) error {
		var title string
		var ids []string
		err := s.row(ctx, `SELECT title, items FROM held WHERE source = $1 AND mark = $2 AND mark <> ''`, source, mark).Scan(&title, asList(&ids))
		if errors.Is(err, sql.ErrNoRows) {
			var was content.Ruling
			err = s.row(ctx, `SELECT verdict, item FROM rulings WHERE source = $1 AND mark = $2`, source, mark).Scan(&was.Verdict, &was.Item)
			if err == nil && was == r {
				return nil
			}
			if err == nil || errors.Is(err, sql.ErrNoRows) {
				return digest.ErrState
			}
		}
		if err != nil {
			return err
		}
		if (r.Verdict == content.Same) != slices.Contains(ids, r.Item) {
			return digest.ErrState
		}
		_, err = s.exec(ctx, `INSERT INTO rulings (source, mark, verdict, item, title, at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (source, mark) DO UPDATE SET verdict = excluded.verdict, item = excluded.item, title = excluded.title, at = excluded.at`,
			source, mark, string(r.Verdict), r.Item, title, now.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("ruling about %s: %w", source, err)
	}
	return nil
}

// TakeBack takes an editor's word back: what it was about is held again by the
// next sync, if it still is in conflict. It reports whether there was one.
func (db *DB) TakeBack(ctx context.Context, source, mark string) (bool, error) {
	n, err := db.change(ctx, `DELETE FROM rulings WHERE source = $1 AND mark = $2`, source, mark)
	if err != nil {
		return false, fmt.Errorf("ruling about %s: %w", source, err)
	}
	return n > 0, nil
}

// SourceFailed writes down that a source could not be read at all. The next
// sync of it forgets that.
func (db *DB) SourceFailed(ctx context.Context, source string, why error, now time.Time) error {
	const most = 1000
	words := strings.ReplaceAll(strings.ToValidUTF8(why.Error(), "�"), "\x00", "�")
	if len(words) > most {
		words = strings.ToValidUTF8(words[:most], "") + "…"
	}
	_, err := db.change(ctx, `INSERT INTO sources (name, failed_at, failed) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET failed_at = excluded.failed_at, failed = excluded.failed`, source, now.UnixMilli(), words)
	if err != nil {
		return fmt.Errorf("failure of %s: %w", source, err)
	}
	return nil
}
