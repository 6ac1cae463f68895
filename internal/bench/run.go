package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// measured runs a command to its end and says what it took; its answer is what
// it printed. What it complains of is told as it comes. Letters are the sink's to
// count.
//
// The kernel counts the memory of whoever starts a process as the process's
// own, so this program must stay small: what it makes, it writes as it goes.
func measured(ctx context.Context, dir, name string, args ...string) (f Figures, answer []byte, err error) {
	c := exec.CommandContext(ctx, name, args...)
	var out bytes.Buffer
	c.Dir, c.Stdout, c.Stderr = dir, &out, os.Stderr
	began := time.Now()
	err = c.Run()
	f.Wall = time.Since(began)
	if s := c.ProcessState; s != nil {
		f.CPU = s.UserTime() + s.SystemTime()
		f.RSS = resident(s)
	}
	if err != nil {
		return f, nil, fmt.Errorf("%s: %w\n%s", c, err, out.Bytes())
	}
	return f, out.Bytes(), nil
}
