package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrNotEmpty says that a copy would mix with what is in its target.
var ErrNotEmpty = errors.New("is not empty")

// A LeasedError says that letters of the source are in somebody's hand: a copy
// made now would send them again.
type LeasedError struct {
	Blocks int       // of deliveries
	Until  time.Time // when the last lease ends, if whoever holds it died
}

// Error says how many and until when.
func (e *LeasedError) Error() string {
	return fmt.Sprintf("letters are being sent: %d blocks are leased until %s", e.Blocks, e.Until.Format(time.RFC3339))
}

// A table is how one table is copied.
type table struct {
	name    string
	key     string // the primary key: the order of copying
	counter string // the column that the engine numbers; empty: none
	seeded  bool   // a migration has put rows in, which the source's replace
}

// tables are all tables, each after those it refers to.
var tables = []table{
	{name: "sources", key: "name"},
	{name: "articles", key: "id"},
	{name: "article_topics", key: "topic, article"},
	{name: "article_authors", key: "author, article"},
	{name: "article_texts", key: "article"},
	{name: "events", key: "id"},
	{name: "item_keys", key: "key"},
	{name: "held", key: "source, n"},
	{name: "rulings", key: "source, mark"},
	{name: "item_flags", key: "item, flag"},
	{name: "feed_days", key: "day, feed, program"},
	{name: "wire_head", key: "id", seeded: true},
	{name: "wire", key: "n"},
	{name: "subscribers", key: "id", counter: "id"},
	{name: "subscriptions", key: "subscriber, newsletter"},
	{name: "suppressions", key: "key"},
	{name: "requests", key: "id", counter: "id"},
	{name: "consents", key: "subscriber, n"},
	{name: "notes", key: "id", counter: "id"},
	{name: "newsletters", key: "name"},
	{name: "terms", key: "newsletter, text"},
	{name: "editions", key: "n", counter: "n"},
	{name: "edition_groups", key: "edition, zone"},
	{name: "edition_waiting", key: "edition, zone, subscriber"},
	{name: "versions", key: "edition, n"},
	{name: "version_items", key: "edition, version, kind, item"},
	{name: "link_clicks", key: "edition, release, day"},
	{name: "blocks", key: "id", counter: "id"},
	{name: "deliveries", key: "edition, subscriber"},
	{name: "shares", key: "block", seeded: true},
	{name: "rolls", key: "edition, lo"},
	{name: "settings", key: "name"},
	{name: "hub_feeds", key: "feed"},
	{name: "hub_followers", key: "id", counter: "id"},
	{name: "imprints", key: "path"},
	{name: "drafts", key: "newsletter"},
	{name: "asides", key: "newsletter, n, since"},
	{name: "pictures", key: "name"},
	{name: "picture_addresses", key: "address"},
	{name: "oldest_program", key: "id", seeded: true},
	{name: "log", key: "n", counter: "n"},
	{name: "editors", key: "email"},
	{name: "editor_links", key: "hash"},
	{name: "editor_sessions", key: "hash"},
	{name: "first_links", key: "hash"},
	{name: "api_tokens", key: "hash"},
	{name: "pushed", key: "kind, external"},
	{name: "webhook_events", key: "n", counter: "n"},
	{name: "webhook_messages", key: "endpoint, event"},
	{name: "webhook_endpoints", key: "endpoint"},
}

// copyRows is how many rows are read before they are written, and how often
// progress is told; fewer, where they hold more than copyBytes.
const (
	copyRows  = 500
	copyBytes = 4 << 20
)

// Copy brings everything from one database to another, of whichever engines:
// all tables, and how far the engine has numbered subscribers and editions, so
// that a number is never given twice. What arrived is read back and compared,
// count and checksum, before it is made to last; on any error the target is as
// empty as it was.
//
// The target must be new: Copy returns ErrNotEmpty otherwise. It returns
// *LeasedError while a worker has letters of the source in hand. Nobody writes
// to a source on SQLite meanwhile; one on PostgreSQL is copied as it was when
// Copy began. Progress is told of every table, and may be nil.
func Copy(ctx context.Context, from, to *DB, now time.Time, progress func(table string, rows, total int64)) error {
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	err := from.still(ctx, func(source session) error {
		if err := knownTables(ctx, source); err != nil {
			return fmt.Errorf("source: %w", err)
		}
		if err := idle(ctx, source, now); err != nil {
			return fmt.Errorf("source: %w", err)
		}
		// Once: a target that somebody else writes to is no target.
		return to.once(ctx, func(target session) error {
			if err := empty(ctx, target); err != nil {
				return fmt.Errorf("target: %w", err)
			}
			for _, t := range tables {
				if err := t.copy(ctx, source, target, progress); err != nil {
					return fmt.Errorf("table %s: %w", t.name, err)
				}
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return nil
}

// still runs f on the database as it is at one moment. SQLite's writers wait
// for f, or give up.
func (db *DB) still(ctx context.Context, f func(s session) error) error {
	opt := &sql.TxOptions{}
	if db.postgres {
		opt.Isolation, opt.ReadOnly = sql.LevelRepeatableRead, true
	}
	tx, err := db.writing.BeginTx(ctx, opt)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return f(session{run: tx, dialect: db.dialect})
}

// knownTables refuses a database with a table that would be left behind.
func knownTables(ctx context.Context, s session) error {
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name`
	if s.postgres {
		query = `SELECT CAST(table_name AS TEXT) FROM information_schema.tables
			WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name`
	}
	return s.each(ctx, query, nil, func(rows *sql.Rows) error {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if name != "goose_db_version" && !slices.ContainsFunc(tables, func(t table) bool { return t.name == name }) {
			return fmt.Errorf("table %s is not known to this program, and would be left behind", name)
		}
		return nil
	})
}

// idle refuses a database whose letters are in somebody's hand.
func idle(ctx context.Context, s session, now time.Time) error {
	clock, err := s.clock(ctx, s, now)
	if err != nil {
		return err
	}
	e := &LeasedError{}
	err = s.row(ctx, `SELECT COUNT(*), MAX(lease_until) FROM blocks WHERE done = 0 AND lease_until > $1`, clock).
		Scan(&e.Blocks, asTime(&e.Until))
	if err != nil {
		return fmt.Errorf("leases: %w", err)
	}
	if e.Blocks > 0 {
		return e
	}
	return nil
}

// empty refuses a database that has been used.
func empty(ctx context.Context, s session) error {
	var used []string
	for _, t := range tables {
		if t.seeded {
			continue
		}
		var n int64
		err := s.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM `+t.name+` LIMIT 1) AS rows_of`).Scan(&n)
		if err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
		if n > 0 {
			used = append(used, t.name)
		}
	}
	const named = 3
	if n := len(used) - named; n > 0 {
		used = append(used[:named], fmt.Sprintf("and %d more tables", n))
	}
	if len(used) > 0 {
		return fmt.Errorf("%w: there are rows in %s", ErrNotEmpty, strings.Join(used, ", "))
	}
	return nil
}
