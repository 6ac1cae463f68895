package digest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

// Results tell how the letters of an edition fare.
type Results struct {
	Minutes []Minute      // in which letters were accepted, ascending
	Domains []DomainFares // by number of letters, largest first; beyond MostDomains all others as one without a name
	Reasons []ReasonCount // why letters were not accepted, or are not yet, by number, largest first
	Left    int           // readers who left the newsletter after this edition and before the next
	Clicks  *Clicks       // on the links of its letters; nil: they are not counted
}

// MostDomains is how many domains results tell apart.
const MostDomains = 50

// A Minute is how many letters were accepted in one.
type Minute struct {
	At       time.Time // its beginning, UTC
	Accepted int
}

// DomainFares is how the letters to one domain fare.
type DomainFares struct {
	Domain  string // of addresses, in lower case; empty: all others
	Sent    int
	Failed  int
	Skipped int
	Open    int // all that are not settled
	Waiting int // of these: tried before
	// The last answer of its servers, if there was one; Code 0: none.
	At       time.Time
	Code     int
	Enhanced string
}

// Letters is how many there are.
func (d *DomainFares) Letters() int { return d.Sent + d.Failed + d.Skipped + d.Open }

// A ReasonCount is how many letters have the same reason not to be accepted.
type ReasonCount struct {
	State    mailer.State // failed, skipped, or queued: waiting for another attempt
	Reason   string
	Code     int
	Enhanced string
	Letters  int
}

// A Tally counts up the letters of one edition. The zero value is ready.
type Tally struct {
	minutes map[int64]int
	domains map[string]*DomainFares
	reasons map[ReasonCount]int
}

// A TallyLetter is what a Tally needs to know of one letter.
type TallyLetter struct {
	Email    string
	State    mailer.State
	Reason   string
	Attempts int
	At       time.Time
	Code     int
	Enhanced string
}

// Add counts a letter. Readers who were planned nothing have none.
func (t *Tally) Add(l TallyLetter) {
	if t.domains == nil {
		t.minutes, t.domains, t.reasons = map[int64]int{}, map[string]*DomainFares{}, map[ReasonCount]int{}
	}
	name := strings.ToLower(l.Email[strings.LastIndexByte(l.Email, '@')+1:])
	d := t.domains[name]
	if d == nil {
		d = &DomainFares{Domain: name}
		t.domains[name] = d
	}
	reason := ReasonCount{State: l.State, Reason: l.Reason, Code: l.Code, Enhanced: l.Enhanced}
	switch l.State {
	case mailer.None:
		return
	case mailer.Sent:
		d.Sent++
		t.minutes[l.At.Unix()/60]++
	case mailer.Failed:
		d.Failed++
		t.reasons[reason]++
	case mailer.Skipped:
		d.Skipped++
		t.reasons[reason]++
	default:
		d.Open++
		if l.Attempts > 0 {
			d.Waiting++
			t.reasons[reason]++
		}
	}
	if l.Code != 0 && l.At.After(d.At) {
		d.At, d.Code, d.Enhanced = l.At, l.Code, l.Enhanced
	}
}

// Results returns what was counted.
func (t *Tally) Results() *Results {
	r := &Results{}
	for _, m := range slices.Sorted(maps.Keys(t.minutes)) {
		r.Minutes = append(r.Minutes, Minute{At: time.Unix(m*60, 0).UTC(), Accepted: t.minutes[m]})
	}
	for _, d := range t.domains {
		if d.Letters() > 0 {
			r.Domains = append(r.Domains, *d)
		}
	}
	slices.SortFunc(r.Domains, func(a, b DomainFares) int {
		return cmp.Or(cmp.Compare(b.Letters(), a.Letters()), cmp.Compare(a.Domain, b.Domain))
	})
	if len(r.Domains) > MostDomains {
		var rest DomainFares
		for _, d := range r.Domains[MostDomains:] {
			rest.Sent, rest.Failed, rest.Skipped = rest.Sent+d.Sent, rest.Failed+d.Failed, rest.Skipped+d.Skipped
			rest.Open, rest.Waiting = rest.Open+d.Open, rest.Waiting+d.Waiting
			if d.At.After(rest.At) {
				rest.At, rest.Code, rest.Enhanced = d.At, d.Code, d.Enhanced
			}
		}
		r.Domains = append(r.Domains[:MostDomains:MostDomains], rest)
	}
	for reason, n := range t.reasons {
		reason.Letters = n
		r.Reasons = append(r.Reasons, reason)
	}
	slices.SortFunc(r.Reasons, func(a, b ReasonCount) int {
		return cmp.Or(cmp.Compare(b.Letters, a.Letters), cmp.Compare(a.State, b.State), cmp.Compare(a.Reason, b.Reason),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Enhanced, b.Enhanced))
	})
	return r
}
