package api

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
)

const (
	usualLeaf = 20
	mostLeaf  = 200
)

// leafOf reads how many things are asked for.
func leafOf(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return usualLeaf, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > mostLeaf {
		return 0, web.Wrong(http.StatusBadRequest, "limit is a number from 1 to "+strconv.Itoa(mostLeaf)+".")
	}
	return n, nil
}

// editions lists editions, newest first.
func (a *API) editions(_ http.ResponseWriter, r *http.Request, _ *editors.APIToken) (int, any, error) {
	n, err := leafOf(r)
	if err != nil {
		return 0, nil, err
	}
	list := struct {
		Editions []anEdition `json:"editions"`
	}{Editions: []anEdition{}}
	found, err := a.Desk.Archive.Editions(r.Context(), web.Clipped(r.URL.Query().Get("newsletter")), n)
	for i := range found {
		list.Editions = append(list.Editions, editionOf(&found[i]))
	}
	return http.StatusOK, list, err
}

// edition tells how one edition stands.
func (a *API) edition(_ http.ResponseWriter, r *http.Request, _ *editors.APIToken) (int, any, error) {
	return a.editionAnswer(r, http.StatusOK, web.EditionID(r))
}

func (a *API) editionAnswer(r *http.Request, code int, id string) (int, any, error) {
	e, err := a.Desk.Archive.Edition(r.Context(), web.Clipped(id))
	if err != nil {
		return 0, nil, err
	}
	answer := editionOf(e)
	if a.Clicks != nil && e.Counted {
		if answer.Clicks, err = a.Clicks.Clicks(r.Context(), e.ID); err != nil {
			return 0, nil, err
		}
	}
	return code, answer, nil
}

// turn makes a handler that brings an edition into another state, which it
// may be in already.
func (a *API) turn(what string, to digest.State, do func(r *http.Request, id, reason string, now time.Time) error) web.Handler {
	return a.only(editors.ScopeSend, func(w http.ResponseWriter, r *http.Request, t *editors.APIToken) (int, any, error) {
		var why struct {
			Reason string `json:"reason"`
		}
		if err := jsonOf(w, r, largestJSON, true, &why); err != nil {
			return 0, nil, err
		}
		id := web.Clipped(web.EditionID(r))
		if _, err := a.Desk.Archive.Edition(r.Context(), id); err != nil {
			return 0, nil, err
		}
		reason := web.Clipped(why.Reason)
		err := do(r, id, reason, time.Now())
		a.Desk.Changed(id)
		if errors.Is(err, digest.ErrState) {
			e, err := a.Desk.Archive.Edition(r.Context(), id)
			if err != nil {
				return 0, nil, err
			}
			if e.State != to {
				return 0, nil, web.Wrong(http.StatusConflict, "The edition is in state "+string(e.State)+" and cannot be "+what+".")
			}
			return http.StatusOK, editionOf(e), nil
		}
		if err != nil {
			return 0, nil, err
		}
		if err := a.didToken(r, t, what, id, reason); err != nil {
			return 0, nil, err
		}
		return a.editionAnswer(r, http.StatusOK, id)
	})
}

func (a *API) pause() web.Handler {
	return a.turn("paused", digest.Paused, func(r *http.Request, id, reason string, now time.Time) error {
		return a.Desk.Editions.Pause(r.Context(), id, reason, now)
	})
}

func (a *API) resume() web.Handler {
	return a.turn("resumed", digest.Sending, func(r *http.Request, id, _ string, now time.Time) error {
		return a.Desk.Editions.Resume(r.Context(), id, now)
	})
}

func (a *API) cancel() web.Handler {
	return a.turn("cancelled", digest.Cancelled, func(r *http.Request, id, reason string, now time.Time) error {
		return a.Desk.Editions.Cancel(r.Context(), id, reason, now)
	})
}
