package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/standfirst/standfirst/internal/hub"
)

var _ hub.Store = (*DB)(nil)

// FeedTags implements hub.Store.
func (db *DB) FeedTags(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	err := db.read().each(ctx, `SELECT feed, tag FROM hub_feeds`, nil, func(rows *sql.Rows) error {
		var feed, tag string
		err := rows.Scan(&feed, &tag)
		out[feed] = tag
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("feeds that were noted: %w", err)
	}
	return out, nil
}

// NoteFeeds implements hub.Store. Many feeds change at once when the
// publication's title does: they are noted some at a time.
func (db *DB) NoteFeeds(ctx context.Context, c hub.Change) error {
	for feeds := range slices.Chunk(slices.Sorted(maps.Keys(c.Tags)), 100) {
		err := db.write(ctx, func(s session) error {
			for _, feed := range feeds {
				if err := noteFeed(ctx, s, feed, c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("changes of feeds: %w", err)
		}
	}
	return nil
}

func noteFeed(ctx context.Context, s session, feed string, c hub.Change) error {
	n, err := s.exec(ctx, `INSERT INTO hub_feeds (feed, tag, n, changed) VALUES ($1, $2, 1, $3)
		ON CONFLICT (feed) DO UPDATE SET tag = excluded.tag, n = hub_feeds.n + 1, changed = excluded.changed
		WHERE hub_feeds.tag <> excluded.tag`, feed, c.Tags[feed], c.Now.UnixMilli())
	if err != nil || n == 0 || c.First {
		return err
	}
	if c.Hub == "" {
		_, err = s.exec(ctx, `UPDATE hub_followers SET due = $1 WHERE feed = $2 AND is_hub = 0 AND due IS NULL`, c.Due.UnixMilli(), feed)
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO hub_followers (feed, callback, is_hub, host, secret, told, due) VALUES ($1, $2, 1, $3, $4, 0, $5)
		ON CONFLICT (feed, callback, is_hub) DO UPDATE SET due = COALESCE(hub_followers.due, excluded.due)`,
		feed, c.Hub, hostOf(c.Hub), []byte{}, c.Due.UnixMilli())
	return err
}

// hostOf is the name that the notices for a hub share.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// Follow implements hub.Store. Limits are looked at without a lock: several
// who come at once may exceed them by as many as they are.
func (db *DB) Follow(ctx context.Context, f hub.Follower, most hub.Limits, now time.Time) error {
	err := db.write(ctx, func(s session) error {
		secret := append([]byte{}, f.Secret...)
		n, err := s.exec(ctx, `UPDATE hub_followers SET secret = $1, ends = $2 WHERE feed = $3 AND callback = $4 AND is_hub = 0`,
			secret, f.Ends.UnixMilli(), f.Feed, f.Callback)
		if err != nil || n > 0 {
			return err
		}
		var all, ofHost int
		err = s.row(ctx, `SELECT (SELECT COUNT(*) FROM hub_followers WHERE is_hub = 0),
			(SELECT COUNT(*) FROM hub_followers WHERE is_hub = 0 AND host = $1)`, f.Host).Scan(&all, &ofHost)
		if err != nil {
			return err
		}
		if all >= most.All || ofHost >= most.Host {
			return hub.ErrFull
		}
		// The feed's row is locked, so that a change comes either before, and is
		// nothing this follower has missed, or after, and finds it.
		var told int64
		if err := s.row(ctx, `SELECT n FROM hub_feeds WHERE feed = $1 FOR UPDATE`, f.Feed).Scan(&told); none(err) != nil {
			return err
		}
		_, err = s.exec(ctx, `INSERT INTO hub_followers (feed, callback, is_hub, host, secret, ends, told) VALUES ($1, $2, 0, $3, $4, $5, $6)`,
			f.Feed, f.Callback, f.Host, secret, f.Ends.UnixMilli(), told)
		return err
	})
	if err != nil {
		return fmt.Errorf("follower: %w", err)
	}
	return nil
}

// Unfollow implements hub.Store.
func (db *DB) Unfollow(ctx context.Context, feed, callback string) error {
	if _, err := db.change(ctx, `DELETE FROM hub_followers WHERE feed = $1 AND callback = $2 AND is_hub = 0`, feed, callback); err != nil {
		return fmt.Errorf("follower: %w", err)
	}
	return nil
}

// EndFollowers implements hub.Store.
func (db *DB) EndFollowers(ctx context.Context, now time.Time) (int64, error) {
	n, err := db.change(ctx, `DELETE FROM hub_followers WHERE ends <= $1`, now.UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("followers whose lease ended: %w", err)
	}
	return n, nil
}
