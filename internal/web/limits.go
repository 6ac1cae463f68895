package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// Strangers limits what people without an account may ask of us: to be written
// to, and to guess whose a page is. It is asked before anything else is done
// with a request, so that being refused costs next to nothing.
//
// Memory is bounded, see [subscribers.Limiter]. Limits are a process's own: two
// that show pages let twice as much happen.
type Strangers struct {
	networks, addresses, forms, signUps subscribers.Limiter

	mu     sync.Mutex
	pages  map[string][]byte // that say when to come again, by language and route
	counts [len(signUpAnswers)]int64
	told   time.Time // when it was last logged that all are refused
	untold int64     // refused since
}

// SignUpsPerHour is how many may sign up in any hour where nobody says how many.
const SignUpsPerHour = 1000

// NewStrangers returns the limits as they are meant for a publication. A whole
// network may fill in 30 forms at once, and then one every half minute; an
// address may be asked about five times, and then once in ten minutes.
//
// What has as many networks as it likes is bounded too: all together may sign
// up signUps times in any hour, at least 1, and a quarter of that at once. Each
// is a letter to somebody who may never have heard of us, so this is what the
// publication's good name at mail services hangs on. Forms that lead to no
// letter are bounded by what they cost: 600, and then ten a second.
func NewStrangers(signUps int) *Strangers {
	burst := max(1, signUps/4)
	return &Strangers{
		networks:  subscribers.Limiter{Most: 30, Every: 30 * time.Second},
		addresses: subscribers.Limiter{Most: 5, Every: 10 * time.Minute},
		forms:     subscribers.Limiter{Most: 600, Every: 100 * time.Millisecond},
		// With the burst there are never more than signUps within an hour.
		signUps: subscribers.Limiter{Most: burst, Every: time.Hour / time.Duration(max(1, signUps-burst+1))},
	}
}

// The forms of strangers stand in lines of their own: who posts forms that
// nobody has read keeps out nobody who has, and neither keeps readers from
// their own pages.
const (
	lineOfRead   = "read"   // with a stamp of ours that is old enough
	lineOfUnread = "unread" // posted by a page elsewhere, or by a program
	lineOfOwn    = "own"    // about who is a reader already
)

const mostWaitPages = 256

// A WaitError is returned for who must come again later.
type WaitError struct{ Wait time.Duration }

func (WaitError) Error() string { return "too many requests" }

// admit counts a request by its network.
func (s *Server) admit(r *http.Request, now time.Time) error {
	if s.Strangers == nil {
		return nil
	}
	return s.Strangers.allow(&s.Strangers.networks, s.Network(r), "network", now)
}

// admitForm counts a form with all others of its line.
func (s *Server) admitForm(line string, now time.Time) error {
	if s.Strangers == nil {
		return nil
	}
	return s.flooded(s.Strangers.allow(&s.Strangers.forms, line, "forms", now), "too many forms at once", now)
}

// admitAbout counts a request by the address, or the reader, it is about.
func (s *Server) admitAbout(who string, now time.Time) error {
	if s.Strangers == nil {
		return nil
	}
	return s.Strangers.allow(&s.Strangers.addresses, who, "address", now)
}

// admitSignUp counts what becomes a letter to a stranger. It counts whether the
// address is a reader's or not, or would tell.
func (s *Server) admitSignUp(now time.Time) error {
	st := s.Strangers
	if st == nil {
		return nil
	}
	if err := s.flooded(st.allow(&st.signUps, "", "hour", now), "more sign up than readers.signups_per_hour has it", now); err != nil {
		return err
	}
	st.count("asked")
	return nil
}

// allow asks one of the limits.
func (st *Strangers) allow(l *subscribers.Limiter, key, limit string, now time.Time) error {
	ok, wait := l.Allow(key, now)
	if ok {
		return nil
	}
	st.count(limit)
	return WaitError{wait}
}

// signUpAnswers are what became of strangers' forms: asked for confirmation, or
// the limit that refused them.
var signUpAnswers = [...]string{"asked", "network", "address", "forms", "hour"}

func (st *Strangers) count(answer string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.counts[slices.Index(signUpAnswers[:], answer)]++
}

// Counts returns how many forms of strangers led to a request ("asked"), or
// were refused by a limit: that of a "network", of an "address", of all "forms"
// or of sign-ups in an "hour".
func (st *Strangers) Counts() map[string]int64 {
	st.mu.Lock()
	defer st.mu.Unlock()
	all := make(map[string]int64, len(signUpAnswers))
	for i, answer := range signUpAnswers {
		all[answer] = st.counts[i]
	}
	return all
}

// flooded logs that everybody is refused, whoever they are, once in ten
// minutes, and returns err.
func (s *Server) flooded(err error, why string, now time.Time) error {
	if err == nil {
		return nil
	}
	st := s.Strangers
	st.mu.Lock()
	st.untold++
	n, tell := st.untold, now.Sub(st.told) >= 10*time.Minute
	if tell {
		st.told, st.untold = now, 0
	}
	st.mu.Unlock()
	if tell {
		s.Log.Warn("people are told to come again later: "+why, "refused", n)
	}
	return err
}

// waits answers for a handler that finds that somebody must come again later.
// The page is made once for each language: who comes 2,000 times a second
// costs no more than that.
func (s *Server) waits(h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		var later WaitError
		if !errors.As(err, &later) {
			return err
		}
		v := s.voice(r)
		minutes := max(1, int((later.Wait+time.Minute-1)/time.Minute))
		w.Header().Set("Retry-After", strconv.Itoa(60*minutes))
		KeepPrivate(w.Header())
		b, err := s.waitPage(r, v, minutes)
		if err != nil {
			return err
		}
		Write(w, r, http.StatusTooManyRequests, "text/html; charset=utf-8", b)
		return nil
	}
}

func (s *Server) waitPage(r *http.Request, v voice, minutes int) ([]byte, error) {
	key := strconv.Itoa(minutes) + " " + v.Words + " " + v.named + " " + r.Pattern
	if b := s.Strangers.page(key); b != nil {
		return b, nil
	}
	page := s.page(r, v.Locale, v.Message("signup.wait_title"))
	page.Hidden = true
	b, err := s.Templates.Page(&templates.SignUpPage{Page: page, State: templates.Wait, When: InMinutes(v.Locale, minutes)})
	if err == nil {
		s.Strangers.keep(key, b)
	}
	return b, err
}

// InMinutes says how long to wait.
func InMinutes(l *i18n.Locale, minutes int) string {
	if minutes < 60 {
		return l.Message("signup.wait_minutes", "n", minutes)
	}
	return l.Message("signup.wait_hours", "n", (minutes+59)/60)
}

func (st *Strangers) page(key string) []byte {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.pages[key]
}

func (st *Strangers) keep(key string, page []byte) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.pages == nil || len(st.pages) >= mostWaitPages {
		st.pages = map[string][]byte{}
	}
	st.pages[key] = page
}
