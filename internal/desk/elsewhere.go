package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Elsewhere asks other sites whether the links of a letter that lead there
// answer. A page never waits for them: it says what is known, and has the rest
// asked. What is known is forgotten after ten minutes.
//
// Addresses come from sources, so the client must be one for strangers' (package
// fetch).
type Elsewhere struct {
	Client *http.Client

	mu    sync.Mutex
	known map[string]*answer
	busy  int
}

// An answer is what is known of an address.
type answer struct {
	asked time.Time
	came  bool
	good  bool
}

const (
	answerLasts   = 10 * time.Minute
	mostAnswers   = 2000 // are remembered
	mostQuestions = 8    // are under way at once
)

// ask returns which of these addresses do not answer, and of how many that is not
// known yet.
func (e *Elsewhere) ask(addresses []string, now time.Time) (dead []string, waiting int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known == nil || len(e.known) > mostAnswers {
		e.known = make(map[string]*answer)
	}
	for _, address := range addresses {
		a := e.known[address]
		if a == nil || a.came && now.Sub(a.asked) > answerLasts {
			if waiting++; e.busy < mostQuestions {
				a = &answer{asked: now}
				e.known[address], e.busy = a, e.busy+1
				go e.look(address, a)
			}
			continue
		}
		switch {
		case !a.came:
			waiting++
		case !a.good:
			dead = append(dead, address)
		}
	}
	return dead, waiting
}

// look asks one address.
func (e *Elsewhere) look(address string, a *answer) {
	good := e.answers(address)
	e.mu.Lock()
	defer e.mu.Unlock()
	a.came, a.good = true, good
	e.busy--
}

// refuses are the statuses of sites that do not speak to programs, or not to
// strangers: a reader's browser may be let in.
var refuses = []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotAcceptable, http.StatusTooManyRequests, 999}

// answers reports whether a browser would be shown something, as far as can be
// told.
func (e *Elsewhere) answers(address string) bool {
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		r, err := http.NewRequestWithContext(context.Background(), method, address, nil)
		if err != nil {
			return false
		}
		res, err := e.Client.Do(r)
		if err != nil {
			continue
		}
		res.Body.Close()
		if res.StatusCode < 400 || slices.Contains(refuses, res.StatusCode) {
			return true
		}
		// Some sites know no HEAD.
	}
	return false
}

// leadsElsewhere reports whether an address is of another site.
func (d *Desk) leadsElsewhere(address string) bool {
	web := strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
	return web && address != d.Publication.URL && !strings.HasPrefix(address, d.Publication.URL+"/")
}
