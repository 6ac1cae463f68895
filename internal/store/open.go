// Package store keeps everything in one SQL database: SQLite inside the
// program, or PostgreSQL when one machine is no longer enough. It implements
// what content, digest, mailer and subscribers ask of a store, and what the
// pages and feeds read.
//
// Statements stand beside the methods that run them and are the same for both
// engines but for a few words ([DB] hides which engine it is). Uniqueness is
// the database's duty; all or nothing is one transaction.
//
// It does not know HTTP, SMTP or templates, and decides nothing that another
// package can decide: those hand their deciding functions in.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite" // also the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/standfirst/standfirst/internal/webhook"
)

// A DB is an open database. Its methods may be called by several goroutines.
type DB struct {
	// Destination returns the name of the destination that an address belongs
	// to, empty for everybody else; nil: there are none. Letters to one are in
	// blocks apart: see [mailer.Destinations]. It is set before letters are.
	Destination func(email string) string

	// Hooks are the endpoints that are told of what changes here; nil: there are
	// none. They are set before anything is changed.
	Hooks *webhook.Roster

	*dialect
	writing *sql.DB // one connection on SQLite, whose transactions begin as writing ones
	reading *sql.DB
	file    string // of SQLite; empty for one in memory, and for PostgreSQL

	writings, readings *statements // kept on the connections for writing and reading; nil on PostgreSQL

	ahead atomic.Int64 // milliseconds by which the clock of leases was ahead of a caller's, when last seen
}

// Open opens the database named by dsn and brings its schema up to date:
// "sqlite:var/standfirst.db" (made if it is not there, with its folder),
// "sqlite::memory:" (new and empty with each Open, for tests), or a
// "postgres://…" URL.
func Open(ctx context.Context, dsn string) (*DB, error) {
	db, err := connect(dsn)
	if err != nil {
		return nil, err
	}
	if err := db.prepare(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("database %s: %w", Name(dsn), err)
	}
	return db, nil
}

// Name returns a dsn without its password, for messages.
func Name(dsn string) string {
	if strings.HasPrefix(dsn, "sqlite:") {
		return dsn
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "that cannot be parsed" // the text may hold a password
	}
	return u.Redacted()
}

func connect(dsn string) (*DB, error) {
	kind, rest, _ := strings.Cut(dsn, ":")
	switch {
	case kind == "sqlite" && rest == ":memory:":
		return connectMemory()
	case kind == "sqlite" && rest != "":
		return connectFile(rest)
	case kind == "postgres", kind == "postgresql":
		return connectPostgres(dsn)
	}
	return nil, fmt.Errorf("database %q: must be sqlite:FILE or postgres://…", Name(dsn))
}

// pragmas are those of a writing connection.
var pragmas = url.Values{
	"_txlock": {"immediate"}, // a read that turns into a write is refused at once
	"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"secure_delete(1)"}, // who is erased leaves nothing in the file
}

// connectMemory opens a database of one connection, which everybody shares.
func connectMemory() (*DB, error) {
	all, err := sql.Open("sqlite", "file::memory:?"+pragmas.Encode())
	if err != nil {
		return nil, err
	}
	all.SetMaxOpenConns(1)
	all.SetMaxIdleConns(1)
	kept := statementsOf(all)
	return &DB{dialect: sqliteDialect(), writing: all, reading: all, writings: kept, readings: kept}, nil
}

func connectFile(file string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	// SQLite gives its other files the mode of this one. Readers' addresses and
	// the keys of their links are nobody else's.
	made, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	made.Close()
	name := sqliteName(file)
	writing, err := sql.Open("sqlite", name+pragmas.Encode())
	if err != nil {
		return nil, err
	}
	writing.SetMaxOpenConns(1)
	writing.SetMaxIdleConns(1)
	reading, err := sql.Open("sqlite", name+url.Values{
		"_pragma": {"busy_timeout(10000)", "query_only(1)"},
	}.Encode())
	if err != nil {
		writing.Close()
		return nil, err
	}
	reading.SetMaxOpenConns(8)
	reading.SetMaxIdleConns(8)
	return &DB{dialect: sqliteDialect(), writing: writing, reading: reading, file: file,
		writings: statementsOf(writing), readings: statementsOf(reading)}, nil
}

// sqliteName begins the name that the driver knows a file by.
func sqliteName(file string) string {
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?"
}

func connectPostgres(dsn string) (*DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("database: the postgres:// URL cannot be parsed") // err may hold the password
	}
	// A plan that was made while a table was small reads all of it, and goes on
	// doing so until the table is analysed: much too late for an import or an
	// edition that grows by hundreds of thousands of rows in a minute.
	all := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `SET plan_cache_mode = force_custom_plan`)
		return err
	}))
	all.SetMaxOpenConns(20)
	all.SetMaxIdleConns(20)
	all.SetConnMaxIdleTime(5 * time.Minute)
	return &DB{dialect: postgresDialect(), writing: all, reading: all}, nil
}

func (db *DB) prepare(ctx context.Context) error {
	if err := db.greet(ctx); err != nil {
		return err
	}
	return db.migrate(ctx)
}

// greet makes the first connection. Of several processes that open a new file
// at once one makes it a WAL, and SQLite does not let the others wait for that.
func (db *DB) greet(ctx context.Context) error {
	for deadline := time.Now().Add(10 * time.Second); ; {
		err := db.writing.PingContext(ctx)
		var busy *sqlite.Error
		if !errors.As(err, &busy) || busy.Code()&0xff != sqlite3.SQLITE_BUSY || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.reading.PingContext(ctx) }

// Close closes the database. Whatever is under way is finished first.
func (db *DB) Close() error {
	errs := []error{db.reading.Close()}
	if db.writing != db.reading {
		errs = append(errs, db.writing.Close())
	}
	return errors.Join(errs...)
}
