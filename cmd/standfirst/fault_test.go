package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
)

// faults are all the ways for us, our machine, the relay and the database to
// fail while letters are on their way. Each is a test of the real parts over
// real sockets, against a mail server that counts by reader and Message-ID:
// nobody is lost, and nothing comes twice but what may, under the same
// Message-ID.
var faults = []struct {
	name  string
	run   func(*fault)
	waits bool // mostly; so it waits together with the others
}{
	{"kill -9", killed, false},
	{"SIGTERM", stopped, false},
	{"disk full", diskFull, true},
	{"the line", brokenLines, true},
	{"rendering fails", unrendered, true},
	{"serve beside send, one SQLite file", serveAndSend, false},
	{"serve beside serve, one SQLite file", serveAndServe, false},
	{"PostgreSQL away", postgresAway, true},
	{"kill -9 of three on PostgreSQL, which restarts", postgresKilled, false},
}

// TestFaults runs them small, in about half a minute. STANDFIRST_FAULTS=full,
// which make faults sets, runs them as large as they are promised, one after
// another, and prints what came of each.
func TestFaults(t *testing.T) {
	t.Parallel()
	table := new(faultTable)
	defer table.print()
	var waiting sync.WaitGroup
	defer waiting.Wait()
	for _, f := range faults {
		one := func() {
			t.Run(f.name, func(t *testing.T) { f.run(&fault{T: t, name: f.name, table: table}) })
		}
		if f.waits && !full {
			waiting.Go(one)
		} else {
			one()
		}
	}
}

var full = os.Getenv("STANDFIRST_FAULTS") == "full"

// size picks the size of something.
func size[T any](small, large T) T {
	if full {
		return large
	}
	return small
}

// A fault is one of them at work.
type fault struct {
	*testing.T
	name  string
	table *faultTable
}

// A faultTable says what came of each.
type faultTable struct {
	mu   sync.Mutex
	rows []faultRow
}

type faultRow struct {
	fault                         string
	letters, lost, repeats, bound int
	ledger                        string
}

func (f *fault) row(r faultRow) {
	r.fault = cmp.Or(r.fault, f.name)
	f.table.mu.Lock()
	defer f.table.mu.Unlock()
	f.table.rows = append(f.table.rows, r)
	if full {
		fmt.Printf("%s: done\n", r.fault) // somebody waits for minutes
	}
	f.Logf("%d letters, %d lost, %d repeats of at most %d; %s", r.letters, r.lost, r.repeats, r.bound, r.ledger)
}

func (t *faultTable) print() {
	if !full {
		return
	}
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "fault\tletters\tlost\trepeats\tbound\tthe ledger says")
	for _, r := range t.rows {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\n", r.fault, r.letters, r.lost, r.repeats, r.bound, r.ledger)
	}
	w.Flush()
	fmt.Printf("\n%s\n", &out)
}
