// Package pgtest gives tests a PostgreSQL of their own: one throwaway cluster
// for each test binary, made from the machine's own binaries, with a new and
// empty database for whoever asks.
//
// STANDFIRST_TEST_POSTGRES may name a server to use instead, by a URL of a role
// that may create databases.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Env names a server to use instead of a throwaway cluster.
const Env = "STANDFIRST_TEST_POSTGRES"

// Main runs a package's tests and takes the cluster down after them. A package
// that calls [New] has it in its TestMain.
func Main(m *testing.M) {
	code := m.Run()
	Stop()
	os.Exit(code)
}

// New returns the URL of a new and empty database, which is dropped when the
// test ends. It skips the test, and says what to install, if there is no
// PostgreSQL on this machine.
func New(t testing.TB) string {
	t.Helper()
	server, err := cluster()
	available(t, err)
	return database(t, server, "template0")
}

// Like returns the URL of a new database that holds what another of [New]'s
// does, to which nobody may be connected.
func Like(t testing.TB, dsn string) string {
	t.Helper()
	server, err := cluster()
	available(t, err)
	like, err := url.Parse(dsn)
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	return database(t, server, path.Base(like.Path))
}

// available skips or fails a test that has no server.
func available(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errMissing) {
		t.Skipf("no PostgreSQL: %v", err)
	}
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
}

// database makes a database on a server for one test, with what another holds.
func database(t testing.TB, server, like string) string {
	t.Helper()
	name := fmt.Sprintf("standfirst_%d_%d", os.Getpid(), databases.Add(1))
	if err := run(server, "CREATE DATABASE "+name+" ENCODING 'UTF8' TEMPLATE "+like); err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	t.Cleanup(func() {
		if err := run(server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("PostgreSQL: %v", err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", Env, err)
	}
	u.Path = "/" + name
	return u.String()
}

var databases atomic.Int64

func run(server, statement string) error {
	db, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err = db.ExecContext(ctx, statement)
	return err
}

// errMissing says that PostgreSQL is not to be had here.
var errMissing = errors.New("install it (apt-get install postgresql), or name a server in " + Env)

var running struct {
	sync.Mutex
	*Server
	err   error
	tried bool
}

// cluster returns the URL of the server, started when it is first asked for.
func cluster() (string, error) {
	if u := os.Getenv(Env); u != "" {
		return u, nil
	}
	running.Lock()
	defer running.Unlock()
	if !running.tried {
		running.tried = true
		running.Server, running.err = begin()
	}
	if running.err != nil {
		return "", running.err
	}
	return running.url, nil
}

// Stop takes the cluster down, if there is one. It is for packages whose
// TestMain cannot call [Main].
func Stop() {
	running.Lock()
	defer running.Unlock()
	if running.Server == nil {
		return
	}
	if err := running.end(); err != nil {
		fmt.Fprintln(os.Stderr, "PostgreSQL:", err)
	}
}
