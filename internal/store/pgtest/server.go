package pgtest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// A Server is a throwaway cluster.
type Server struct {
	bin, dir string
	port     int
	url      string
	alive    io.Closer // closing it, or dying, takes the cluster down
	down     *exec.Cmd
}

// Own starts a server for one test alone, which may do to it what it likes. It
// skips the test if there is no PostgreSQL on this machine; the one that [Env]
// names is somebody else's.
func Own(t testing.TB) *Server {
	t.Helper()
	s, err := begin()
	available(t, err)
	t.Cleanup(func() {
		if err := s.end(); err != nil {
			t.Errorf("PostgreSQL: %v", err)
		}
	})
	return s
}

// New is like the function, on this server, which must be there at the end.
func (s *Server) New(t testing.TB) string {
	t.Helper()
	return database(t, s.url, "template0")
}

// Crash ends the server at once, as a loss of power would. What was committed
// is there after Start.
func (s *Server) Crash() error {
	return s.command("pg_ctl", "-D", s.data(), "-w", "-t", "60", "-m", "immediate", "stop")
}

// Start starts it again where it was, and returns when it answers.
func (s *Server) Start() error {
	// Nothing here outlives the tests, so nothing needs to reach the disk.
	options := fmt.Sprintf("-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories='' "+
		"-c fsync=off -c full_page_writes=off -c max_connections=200 -c deadlock_timeout=200ms", s.port)
	return s.command("pg_ctl", "-D", s.data(), "-w", "-t", "60", "-l", filepath.Join(s.dir, "log"), "-o", options, "start")
}

// begin makes a server and starts it.
func begin() (s *Server, err error) {
	s = new(Server)
	if s.bin, err = binaries(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "standfirst-pg-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(s.dir)
		}
	}()
	if err := owned(s.dir); err != nil {
		return nil, err
	}
	if err := s.command("initdb", "-D", s.data(), "-U", "standfirst", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return nil, err
	}
	if s.port, err = freePort(); err != nil {
		return nil, err
	}
	if err := s.Start(); err != nil {
		return nil, err
	}
	if err := s.watch(); err != nil {
		return nil, errors.Join(err, s.Crash())
	}
	s.url = fmt.Sprintf("postgres://standfirst@127.0.0.1:%d/postgres?sslmode=disable", s.port)
	return s, nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// end takes it down and removes it.
func (s *Server) end() error {
	s.alive.Close()
	return s.down.Wait()
}

// watch leaves somebody behind who takes the cluster down when this process
// ends, also when it is killed or a test panics.
func (s *Server) watch() error {
	cmd := exec.Command("/bin/sh", "-c",
		`read -r _; "$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1; rm -rf "$2"`, "sh", s.bin, s.dir)
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
	s.alive, s.down = stdin, cmd
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
func (s *Server) command(name string, args ...string) error {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
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
