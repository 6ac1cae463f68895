package web

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
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
		return 0, wrong(http.StatusBadRequest, "limit is a number from 1 to "+strconv.Itoa(mostLeaf)+".")
	}
	return n, nil
}

// apiEditions lists editions, newest first.
func (s *Server) apiEditions(_ http.ResponseWriter, r *http.Request, _ *editors.APIToken) (int, any, error) {
	n, err := leafOf(r)
	if err != nil {
		return 0, nil, err
	}
	list := struct {
		Editions []anEdition `json:"editions"`
	}{Editions: []anEdition{}}
	found, err := s.Editions.Editions(r.Context(), clipped(r.URL.Query().Get("newsletter")), n)
	for i := range found {
		list.Editions = append(list.Editions, editionOf(&found[i]))
	}
	return http.StatusOK, list, err
}

// apiEdition tells how one edition stands.
func (s *Server) apiEdition(_ http.ResponseWriter, r *http.Request, _ *editors.APIToken) (int, any, error) {
	return s.editionAnswer(r, http.StatusOK, editionID(r))
}

func (s *Server) editionAnswer(r *http.Request, code int, id string) (int, any, error) {
	e, err := s.Editions.Edition(r.Context(), clipped(id))
	if err != nil {
		return 0, nil, err
	}
	return code, editionOf(e), nil
}

// apiTurn makes a handler that brings an edition into another state, which it
// may be in already.
func (s *Server) apiTurn(what string, to digest.State, do func(r *http.Request, id, reason string, now time.Time) error) handler {
	return s.api(editors.ScopeSend, func(w http.ResponseWriter, r *http.Request, t *editors.APIToken) (int, any, error) {
		var why struct {
			Reason string `json:"reason"`
		}
		if err := jsonOf(w, r, largestJSON, true, &why); err != nil {
			return 0, nil, err
		}
		id := clipped(editionID(r))
		if _, err := s.Editions.Edition(r.Context(), id); err != nil {
			return 0, nil, err
		}
		reason := clipped(why.Reason)
		err := do(r, id, reason, time.Now())
		s.Desk.changed(id)
		if errors.Is(err, digest.ErrState) {
			e, err := s.Editions.Edition(r.Context(), id)
			if err != nil {
				return 0, nil, err
			}
			if e.State != to {
				return 0, nil, wrong(http.StatusConflict, "The edition is in state "+string(e.State)+" and cannot be "+what+".")
			}
			return http.StatusOK, editionOf(e), nil
		}
		if err != nil {
			return 0, nil, err
		}
		if err := s.didToken(r, t, what, id, reason); err != nil {
			return 0, nil, err
		}
		return s.editionAnswer(r, http.StatusOK, id)
	})
}

func (s *Server) apiPause() handler {
	return s.apiTurn("paused", digest.Paused, func(r *http.Request, id, reason string, now time.Time) error {
		return s.Desk.Editions.Pause(r.Context(), id, reason, now)
	})
}

func (s *Server) apiResume() handler {
	return s.apiTurn("resumed", digest.Sending, func(r *http.Request, id, _ string, now time.Time) error {
		return s.Desk.Editions.Resume(r.Context(), id, now)
	})
}

func (s *Server) apiCancel() handler {
	return s.apiTurn("cancelled", digest.Cancelled, func(r *http.Request, id, reason string, now time.Time) error {
		return s.Desk.Editions.Cancel(r.Context(), id, reason, now)
	})
}
