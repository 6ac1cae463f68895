// Bench measures Standfirst from end to end: the real program, with a real
// configuration and a real ledger, sends a digest to made-up readers at a mail
// server on the same machine that takes every letter and keeps none. Beside it
// runs Postfix's smtp-source, which sends as many letters of the same size to
// the same server and has nothing else to do.
//
// It floods the form to sign up while an edition leaves and feeds are fetched,
// and shows what is left of both, and that the limits hold.
//
// It looks at every page of the desk while an edition leaves.
//
// Of feeds it measures how fast the program serves one, beside nginx with the
// same bytes, and takes from the benchmarks of Go how fast they are made.
//
//	go run ./internal/bench
//	go run ./internal/bench -readers 100000,1000000 -rounds 1
//	go run ./internal/bench -scenario feeds
//	go run ./internal/bench -scenario desk
//	go run ./internal/bench -scenario signups -rounds 1
//	go run ./internal/bench -scenario plain -sessions 50 -rounds 1 -profile cpu.out
//
// It knows the program from outside only: its commands and what they answer.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		fmt.Fprintln(os.Stderr, "bench: error:", err)
		os.Exit(1)
	}
}

// run is the bench, or one of the processes that it starts.
func run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == sinkCommand:
		return runSink(os.Stdin, os.Stdout)
	case len(args) == 3 && args[0] == signaturesCommand:
		d, err := time.ParseDuration(args[2])
		if err != nil {
			return err
		}
		return runSignatures(args[1], d, os.Stdout)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b, err := parse(args)
	if err != nil {
		return err
	}
	return b.run(ctx, os.Stdout)
}

// parse reads the command line.
func parse(args []string) (*Bench, error) {
	b := &Bench{Readers: []int{100_000}, Sessions: []int{10, 50}, Scenarios: scenarios}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.Func("readers", "how `many`, like 100000,1000000 (default 100000)", numbers(&b.Readers))
	f.Func("sessions", "of the program, like `10,50` (the default)", numbers(&b.Sessions))
	f.Func("scenario", "one of "+strings.Join(scenarios, ", ")+", or some with commas (default all)", func(s string) error {
		b.Scenarios = strings.Split(s, ",")
		for _, name := range b.Scenarios {
			if !slices.Contains(scenarios, name) {
				return fmt.Errorf("there is no scenario %q", name)
			}
		}
		return nil
	})
	f.IntVar(&b.Rounds, "rounds", 3, "how often everything is run, in turn")
	f.StringVar(&b.Program, "program", "", "measure this `file` instead of building the program")
	f.Func("profile", "write the CPU profile of the program's last run to this `file`", func(s string) (err error) {
		b.Profile, err = filepath.Abs(s) // the program runs in another folder
		return err
	})
	full := f.Bool("full", false, "the same as -readers 100000,1000000")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if *full {
		b.Readers = []int{100_000, 1_000_000}
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("%q is no flag; -help lists them", f.Arg(0))
	}
	if b.Rounds < 1 {
		return nil, errors.New("-rounds wants at least 1")
	}
	return b, nil
}

// numbers reads a list of numbers.
func numbers(to *[]int) func(string) error {
	return func(s string) error {
		*to = nil
		for part := range strings.SplitSeq(s, ",") {
			n, err := strconv.Atoi(part)
			if err != nil || n < 1 {
				return fmt.Errorf("%q is not a number above 0", part)
			}
			*to = append(*to, n)
		}
		return nil
	}
}

// say tells what is going on.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }
