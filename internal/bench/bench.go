package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

var scenarios = []string{"plain", "versions", "signed"}

// mostSigned is how many letters are enough to measure what is bound by
// signatures: on two cores they take ten seconds.
const mostSigned = 20_000

// A Bench is what to measure.
type Bench struct {
	Readers, Sessions []int
	Scenarios         []string
	Rounds            int
	Program, Profile  string // files
}

// A Line is a scenario and what its runs took.
type Line struct {
	Scenario string
	Readers  int
	Sessions int
	Runs     []Figures
	Bound    []float64 // signatures a second on all cores, where letters are signed

	run func(context.Context, *Line) error
}

// run measures, and prints the table to out.
func (b *Bench) run(ctx context.Context, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "standfirst-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err := b.program(ctx, dir)
	if err != nil {
		return err
	}
	sink, err := startSink()
	if err != nil {
		return err
	}
	defer sink.close()
	rival, missing := findRival()
	if missing != nil {
		say("NO RATIOS: %v", missing)
	}
	var lines []*Line
	for _, n := range b.Readers {
		group, err := b.group(ctx, dir, program, sink, rival, n)
		if err != nil {
			return err
		}
		for round := range b.Rounds {
			for _, l := range group {
				say("round %d of %d: %s, %d readers, %d sessions", round+1, b.Rounds, l.Scenario, l.Readers, l.Sessions)
				if err := l.run(ctx, l); err != nil {
					return fmt.Errorf("%s: %w", l.Scenario, err)
				}
			}
		}
		lines = append(lines, group...)
	}
	print(out, lines)
	if missing != nil {
		fmt.Fprintf(out, "\nNO RATIOS: %v\n", missing)
	}
	return nil
}

// program returns the file to measure, built from the sources if none was named.
func (b *Bench) program(ctx context.Context, dir string) (string, error) {
	if b.Program != "" {
		return filepath.Abs(b.Program)
	}
	file := filepath.Join(dir, "standfirst")
	text, err := exec.CommandContext(ctx, "go", "build", "-o", file, "./cmd/standfirst").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build ./cmd/standfirst: %w\n%s", err, text)
	}
	return file, nil
}

// group prepares what is run in turn with one number of readers.
func (b *Bench) group(ctx context.Context, dir, program string, sink *sinkProcess, rival *Rival, n int) ([]*Line, error) {
	var lines []*Line
	size := 0
	press := func(name string, n int, chosen bool) (*Press, error) {
		p := &Press{Program: program, Readers: n, Paper: &Paper{
			Dir: filepath.Join(dir, fmt.Sprintf("%s-%d", name, n)), Sink: sink.addr, Versions: chosen}}
		return p, p.prepare(ctx)
	}
	for _, name := range scenarios {
		if !slices.Contains(b.Scenarios, name) {
			continue
		}
		readers, signed := n, name == "signed"
		if signed {
			readers = min(n, mostSigned)
		}
		p, err := press(name, readers, name == "versions")
		if err != nil {
			return nil, err
		}
		for _, sessions := range b.Sessions {
			lines = append(lines, &Line{Scenario: name, Readers: readers, Sessions: sessions, run: func(ctx context.Context, l *Line) error {
				if signed {
					bound, err := signatures(3 * time.Second)
					if err != nil {
						return err
					}
					l.Bound = append(l.Bound, bound)
				}
				f, err := p.send(ctx, sink, l.Sessions, signed, b.Profile)
				if err != nil {
					return err
				}
				size = int(f.size())
				l.Runs = append(l.Runs, f)
				return nil
			}})
		}
	}
	if rival == nil {
		return lines, nil
	}
	// After the first of ours, so that the size of a letter is known.
	return slices.Insert(lines, 1, &Line{Scenario: rivalName, Readers: n, Sessions: rivalSessions, run: func(ctx context.Context, l *Line) error {
		if rival.body == 0 {
			if err := rival.match(ctx, sink, size); err != nil {
				return err
			}
		}
		f, err := rival.send(ctx, sink, n)
		l.Runs = append(l.Runs, f)
		return err
	}}), nil
}
