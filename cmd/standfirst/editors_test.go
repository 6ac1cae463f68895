package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
)

// TestEditorsCommand: from nobody to an editor who is at the desk, and out.
func TestEditorsCommand(t *testing.T) {
	inFolder(t)
	out, _ := command(t, exitDone, "editors")
	wants(t, out, "there are no editors; standfirst editors add EMAIL adds one")
	out, _ = command(t, exitDone, "editors", "add", "Maya@example.com", "--name", "Maya Okafor")
	wants(t, out, "maya@example.com may use the desk as owner", "editors link maya@example.com")
	command(t, exitDone, "editors", "add", "ed@example.com", "--role", "viewer")
	_, errs := command(t, exitFailed, "editors", "add", "maya@EXAMPLE.com")
	wants(t, errs, "is an editor already", "hint: standfirst editors link EMAIL")
	_, errs = command(t, exitUsage, "editors", "add", "x@example.com", "--role", "boss")
	wants(t, errs, "owner, editor and viewer")
	command(t, exitUsage, "editors", "add", "no address")
	out, _ = command(t, exitDone, "editors", "list")
	wants(t, out, "EMAIL", "ed@example.com", "viewer", "never", "Maya Okafor", "owner")
	_, errs = command(t, exitFailed, "editors", "link", "nobody@example.com")
	wants(t, errs, "no such editor", "standfirst editors add EMAIL")
	_, errs = command(t, exitFailed, "editors", "remove", "maya@example.com")
	wants(t, errs, "the only owner", "--role owner")

	// The link is all that stands on standard output, for a script to send.
	link, errs := command(t, exitDone, "editors", "link", "Maya@example.com")
	if !regexp.MustCompile(`^https://news\.example\.com/desk/sign-in/[A-Za-z0-9_-]{43}\n$`).MatchString(link) {
		t.Fatalf("link: %q", link)
	}
	wants(t, errs, "works once, until ")
	path := strings.TrimPrefix(strings.TrimSpace(link), "https://news.example.com")
	var desk http.Handler
	e := &env{ctx: t.Context(), stdout: t.Output(), stderr: t.Output(), config: "config.yaml"}
	a, err := e.open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	site, _ := a.site()
	desk = site.Handler()
	ask := func(method, path string, cookies ...*http.Cookie) *http.Response {
		r := httptest.NewRequest(method, path, nil)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		rec := httptest.NewRecorder()
		desk.ServeHTTP(rec, r)
		return rec.Result()
	}
	if res := ask("GET", path); res.StatusCode != http.StatusOK {
		t.Fatalf("the link leads to %d", res.StatusCode)
	}
	res := ask("POST", path)
	if res.StatusCode != http.StatusSeeOther || len(res.Cookies()) != 1 {
		t.Fatalf("signing in: %d, %v", res.StatusCode, res.Cookies())
	}
	if got := ask("GET", "/desk", res.Cookies()...).StatusCode; got != http.StatusOK {
		t.Errorf("the desk: %d", got)
	}
	if got := ask("POST", path).StatusCode; got != http.StatusNotFound {
		t.Errorf("the link once more: %d", got)
	}

	out, _ = command(t, exitDone, "editors", "--json")
	var list []editorReport
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != 2 || list[0].LastSeen != nil || list[1].LastSeen == nil {
		t.Errorf("%v\n%s", err, out)
	}
	command(t, exitDone, "editors", "add", "zoe@example.com", "--role", "owner")
	if _, _, err := (&editors.Gate{Store: a.db}).Make(t.Context(), "press", editors.Scopes, "maya@example.com", time.Now()); err != nil {
		t.Fatal(err)
	}
	out, _ = command(t, exitDone, "editors", "remove", "Maya@example.com")
	wants(t, out, "no more", "tokens they made still let programs in", "/desk/tokens: press")
	if got := ask("GET", "/desk", res.Cookies()...).StatusCode; got != http.StatusSeeOther {
		t.Errorf("the desk after being removed: %d", got)
	}
}
