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
	header  int // bytes it adds to the body it is asked for; 0 is not known yet
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

// send sends n letters of size bytes each, header included, and measures it.
func (r *Rival) send(ctx context.Context, sink *sinkProcess, n, size int) (Figures, error) {
	if r.header == 0 {
		f, err := r.letters(ctx, sink, 1, size)
		if err != nil {
			return f, err
		}
		r.header = int(f.Bytes) - size
	}
	if size <= r.header {
		return Figures{}, fmt.Errorf("smtp-source: letters of %d bytes are too small", size)
	}
	return r.letters(ctx, sink, n, size-r.header)
}

// letters sends n letters with bodies of that many bytes.
func (r *Rival) letters(ctx context.Context, sink *sinkProcess, n, body int) (Figures, error) {
	if err := sink.reset(); err != nil {
		return Figures{}, err
	}
	f, _, err := measured(ctx, "", r.Program, "-d", "-s", strconv.Itoa(rivalSessions), "-m", strconv.Itoa(n), "-l", strconv.Itoa(body),
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
