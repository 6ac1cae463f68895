package web

import (
	"errors"
	"net/http"
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
// Memory is bounded, see [subscribers.Limiter].
type Strangers struct {
	networks, addresses, all subscribers.Limiter

	mu    sync.Mutex
	pages map[string][]byte // that say when to come again, by language and route
}

// NewStrangers returns the limits as they are meant for a publication: a whole
// network may fill in 30 forms at once, and then one every half minute; an
// address may be asked about five times, and then once in ten minutes; and all
// strangers together have 600 forms, and then ten a second.
func NewStrangers() *Strangers {
	return &Strangers{
		networks:  subscribers.Limiter{Most: 30, Every: 30 * time.Second},
		addresses: subscribers.Limiter{Most: 5, Every: 10 * time.Minute},
		all:       subscribers.Limiter{Most: 600, Every: 100 * time.Millisecond},
	}
}

const mostWaitPages = 256

// A waitError is returned for who must come again later.
type waitError struct{ wait time.Duration }

func (waitError) Error() string { return "too many requests" }

// admit counts a request by its network, and with all others.
func (s *Server) admit(r *http.Request, now time.Time) error {
	if s.Strangers == nil {
		return nil
	}
	if ok, wait := s.Strangers.networks.Allow(subscribers.Network(s.client(r)).String(), now); !ok {
		return waitError{wait}
	}
	if ok, wait := s.Strangers.all.Allow("", now); !ok {
		return waitError{wait}
	}
	return nil
}

// admitAbout counts a request by the address, or the reader, it is about.
func (s *Server) admitAbout(who string, now time.Time) error {
	if s.Strangers == nil {
		return nil
	}
	if ok, wait := s.Strangers.addresses.Allow(who, now); !ok {
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
