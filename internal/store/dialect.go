package store

import (
	"context"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A dialect is what differs between the engines. Statements are written once,
// with the words of both; each engine has its own replaced or dropped. What
// cannot be bridged by a word is bridged in how a statement is written: see
// the comments where it is.
type dialect struct {
	name     string
	postgres bool
	words    *strings.Replacer
	cache    sync.Map // text as written → text as run
}

func sqliteDialect() *dialect {
	return &dialect{name: "sqlite", words: strings.NewReplacer(
		"BIGSERIAL PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT",
		"BIGINT", "INTEGER",
		"BYTEA", "BLOB",
		"GREATEST(", "MAX(",
		// It compares texts by their bytes anyway, also in a unique index.
		`CREATE INDEX subscribers_prefix ON subscribers (key COLLATE "C");`, "",
		` COLLATE "C"`, "",
		// A single writer needs no row locks.
		"FOR UPDATE OF b SKIP LOCKED", "",
		"FOR UPDATE SKIP LOCKED", "",
		"FOR UPDATE", "",
	)}
}

func postgresDialect() *dialect {
	return &dialect{name: "postgres", postgres: true, words: strings.NewReplacer(
		" STRICT, WITHOUT ROWID", "",
		" STRICT", "",
	)}
}

// sql returns a statement in the words of the engine.
func (d *dialect) sql(text string) string {
	if s, ok := d.cache.Load(text); ok {
		return s.(string)
	}
	s := d.words.Replace(text)
	if !d.postgres {
		s = unnamed(s)
	}
	d.cache.Store(text, s)
	return s
}

// unnamed writes a parameter as a bare question mark. To SQLite "$12" is a
// name, and it goes through all names for each of them. A text whose numbers
// do not count up from $1, each once, is left as it is.
func unnamed(text string) string {
	out := make([]byte, 0, len(text))
	next := 1
	for i := 0; i < len(text); i++ {
		if text[i] != '$' {
			out = append(out, text[i])
			continue
		}
		end := i + 1
		for end < len(text) && '0' <= text[end] && text[end] <= '9' {
			end++
		}
		if n, err := strconv.Atoi(text[i+1 : end]); err != nil || n != next {
			return text
		}
		next++
		out = append(out, '?')
		i = end - 1
	}
	return string(out)
}

// clock returns the moment by which leases are judged, in milliseconds: the
// database's on PostgreSQL, since several machines share it, and the caller's
// on SQLite.
func (d *dialect) clock(ctx context.Context, s session, now time.Time) (int64, error) {
	if !d.postgres {
		return now.UnixMilli(), nil
	}
	var ms int64
	err := s.row(ctx, `SELECT CAST(FLOOR(EXTRACT(EPOCH FROM clock_timestamp()) * 1000) AS BIGINT)`).Scan(&ms)
	return ms, err
}

// worded is a folder whose files are in the words of an engine.
type worded struct {
	fs.FS
	d *dialect
}

// Open implements fs.FS.
func (w worded) Open(name string) (fs.File, error) {
	f, err := w.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	text, err := io.ReadAll(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	return wordedFile{f, strings.NewReader(w.d.words.Replace(string(text)))}, nil
}

type wordedFile struct {
	fs.File
	text io.Reader
}

// Read implements fs.File.
func (f wordedFile) Read(p []byte) (int, error) { return f.text.Read(p) }
