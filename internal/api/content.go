package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/standfirst/standfirst/content/markup"
	"github.com/standfirst/standfirst/content/push"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
)

// largestItem is the most bytes of what is brought: JSON may write a character
// with six of them.
const largestItem = markup.MaxHTML + 512<<10

// syncPatience is how long a program waits to be told what became of what it
// brought; the sync goes on without it.
const syncPatience = 8 * time.Second

// aPushed is something brought, as programs see it.
type aPushed struct {
	External string    `json:"external_id"`
	ETag     string    `json:"etag"`
	Changed  time.Time `json:"changed"`
	// ID, Slug, URL, State and Reason are what became of it. The state is
	// "pending" until a sync has looked at it.
	ID     string          `json:"id,omitempty"`
	Slug   string          `json:"slug,omitempty"`
	Page   string          `json:"page,omitempty"`
	State  string          `json:"state"`
	Reason string          `json:"reason,omitempty"`
	Item   json.RawMessage `json:"item,omitempty"` // as it was made fit
}

const pending = "pending"

func (a *API) pushedOf(ctx context.Context, r *push.Record, whole bool) (aPushed, error) {
	v := aPushed{External: r.External, ETag: r.ETag, Changed: r.At.UTC(), State: pending}
	if whole {
		v.Item = r.Item
	}
	st, err := a.Pushed.PushedStatus(ctx, r.Kind, r.External)
	if err != nil || st.State == "" {
		return v, err
	}
	v.ID, v.Slug, v.State, v.Reason = st.ID, st.Slug, string(st.State), st.Reason
	if r.Kind == push.Articles && v.State == "public" {
		v.Page = a.Desk.Publication.URL + "/articles/" + url.PathEscape(v.Slug)
	}
	return v, nil
}

// list lists what was brought, by its name.
func (a *API) list(kind push.Kind) func(http.ResponseWriter, *http.Request, *editors.APIToken) (int, any, error) {
	return func(_ http.ResponseWriter, r *http.Request, _ *editors.APIToken) (int, any, error) {
		n, err := leafOf(r)
		if err != nil {
			return 0, nil, err
		}
		found, err := a.Pushed.PushedList(r.Context(), kind, web.Clipped(r.URL.Query().Get("after")), n+1)
		if err != nil {
			return 0, nil, err
		}
		list := struct {
			Items []aPushed `json:"items"`
			Next  string    `json:"next,omitempty"` // the address of what follows
		}{Items: []aPushed{}}
		if len(found) > n {
			found = found[:n]
			q := url.Values{"after": {found[n-1].External}, "limit": {r.URL.Query().Get("limit")}}
			if !r.URL.Query().Has("limit") {
				q.Del("limit")
			}
			list.Next = r.URL.Path + "?" + q.Encode()
		}
		for i := range found {
			v, err := a.pushedOf(r.Context(), &found[i], false)
			if err != nil {
				return 0, nil, err
			}
			list.Items = append(list.Items, v)
		}
		return http.StatusOK, list, nil
	}
}

// get gives one thing brought, with how it was made fit.
func (a *API) get(kind push.Kind) func(http.ResponseWriter, *http.Request, *editors.APIToken) (int, any, error) {
	return func(w http.ResponseWriter, r *http.Request, _ *editors.APIToken) (int, any, error) {
		found, err := a.Pushed.Pushed(r.Context(), kind, web.Clipped(r.PathValue("id")))
		if err != nil {
			return 0, nil, pushProblem(err)
		}
		return a.pushedAnswer(w, r, http.StatusOK, found, true)
	}
}

func (a *API) pushedAnswer(w http.ResponseWriter, r *http.Request, code int, found *push.Record, whole bool) (int, any, error) {
	v, err := a.pushedOf(r.Context(), found, whole)
	if err == nil {
		w.Header().Set("ETag", found.ETag)
	}
	return code, v, err
}

// pushProblem tells programs why nothing was kept.
func pushProblem(err error) error {
	switch {
	case errors.Is(err, push.ErrNotFound):
		return web.Wrong(http.StatusNotFound, "Nothing was brought under this id.")
	case errors.Is(err, push.ErrChanged):
		return web.Wrong(http.StatusPreconditionFailed, "What is there is not what the request takes it to be.")
	}
	return err
}

