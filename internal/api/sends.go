package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/desk"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/templates"
)

// aNewsletter is when a newsletter goes out next, and to whom, as programs see
// it.
type aNewsletter struct {
	Name  string     `json:"newsletter"`
	Title string     `json:"title"`
	Next  *time.Time `json:"next,omitempty"`         // its slot; none: it is sent by hand
	First *time.Time `json:"first_reader,omitempty"` // when it comes to the first of them
	Last  *time.Time `json:"last_reader,omitempty"`
	// The edition that holds the newsletter, if one does.
	Held      string       `json:"held_by,omitempty"`
	HeldState digest.State `json:"held_state,omitempty"`
	// What follows is of the moment Counted; without it, it is being counted.
	Counted  *time.Time `json:"counted,omitempty"`
	Readers  *int       `json:"readers,omitempty"`
	Versions *int       `json:"versions,omitempty"`
	Items    *int       `json:"items,omitempty"`
	Subject  string     `json:"subject,omitempty"`
}

// newsletters tells what goes out next.
func (a *API) newsletters(_ http.ResponseWriter, r *http.Request, _ *editors.APIToken) (int, any, error) {
	now := time.Now()
	list := struct {
		Newsletters []aNewsletter `json:"newsletters"`
	}{Newsletters: []aNewsletter{}}
	for _, n := range digest.Soonest(a.Desk.Newsletters, now) {
		v := aNewsletter{Name: n.Name, Title: n.Title, Next: unless(n.Next(now))}
		held, err := a.Desk.Holding(r.Context(), n.Name)
		if err != nil {
			return 0, nil, err
		}
		if held != nil {
			v.Held, v.HeldState = held.ID, held.State
		}
		o, counted, err := a.Desk.Outlook(r.Context(), n.Name)
		if err != nil {
			return 0, nil, err
		}
		if counted {
			items := len(o.Items)
			v.Counted, v.Readers, v.Versions, v.Items = unless(o.Counted), &o.Planned, &o.Counts.Versions, &items
			v.First, v.Last = unless(o.First), unless(o.Last)
			if o.Letter != nil {
				v.Subject = o.Letter.Subject
			}
		}
		list.Newsletters = append(list.Newsletters, v)
	}
	return http.StatusOK, list, nil
}

// aPreview is a letter as it would be written now.
type aPreview struct {
	Version   int       `json:"version"`
	Versions  int       `json:"versions"`
	Readers   int       `json:"readers"` // of all versions
	Counted   time.Time `json:"counted"`
	Subject   string    `json:"subject"`
	Preheader string    `json:"preheader"`
	HTML      string    `json:"html"`
	Text      string    `json:"text"`
}

// preview gives the letter of a version; without a number, of the first,
// which most readers get.
func (a *API) preview(_ http.ResponseWriter, r *http.Request, _ *editors.APIToken) (int, any, error) {
	n, err := a.Desk.NewsletterOf(r)
	if err != nil {
		return 0, nil, err
	}
	version := 1
	if text := r.URL.Query().Get("version"); text != "" {
		if version, err = strconv.Atoi(text); err != nil || version < 1 {
			return 0, nil, web.Wrong(http.StatusBadRequest, "version is a number from 1 on.")
		}
	}
	m, o, counted, err := a.Desk.Letter(r.Context(), n.Name, version)
	switch {
	case err != nil:
		return 0, nil, err
	case !counted:
		p := web.Wrong(http.StatusServiceUnavailable, "The readers are being counted.")
		p.Wait = 2 * time.Second
		return 0, nil, p
	case m == nil:
		return 0, nil, web.Wrong(http.StatusNotFound, "There is no such letter: nobody would get one now.")
	}
	return http.StatusOK, aPreview{
		Version: version, Versions: len(o.Plan.Versions), Readers: o.Planned, Counted: o.Counted.UTC(),
		Subject: m.Subject, Preheader: templates.Preheader(m.HTML), HTML: m.HTML, Text: m.Text,
	}, nil
}

// longestKey is the most characters of a key that makes sending idempotent.
const longestKey = 200

// buttonKey is what an edition's ID says of a program's key, which may be
// anything.
func buttonKey(key string) string {
	sum := sha256.Sum256([]byte("api\x00" + key))
	return "k" + hex.EncodeToString(sum[:12])
}

// keyedBy returns the edition that a key has sent, nil if none has.
func (a *API) keyedBy(r *http.Request, n *digest.Newsletter, key string) (*digest.Edition, error) {
	recent, err := a.Desk.Archive.Editions(r.Context(), n.Name, mostLeaf)
	if err != nil {
		return nil, err
	}
	for i := range recent {
		if recent[i].Hand && strings.HasSuffix(recent[i].ID, "-"+key) {
			return &recent[i], nil
		}
	}
	return nil, nil
}

