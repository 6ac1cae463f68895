package desk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/fetch"
	"github.com/standfirst/standfirst/internal/webhook"
	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/subscribers"
)

// hooked is a desk with two endpoints, of which the second is asked for leaving
// readers alone, and what they answer.
type hooked struct {
	*deskSite
	answer atomic.Int32 // 0: 200
	asked  atomic.Int32
	keys   []string
}

func newHooked(t *testing.T) *hooked {
	t.Helper()
	h := &hooked{deskSite: newDesk(t, "http://localhost:8080")}
	crm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.asked.Add(1)
		var body struct{ Type webhook.Type }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Type != webhook.Test || r.Header.Get("Webhook-Signature") == "" {
			t.Errorf("told %+v, %v", body, err)
		}
		if code := h.answer.Load(); code != 0 {
			w.WriteHeader(int(code))
		}
		fmt.Fprint(w, "thanks "+webtest.Hostile)
	}))
	t.Cleanup(crm.Close)
	secret, err := webhook.ParseSecret(webhook.NewSecret())
	h.Must(err)
	h.DB.Hooks = &webhook.Roster{Site: "http://localhost:8080", Endpoints: []webhook.Endpoint{
		{URL: crm.URL + "/a-secret-path", Secrets: []webhook.Secret{secret}, Events: webhook.Types(), Reach: fetch.Locally},
		{URL: "https://192.0.2.1/hook", Secrets: []webhook.Secret{secret}, Events: []webhook.Type{webhook.ReaderLeft}},
	}}
	for i := range h.DB.Hooks.Endpoints {
		h.keys = append(h.keys, h.DB.Hooks.Endpoints[i].Key())
	}
	h.Desk.Webhooks = &Webhooks{Roster: h.DB.Hooks, Store: h.DB.Webhooks(), Client: func(e *webhook.Endpoint) *http.Client { return webhook.Client(e.Reach, "") }}
	h.open()
	return h
}

// fails lets an event to an endpoint fail.
func (h *hooked) fails(key string, r webhook.Result) {
	h.T.Helper()
	ctx, now := h.T.Context(), time.Now()
	m, err := h.DB.Webhooks().Claim(ctx, key, "test", time.Minute, now.Add(time.Minute))
	h.Must(err)
	if m == nil {
		h.T.Fatal("nothing waits")
	}
	_, err = h.DB.Webhooks().Settle(ctx, key, m, r, now)
	h.Must(err)
}

// leaves lets a reader leave, which both endpoints are told of.
func (h *hooked) leaves(email string) {
	h.T.Helper()
	h.Must(h.DB.Leave(h.T.Context(), h.IDs[email], "", subscribers.Consent{Way: subscribers.ByLink}, time.Now()))
}

// TestWebhookPage: owners see how endpoints stand, try one out, and switch one
// on again.
func TestWebhookPage(t *testing.T) {
	h := newHooked(t)
	c := h.SignedIn(desktest.Maya)
	page := h.Page("/desk/webhooks", c)
	h.Holds("/desk/webhooks", page, "1. 127.0.0.1:", "2. 192.0.2.1", "Everything", "reader.left", "Last success", "Never")
	if strings.Contains(page, "a-secret-path") || strings.Contains(page, "Switch on again") || strings.Contains(page, "Try again now") {
		t.Errorf("a page of endpoints that are fine\n%s", page)
	}
	h.Holds("/desk/people", h.Page("/desk/people", c), `<a href="/desk/webhooks">`)

	// A test, as often as somebody presses.
	try := func(key string) string {
		t.Helper()
		res := h.Do("POST", "/desk/webhooks/test", url.Values{"endpoint": {key}}, c)
		page := desktest.Text(t, res)
		if res.StatusCode != http.StatusOK || strings.Contains(page, webtest.Hostile) {
			t.Errorf("%d\n%s", res.StatusCode, page)
		}
		return page
	}
	h.Holds("a test", try(h.keys[0]), "took the test in", "thanks", `role="status"`)
	h.answer.Store(http.StatusTeapot)
	h.Holds("a test that failed", try(h.keys[0]), "did not take the test", "it answered 418", `role="alert"`)
	h.Holds("an address that is no public one", try(h.keys[1]), "did not take the test", "192.0.2.1 is for documentation")
	if n := h.asked.Load(); n != 2 {
		t.Errorf("asked %d times", n)
	}
	for _, path := range []string{"/test", "/on"} {
		if res := h.Do("POST", "/desk/webhooks"+path, url.Values{"endpoint": {"another"}}, c); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s of an endpoint that is not there: %d", path, res.StatusCode)
		}
	}

	// One fails, one is off.
	h.leaves(webtest.Ada)
	h.fails(h.keys[0], webhook.Result{State: webhook.GivenUp, Attempt: true, Code: 503, Error: "it answered 503 Service Unavailable"})
	h.fails(h.keys[1], webhook.Result{State: webhook.Queued, Attempt: true, Gone: true, Due: time.Now(), Code: 410, Error: "it answered 410 Gone"})
	h.Holds("in trouble", h.Page("/desk/webhooks", c), "Failing since", "Given up", "it answered 503 Service Unavailable", "Try again now",
		"Switched off", "that it wants no more (410)", "Switch on again")
	for _, key := range append(h.keys, h.keys[1]) { // and once more
		if to := h.Leads("/desk/webhooks/on", url.Values{"endpoint": {key}}, c); to != "/desk/webhooks?done=webhook_on" {
			t.Errorf("leads to %s", to)
		}
		st, err := h.DB.Webhooks().Standing(t.Context(), key)
		h.Must(err)
		if st.Word() != webhook.IsOn || st.Waiting != 1 || st.GivenUp != 0 {
			t.Errorf("on again: %+v", st)
		}
	}
	h.Holds("on again", h.Page("/desk/webhooks?done=webhook_on", c), "It is on.")

	acts, err := h.DB.Acts(t.Context(), editors.ActQuery{Subject: "webhook 192.0.2.1"})
	h.Must(err)
	var log []string
	for _, a := range acts {
		log = append(log, a.What)
	}
	if got := strings.Join(log, ", "); got != "webhook switched on, webhook switched on, tested a webhook" {
		t.Errorf("the log says %s", got)
	}
	h.Holds("/desk/log", h.Page("/desk/log", c), "Webhook switched on", "Tested a webhook")
}

// TestNobodyIsTold: the page says how somebody would be.
func TestNobodyIsTold(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	s.Desk.Webhooks = &Webhooks{}
	s.open()
	s.Holds("/desk/webhooks", s.Page("/desk/webhooks", s.SignedIn(desktest.Maya)), "Nobody is told yet")
}
