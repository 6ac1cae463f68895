// Package api is what programs do that have a token: the API below /api/v1, as
// openapi.json describes it. It tells what editors see, brings articles and
// events, and sends.
//
// What is decided when something is sent is the desk's to decide (package desk),
// so that a program may no more than an editor. Nothing here looks at a cookie,
// so no page elsewhere can borrow an editor's rights.
package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content/push"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/desk"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/subscribers"
)

// An API lets programs in. It is a [web.Room].
type API struct {
	Desk *desk.Desk
	Gate *editors.Gate
	// Misses limits how often a network may come with what is no token; nil:
	// as often as it likes.
	Misses *subscribers.Limiter
	// Clicks tells how often links of letters are followed; nil: programs are not
	// told.
	Clicks Clicks
	// Pushed keeps what programs bring, made fit for the publication's Site;
	// nil: they bring nothing.
	Pushed push.Store
	Site   push.Site
}

// Clicks tells how often links of letters are followed.
type Clicks interface {
	// Clicks returns nil without an error for an edition whose links are not
	// counted.
	Clicks(ctx context.Context, edition string) (*digest.Clicks, error)
}

// New returns the API beside a desk, which lets in whom its gate of programs
// does. A network may come with 20 tokens that are none, and then with one every
// half minute.
func New(d *desk.Desk) *API {
	return &API{Desk: d, Gate: d.Programs, Misses: &subscribers.Limiter{Most: 20, Every: 30 * time.Second}}
}

// largestJSON is the most bytes of a body that brings nothing to be read.
const largestJSON = 16 << 10

// asProblem is any error as programs are told it. What happened inside stays
// inside.
func asProblem(err error) *web.Problem {
	var p *web.Problem
	var later web.WaitError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &later):
		p = web.Wrong(http.StatusTooManyRequests, "Too many requests with what is no token.")
		p.Wait = later.Wait
		return p
	}
	code := web.CodeOf(err)
	if code == http.StatusNotFound {
		return web.Wrong(code, "There is nothing of that name. /api/v1/openapi.json says what there is, and where it is listed.")
	}
	return web.Wrong(code, "")
}

// only makes a handler for programs whose token is for scope. What h returns is
// written as JSON.
func (a *API) only(scope editors.Scope, h func(w http.ResponseWriter, r *http.Request, t *editors.APIToken) (code int, answer any, err error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		t, err := a.tokenOf(w, r, scope)
		var code int
		var answer any
		if err == nil {
			code, answer, err = h(w, r, t)
		}
		if err != nil {
			p := asProblem(err)
			if p.Status >= 500 && r.Context().Err() == nil {
				a.Desk.Frame.Log.Error("request failed", "route", r.Pattern, "code", p.Status, "err", err)
			}
			a.Desk.TellProblem(w, r, p)
			return nil
		}
		a.Desk.JSON(w, r, code, "application/json", answer)
		return nil
	}
}

// tokenOf tells whose token a request brings (RFC 6750), and whether it is for
// this.
func (a *API) tokenOf(w http.ResponseWriter, r *http.Request, scope editors.Scope) (*editors.APIToken, error) {
	now := time.Now()
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Standfirst"`)
		return nil, web.Wrong(http.StatusUnauthorized, `The API needs a token, in a header like "Authorization: Bearer sf_…". Owners make tokens at /desk/tokens.`)
	}
	t, err := a.Gate.Enter(r.Context(), strings.TrimSpace(secret), now)
	switch {
	case errors.Is(err, editors.ErrAPIToken):
		if m := a.Misses; m != nil {
			if ok, wait := m.Allow(a.Desk.Network(r), now); !ok {
				return nil, web.WaitError{Wait: wait}
			}
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="Standfirst", error="invalid_token"`)
		return nil, web.Wrong(http.StatusUnauthorized, "The token is none of ours, or was revoked.")
	case err != nil:
		return nil, err
	case !t.May(scope):
		w.Header().Set("WWW-Authenticate", `Bearer realm="Standfirst", error="insufficient_scope", scope="`+string(scope)+`"`)
		return nil, web.Wrong(http.StatusForbidden, "The token has not the scope "+string(scope)+".")
	}
	return t, nil
}

// didToken writes down what a program did.
func (a *API) didToken(r *http.Request, t *editors.APIToken, what, subject, detail string) error {
	return a.Desk.Log(r.Context(), desk.LogEntry{At: time.Now(), Who: "token " + t.Name, What: what, Subject: subject, Detail: detail})
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
	// Clicks are told of one edition, and not in lists.
	Clicks *digest.Clicks `json:"clicks,omitempty"`
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
