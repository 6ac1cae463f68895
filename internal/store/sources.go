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
}

// Sources returns every source that was ever synced, by name.
func (db *DB) Sources(ctx context.Context) ([]SourceState, error) {
	var out []SourceState
	index := make(map[string]int)
	err := db.read().each(ctx, `SELECT name, synced_at, report FROM sources ORDER BY name`, nil, func(rows *sql.Rows) error {
		var st SourceState
		var report string
		if err := rows.Scan(&st.Name, asTime(&st.Synced), &report); err != nil {
			return err
		}
		if report != "" {
			if err := json.Unmarshal([]byte(report), &st.Report); err != nil {
				return err
			}
		}
		index[st.Name] = len(out)
		out = append(out, st)
		return nil
	})
	if err == nil {
		err = db.read().each(ctx, `SELECT source, at, title, reason, items FROM held ORDER BY source, n`, nil, func(rows *sql.Rows) error {
			var source, at string
			var c content.Conflict
			if err := rows.Scan(&source, &at, &c.Title, &c.Reason, asList(&c.IDs)); err != nil {
				return err
			}
			if i, ok := index[source]; ok {
				out[i].Held = append(out[i].Held, c)
				return json.Unmarshal([]byte(at), &out[i].Held[len(out[i].Held)-1].At)
			}
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	return out, nil
}
