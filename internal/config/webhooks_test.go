package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	hookSecret  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	otherSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

// hooks reads needed and webhooks, with secrets in the environment and a file.
func hooks(t *testing.T, text string) ([]Webhook, []string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "crm.secret"), []byte(hookSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"OLD": hookSecret, "NEW": otherSecret, "PLAIN": "hush", "SHORT": "whsec_aGk="}
	c, err := parse(filepath.Join(dir, "config.yaml"), []byte(needed+text), func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	})
	var mistakes Mistakes
	if errors.As(err, &mistakes) {
		var told []string
		for _, m := range mistakes {
			told = append(told, strings.TrimPrefix(m.Error(), dir+string(filepath.Separator)))
		}
		return nil, told
	}
	if err != nil {
		t.Fatal(err)
	}
	return c.Webhooks, nil
}

func TestWebhooks(t *testing.T) {
	got, mistakes := hooks(t, `webhooks:
  - url: https://crm.example.com/hook?x=1
    secret_file: crm.secret
  - {url: "http://localhost:9000/", secret: ["${NEW}", "${OLD}"], events: [reader.left], private: true}
`)
	want := []Webhook{
		{URL: "https://crm.example.com/hook?x=1", Secrets: []Secret{hookSecret}},
		{URL: "http://localhost:9000/", Secrets: []Secret{otherSecret, hookSecret}, Events: []string{"reader.left"}, Private: true},
	}
	if d := cmp.Diff(want, got); d != "" || mistakes != nil {
		t.Errorf("(-want +got):\n%s%q", d, mistakes)
	}
	if got[0].Local() || !got[1].Local() {
		t.Error("which is on this machine")
	}
	if s := fmt.Sprintf("%v %+v %#v", got[0], got[0], got[0]); strings.Contains(s, "MfKQ") {
		t.Errorf("the secret shows: %s", s)
	}
}

func TestWebhookMistakes(t *testing.T) {
	const whatSecret = "this is no secret of a webhook (whsec_ and 24 to 64 bytes in base64; standfirst webhooks secret makes one)"
	const noSecret = "a webhook needs a secret (secret_file: FILE or secret: ${NAME}; standfirst webhooks secret makes one)"
	for text, want := range map[string][]string{
		`webhooks: https://crm.example.com`: {`config.yaml:5:11: expected a list (like - url: https://crm.example.com/hook)`},
		`webhooks: [https://crm.example.com, {}]`: {
			`config.yaml:5:12: a webhook is not a list of keys and values (like url: …)`,
			`config.yaml:5:37: a webhook needs url`,
		},
		`webhooks: [{url: https://x.example}]`: {`config.yaml:5:12: ` + noSecret},
		`webhooks: [{url: http://x.example, secret: whsec_aaaa, event: []}]`: {
			`config.yaml:5:18: "http://x.example" is not encrypted (https://; http:// is for localhost only)`,
			`config.yaml:5:44: a secret does not stand in this file (secret_file: FILE or secret: ${NAME})`,
			`config.yaml:5:56: unknown key "event" (did you mean events?)`,
		},
		`webhooks: [{url: "https://x.example/#a", secret: "${PLAIN}"}, {url: https://x.example, secret: "${SHORT}"}, {url: https://y.example, secret: "${NONE}"}]`: {
			`config.yaml:5:18: "https://x.example/#a" has a fragment, which no server is told`,
			`config.yaml:5:50: ` + whatSecret,
			`config.yaml:5:96: ` + whatSecret,
			`config.yaml:5:142: the environment has no NONE`,
		},
		`webhooks: [{url: https://x.example, secret: "${OLD}"}, {url: https://x.example, secret: ["${OLD}", "${OLD}"]}, {url: https://y.example, secret: []}]`: {
			`config.yaml:5:62: "https://x.example" stands here a second time (name all its events once)`,
			`config.yaml:5:100: this secret stands here a second time`,
			`config.yaml:5:145: a webhook has one secret, or two while a new one takes the place of the old`,
		},
		`webhooks: [{url: https://x.example, secret_file: none, secret: "${OLD}"}, {url: https://y.example, secret_file: none}]`: {
			`config.yaml:5:64: there is a secret_file too (one of them)`,
			`config.yaml:5:113: the file "none" cannot be read (no such file or directory)`,
		},
		`webhooks: [{url: https://x.example, secret_file: crm.secret, events: [reader.leave, edition.sent]}, {url: https://y.example, secret_file: crm.secret, events: [], private: maybe}]`: {
			`config.yaml:5:71: "reader.leave" is not known here (one of: edition.published, edition.finished, reader.confirmed, reader.left, reader.bounced)`,
			`config.yaml:5:85: "edition.sent" is not known here (one of: edition.published, edition.finished, reader.confirmed, reader.left, reader.bounced)`,
			`config.yaml:5:159: a webhook without events is never told anything (leave it out for all, or some of: edition.published, edition.finished, reader.confirmed, reader.left, reader.bounced)`,
			`config.yaml:5:172: "maybe" is neither true nor false`,
		},
	} {
		_, got := hooks(t, text+"\n")
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", text, d)
		}
	}
}
