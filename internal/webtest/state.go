package webtest

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// State is a fingerprint of everything that is kept, all tables and all letters,
// but for some tables.
func (s *Site) State(but ...string) string {
	s.T.Helper()
	db, err := sql.Open("sqlite", "file:"+s.File+"?_pragma=query_only(1)")
	s.Must(err)
	defer db.Close()
	h := sha256.New()
	tables, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`)
	s.Must(err)
	var names []string
	for tables.Next() {
		var name string
		s.Must(tables.Scan(&name))
		if !slices.Contains(but, name) {
			names = append(names, name)
		}
	}
	s.Must(tables.Close())
	if len(names) < 10 {
		s.T.Fatalf("only %d tables are seen", len(names))
	}
	for _, name := range names {
		rows, err := db.Query(`SELECT * FROM "` + name + `"`)
		s.Must(err)
		columns, err := rows.Columns()
		s.Must(err)
		fmt.Fprintln(h, name, columns)
		for rows.Next() {
			row := make([]any, len(columns))
			for i := range row {
				row[i] = new(any)
			}
			s.Must(rows.Scan(row...))
			for i := range row {
				fmt.Fprintf(h, "%v\x00", *row[i].(*any))
			}
		}
		s.Must(rows.Close())
	}
	s.Must(filepath.WalkDir(s.Box.Dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			var b []byte
			b, err = os.ReadFile(path)
			fmt.Fprintln(h, path, string(b))
		}
		return err
	}))
	return fmt.Sprintf("%x", h.Sum(nil))
}
