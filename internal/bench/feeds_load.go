package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// load asks a server for its feed as fast as it answers, as 64 readers who take
// gzip and, unless it is "", have the one with a tag. It returns answers a
// second.
func load(ctx context.Context, wrk, url, tag string, d time.Duration) (float64, error) {
	args := []string{"-t", "2", "-c", "64", "-d", fmt.Sprintf("%.0fs", max(1, d.Seconds())), "-H", "Accept-Encoding: gzip"}
	if tag != "" {
		args = append(args, "-H", "If-None-Match: "+tag)
	}
	said, err := exec.CommandContext(ctx, wrk, append(args, url)...).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("wrk: %w\n%s", err, said)
	}
	return readLoad(said)
}

var answersASecond = regexp.MustCompile(`(?m)^Requests/sec:\s*([0-9.]+)\s*$`)

// broken are connections that failed. Timeouts are no failures: on a busy machine
// an answer may take its time.
var broken = regexp.MustCompile(`(?m)^\s*Socket errors: .*(connect|read|write) [1-9]`)

// readLoad reads what wrk says. An answer that is none is an error: refusing is
// faster than serving.
func readLoad(said []byte) (float64, error) {
	m := answersASecond.FindSubmatch(said)
	if m == nil || bytes.Contains(said, []byte("Non-2xx or 3xx")) || broken.Match(said) {
		return 0, fmt.Errorf("wrk says\n%s", said)
	}
	rate, err := strconv.ParseFloat(string(m[1]), 64)
	if err == nil && rate <= 0 {
		err = fmt.Errorf("wrk says\n%s", said)
	}
	return rate, err
}
