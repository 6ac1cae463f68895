package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/content"
)

// A SourceState is how the latest sync of a source went.
type SourceState struct {
	Name   string
	Synced time.Time // zero: never
	Report content.Report
	Held   []content.Conflict

	// FailedAt is when the source could not be read at all since then, the last
	// time, and Failed is why; zero if the latest reading was that of Synced.
	FailedAt time.Time
	Failed   string
	Rulings  []content.Ruled // that last, by title
}

// Sources returns every source that was ever synced, by name.
func (db *DB) Sources(ctx context.Context) ([]SourceState, error) {
	var out []SourceState
	index := make(map[string]int)
	err := db.read().each(ctx, `SELECT name, synced_at, report, failed_at, failed FROM sources ORDER BY name`, nil, func(rows *sql.Rows) error {
		var st SourceState
		var report string
		if err := rows.Scan(&st.Name, asTime(&st.Synced), &report, asTime(&st.FailedAt), &st.Failed); err != nil {
			return err
		}
		if report != "" {
			if err := json.Unmarshal([]byte(report), &st.Report); err != nil {
				return err
			}
		}
		if st.FailedAt.Before(st.Synced) { // a process of before failures were kept has read it since
			st.FailedAt, st.Failed = time.Time{}, ""
		}
		index[st.Name] = len(out)
		out = append(out, st)
		return nil
	})
	if err == nil {
		err = db.read().each(ctx, `SELECT source, at, title, reason, items, mark FROM held ORDER BY source, n`, nil, func(rows *sql.Rows) error {
			var source, at string
			var c content.Conflict
			if err := rows.Scan(&source, &at, &c.Title, &c.Reason, asList(&c.IDs), &c.Mark); err != nil {
				return err
			}
			if i, ok := index[source]; ok {
				out[i].Held = append(out[i].Held, c)
				return json.Unmarshal([]byte(at), &out[i].Held[len(out[i].Held)-1].At)
			}
			return nil
		})
	}
	if err == nil {
		err = db.read().each(ctx, `SELECT source, mark, verdict, item, title, at FROM rulings ORDER BY source, title, mark`, nil, func(rows *sql.Rows) error {
			var source string
			var r content.Ruled
			if err := rows.Scan(&source, &r.Mark, &r.Verdict, &r.Item, &r.Title, asTime(&r.At)); err != nil {
				return err
			}
			if i, ok := index[source]; ok {
				out[i].Rulings = append(out[i].Rulings, r)
			}
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	return out, nil
}
