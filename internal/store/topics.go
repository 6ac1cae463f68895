package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Topics returns the topics of public articles: how one of them spells it, by
// its content.TopicKey.
func (db *DB) Topics(ctx context.Context) (map[string]string, error) {
	names := make(map[string]string)
	err := db.read().each(ctx, `SELECT t.topic, MIN(t.name) FROM article_topics t JOIN articles a ON a.id = t.article
		WHERE a.state = 'public' GROUP BY t.topic`, nil, func(rows *sql.Rows) error {
		var key, name string
		err := rows.Scan(&key, &name)
		names[key] = name
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("topics: %w", err)
	}
	return names, nil
}
