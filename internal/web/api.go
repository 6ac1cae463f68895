package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content/push"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/subscribers"
)

// An API is what programs that have a token do at the desk. Nothing below
// /api/ looks at a cookie, so no page elsewhere can borrow an editor's rights.
type API struct {
	Gate *editors.Gate
	// Misses limits how often a network may come with what is no token; nil:
	// as often as it likes.
	Misses *subscribers.Limiter
	// Pushed keeps what programs bring, made fit for the publication's Site;
	// nil: they bring nothing.
	Pushed push.Store
	Site   push.Site
}

// NewAPI returns what lets programs in. A network may come with 20 tokens that
// are none, and then with one every half minute.
func NewAPI(gate *editors.Gate) *API {
	return &API{Gate: gate, Misses: &subscribers.Limiter{Most: 20, Every: 30 * time.Second}}
}

// largestJSON is the most bytes of a body that brings nothing to be read.
const largestJSON = 16 << 10

// A problem is an error as programs are told it (RFC 9457).
type problem struct {
	Type   string `json:"type"` // about:blank: Title is that of the status
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Readers is how many there are, where another number was asked for.
	Readers *int `json:"readers,omitempty"`
	wait    time.Duration
}

// Error implements error.
func (p *problem) Error() string { return p.Title + ": " + p.Detail }

// wrong makes a problem of a status, with words for who wrote the program.
func wrong(code int, detail string) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(code), Status: code, Detail: detail}
}

// asProblem is any error as programs are told it. What happened inside stays
// inside.
func asProblem(err error) *problem {
	var p *problem
	var later waitError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &later):
		p = wrong(http.StatusTooManyRequests, "Too many requests with what is no token.")
		p.wait = later.wait
		return p
	}
	return wrong(codeOf(err), "")
}

// api makes a handler for programs whose token is for scope. What h returns is
// written as JSON.
func (s *Server) api(scope editors.Scope, h func(w http.ResponseWriter, r *http.Request, t *editors.APIToken) (code int, answer any, err error)) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		t, err := s.tokenOf(w, r, scope)
		var code int
		var answer any
		if err == nil {
			code, answer, err = h(w, r, t)
		}
		if err != nil {
			p := asProblem(err)
			if p.Status >= 500 && r.Context().Err() == nil {
				s.Log.Error("request failed", "route", r.Pattern, "code", p.Status, "err", err)
			}
			s.tellProblem(w, r, p)
			return nil
		}
		s.answer(w, r, code, "application/json", answer)
		return nil
	}
}

// answer writes JSON, which nobody keeps; nil is an answer without a body.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, code int, kind string, v any) {
	keepPrivate(w.Header())
	if v == nil {
		w.WriteHeader(code)
		return
	}
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if err := out.Encode(v); err != nil {
		s.Log.Error("answer could not be written", "route", r.Pattern, "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	write(w, r, code, kind, b.Bytes())
}

func (s *Server) tellProblem(w http.ResponseWriter, r *http.Request, p *problem) {
	if p.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((p.wait+time.Second-1)/time.Second)))
	}
	s.answer(w, r, p.Status, "application/problem+json", p)
}

// forAPI reports whether a path is one that only programs ask for.
func forAPI(path string) bool { return path == "/api" || strings.HasPrefix(path, "/api/") }

// tokenOf tells whose token a request brings (RFC 6750), and whether it is for
// this.
func (s *Server) tokenOf(w http.ResponseWriter, r *http.Request, scope editors.Scope) (*editors.APIToken, error) {
	now := time.Now()
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Standfirst"`)
		return nil, wrong(http.StatusUnauthorized, `The API needs a token, in a header like "Authorization: Bearer sf_…". Owners make tokens at /desk/tokens.`)
	}
	t, err := s.Desk.API.Gate.Enter(r.Context(), strings.TrimSpace(secret), now)
	switch {
	case errors.Is(err, editors.ErrAPIToken):
		if m := s.Desk.API.Misses; m != nil {
			if ok, wait := m.Allow(subscribers.Network(s.client(r)).String(), now); !ok {
				return nil, waitError{wait}
			}
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="Standfirst", error="invalid_token"`)
		return nil, wrong(http.StatusUnauthorized, "The token is none of ours, or was revoked.")
	case err != nil:
		return nil, err
	case !t.May(scope):
		w.Header().Set("WWW-Authenticate", `Bearer realm="Standfirst", error="insufficient_scope", scope="`+string(scope)+`"`)
		return nil, wrong(http.StatusForbidden, "The token has not the scope "+string(scope)+".")
	}
	return t, nil
}

// jsonOf reads a body of JSON into v, which may be left as it is if optional.
func jsonOf(w http.ResponseWriter, r *http.Request, most int64, optional bool, v any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if (err != nil || kind != "application/json") && r.ContentLength != 0 {
		return wrong(http.StatusUnsupportedMediaType, "The body must be application/json.")
	}
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, most))
	in.DisallowUnknownFields()
	err = in.Decode(v)
	if optional && errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		if _, more := in.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the JSON value")
		}
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return wrong(http.StatusRequestEntityTooLarge, "The body is longer than "+strconv.FormatInt(most, 10)+" bytes.")
	case err != nil:
		return wrong(http.StatusBadRequest, "The body is not what is asked for: "+clipped(err.Error()))
	}
	return nil
}

// didToken writes down what a program did.
func (s *Server) didToken(r *http.Request, t *editors.APIToken, what, subject, detail string) error {
	return s.Desk.Log(r.Context(), LogEntry{At: time.Now(), Who: "token " + t.Name, What: what, Subject: subject, Detail: detail})
}

// anEdition is an edition as programs see it.
type anEdition struct {
	Edition    string       `json:"edition"`
	Newsletter string       `json:"newsletter"`
	State      digest.State `json:"state"`
	Slot       time.Time    `json:"slot"`
	By         string       `json:"by"`
	Reason     string       `json:"reason,omitempty"`
	Horizon    int64        `json:"horizon"`
	Published  *time.Time   `json:"published,omitempty"`
	Next       *time.Time   `json:"next_try,omitempty"`
	digest.Counts
}

func editionOf(e *digest.Edition) anEdition {
	return anEdition{
		Edition: e.ID, Newsletter: e.Newsletter, State: e.State, Slot: e.Slot, By: e.By, Reason: e.Reason, Horizon: e.Horizon,
		Published: unless(e.Published), Next: unless(e.Next), Counts: e.Counts,
	}
}

// unless is a time that may not be known.
func unless(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
