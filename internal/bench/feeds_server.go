package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A server is a process that serves a feed.
type server struct {
	name, url string
	tag       string // the feed's, compressed
	cmd       *exec.Cmd
	said      bytes.Buffer
	ended     chan error
}

// serve starts the program as it serves feeds.
func (s *Stall) serve(ctx context.Context) (*server, error) {
	addr, err := free()
	if err != nil {
		return nil, err
	}
	return start(ctx, "standfirst", addr, s.Dir, s.Program, "serve", "--only", "web", "--listen", addr)
}

// serveLike starts nginx with a feed as another server gave it: the same bytes,
// as they are and compressed, and the same headers but for its own validators.
// Files are kept open and nothing is logged, so that it is as fast as it can be.
func serveLike(ctx context.Context, nginx, dir string, like *answer) (*server, error) {
	addr, err := free()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "feeds"), 0o755); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "feeds", filepath.Base(feedPath))
	for path, b := range map[string][]byte{file: like.plain, file + ".gz": like.packed} {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			return nil, err
		}
		if err := os.Chtimes(path, like.modified, like.modified); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(nginxConf(addr, dir, like.header, os.Geteuid() == 0)), 0o644); err != nil {
		return nil, err
	}
	return start(ctx, "nginx", addr, dir, nginx, "-e", "stderr", "-p", dir, "-c", filepath.Join(dir, "nginx.conf"))
}

// nginxConf is a configuration that answers with these headers. Root must say
// who it is, or nginx becomes somebody who cannot read what is root's.
func nginxConf(addr, dir string, header http.Header, root bool) string {
	user, headers := "", &strings.Builder{}
	if root {
		user = "user root root;\n"
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		switch name {
		case "Content-Length", "Content-Encoding", "Content-Type", "Date", "Etag", "Last-Modified":
			continue // nginx has its own
		}
		for _, v := range header[name] {
			fmt.Fprintf(headers, "    add_header %s %q;\n", name, v)
		}
	}
	var b strings.Builder
	b.WriteString(user)
	fmt.Fprintf(&b, `daemon off;
worker_processes auto;
pid %q;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  open_file_cache max=100 inactive=1h;
  open_file_cache_valid 1h;
  client_body_temp_path %q;
  types {}
  default_type %q;
  server {
    listen %s;
    root %q;
    gzip_static on;
%s  }
}
`, filepath.Join(dir, "nginx.pid"), filepath.Join(dir, "body"), header.Get("Content-Type"), addr, filepath.Join(dir, "feeds"), headers)
	return b.String()
}

// start starts a server and waits until it serves the feed.
func start(ctx context.Context, name, addr, dir, program string, args ...string) (*server, error) {
	s := &server{name: name, url: "http://" + addr + feedPath, cmd: exec.CommandContext(ctx, program, args...), ended: make(chan error, 1)}
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = dir, &s.said, &s.said
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) } // nginx ends its workers then
	s.cmd.WaitDelay = 10 * time.Second
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	go func() { s.ended <- s.cmd.Wait() }()
	for began := time.Now(); ; {
		a, err := s.fetch(ctx, "")
		if err == nil {
			s.tag = a.header.Get("ETag")
			return s, nil
		}
		select {
		case ended := <-s.ended:
			return nil, fmt.Errorf("%s ended: %w\n%s", name, errors.Join(ended, errors.New("before it served")), s.said.Bytes())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Since(began) > time.Minute {
			return nil, errors.Join(fmt.Errorf("%s does not serve: %w", name, err), s.stop())
		}
	}
}

// stop ends the server.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	return <-s.ended
}

// An answer is a feed as a server gave it.
type answer struct {
	header        http.Header
	packed, plain []byte // compressed, and as it is
	modified      time.Time
}

// fetch asks for the feed as a reader does that takes gzip and, unless it is
// "", has the one with a tag: then the answer must be 304, else 200.
func (s *server) fetch(ctx context.Context, tag string) (*answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	want := http.StatusOK
	if tag != "" {
		r.Header.Set("If-None-Match", tag)
		want = http.StatusNotModified
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	a := &answer{header: res.Header}
	if a.packed, err = io.ReadAll(res.Body); err != nil {
		return nil, err
	}
	if res.StatusCode != want {
		return nil, fmt.Errorf("%s answers %s, not %d", s.name, res.Status, want)
	}
	if tag != "" {
		return a, nil
	}
	if a.modified, err = http.ParseTime(a.header.Get("Last-Modified")); err != nil {
		return nil, fmt.Errorf("%s: Last-Modified: %w", s.name, err)
	}
	z, err := gzip.NewReader(bytes.NewReader(a.packed))
	if err != nil {
		return nil, fmt.Errorf("%s: gzip: %w", s.name, err)
	}
	a.plain, err = io.ReadAll(z)
	return a, err
}

// same makes sure that two servers give the same, and returns how many bytes a
// feed has that is not compressed.
func same(ctx context.Context, s, t *server) (int, error) {
	a, err := s.fetch(ctx, "")
	if err != nil {
		return 0, err
	}
	b, err := t.fetch(ctx, "")
	if err != nil {
		return 0, err
	}
	if !bytes.Equal(a.packed, b.packed) || !a.modified.Equal(b.modified) {
		return 0, fmt.Errorf("%s and %s give different feeds", s.name, t.name)
	}
	_, err1 := s.fetch(ctx, s.tag)
	_, err2 := t.fetch(ctx, t.tag)
	return len(a.plain), errors.Join(err1, err2)
}

// free returns an address that nobody listens on.
func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