// send sends the next edition to everybody who would get it, at once. The
// same key sends once, however often it comes.
func (a *API) send(w http.ResponseWriter, r *http.Request, t *editors.APIToken) (int, any, error) {
	n, err := a.Desk.NewsletterOf(r)
	if err != nil {
		return 0, nil, err
	}
	var ask struct {
		Key     string `json:"key"`
		Readers *int   `json:"readers"`
	}
	if err := jsonOf(w, r, largestJSON, false, &ask); err != nil {
		return 0, nil, err
	}
	if ask.Key == "" || len(ask.Key) > longestKey {
		return 0, nil, web.Wrong(http.StatusUnprocessableEntity, "key names this send, so that it is done once; it has 1 to "+strconv.Itoa(longestKey)+" bytes.")
	}
	key, now := buttonKey(ask.Key), time.Now()
	if e, err := a.keyedBy(r, n, key); err != nil || e != nil {
		return a.keyed(w, http.StatusOK, e, err)
	}
	e, err := a.press(r, n, t, ask.Readers, key, now)
	if err != nil { // the same request may have come twice at once
		if was, err := a.keyedBy(r, n, key); err == nil && was != nil {
			return a.keyed(w, http.StatusOK, was, nil)
		}
		return 0, nil, err
	}
	return a.keyed(w, http.StatusCreated, e, nil)
}

// press sends the next edition as a button of this key does, if it goes to about
// as many as was said.
func (a *API) press(r *http.Request, n *digest.Newsletter, t *editors.APIToken, said *int, key string, now time.Time) (*digest.Edition, error) {
	// Until the readers of an edition are found, a plan counts them again.
	if last, err := a.Desk.Archive.Editions(r.Context(), n.Name, 1); err != nil {
		return nil, err
	} else if len(last) > 0 && last[0].State == digest.Sending && !last[0].Expanded {
		p := web.Wrong(http.StatusConflict, "Edition "+last[0].ID+" has just been published; its readers are being found.")
		p.Wait = 5 * time.Second
		return nil, p
	}
	plan, err := a.Desk.Sends.Publisher.Plan(r.Context(), n.Name, 0, now)
	if err != nil {
		return nil, err
	}
	if p := a.refusal(plan, said); p != nil {
		p.Readers = &plan.Planned
		return nil, p
	}
	e, err := a.Desk.Sends.Publisher.Publish(r.Context(), digest.Request{Newsletter: n.Name, Hand: true, Key: key, By: "token " + t.Name}, now)
	if err != nil {
		var held *digest.HeldError
		switch {
		case errors.As(err, &held):
			return nil, web.Wrong(http.StatusConflict, "Edition "+held.Edition+" is in state "+string(held.State)+" and holds the newsletter.")
		case errors.Is(err, digest.ErrPublished):
			return nil, web.Wrong(http.StatusConflict, "This key has sent an edition long ago; another one needs a key of its own.")
		case errors.Is(err, digest.ErrNothing):
			return nil, web.Wrong(http.StatusConflict, "There is nothing to send: nobody would get a letter now.")
		}
		return nil, err
	}
	a.Desk.Published(n.Name)
	if err := a.didToken(r, t, "sent now", e.ID, "to "+strconv.Itoa(plan.Planned)+" readers"); err != nil {
		return nil, err
	}
	return a.Desk.Archive.Edition(r.Context(), e.ID)
}

// refusal says why a plan is not sent, nil if it is.
func (a *API) refusal(plan *digest.Plan, said *int) *web.Problem {
	switch {
	case plan.Planned == 0:
		return web.Wrong(http.StatusConflict, "There is nothing to send: nobody would get a letter now.")
	case said == nil && plan.Planned > desk.TypedAbove:
		return web.Wrong(http.StatusConflict, "To send to more than "+strconv.Itoa(desk.TypedAbove)+" readers, say to how many, in readers.")
	case said != nil && desk.Drifted(*said, plan.Planned):
		return web.Wrong(http.StatusConflict, "It would go to another number of readers than was said.")
	case a.Desk.NeedsTwo(plan.Planned):
		return web.Wrong(http.StatusForbidden, "A send to so many takes two editors, at the desk.")
	}
	return nil
}

// keyed answers with the edition of a key, and where it is.
func (a *API) keyed(w http.ResponseWriter, code int, e *digest.Edition, err error) (int, any, error) {
	if err != nil {
		return 0, nil, err
	}
	w.Header().Set("Location", "/api/v1/editions/"+(&url.URL{Path: e.ID}).EscapedPath())
	return code, editionOf(e), nil
}
