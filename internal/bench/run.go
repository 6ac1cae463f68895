package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// measured runs a command to its end and says what it took; its answer is what
// it printed. Letters are the sink's to count.
//
// The kernel counts the memory of whoever starts a process as the process's
// own, so this program must stay small: what it makes, it writes as it goes.
func measured(ctx context.Context, dir, name string, args ...string) (f Figures, answer []byte, err error) {
	c := exec.CommandContext(ctx, name, args...)
	var out, complaint bytes.Buffer
	c.Dir, c.Stdout, c.Stderr = dir, &out, &complaint
	began := time.Now()
	err = c.Run()
	f.Wall = time.Since(began)
	if s := c.ProcessState; s != nil {
		f.CPU = s.UserTime() + s.SystemTime()
		if use, ok := s.SysUsage().(*syscall.Rusage); ok {
			f.RSS = use.Maxrss * rssUnit
		}
	}
	if err != nil {
		return f, nil, fmt.Errorf("%s: %w\n%s%s", c, err, out.Bytes(), complaint.Bytes())
	}
	return f, out.Bytes(), nil
}

// A Press is a publication with its readers, ready to be sent again and again:
// each time from a copy of the database as it was after the import.
type Press struct {
	Program string // standfirst
	Paper   *Paper
	Readers int

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
	config, err := p.Paper.configure(10, false)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	f, _, err := p.run(ctx, config, "subscribers", "import", csv)
	if err != nil {
		return err
	}
	say("imported %d readers in %s", p.Readers, f.Wall.Round(time.Millisecond))
	if _, _, err := p.run(ctx, config, "dkim", "new", "--selector", "bench", "--out", "dkim.pem"); err != nil {
		return err
	}
	_, _, err = p.run(ctx, config, "backup", p.Paper.Dir+"/imported.db")
	return err
}

func (p *Press) run(ctx context.Context, config string, args ...string) (Figures, []byte, error) {
	return measured(ctx, p.Paper.Dir, p.Program, append([]string{"--config", config}, args...)...)
}

// send sends an edition to every reader and measures it.
func (p *Press) send(ctx context.Context, sink *sinkProcess, sessions int, signed bool, profile string) (Figures, error) {
	config, err := p.Paper.configure(sessions, signed)
	if err != nil {
		return Figures{}, fmt.Errorf("configuration: %w", err)
	}
	if err := p.restore(); err != nil {
		return Figures{}, fmt.Errorf("database: %w", err)
	}
	if err := sink.reset(); err != nil {
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
	if f.Tally, err = sink.tally(); err != nil {
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
	case f.Letters != p.Readers || f.Readers != p.Readers || f.Sum != p.sum:
		return fmt.Errorf("%d readers, but %d letters to %d addresses came, or to others", p.Readers, f.Letters, f.Readers)
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
