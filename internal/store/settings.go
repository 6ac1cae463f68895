package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// suppressionSalt is the secret that suppressed addresses are hashed with.
const suppressionSalt = "suppression-salt"

// Secret returns 32 random bytes under a name, made the first time it is asked
// for and the same ever after, in every process.
func (db *DB) Secret(ctx context.Context, name string) ([]byte, error) {
	value, err := db.setting(ctx, name)
	if errors.Is(err, sql.ErrNoRows) {
		fresh := make([]byte, 32)
		rand.Read(fresh) // never fails
		if _, err = db.change(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, fresh); err == nil {
			value, err = db.setting(ctx, name) // perhaps somebody else's
		}
	}
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	return value, nil
}

func (db *DB) setting(ctx context.Context, name string) (value []byte, err error) {
	err = db.read().row(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&value)
	return value, err
}

// Setting returns what SetSetting kept under a name; empty if nothing.
func (db *DB) Setting(ctx context.Context, name string) (string, error) {
	value, err := db.setting(ctx, name)
	if err = none(err); err != nil {
		return "", fmt.Errorf("setting %s: %w", name, err)
	}
	return string(value), nil
}

// SetSetting keeps a value under a name, instead of any that is there.
func (db *DB) SetSetting(ctx context.Context, name, value string) error {
	_, err := db.change(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, []byte(value))
	if err != nil {
		return fmt.Errorf("setting %s: %w", name, err)
	}
	return nil
}

// Once reports, for each name, true to one caller ever: whoever does what is
// done once in the life of a database.
func (db *DB) Once(ctx context.Context, name string) (bool, error) {
	n, err := db.change(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, "once "+name, []byte{})
	if err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	return n == 1, nil
}

// Did reports whether Once was called with a name. Who may be killed over what
// is done once, and can do it twice, asks Did before it and calls Once after.
func (db *DB) Did(ctx context.Context, name string) (bool, error) {
	_, err := db.setting(ctx, "once "+name)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	return true, nil
}

// A LogEntry says who did what, and when. Entries are never changed.
type LogEntry struct {
	At      time.Time
	Who     string // "editor …", "command", "schedule"
	What    string // one word or two: "published", "released again"
	Subject string // ID of the edition, article or event
	Detail  string // a sentence for people; never an address of a reader
}

// Log appends an entry.
func (db *DB) Log(ctx context.Context, e LogEntry) error {
	_, err := db.change(ctx, `INSERT INTO log (at, who, what, subject, detail) VALUES ($1, $2, $3, $4, $5)`,
		e.At.UnixMilli(), e.Who, e.What, e.Subject, e.Detail)
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	return nil
}

// LogEntries returns the newest entries, newest first; of everything if
// subject is empty.
func (db *DB) LogEntries(ctx context.Context, subject string, limit int) ([]LogEntry, error) {
	where, args := `WHERE subject = $2 ORDER BY n DESC LIMIT $1`, []any{limitOf(limit), subject}
	if subject == "" {
		where, args = `ORDER BY n DESC LIMIT $1`, args[:1]
	}
	var out []LogEntry
	err := db.read().each(ctx, `SELECT at, who, what, subject, detail FROM log `+where, args, func(rows *sql.Rows) error {
		var e LogEntry
		err := rows.Scan(asTime(&e.At), &e.Who, &e.What, &e.Subject, &e.Detail)
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	return out, nil
}