// condition reads If-Match and If-None-Match as [push.Store] wants them. Of
// several tags none can be promised.
func condition(r *http.Request) (string, error) {
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	switch {
	case match != "" && none != "" || none != "" && none != "*" || len(match) > 100:
		return "", web.Wrong(http.StatusBadRequest, `Conditions are one If-Match, or "If-None-Match: *".`)
	case none != "":
		return "none", nil
	case match == "none": // no tag: tags are in quotes
		return "-", nil
	}
	return match, nil
}

// put keeps what a program brings under a name of its own, and lets it
// become public as any source's content does.
func (a *API) put(kind push.Kind) func(http.ResponseWriter, *http.Request, *editors.APIToken) (int, any, error) {
	return func(w http.ResponseWriter, r *http.Request, t *editors.APIToken) (int, any, error) {
		If, err := condition(r)
		if err != nil {
			return 0, nil, err
		}
		rec, err := a.brought(w, r, kind)
		if err != nil {
			return 0, nil, err
		}
		if rec.Baseline, err = baseline(r); err != nil {
			return 0, nil, err
		}
		rec.At = time.Now()
		created, changed, err := a.Pushed.Push(r.Context(), rec, If, rec.At)
		if err != nil {
			return 0, nil, pushProblem(err)
		}
		if changed {
			if err := a.didToken(r, t, "brought", push.PlaceOf(kind, rec.External), ""); err != nil {
				return 0, nil, err
			}
			a.syncPushed(r)
		}
		code := http.StatusOK
		if created {
			code = http.StatusCreated
		}
		found, err := a.Pushed.Pushed(r.Context(), kind, rec.External)
		if errors.Is(err, push.ErrNotFound) || err == nil && found.ETag != rec.ETag {
			// Somebody else was here meanwhile. The tag is that of what this
			// program brought: with theirs, it could undo what it never saw.
			found, err = &rec, nil
		}
		if err != nil {
			return 0, nil, err
		}
		return a.pushedAnswer(w, r, code, found, false)
	}
}

// baseline reports whether readers are to get no letter of what is brought. A
// value that is not understood could mean so: it is refused.
func baseline(r *http.Request) (bool, error) {
	q := r.URL.Query()
	switch v := q.Get("baseline"); {
	case v == "1":
		return true, nil
	case v != "0" && q.Has("baseline"):
		return false, web.Wrong(http.StatusBadRequest, "baseline is 1 or 0.")
	}
	return false, nil
}

// brought reads what a program brings and makes it fit.
func (a *API) brought(w http.ResponseWriter, r *http.Request, kind push.Kind) (rec push.Record, err error) {
	if err := push.CheckID(r.PathValue("id")); err != nil {
		return rec, web.Wrong(http.StatusUnprocessableEntity, err.Error())
	}
	if kind == push.Events {
		var e push.Event
		if err := jsonOf(w, r, largestItem, false, &e); err != nil {
			return rec, err
		}
		rec, err = a.Site.Event(r.PathValue("id"), e)
	} else {
		var article push.Article
		if err := jsonOf(w, r, largestItem, false, &article); err != nil {
			return rec, err
		}
		rec, err = a.Site.Article(r.PathValue("id"), article)
	}
	if err != nil {
		return rec, web.Wrong(http.StatusUnprocessableEntity, err.Error())
	}
	return rec, nil
}

// syncPushed lets the source of what was brought be read at once, where this
// process reads sources. Another one sees it within seconds.
func (a *API) syncPushed(r *http.Request) {
	c := a.Desk.Content
	if c == nil || c.Sync == nil {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), syncPatience)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := c.Sync(context.WithoutCancel(ctx), push.Name, false)
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			a.Desk.Frame.Log.Warn("what a program brought waits for the next sync", "err", err)
		}
	case <-ctx.Done():
	}
}

// remove forgets what was brought: an article is withdrawn, an event no
// longer listed.
func (a *API) remove(kind push.Kind) func(http.ResponseWriter, *http.Request, *editors.APIToken) (int, any, error) {
	return func(_ http.ResponseWriter, r *http.Request, t *editors.APIToken) (int, any, error) {
		If, err := condition(r)
		if err != nil {
			return 0, nil, err
		}
		id := web.Clipped(r.PathValue("id"))
		if err := a.Pushed.Unpush(r.Context(), kind, id, If, time.Now()); err != nil {
			return 0, nil, pushProblem(err)
		}
		if err := a.didToken(r, t, "taken back", push.PlaceOf(kind, id), ""); err != nil {
			return 0, nil, err
		}
		a.syncPushed(r)
		return http.StatusNoContent, nil, nil
	}
}
