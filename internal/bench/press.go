package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

// A Press is a publication with its readers, ready to be sent again and again:
// each time from a copy of the database as it was after the import.
type Press struct {
	Name    string // of the scenario
	Program string // standfirst
	Paper   *Paper
	Sink    *sinkProcess
	Readers int
	Signed  bool

	sum uint64 // of the hashes of their addresses
}

// prepare writes the publication and imports its readers.
func (p *Press) prepare(ctx context.Context) error {
	if err := p.Paper.write(time.Now()); err != nil {
		return fmt.Errorf("publication: %w", err)
	}
	csv := p.Paper.Dir + "/readers.csv"
	var err error
	if p.sum, err = p.Paper.readers(csv, p.Readers); err != nil {
		return fmt.Errorf("readers: %w", err)
	}
	config, err := p.Paper.configure(1, false)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	f, _, err := p.run(ctx, config, "subscribers", "import", csv)
	if err != nil {
		return err
	}
	say("imported %d readers in %s", p.Readers, f.Wall.Round(time.Millisecond))
	if p.Signed {
		if _, _, err := p.run(ctx, config, "dkim", "new", "--selector", selector, "--out", keyFile); err != nil {
			return err
		}
	}
	_, _, err = p.run(ctx, config, "backup", p.Paper.Dir+"/imported.db")
	return err
}

func (p *Press) run(ctx context.Context, config string, args ...string) (Figures, []byte, error) {
	return measured(ctx, p.Paper.Dir, p.Program, append([]string{"--config", config}, args...)...)
}

// send sends an edition to every reader and measures it.
func (p *Press) send(ctx context.Context, sessions int, profile string) (Figures, error) {
	config, err := p.Paper.configure(sessions, p.Signed)
	if err != nil {
		return Figures{}, fmt.Errorf("configuration: %w", err)
	}
	if err := p.restore(); err != nil {
		return Figures{}, fmt.Errorf("database: %w", err)
	}
	if err := p.Sink.reset(); err != nil {
		return Figures{}, err
	}
	args := []string{"send", "weekly", "--yes", "--json"}
	if profile != "" {
		args = append(args, "--cpuprofile", profile)
	}
	f, answer, err := p.run(ctx, config, args...)
	if err != nil {
		return f, err
	}
	if f.Tally, err = p.Sink.tally(); err != nil {
		return f, err
	}
	if err := p.verify(&f, answer); err != nil {
		return f, err
	}
	return f, p.published(ctx, config, &f)
}

// restore puts the database back to where no edition was sent.
func (p *Press) restore() error {
	for _, beside := range []string{"-wal", "-shm"} {
		if err := os.RemoveAll(p.Paper.Dir + "/var/standfirst.db" + beside); err != nil {
			return err
		}
	}
	return copyFile(p.Paper.Dir+"/var/standfirst.db", p.Paper.Dir+"/imported.db")
}

// verify compares what the program says and what came: each reader one letter.
func (p *Press) verify(f *Figures, answer []byte) error {
	var told struct{ Planned, Sent, Versions int }
	if err := json.Unmarshal(answer, &told); err != nil {
		return fmt.Errorf("send --json: %w", err)
	}
	f.Versions = told.Versions
	switch {
	case told.Planned != p.Readers || told.Sent != p.Readers:
		return fmt.Errorf("%d readers, but %d planned and %d sent", p.Readers, told.Planned, told.Sent)
	case f.Letters != p.Readers || f.Tally.Readers != p.Readers || f.IDs != p.Readers:
		return fmt.Errorf("%d readers, but %d letters to %d readers with %d Message-IDs came", p.Readers, f.Letters, f.Tally.Readers, f.IDs)
	case f.Sum != p.sum:
		return errors.New("as many letters came as there are readers, but some to others")
	case f.Strays > 0:
		return fmt.Errorf("%d letters came to readers that they are not addressed to", f.Strays)
	}
	return nil
}

// published finds out how long the first letter took from the moment of publishing.
func (p *Press) published(ctx context.Context, config string, f *Figures) error {
	_, answer, err := p.run(ctx, config, "editions", "--json")
	if err != nil {
		return err
	}
	var editions []struct{ Slot time.Time }
	if err := json.Unmarshal(answer, &editions); err != nil || len(editions) != 1 {
		return fmt.Errorf("editions --json: %d editions, one expected (%v)", len(editions), err)
	}
	f.Wait = f.First.Sub(editions[0].Slot)
	return nil
}
