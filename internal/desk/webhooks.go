package desk

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/internal/webhook"
	"github.com/standfirst/standfirst/templates"
)

// Webhooks are who is told what happens, and how that goes.
type Webhooks struct {
	Roster *webhook.Roster // nil: nobody is told
	Store  WebhookStore
	// Client returns what reaches an endpoint.
	Client func(e *webhook.Endpoint) *http.Client
}

// WebhookStore is what the page of webhooks asks for. Endpoints are known by
// their keys.
type WebhookStore interface {
	Standing(ctx context.Context, endpoint string) (webhook.Standing, error)
	// On switches an endpoint on again, and makes everything due that waits for
	// it or was given up.
	On(ctx context.Context, endpoint string, now time.Time) error
}

// endpoints are all there are, in the order of the configuration.
func (h *Webhooks) endpoints() []webhook.Endpoint {
	if h.Roster == nil {
		return nil
	}
	return h.Roster.Endpoints
}

// of returns the endpoint that a form means; nil if it is not there any more.
func (h *Webhooks) of(key string) *webhook.Endpoint {
	all := h.endpoints()
	for i := range all {
		if all[i].Key() == key {
			return &all[i]
		}
	}
	return nil
}

// webhooks shows owners who is told.
func (d *Desk) webhooks(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	p, err := d.webhooksPage(r, visit)
	if err != nil {
		return err
	}
	return d.Private(w, r, http.StatusOK, p)
}

func (d *Desk) webhooksPage(r *http.Request, visit *editors.Visit) (*templates.DeskWebhooksPage, error) {
	l := d.Locale()
	p := &templates.DeskWebhooksPage{DeskFrame: d.frame(r, visit, l.Message("desk.webhooks.title"))}
	for i := range p.Menu {
		p.Menu[i].Current = p.Menu[i].URL == "/desk/people"
	}
	all := d.Webhooks.endpoints()
	for i := range all {
		e := &all[i]
		st, err := d.Webhooks.Store.Standing(r.Context(), e.Key())
		if err != nil {
			return nil, err
		}
		v := d.webhookCard(l, &st)
		v.N, v.Key, v.Host, v.All = i+1, e.Key(), e.Host(), len(e.Events) == len(webhook.Types())
		for _, t := range e.Events {
			v.Events = append(v.Events, string(t))
		}
		p.Hooks = append(p.Hooks, v)
	}
	return p, nil
}

// webhookCard says how an endpoint stands.
func (d *Desk) webhookCard(l *i18n.Locale, st *webhook.Standing) templates.DeskWebhook {
	v := templates.DeskWebhook{State: l.Message("desk.webhooks.fine"), Tone: "ok", Error: st.Error}
	switch st.Word() {
	case webhook.IsOff:
		v.State, v.Tone, v.On = l.Message("desk.webhooks.off"), "bad", l.Message("desk.webhooks.switch_on")
		v.Why = l.Message("desk.webhooks.why_"+st.Why, "time", d.moment(l, st.Off))
	case webhook.IsFailing:
		v.State, v.Tone, v.On = l.Message("desk.webhooks.failing"), "warn", l.Message("desk.webhooks.retry")
	default:
		if st.GivenUp > 0 {
			v.On = l.Message("desk.webhooks.retry")
		}
	}
	fact := func(key, value string) {
		v.Facts = append(v.Facts, templates.DeskFact{Label: l.Message("desk.webhooks." + key), Value: value})
	}
	when := func(t time.Time) string {
		if t.IsZero() {
			return l.Message("desk.webhooks.never")
		}
		return d.moment(l, t)
	}
	count := func(n int) string {
		if n >= webhook.MostCounted {
			return l.Message("desk.webhooks.more", "n", l.Number(n))
		}
		return l.Number(n)
	}
	fact("success", when(st.Succeeded))
	fact("queued", count(st.Waiting))
	if st.GivenUp > 0 {
		fact("lost", count(st.GivenUp))
	}
	if !st.Since.IsZero() && st.Off.IsZero() {
		fact("since", when(st.Since))
	}
	if !st.Failed.IsZero() {
		fact("failure", when(st.Failed)) // the last, above what went wrong
	}
	return v
}

// endpointOf is the endpoint that a form is about.
func (d *Desk) endpointOf(w http.ResponseWriter, r *http.Request) (*webhook.Endpoint, error) {
	form, err := web.FormOf(w, r)
	if err != nil {
		return nil, err
	}
	e := d.Webhooks.of(form.Get("endpoint"))
	if e == nil {
		return nil, web.Status(http.StatusNotFound)
	}
	return e, nil
}

// tryWebhook sends an endpoint a test, and shows what it answered: nothing of
// that is kept but that it was asked.
func (d *Desk) tryWebhook(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	e, err := d.endpointOf(w, r)
	if err != nil {
		return err
	}
	client := d.Webhooks.Client(e)
	defer client.CloseIdleConnections()
	tried, err := webhook.Try(r.Context(), client, e, time.Now())
	if err != nil {
		return err
	}
	detail := "it was taken"
	if failure := tried.Failure(); failure != "" {
		detail = failure
	}
	if err := d.did(r, visit, "tested a webhook", "webhook "+e.Host(), detail); err != nil {
		return err
	}
	p, err := d.webhooksPage(r, visit)
	if err != nil {
		return err
	}
	l := d.Locale()
	p.Failed, p.Answer = tried.Failure(), tried.Text
	if p.Tried = l.Message("desk.webhooks.refused", "host", e.Host()); p.Failed == "" {
		p.Tried = l.Message("desk.webhooks.took", "host", e.Host(), "ms", strconv.FormatInt(tried.Took.Milliseconds(), 10))
	}
	return d.Private(w, r, http.StatusOK, p)
}

// switchWebhookOn switches an endpoint on again, or has what waits tried now.
func (d *Desk) switchWebhookOn(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	e, err := d.endpointOf(w, r)
	if err != nil {
		return err
	}
	if err := d.Webhooks.Store.On(r.Context(), e.Key(), time.Now()); err != nil {
		return err
	}
	if err := d.did(r, visit, "webhook switched on", "webhook "+e.Host(), ""); err != nil {
		return err
	}
	return seeOther(w, r, "/desk/webhooks?done=webhook_on")
}
