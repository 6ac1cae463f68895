package web

import (
	"errors"
	"hash/maphash"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// Strangers limits what people without an account may ask of us: to be written
// to, and to guess whose a page is. It is asked before anything else is done
// with a request. The zero value limits as described; nil limits nothing.
//
// Memory is bounded: of the networks that come, those who have not come for a
// while are forgotten, which is to their good.
type Strangers struct {
	mu       sync.Mutex
	seed     maphash.Seed
	now, was map[uint64]*rate.Limiter
	pages    map[string][]byte // that say when to come again, by language and route
}

// What one network, and one address or reader, may do: so many times at once,
// and once more each time the pause is over.
const (
	networkBurst = 30
	networkPause = 30 * time.Second
	addressBurst = 5
	addressPause = 10 * time.Minute

	mostStrangers = 16384 // are remembered, twice
	mostWaitPages = 256
)

// network counts a request from a network, and returns how long it must wait
// if there were too many; 0 is not at all.
func (st *Strangers) network(key string, now time.Time) time.Duration {
	return st.count("n", key, networkPause, networkBurst, now)
}

// address does the same for an address that is asked about, or a reader whose
// page is.
func (st *Strangers) address(key string, now time.Time) time.Duration {
	return st.count("a", key, addressPause, addressBurst, now)
}

func (st *Strangers) count(kind, key string, pause time.Duration, burst int, now time.Time) time.Duration {
	if st == nil {
		return 0
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.now == nil {
		st.seed, st.now = maphash.MakeSeed(), map[uint64]*rate.Limiter{}
	}
	var h maphash.Hash
	h.SetSeed(st.seed)
	h.WriteString(kind)
	h.WriteString(key)
	sum := h.Sum64()
	l := st.now[sum]
	if l == nil {
		if l = st.was[sum]; l == nil {
			l = rate.NewLimiter(rate.Every(pause), burst)
		}
		if len(st.now) >= mostStrangers {
			st.now, st.was = map[uint64]*rate.Limiter{}, st.now
		}
		st.now[sum] = l
	}
	if l.AllowN(now, 1) {
		return 0
	}
	return time.Duration((1 - l.TokensAt(now)) * float64(pause))
}

// A waitError is returned for who must come again later.
type waitError struct{ wait time.Duration }

func (waitError) Error() string { return "too many requests" }

// admit counts a request by its network.
func (s *Server) admit(r *http.Request, now time.Time) error {
	network := subscribers.Network(s.client(r))
	if wait := s.Strangers.network(network.String(), now); wait > 0 {
		return waitError{wait}
	}
	return nil
}

// waits answers for a handler that finds that somebody must come again later.
// The page is made once for each language: who comes 2,000 times a second
// costs no more than that.
func (s *Server) waits(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		var later waitError
		if !errors.As(err, &later) {
			return err
		}
		v := s.voice(r)
		minutes := max(1, int((later.wait+time.Minute-1)/time.Minute))
		w.Header().Set("Retry-After", strconv.Itoa(60*minutes))
		keepPrivate(w.Header())
		b, err := s.waitPage(r, v, minutes)
		if err != nil {
			return err
		}
		write(w, r, http.StatusTooManyRequests, "text/html; charset=utf-8", b)
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
	b, err := s.Templates.Page(&templates.SignUpPage{Page: page, State: templates.Wait, When: inMinutes(v.Locale, minutes)})
	if err == nil {
		s.Strangers.keep(key, b)
	}
	return b, err
}

// inMinutes says how long to wait.
func inMinutes(l *i18n.Locale, minutes int) string {
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
