package config

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A Webhook is an address that is told what happens here. A mistake in it stands
// at "webhooks.0.url", counted from 0.
type Webhook struct {
	URL     string
	Secrets []Secret // at least one, like whsec_ and base64; the newest first
	Events  []string // none: all
	Private bool     // it may be in a private network
}

// Local reports whether the address is on this machine.
func (w *Webhook) Local() bool {
	u, err := url.Parse(w.URL)
	return err == nil && local(u.Hostname())
}

// WebhookEvents are the events that there are.
var WebhookEvents = []string{"edition.published", "edition.finished", "reader.confirmed", "reader.left", "reader.bounced"}

// mostSecrets is how many sign at once: the old one and the new one, and one
// that somebody forgot.
const mostSecrets = 3

func (r *reader) webhooks(n *yaml.Node, to *[]Webhook) {
	at := 0
	r.list(n, "- url: https://crm.example.com/hook", func(n *yaml.Node) {
		r.path = append(r.path, strconv.Itoa(at))
		at++
		w, before := Webhook{}, len(r.mistakes)
		var secret, file *yaml.Node
		r.fields(n, "a webhook", []field{
			{key: "url", must: true, read: r.endpoint(*to, &w.URL)},
			{key: "secret", read: func(n *yaml.Node) { secret = n }},
			{key: "secret_file", read: func(n *yaml.Node) { file = n }},
			{key: "events", read: r.happenings(&w.Events)},
			{key: "private", read: r.truth(&w.Private)},
		})
		r.path = r.path[:len(r.path)-1]
		switch {
		case secret == nil && file == nil && n.Kind == yaml.MappingNode && len(r.mistakes) == before:
			r.wrong(n, "a webhook needs a secret", "secret_file: FILE or secret: ${NAME}; standfirst webhooks secret makes one")
		case secret != nil && file != nil:
			r.wrong(secret, "there is a secret_file too", "one of them")
		default:
			r.signing(secret, file, &w.Secrets)
		}
		*to = append(*to, w)
	})
}

// endpoint reads where a webhook is.
func (r *reader) endpoint(others []Webhook, to *string) func(*yaml.Node) {
	return r.url("webhook", func(n *yaml.Node, u *url.URL) {
		at := u.String()
		switch {
		case u.Fragment != "":
			r.wrong(n, quote(n.Value)+" has a fragment, which no server is told", "")
		case slices.ContainsFunc(others, func(w Webhook) bool { return w.URL == at }):
			r.wrong(n, quote(n.Value)+" stands here a second time", "name all its events once")
		default:
			*to = at
		}
	})
}

// signing reads one secret or several, from the environment or from files.
func (r *reader) signing(values, files *yaml.Node, to *[]Secret) {
	n := values
	if n == nil {
		n = files
	}
	if n == nil {
		return
	}
	entries := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		entries = n.Content
	}
	if len(entries) == 0 || len(entries) > mostSecrets {
		r.wrong(n, "a webhook has one secret, or two while a new one takes the place of the old", "")
		return
	}
	for _, n := range entries {
		n = resolve(n)
		before := len(r.mistakes)
		var s Secret
		if values != nil {
			s = r.secretValue(n)
		} else {
			s = r.secret(nil, n)
		}
		switch {
		case len(r.mistakes) > before:
		case !signs(string(s)):
			r.wrong(n, "this is no secret of a webhook", "whsec_ and 24 to 64 bytes in base64; standfirst webhooks secret makes one")
		case slices.Contains(*to, s):
			r.wrong(n, "this secret stands here a second time", "")
		default:
			*to = append(*to, s)
		}
	}
}

// secretValue reads a secret that comes from the environment.
func (r *reader) secretValue(n *yaml.Node) (s Secret) {
	if n.Kind == yaml.ScalarNode && !variable.MatchString(n.Value) {
		r.wrong(n, "a secret does not stand in this file", "secret_file: FILE or secret: ${NAME}")
		return ""
	}
	r.text((*string)(&s))(n)
	return s
}

// signs reports whether a text is a secret as Standard Webhooks writes them.
func signs(text string) bool {
	coded, ok := strings.CutPrefix(text, "whsec_")
	key, err := base64.StdEncoding.DecodeString(coded)
	return ok && err == nil && len(key) >= 24 && len(key) <= 64
}

// happenings reads which events a webhook is told of.
func (r *reader) happenings(to *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.words(to, "[reader.confirmed, reader.left]", func(to *string) func(*yaml.Node) { return r.word(to, WebhookEvents...) })(n)
		if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
			r.wrong(n, "a webhook without events is never told anything", "leave it out for all, or some of: "+strings.Join(WebhookEvents, ", "))
		}
	}
}
