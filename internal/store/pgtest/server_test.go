package pgtest

import (
	"database/sql"
	"testing"
)

// A server that crashes has afterwards what was committed before.
func TestCrash(t *testing.T) {
	server := Own(t)
	db, err := sql.Open("pgx", server.New(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE t AS SELECT 7 AS n`); err != nil {
		t.Fatal(err)
	}
	if err := server.Crash(); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.QueryRow(`SELECT n FROM t`).Scan(&n); err == nil {
		t.Error("it answers, and is down")
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if err := db.QueryRow(`SELECT n FROM t`).Scan(&n); err != nil || n != 7 {
		t.Errorf("%d, %v", n, err)
	}
}
