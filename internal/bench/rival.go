package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
)

// rivalSessions is what smtp-source does best with.
const rivalSessions = 10

// A Rival is Postfix's smtp-source, a small program in C that sends the same
// made-up letter again and again: no readers, no ledger, nothing personal.
type Rival struct {
	Program string
	body    int // bytes that make its letters as large as ours
}

// findRival looks for smtp-source, also where users' PATH does not.
func findRival() (*Rival, error) {
	for _, name := range []string{"smtp-source", "/usr/sbin/smtp-source"} {
		if path, err := exec.LookPath(name); err == nil {
			return &Rival{Program: path}, nil
		}
	}
	return nil, errors.New("smtp-source is not installed; it comes with Postfix: apt-get install postfix")
}

// match makes its letters size bytes large, header included.
func (r *Rival) match(ctx context.Context, sink *sinkProcess, size int) error {
	r.body = size
	f, err := r.send(ctx, sink, 1)
	if err != nil {
		return err
	}
	r.body -= int(f.Bytes) - size
	if r.body <= 0 {
		return fmt.Errorf("smtp-source: letters of %d bytes are too small", size)
	}
	return nil
}

// send sends n letters and measures it.
func (r *Rival) send(ctx context.Context, sink *sinkProcess, n int) (Figures, error) {
	if err := sink.reset(); err != nil {
		return Figures{}, err
	}
	f, _, err := measured(ctx, "", r.Program, "-d", "-s", strconv.Itoa(min(rivalSessions, n)), "-m", strconv.Itoa(n), "-l", strconv.Itoa(r.body),
		"-f", "news@lead.example.com", "-t", "reader@post.example", "inet:"+sink.addr)
	if err != nil {
		return f, err
	}
	f.Tally, err = sink.tally()
	if err == nil && f.Letters != n {
		err = fmt.Errorf("smtp-source: %d letters came, %d expected", f.Letters, n)
	}
	return f, err
}
