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
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
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
	if errors.Is(err, errMissing) {
		t.Skipf("no PostgreSQL: %v", err)
	}
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("standfirst_%d_%d", os.Getpid(), databases.Add(1))
	if err := run(server, "CREATE DATABASE "+name+" ENCODING 'UTF8' TEMPLATE template0"); err != nil {
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
	dir, url string
	bin      string
	err      error
	tried    bool
	alive    io.Closer // closing it, or dying, takes the cluster down
	down     *exec.Cmd
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
		running.url, running.err = start()
	}
	return running.url, running.err
}

// binaries returns the folder of initdb and pg_ctl, the newest if there are
// several.
func binaries() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(p), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errMissing
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// version is that in /usr/lib/postgresql/15/bin/initdb.
func version(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	return n
}

func start() (server string, err error) {
	bin, err := binaries()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "standfirst-pg-")
	if err != nil {
		return "", err
	}
	running.dir, running.bin = dir, bin
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
			running.dir = ""
		}
	}()
	if err := owned(dir); err != nil {
		return "", err
	}
	data := filepath.Join(dir, "data")
	if err := command("initdb", "-D", data, "-U", "standfirst", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	// Nothing here outlives the tests, so nothing needs to reach the disk.
	options := fmt.Sprintf("-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories='' "+
		"-c fsync=off -c full_page_writes=off -c max_connections=200 -c deadlock_timeout=200ms", port)
	if err := command("pg_ctl", "-D", data, "-w", "-t", "60", "-l", filepath.Join(dir, "log"), "-o", options, "start"); err != nil {
		return "", err
	}
	if err := watch(); err != nil {
		return "", errors.Join(err, command("pg_ctl", "-D", data, "-m", "immediate", "stop"))
	}
	return fmt.Sprintf("postgres://standfirst@127.0.0.1:%d/postgres?sslmode=disable", port), nil
}

// watch leaves somebody behind who takes the cluster down when this process
// ends, also when it is killed or a test panics.
func watch() error {
	cmd := exec.Command("/bin/sh", "-c",
		`read -r _; "$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1; rm -rf "$2"`, "sh", running.bin, running.dir)
	cmd.Dir = "/"
	if err := unprivileged(cmd); err != nil {
		return err
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	running.alive, running.down = stdin, cmd
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// command runs one of PostgreSQL's own programs.
func command(name string, args ...string) error {
	cmd := exec.Command(filepath.Join(running.bin, name), args...)
	cmd.Dir = running.dir
	if err := unprivileged(cmd); err != nil {
		return err
	}
	log, err := os.CreateTemp("", "standfirst-pg-*.log") // a file: the server would keep a pipe open
	if err != nil {
		return err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s: %w\n%s", name, err, said)
	}
	return nil
}

// Stop takes the cluster down, if there is one. It is for packages whose
// TestMain cannot call [Main].
func Stop() {
	running.Lock()
	defer running.Unlock()
	if running.alive == nil {
		return
	}
	running.alive.Close()
	if err := running.down.Wait(); err != nil {
		fmt.Fprintln(os.Stderr, "PostgreSQL:", err)
	}
}
