package main

import (
	"fmt"
	"time"
)

// A goal is what the program promises of a scenario; 0 promises nothing.
type goal struct {
	from int           // with as many sessions or more; fewer are shown and promise nothing of speed
	rate float64       // at least this multiple of what is beside, ledger included
	cost float64       // at most this multiple of its CPU for a letter
	wait time.Duration // at most, from publishing to the first letter
}

var goals = map[string]goal{
	// A session waits for its last result to be durable, so that the more there
	// are, the more results are written down at once.
	plain:        {from: 50, rate: 0.90, cost: 2},
	manyVersions: {wait: time.Second},
	signed:       {from: 50, cost: 1.15},
}

// mostMemory is a promise of all scenarios, in bytes, however many readers.
const mostMemory = 150e6

// missed returns a sentence for each promise that a line does not keep.
func (l *Line) missed() []string {
	g, ours := goals[l.Scenario]
	if !ours {
		return nil
	}
	var list []string
	miss := func(format string, args ...any) {
		list = append(list, fmt.Sprintf("%s, %d readers, %d sessions: ", l.Scenario, l.Readers, l.Sessions)+fmt.Sprintf(format, args...))
	}
	if l.Sessions < g.from {
		g.rate, g.cost = 0, 0
	}
	if r, ok := l.rate(); ok && r < g.rate {
		miss("%.2f × the rate of %s, not %.2f", r, l.Beside.Scenario, g.rate)
	}
	if r, ok := l.cost(); ok && g.cost > 0 && r > g.cost {
		miss("%.2f × the CPU of %s, not %.2f", r, l.Beside.Scenario, g.cost)
	}
	if d := l.wait(); g.wait > 0 && d > g.wait {
		miss("%s to the first letter, not %s", d.Round(time.Millisecond), g.wait)
	}
	if m := l.memory(); m > mostMemory {
		miss("%.0f MB of memory, not %.0f", m/1e6, mostMemory/1e6)
	}
	return list
}
