package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/standfirst/standfirst/internal/webhook"
)

// A session runs statements, written in the words of both engines: on the
// reading connections, or within one transaction.
type session struct {
	run interface {
		ExecContext(context.Context, string, ...any) (sql.Result, error)
		QueryContext(context.Context, string, ...any) (*sql.Rows, error)
		QueryRowContext(context.Context, string, ...any) *sql.Row
		PrepareContext(context.Context, string) (*sql.Stmt, error)
	}
	*dialect
	tx         *sql.Tx         // nil outside of a transaction
	statements *statements     // nil: the driver keeps them prepared by itself
	hooks      *webhook.Roster // who is told of what; only in a transaction that writes
}

// prepared returns a statement that is kept prepared, or nil, and the context
// to run it with. What runs within a transaction runs to its end, since it is
// short: watching over a context costs the driver a goroutine each time.
func (s session) prepared(ctx context.Context, text string) (*sql.Stmt, context.Context) {
	if s.statements == nil {
		return nil, ctx
	}
	if s.tx == nil {
		return s.statements.of(ctx, text, false), ctx
	}
	if ctx.Err() != nil {
		return nil, ctx
	}
	ctx = context.WithoutCancel(ctx)
	stmt := s.statements.of(ctx, text, true)
	if stmt != nil {
		stmt = s.tx.StmtContext(ctx, stmt)
	}
	return stmt, ctx
}

// exec runs a statement and returns how many rows it changed.
func (s session) exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := storable(args); err != nil {
		return 0, err
	}
	text := s.sql(query)
	stmt, ctx := s.prepared(ctx, text)
	var res sql.Result
	var err error
	if stmt != nil {
		res, err = stmt.ExecContext(ctx, args...)
	} else {
		res, err = s.run.ExecContext(ctx, text, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// row runs a query for one row.
func (s session) row(ctx context.Context, query string, args ...any) scanner {
	if err := storable(args); err != nil {
		return failed{err}
	}
	text := s.sql(query)
	stmt, ctx := s.prepared(ctx, text)
	if stmt != nil {
		return stmt.QueryRowContext(ctx, args...)
	}
	return s.run.QueryRowContext(ctx, text, args...)
}

// A scanner is one row, or the error instead of it.
type scanner interface{ Scan(to ...any) error }

type failed struct{ err error }

// Scan returns why there is no row.
func (f failed) Scan(...any) error { return f.err }

// each runs a query and calls f for every row.
func (s session) each(ctx context.Context, query string, args []any, f func(*sql.Rows) error) error {
	if err := storable(args); err != nil {
		return err
	}
	text := s.sql(query)
	stmt, ctx := s.prepared(ctx, text)
	var rows *sql.Rows
	var err error
	if stmt != nil {
		rows, err = stmt.QueryContext(ctx, args...)
	} else {
		rows, err = s.run.QueryContext(ctx, text, args...)
	}
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// insert writes rows with one statement that begins like "INSERT INTO t (a, b)
// VALUES". Twenty-five rows at a time: binding is slower above with modernc.
func (s session) insert(ctx context.Context, into string, rows [][]any) error {
	const most = 25
	for len(rows) >= most {
		n := len(rows) / most * most
		if err := s.insertBy(ctx, into, rows[:n], most); err != nil {
			return err
		}
		rows = rows[n:]
	}
	if len(rows) == 0 {
		return nil
	}
	return s.insertBy(ctx, into, rows, 1)
}

// insertBy writes rows n at a time with one prepared statement.
func (s session) insertBy(ctx context.Context, into string, rows [][]any, n int) error {
	var b strings.Builder
	b.WriteString(into)
	width := len(rows[0])
	for i := range n {
		sep := " ("
		if i > 0 {
			sep = ", ("
		}
		for j := range width {
			fmt.Fprintf(&b, "%s$%d", sep, i*width+j+1)
			sep = ", "
		}
		b.WriteByte(')')
	}
	text := s.sql(b.String())
	stmt, ctx := s.prepared(ctx, text)
	if stmt == nil {
		var err error
		if stmt, err = s.run.PrepareContext(ctx, text); err != nil {
			return err
		}
		defer stmt.Close()
	}
	args := make([]any, 0, n*width)
	for i := 0; i < len(rows); i += n {
		args = args[:0]
		for _, r := range rows[i : i+n] {
			args = append(args, r...)
		}
		if err := storable(args); err != nil {
			return err
		}
		if _, err := stmt.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// errText says that a text cannot be kept the same way by both engines.
var errText = errors.New("text has a NUL or is not UTF-8")

// storable refuses what one engine would keep and the other not.
func storable(args []any) error {
	for _, a := range args {
		if t, ok := a.(string); ok && (strings.IndexByte(t, 0) >= 0 || !utf8.ValidString(t)) {
			return fmt.Errorf("%w: %.40q", errText, t)
		}
	}
	return nil
}

// write runs f in a transaction that began as a writing one and commits it; if
// f fails, nothing happened. PostgreSQL may ask to run it again after a
// deadlock, or when another process inserted the same key first; f must set
// whatever it sets outside from the start.
func (db *DB) write(ctx context.Context, f func(s session) error) error {
	for try := 1; ; try++ {
		err := db.once(ctx, f)
		if err == nil || try == 10 || !again(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try) * 5 * time.Millisecond):
		}
	}
}

func (db *DB) once(ctx context.Context, f func(s session) error) error {
	tx, err := db.writing.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	if err := f(session{run: tx, dialect: db.dialect, tx: tx, statements: db.writings, hooks: db.Hooks}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	if db.writings != nil {
		db.writings.keep(context.WithoutCancel(ctx))
	}
	return nil
}

// again tells what is worth another try: serialization_failure,
// deadlock_detected, unique_violation.
func again(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	return pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "23505"
}

// brief returns the context to ask SQLite something short with, which is not
// broken off: to watch over a context takes two goroutines a question, and
// those take longer than it does.
func (db *DB) brief(ctx context.Context) context.Context {
	if db.postgres || ctx.Err() != nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

// read returns a session on the reading connections.
func (db *DB) read() session {
	return session{run: db.reading, dialect: db.dialect, statements: db.readings}
}
