package main

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestServed serves the feed with the real program and, where they are, has
// nginx serve the same beside it and wrk ask both.
func TestServed(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Chdir("../..")
	b := &Bench{}
	dir := t.TempDir()
	if err := b.build(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stall := &Stall{Dir: filepath.Join(dir, "stall"), Program: b.Program}
	if err := stall.prepare(ctx); err != nil {
		t.Fatal(err)
	}
	ours, err := stall.serve(ctx)
	if err != nil {
		t.Fatal(err)
	}
	a, err := ours.fetch(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(a.plain); n < 180_000 || n > 230_000 {
		t.Errorf("the feed has %d bytes, want about 200 KB", n)
	}
	if _, err := ours.fetch(ctx, ours.tag); err != nil {
		t.Error(err)
	}
	if _, err := ours.fetch(ctx, `"other"`); err == nil {
		t.Error("who has another feed is told that nothing changed")
	}
	nginx, err1 := found("nginx", "nginx-light")
	wrk, err2 := found("wrk", "wrk")
	if err1 != nil || err2 != nil {
		t.Log("alone:", err1, err2)
	} else {
		theirs, err := serveLike(ctx, nginx, filepath.Join(dir, "nginx"), a)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := race(ctx, wrk, ours, theirs, 1, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r.ratio() <= 0 {
				t.Errorf("%s: %v and %v a second", r.What, r.Ours, r.Theirs)
			}
		}
		b, err := theirs.fetch(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, own := range []string{"Date", "Etag", "Server"} {
			a.header.Del(own)
			b.header.Del(own)
		}
		b.header.Del("Connection")
		if diff := cmp.Diff(a.header, b.header); diff != "" {
			t.Errorf("headers of nginx (-want +got):\n%s", diff)
		}
		if err := theirs.stop(); err != nil {
			t.Error(err)
		}
	}
	if err := ours.stop(); err != nil {
		t.Errorf("%v\n%s", err, ours.said.Bytes())
	}
}

func TestReadLoad(t *testing.T) {
	const well = `Running 1s test @ http://127.0.0.1:1/feed.rss
  2 threads and 64 connections
  35128 requests in 3.96s, 487.67MB read
%sRequests/sec:   8862.26
Transfer/sec:    123.03MB
`
	for what, want := range map[string]bool{
		"": true,
		"  Socket errors: connect 0, read 0, write 0, timeout 58\n": true,
		"  Socket errors: connect 0, read 7, write 0, timeout 0\n":  false,
		"  Non-2xx or 3xx responses: 35128\n":                       false,
	} {
		got, err := readLoad(fmt.Appendf(nil, well, what))
		if (err == nil) != want || want && got != 8862.26 {
			t.Errorf("%q: %v, %v", what, got, err)
		}
	}
	if _, err := readLoad([]byte("unable to connect")); err == nil {
		t.Error("no figure is no error")
	}
}

func TestNginxConf(t *testing.T) {
	h := http.Header{"Content-Type": {"application/rss+xml; charset=utf-8"}, "Content-Length": {"7"}, "Link": {`<https://lead.example.com/hub>; rel="hub"`}, "Vary": {"Accept-Encoding"}}
	for _, root := range []bool{false, true} {
		got := nginxConf("127.0.0.1:1", "/dir", h, root)
		if strings.Contains(got, "user root") != root || strings.Contains(got, "Content-Length") {
			t.Errorf("root %v:\n%s", root, got)
		}
		for _, line := range []string{`add_header Link "<https://lead.example.com/hub>; rel=\"hub\"";`, `default_type "application/rss+xml; charset=utf-8";`, "listen 127.0.0.1:1;"} {
			if !strings.Contains(got, line) {
				t.Errorf("no line %s in\n%s", line, got)
			}
		}
	}
}

const benchmarks = `goos: linux
cpu: AMD EPYC
BenchmarkAssemble/rss/50/gorilla-2         	      20	    655087 ns/op
BenchmarkAssemble/rss/50/ours-2            	      20	     54924 ns/op	         0.08384 of-gorilla
BenchmarkAssemble/rss/50/gorilla-2         	       1	 253000000 ns/op
BenchmarkAssemble/rss/50/ours-2            	      20	     54924 ns/op	         0.00021 of-gorilla
BenchmarkAssemble/rss/50/gorilla-2         	      20	    655087 ns/op
BenchmarkAssemble/rss/50/ours-2            	      20	     54924 ns/op	         0.08384 of-gorilla
BenchmarkAssemble/atom/50/gorilla          	      20	   1000000 ns/op
BenchmarkAssemble/atom/50/ours             	      20	    500000 ns/op
BenchmarkAssemble/json/50/gorilla-2        	      20	  10021877 ns/op
BenchmarkAssemble/json/50/ours-2           	      20	     21626 ns/op	         0.002158 of-gorilla
BenchmarkAssemble/rss/10000/gorilla-2      	      20	 183897643 ns/op
BenchmarkAssemble/rss/10000/ours-2         	      20	  36224552 ns/op	         0.1970 of-gorilla
BenchmarkAssemble/atom/10000/gorilla-2     	      20	1125511775 ns/op
BenchmarkAssemble/atom/10000/ours-2        	      20	  79195951 ns/op	         0.07036 of-gorilla
BenchmarkAssemble/json/10000/gorilla-2     	      20	2905252831 ns/op
BenchmarkAssemble/json/10000/ours-2        	      20	  42183024 ns/op	         0.01452 of-gorilla
PASS
BenchmarkShelf-2   	      20	 171747247 ns/op	     14423 first-ms	         0.4129 kept/served	       347.0 served-MB
ok  	internal/web	50.024s
`

func TestMade(t *testing.T) {
	all := map[string]benchmark{}
	readBenchmarks([]byte(benchmarks), all)
	rows, err := madeRows(all)
	if err != nil {
		t.Fatal(err)
	}
	rows = append(rows, &Row{What: "207 KB, 304", Unit: "/s", Beside: "nginx", Goal: 0.5, Ours: []float64{10, 30, 50}, Theirs: []float64{100, 60, 50}})
	var out strings.Builder
	writeRows(&out, rows)
	said := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"RSS of 50 items 0.055 0.655 ms gorilla/feeds 0.084 ≤ 1.00",
		"JSON of 10000 items 42.2 2905 ms gorilla/feeds 0.015 ≤ 0.10",
		"all feeds, 1 new of 10000 articles 172 100 ms the promise 1.717 ≤ 1.00",
		"all feeds, in memory 0.413 1.0 × the bytes them 0.413 ≤ 2.00",
		"207 KB, 304 30.0 60.0 /s nginx 0.500 ≥ 0.50",
		"missed: feeds, Atom of 50 items: 0.500 × gorilla/feeds, not ≤ 0.10",
		"missed: feeds, all feeds, 1 new of 10000 articles: 1.717 × the promise, not ≤ 1.00",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q", want)
		}
	}
	if n := strings.Count(said, "missed:"); n != 2 {
		t.Errorf("%d promises missed, want 2", n)
	}
	if t.Failed() {
		t.Log("\n" + out.String())
	}
	delete(all, "Shelf")
	if _, err := madeRows(all); err == nil || !strings.Contains(err.Error(), "Shelf in ns/op") {
		t.Errorf("without a benchmark: %v", err)
	}
}
