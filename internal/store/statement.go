package store

import (
	"context"
	"database/sql"
	"sync"
)

// Statements are those of a pool of connections that are kept prepared: what
// runs a second time will run again. SQLite reads a text anew each time it is
// asked to run it, which takes longer than most of them run. A program has a
// few hundred texts; none is ever forgotten.
//
// Do not run a statement while the rows of the same one are still read within
// one transaction: both would be the same cursor. (PostgreSQL lets nothing at
// all run meanwhile.)
type statements struct {
	pool   *sql.DB
	mu     sync.RWMutex
	kept   map[string]*sql.Stmt // nil: ran once
	wanted []string             // ran again in a transaction, whose connection could not be asked to keep it
}

func statementsOf(pool *sql.DB) *statements {
	return &statements{pool: pool, kept: make(map[string]*sql.Stmt)}
}

// of returns the prepared statement of a text, or nil if it is to be run as it
// is. Only outside of a transaction it may prepare it.
func (k *statements) of(ctx context.Context, text string, within bool) *sql.Stmt {
	k.mu.RLock()
	stmt, again := k.kept[text]
	k.mu.RUnlock()
	if stmt != nil {
		return stmt
	}
	if !again || within {
		k.mu.Lock()
		defer k.mu.Unlock()
		if _, met := k.kept[text]; !met {
			k.kept[text] = nil
		}
		if again {
			k.wanted = append(k.wanted, text)
		}
		return nil
	}
	return k.prepare(ctx, text)
}

// prepare keeps a statement. If it cannot, it will be run as it is, and the
// error be told there.
func (k *statements) prepare(ctx context.Context, text string) *sql.Stmt {
	stmt, err := k.pool.PrepareContext(ctx, text)
	if err != nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if first := k.kept[text]; first != nil {
		stmt.Close()
		return first
	}
	k.kept[text] = stmt
	return stmt
}

// keep prepares what transactions wanted, when the connection is free again.
func (k *statements) keep(ctx context.Context) {
	k.mu.Lock()
	wanted := k.wanted
	k.wanted = nil
	k.mu.Unlock()
	for _, text := range wanted {
		k.prepare(ctx, text)
	}
}
