package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// copy brings one table over and compares what arrived.
func (t table) copy(ctx context.Context, source, target session, progress func(table string, rows, total int64)) error {
	columns, err := t.columns(ctx, source)
	if err != nil {
		return err
	}
	there, err := t.columns(ctx, target)
	if err != nil {
		return err
	}
	if !slices.Equal(sorted(columns), sorted(there)) {
		return fmt.Errorf("has columns %v in the source and %v in the target", columns, there)
	}
	if t.seeded {
		if _, err := target.exec(ctx, `DELETE FROM `+t.name); err != nil {
			return err
		}
	}
	var total int64
	if err := source.row(ctx, `SELECT COUNT(*) FROM `+t.name).Scan(&total); err != nil {
		return err
	}
	var sent contents
	batch := make([][]any, 0, copyRows)
	held := 0 // bytes in it that are no text
	flush := func() error {
		if err := t.insert(ctx, target, columns, batch); err != nil {
			return err
		}
		batch, held = batch[:0], 0
		progress(t.name, sent.rows, total)
		return nil
	}
	err = t.each(ctx, source, columns, func(row []any) error {
		if err := sent.add(row); err != nil {
			return err
		}
		for _, v := range row {
			if b, ok := v.([]byte); ok {
				held += len(b)
			}
		}
		if batch = append(batch, slices.Clone(row)); len(batch) < copyRows && held < copyBytes {
			return nil
		}
		return flush()
	})
	if err == nil && (len(batch) > 0 || total == 0) {
		err = flush()
	}
	if err != nil {
		return err
	}
	if err := t.number(ctx, source, target); err != nil {
		return fmt.Errorf("counter: %w", err)
	}
	return t.verify(ctx, target, columns, sent)
}

// verify reads back what was written. PostgreSQL learns on the way what it has,
// or the first edition would be sent with plans made for empty tables.
func (t table) verify(ctx context.Context, target session, columns []string, want contents) error {
	var got contents
	if err := t.each(ctx, target, columns, got.add); err != nil {
		return fmt.Errorf("reading back: %w", err)
	}
	if got != want {
		return fmt.Errorf("%d rows with checksum %x were sent, and %d rows with checksum %x arrived", want.rows, want.sum, got.rows, got.sum)
	}
	if !target.postgres {
		return nil
	}
	_, err := target.exec(ctx, `ANALYZE `+t.name)
	return err
}

// columns returns the names of the columns.
func (t table) columns(ctx context.Context, s session) ([]string, error) {
	rows, err := s.run.QueryContext(ctx, `SELECT * FROM `+t.name+` WHERE 1 = 0`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	return names, errors.Join(err, rows.Err())
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}

// each calls f for every row, in the order of the key, with the same slice.
func (t table) each(ctx context.Context, s session, columns []string, f func(row []any) error) error {
	row, to := make([]any, len(columns)), make([]any, len(columns))
	for i := range row {
		to[i] = &row[i]
	}
	return s.each(ctx, `SELECT `+strings.Join(columns, ", ")+` FROM `+t.name+` ORDER BY `+t.key, nil, func(rows *sql.Rows) error {
		if err := rows.Scan(to...); err != nil {
			return err
		}
		for i, v := range row {
			if b, ok := v.([]byte); ok && b == nil {
				row[i] = []byte{} // SQLite's driver gives nil for no bytes, which would be written as NULL
			}
		}
		return f(row)
	})
}

// insert writes rows, as many in a statement as the engine is quick with.
func (t table) insert(ctx context.Context, s session, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	into := `INSERT INTO ` + t.name + ` (` + strings.Join(columns, ", ") + `) VALUES`
	if !s.postgres {
		return s.insert(ctx, into, rows)
	}
	const parameters = 1000
	whole := len(rows)
	if most := parameters / len(columns); whole > most {
		whole = whole / most * most
		if err := s.insertBy(ctx, into, rows[:whole], most); err != nil {
			return err
		}
		return s.insert(ctx, into, rows[whole:])
	}
	return s.insertBy(ctx, into, rows, whole)
}

// number makes the target's engine go on numbering where the source's would.
// That may be above the largest number there is: numbers of readers who were
// erased are never given again, since links in old letters name them.
func (t table) number(ctx context.Context, source, target session) error {
	if t.counter == "" {
		return nil
	}
	last, err := t.counted(ctx, source)
	if err != nil || last == 0 {
		return err
	}
	if target.postgres {
		_, err = target.exec(ctx, `SELECT setval(pg_get_serial_sequence('`+t.name+`', '`+t.counter+`'), $1)`, last)
		return err
	}
	n, err := target.exec(ctx, `UPDATE sqlite_sequence SET seq = $1 WHERE name = $2`, last, t.name)
	if err == nil && n == 0 { // no row was ever inserted here
		_, err = target.exec(ctx, `INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)`, t.name, last)
	}
	return err
}

// counted returns the last number the engine gave; 0 if none.
func (t table) counted(ctx context.Context, s session) (last int64, err error) {
	if !s.postgres {
		err = s.row(ctx, `SELECT seq FROM sqlite_sequence WHERE name = $1`, t.name).Scan(&last)
		return last, none(err)
	}
	var sequence string
	if err := s.row(ctx, `SELECT pg_get_serial_sequence('`+t.name+`', '`+t.counter+`')`).Scan(&sequence); err != nil {
		return 0, err
	}
	err = s.row(ctx, `SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM `+sequence).Scan(&last)
	return last, err
}

// contents are what a table holds, whatever the order of its rows: engines sort
// text each in its own way. Equal contents are equal.
type contents struct {
	rows int64
	sum  [sha256.Size / 8]uint64 // of the rows' hashes, each lane by itself
}

// add counts a row in.
func (c *contents) add(row []any) error {
	b := make([]byte, 0, 512)
	for i, v := range row {
		switch v := v.(type) {
		case nil:
			b = append(b, 'n')
		case int64:
			b = binary.BigEndian.AppendUint64(append(b, 'i'), uint64(v))
		case string:
			b = append(binary.BigEndian.AppendUint64(append(b, 't'), uint64(len(v))), v...)
		case []byte:
			b = append(binary.BigEndian.AppendUint64(append(b, 'b'), uint64(len(v))), v...)
		default:
			return fmt.Errorf("column %d holds a %T, which is not one of our types", i+1, v)
		}
	}
	h := sha256.Sum256(b)
	for lane := range c.sum {
		c.sum[lane] += binary.BigEndian.Uint64(h[lane*8:])
	}
	c.rows++
	return nil
}
