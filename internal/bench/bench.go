package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// The scenarios: everybody gets the same letter, readers chose topics, letters
// are signed.
const (
	plain        = "plain"
	manyVersions = "versions"
	signed       = "signed"

	rivalName      = "smtp-source"
	signaturesName = "signatures"
)

// letters are the scenarios that send some.
var letters = []string{plain, manyVersions, signed}

// scenarios are all.
var scenarios = append(slices.Clone(letters), feeds, signUps, desk)

// mostSigned is how many letters are enough to measure what is bound by
// signatures: on two cores they take half a minute.
const mostSigned = 50_000

// A Bench is what to measure.
type Bench struct {
	Readers, Sessions []int
	Scenarios         []string
	Rounds            int
	Program, Profile  string // files

	sink  *sinkProcess
	rival *Rival // nil: not installed
}

// A turn is what is run in each round to add to a line.
type turn struct {
	*Line
	run func(context.Context) (Figures, error)
}

// run measures, and writes the table to out.
func (b *Bench) run(ctx context.Context, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "standfirst-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := b.build(ctx, dir); err != nil {
		return err
	}
	load, known := busy()
	if known && load > float64(runtime.NumCPU())/2 {
		say("THE MACHINE IS BUSY: %.1f processes want to run already; only CPU-s/1000 and ratios mean much", load)
	}
	if known {
		fmt.Fprintf(out, "load before: %.1f\n", load)
	}
	if slices.ContainsFunc(b.Scenarios, func(name string) bool { return slices.Contains(letters, name) }) {
		if err := b.measureLetters(ctx, dir, out); err != nil {
			return err
		}
	}
	if slices.Contains(b.Scenarios, feeds) {
		if err := b.writeFeeds(ctx, dir, out); err != nil {
			return err
		}
	}
	if slices.Contains(b.Scenarios, desk) {
		fmt.Fprintln(out)
		if err := b.measureDesk(ctx, dir, out); err != nil {
			return err
		}
	}
	if !slices.Contains(b.Scenarios, signUps) {
		return nil
	}
	quiet, flooded, err := b.measureSignUps(ctx, dir)
	if err != nil {
		return err
	}
	fmt.Fprintln(out)
	writeSiege(out, quiet, flooded)
	return nil
}

// writeFeeds measures feeds, and writes the table.
func (b *Bench) writeFeeds(ctx context.Context, dir string, out io.Writer) error {
	rows, missing, err := b.measureFeeds(ctx, filepath.Join(dir, feeds))
	if err != nil {
		return err
	}
	fmt.Fprintln(out)
	writeRows(out, rows)
	if missing != nil {
		fmt.Fprintf(out, "NOT SERVED BESIDE NGINX: %v\n", missing)
	}
	return nil
}

// measureLetters sends to all numbers of readers, and writes the table.
func (b *Bench) measureLetters(ctx context.Context, dir string, out io.Writer) (err error) {
	if b.sink, err = startSink(); err != nil {
		return err
	}
	defer b.sink.close()
	var missing error
	if b.rival, missing = findRival(); missing != nil {
		say("NO RATIOS: %v", missing)
	}
	var lines []*Line
	for _, n := range b.Readers {
		done, err := b.rounds(ctx, filepath.Join(dir, fmt.Sprint(n)), n)
		if err != nil {
			return err
		}
		lines = append(lines, done...)
	}
	writeTable(out, lines)
	fmt.Fprintln(out)
	for _, l := range lines {
		for _, m := range l.missed() {
			fmt.Fprintln(out, "missed:", m)
		}
	}
	if missing != nil {
		fmt.Fprintf(out, "NO RATIOS: %v\n", missing)
	}
	return nil
}

// build makes the program from the sources, if none was named.
func (b *Bench) build(ctx context.Context, dir string) (err error) {
	if b.Program != "" {
		b.Program, err = filepath.Abs(b.Program)
		return err
	}
	b.Program = filepath.Join(dir, "standfirst")
	text, err := exec.CommandContext(ctx, "go", "build", "-o", b.Program, "./cmd/standfirst").CombinedOutput()
	if err != nil {
		return fmt.Errorf("go build ./cmd/standfirst: %w\n%s", err, text)
	}
	return nil
}

// rounds runs everything with n readers, in turn.
func (b *Bench) rounds(ctx context.Context, dir string, n int) ([]*Line, error) {
	defer os.RemoveAll(dir) // a million readers, twice, are much
	turns, err := b.turns(ctx, dir, n)
	if err != nil {
		return nil, err
	}
	for round := range b.Rounds {
		for _, t := range turns {
			f, err := t.run(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.Scenario, err)
			}
			t.Runs = append(t.Runs, f)
			say("round %d of %d: %s, %d sessions: %d in %s, %.0f a second", round+1, b.Rounds, t.Scenario, t.Sessions,
				f.Letters, f.Wall.Round(10*time.Millisecond), f.rate())
		}
	}
	var lines []*Line
	for _, t := range turns {
		lines = append(lines, t.Line)
	}
	return lines, nil
}

// turns prepares what is run with n readers. Every line has another beside it
// that shows what can be had at all on this machine at this moment: letters
// that nobody composed, or signatures without letters.
func (b *Bench) turns(ctx context.Context, dir string, n int) ([]turn, error) {
	var turns []turn
	size := 0 // of a letter of the first run
	add := func(p *Press, beside *Line) {
		for _, sessions := range b.Sessions {
			l := &Line{Scenario: p.Name, Readers: p.Readers, Sessions: sessions, Beside: beside}
			turns = append(turns, turn{l, func(ctx context.Context) (Figures, error) {
				f, err := p.send(ctx, sessions, b.Profile)
				if size == 0 {
					size = int(f.size())
				}
				return f, err
			}})
		}
	}
	var rival *Line
	if b.rival != nil {
		rival = &Line{Scenario: rivalName, Readers: n, Sessions: rivalSessions}
	}
	for _, name := range letters {
		// Signed letters are bound by the cores, whatever the number of readers.
		if !slices.Contains(b.Scenarios, name) || name == signed && n != b.Readers[0] {
			continue
		}
		p, err := b.press(ctx, filepath.Join(dir, name), name, n)
		if err != nil {
			return nil, err
		}
		if name == signed {
			beside := &Line{Scenario: signaturesName, Readers: p.Readers}
			turns = append(turns, turn{beside, func(ctx context.Context) (Figures, error) {
				return signatures(ctx, filepath.Join(p.Paper.Dir, keyFile), 3*time.Second)
			}})
			add(p, beside)
			continue
		}
		add(p, rival)
	}
	if len(turns) > 0 && rival != nil && turns[0].Beside == rival {
		// After the first, so that the size of a letter is known.
		turns = slices.Insert(turns, 1, turn{rival, func(ctx context.Context) (Figures, error) {
			return b.rival.send(ctx, b.sink, n, size)
		}})
	}
	return turns, nil
}

// press prepares a scenario.
func (b *Bench) press(ctx context.Context, dir, name string, n int) (*Press, error) {
	p := &Press{
		Name: name, Program: b.Program, Sink: b.sink, Readers: n, Signed: name == signed,
		Paper: &Paper{Dir: dir, Relay: b.sink.addr, Versions: name == manyVersions},
	}
	if p.Signed {
		p.Readers = min(n, mostSigned)
	}
	return p, p.prepare(ctx)
}
