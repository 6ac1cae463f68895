package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// A benchmark is what go test -bench prints of one: figures by their units, of
// each time that it ran.
type benchmark map[string][]float64

// The promises of feeds that are made: RSS no slower than gorilla/feeds' own
// writer, Atom and JSON in a tenth of its time; all feeds again after one new
// article in a tenth of a second, and in memory no more than twice what is
// served.
const (
	rebuild    = 100 // ms
	mostOfFeed = 2   // × the bytes
)

// made runs the benchmarks of the packages that make feeds, as the sources have
// them. They are in Go because what they measure is no program's.
func made(ctx context.Context) ([]*Row, error) {
	all := map[string]benchmark{}
	for _, args := range [][]string{
		{"-bench", "^BenchmarkAssemble$", "-benchtime", "200ms", "-count", "3", "./feed"},
		{"-bench", "^BenchmarkShelf$", "-benchtime", "10x", "./internal/web"},
	} {
		say("go test %s", strings.Join(args, " "))
		said, err := exec.CommandContext(ctx, "go", append([]string{"test", "-run", "^$"}, args...)...).CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("go test %s: %w\n%s", strings.Join(args, " "), err, said)
		}
		readBenchmarks(said, all)
	}
	return madeRows(all)
}

// madeRows compares.
func madeRows(all map[string]benchmark) ([]*Row, error) {
	var rows []*Row
	var missing []string
	get := func(name, unit string, by float64) []float64 {
		v, ok := all[name][unit]
		if !ok {
			missing = append(missing, name+" in "+unit)
		}
		v = slices.Clone(v)
		for i := range v {
			v[i] *= by
		}
		return v
	}
	const ms = 1e-6 // in ns
	for _, f := range []struct {
		name, title string
		goal        float64
	}{{"rss", "RSS", 1}, {"atom", "Atom", 0.1}, {"json", "JSON", 0.1}} {
		for _, n := range []string{"50", "10000"} {
			of := "Assemble/" + f.name + "/" + n
			rows = append(rows, &Row{
				What: f.title + " of " + n + " items", Unit: "ms", Beside: "gorilla/feeds", Goal: f.goal, AtMost: true,
				Ours: get(of+"/ours", "ns/op", ms), Theirs: get(of+"/gorilla", "ns/op", ms),
			})
		}
	}
	rows = append(rows, &Row{
		What: "all feeds, 1 new of 10000 articles", Unit: "ms", Beside: "the promise", Goal: 1, AtMost: true,
		Ours: get("Shelf", "ns/op", ms), Theirs: []float64{rebuild},
	}, &Row{
		What: "all feeds, in memory", Unit: "× the bytes", Beside: "them", Goal: mostOfFeed, AtMost: true,
		Ours: get("Shelf", "kept/served", 1), Theirs: []float64{1},
	})
	if missing != nil {
		return nil, fmt.Errorf("no benchmark of %s", strings.Join(missing, ", "))
	}
	return rows, nil
}

// readBenchmarks adds what go test -bench printed, by the names of benchmarks
// without the number of cores behind them.
func readBenchmarks(said []byte, to map[string]benchmark) {
	for lines := bufio.NewScanner(bytes.NewReader(said)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		if i := strings.LastIndexByte(name, '-'); i > 0 {
			name = name[:i]
		}
		figures := to[name]
		if figures == nil {
			figures = benchmark{}
			to[name] = figures
		}
		for i := 2; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				figures[fields[i+1]] = append(figures[fields[i+1]], v)
			}
		}
	}
}
