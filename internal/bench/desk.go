package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// desk is the scenario of editors who look while an edition leaves: every page
// of the desk, and what programs are answered, again and again, then once more
// when nothing is sent.
const desk = "desk"

const (
	looksAlone = 24 // at each page
	deskOwner  = "owner@lead.example.com"
)

// A Watch is an owner at the desk of a publication, with a token for a program.
type Watch struct {
	*Press
	at     string // of the site
	cookie string
	token  string
}

// A lookedAt is a page, and how long it took each time.
type lookedAt struct {
	Path           string
	Sending, Alone []time.Duration
}

// measureDesk sends an edition, and looks.
func (b *Bench) measureDesk(ctx context.Context, dir string, out io.Writer) (err error) {
	if b.sink == nil {
		if b.sink, err = startSink(); err != nil {
			return err
		}
		defer func() { b.sink.close(); b.sink = nil }()
	}
	w := &Watch{Press: &Press{
		Name: desk, Program: b.Program, Sink: b.sink, Readers: b.Readers[0], Paper: &Paper{Dir: filepath.Join(dir, desk), Relay: b.sink.addr},
	}}
	if err := w.prepare(ctx); err != nil {
		return err
	}
	pages, sent, err := w.look(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", desk, err)
	}
	writeLooks(out, pages, sent, w.Readers)
	return nil
}

// look serves the publication, sends an edition, and looks at all pages in turn
// until it is out, and then again.
func (w *Watch) look(ctx context.Context) (pages []*lookedAt, sent int, err error) {
	config, err := w.Paper.configure(10, false)
	if err != nil {
		return nil, 0, err
	}
	addr, err := free()
	if err != nil {
		return nil, 0, err
	}
	server, err := start(ctx, "standfirst", addr, w.Paper.Dir, w.Program, "--config", config, "serve", "--listen", addr)
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		if stopped := server.stop(); stopped != nil && err == nil {
			err = fmt.Errorf("serve: %w\n%s", stopped, server.said.Bytes())
		}
	}()
	w.at = "http://" + addr
	if err := w.enter(ctx, config); err != nil {
		return nil, 0, err
	}
	_, answer, err := w.run(ctx, config, "send", "weekly", "--yes", "--detach", "--json")
	if err != nil {
		return nil, 0, err
	}
	var told struct{ Edition string }
	if err := json.Unmarshal(answer, &told); err != nil {
		return nil, 0, fmt.Errorf("send --json: %w", err)
	}
	list, err := w.publish(ctx)
	if err != nil {
		return nil, 0, err
	}
	edition := "/desk/editions/" + told.Edition
	if err := w.until(ctx, edition+"/letter/1"); err != nil {
		return nil, 0, err
	}
	for _, path := range []string{
		"/desk", "/desk/newsletters/weekly", "/desk/newsletters/weekly/preview", "/desk/newsletters/weekly/send", "/desk/editions", edition, edition + "/letter/1",
		"/desk/readers", "/desk/readers?before=" + fmt.Sprint(w.Readers/2), "/desk/readers?q=" + readerAddress(w.Readers / 2)[:6], "/desk/readers?q=nobody.at.all", "/desk/readers?state=left",
		"/desk/readers?newsletter=weekly", "/desk/readers/" + fmt.Sprint(w.Readers/2), "/desk/import", "/desk/articles", string(articleLink.Find(list)), "/desk/events", "/desk/sources", "/desk/feeds",
		"/desk/log", "/desk/people", "/desk/account", "/desk/tokens", "/desk/webhooks",
		"/api/v1/newsletters", "/api/v1/newsletters/weekly/preview", "/api/v1/editions", "/api/v1/editions/" + told.Edition, "/api/v1/openapi.json",
	} {
		pages = append(pages, &lookedAt{Path: path})
	}
	for sent < w.Readers {
		if err := w.round(ctx, pages, func(p *lookedAt) *[]time.Duration { return &p.Sending }); err != nil {
			return nil, sent, err
		}
		m, err := scrape(ctx, addr)
		if err != nil {
			return nil, sent, err
		}
		sent = int(m.sum("standfirst_letters_total", `state="sent"`))
	}
	for range looksAlone {
		if err := w.round(ctx, pages, func(p *lookedAt) *[]time.Duration { return &p.Alone }); err != nil {
			return nil, sent, err
		}
	}
	return pages, sent, nil
}

// publish adds an article, so that there is a next edition to look at, and
// returns the list of articles when its preview is there.
func (w *Watch) publish(ctx context.Context) (list []byte, err error) {
	now := time.Now()
	text := article(rand.New(rand.NewPCG(7, 7)), topicNames[0], "images/00.png", now)
	if err := os.WriteFile(filepath.Join(w.Paper.Dir, "paper", "articles", "late.md"), []byte(text), 0o644); err != nil {
		return nil, err
	}
	if err := w.until(ctx, "/desk/newsletters/weekly/preview"); err != nil {
		return nil, err
	}
	return w.get(ctx, "/desk/articles")
}

// until waits for a page to be there, for a minute at most.
func (w *Watch) until(ctx context.Context, path string) error {
	for began := time.Now(); ; {
		_, err := w.get(ctx, path)
		if err == nil || time.Since(began) > time.Minute {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// round looks at every page once.
func (w *Watch) round(ctx context.Context, pages []*lookedAt, to func(*lookedAt) *[]time.Duration) error {
	for _, p := range pages {
		began := time.Now()
		if _, err := w.get(ctx, p.Path); err != nil {
			return err
		}
		*to(p) = append(*to(p), time.Since(began))
	}
	return nil
}

var (
	articleLink = regexp.MustCompile(`/desk/articles/[a-z0-9]+`)
	freshToken  = regexp.MustCompile(`sf_[A-Za-z0-9_-]{43}`)
	linkOf      = regexp.MustCompile(`/desk/sign-in/[A-Za-z0-9_-]+`)
)

// enter makes an owner, signs them in, and makes a token.
func (w *Watch) enter(ctx context.Context, config string) error {
	if _, _, err := w.run(ctx, config, "editors", "add", deskOwner, "--role", "owner"); err != nil {
		return err
	}
	_, answer, err := w.run(ctx, config, "editors", "link", deskOwner)
	if err != nil {
		return err
	}
	res, err := w.ask(ctx, http.MethodPost, string(linkOf.Find(answer)), nil)
	if err != nil {
		return err
	}
	if len(res.Cookies()) == 0 {
		return fmt.Errorf("signing in: %s", res.Status)
	}
	w.cookie = res.Cookies()[0].String()
	if res, err = w.ask(ctx, http.MethodPost, "/desk/tokens", url.Values{"name": {"bench"}, "scope": {"read"}}); err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if w.token = string(freshToken.Find(body)); w.token == "" {
		err = errors.Join(err, fmt.Errorf("no token was made: %s", res.Status))
	}
	return err
}

// ask sends a request and returns the answer, without following where it leads.
func (w *Watch) ask(ctx context.Context, method, path string, form url.Values) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, w.at+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if w.cookie != "" {
		name, value, _ := strings.Cut(w.cookie, "=")
		value, _, _ = strings.Cut(value, ";")
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	if w.token != "" {
		r.Header.Set("Authorization", "Bearer "+w.token)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// get returns a page, which must be there.
func (w *Watch) get(ctx context.Context, path string) ([]byte, error) {
	res, err := w.ask(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", path, res.Status)
	}
	return body, err
}
