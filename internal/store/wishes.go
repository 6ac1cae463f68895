package store

import (
	"context"
	"fmt"

	"github.com/standfirst/standfirst/subscribers"
)

// SetWishes implements subscribers.Store.
func (db *DB) SetWishes(ctx context.Context, id int64, topics, cities []string) error {
	n, err := db.change(ctx, `UPDATE subscribers SET topics = $1, cities = $2 WHERE id = $3`,
		listOf(topics), listOf(cities), id)
	if err == nil && n == 0 {
		err = subscribers.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("wishes of reader %d: %w", id, err)
	}
	return nil
}
