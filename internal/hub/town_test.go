package hub_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/standfirst/standfirst/internal/hub"
	"github.com/standfirst/standfirst/internal/store"
)

// The feeds of every test.
const (
	rss   = "https://lead.example/feed.rss"
	atom  = "https://lead.example/feed.atom"
	topic = "https://lead.example/topics/ai/feed.rss"
)

// A press is what serves the feeds.
type press struct {
	mu    sync.Mutex
	feeds map[string]string // bytes by address
}

func newPress() *press {
	return &press{feeds: map[string]string{rss: "rss 1", atom: "atom 1", topic: "topic 1"}}
}

func (p *press) print(feed, body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.feeds[feed] = body
}

func (p *press) drop(feed string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.feeds, feed)
}

// Tags implements hub.Feeds.
func (p *press) Tags() map[string]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.feeds)
}

// Feed implements hub.Feeds.
func (p *press) Feed(address string) (hub.Document, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	body, ok := p.feeds[address]
	return hub.Document{Type: "application/rss+xml; charset=utf-8", Tag: body, Body: []byte(body)}, ok
}

// A town is a hub among real servers, on a network of pipes, in a bubble of
// fake time.
type town struct {
	*testing.T
	db    *store.DB
	hosts map[string]*street
	log   strings.Builder
	logMu sync.Mutex
}

// inTown runs a test.
func inTown(t *testing.T, test func(w *town)) {
	synctest.Test(t, func(t *testing.T) { build(t, test) })
}

// build runs a test by the real clock, if no bubble is around it.
func build(t *testing.T, test func(w *town)) {
	db, err := store.Open(t.Context(), "sqlite::memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w := &town{T: t, db: db, hosts: map[string]*street{}}
	defer func() {
		for _, s := range w.hosts {
			s.server.Close()
		}
	}()
	test(w)
}

// A street is where a host's server takes connections from.
type street struct {
	server *http.Server
	calls  chan net.Conn
	gone   chan struct{}
	once   sync.Once
}

func (s *street) Accept() (net.Conn, error) {
	select {
	case c := <-s.calls:
		return c, nil
	case <-s.gone:
		return nil, net.ErrClosed
	}
}
func (s *street) Close() error   { s.once.Do(func() { close(s.gone) }); return nil }
func (s *street) Addr() net.Addr { return &net.TCPAddr{} }

// host opens a server at a name.
func (w *town) host(name string, h http.Handler) {
	s := &street{server: &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}, calls: make(chan net.Conn), gone: make(chan struct{})}
	w.hosts[name] = s
	go s.server.Serve(s)
}

func (w *town) dial(_ context.Context, _, address string) (net.Conn, error) {
	host, _, _ := net.SplitHostPort(address)
	s := w.hosts[host]
	if s == nil {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	here, there := net.Pipe()
	select {
	case s.calls <- there:
		return here, nil
	case <-s.gone:
		return nil, fmt.Errorf("%s is gone", host)
	}
}

// hub makes a hub on the town's database, as a process of its own would.
func (w *town) hub(p *press) *hub.Hub {
	return &hub.Hub{
		Address: "https://lead.example/hub", Ours: true, Feeds: p, Store: w.db,
		Client: &http.Client{
			Transport:     &http.Transport{DialTLSContext: w.dial, DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		Log: slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// Write is where logs go.
func (w *town) Write(b []byte) (int, error) {
	w.logMu.Lock()
	defer w.logMu.Unlock()
	return w.log.Write(b)
}

func (w *town) logged() string {
	w.logMu.Lock()
	defer w.logMu.Unlock()
	return w.log.String()
}

// run runs a hub until stop is called.
func (w *town) run(h *hub.Hub) (stop func()) {
	ctx, cancel := context.WithCancel(w.Context())
	var done sync.WaitGroup
	done.Go(func() {
		if err := h.Run(ctx); err != nil {
			w.Error(err)
		}
	})
	synctest.Wait()
	return func() { cancel(); done.Wait() }
}

// ask asks a hub, and lets it ask back.
func (w *town) ask(h *hub.Hub, pairs ...string) {
	w.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set("hub."+pairs[i], pairs[i+1])
	}
	if err := h.Ask(form); err != nil {
		w.Fatal(err)
	}
	synctest.Wait()
}

// pass lets time pass.
func (w *town) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// A subscriber is what somebody else wrote who has read the recommendation. It
// is a server.
type subscriber struct {
	*testing.T
	mu      sync.Mutex
	wants   map[string]bool // "subscribe https://…": what it really asked for
	secret  string
	answer  func(times int) (code int, wait time.Duration) // to notices; nil: at once, 200
	echo    func(challenge string) string                  // nil: as it should be
	code    int                                            // of verifications; 0: 200
	began   time.Time
	asked   []string // "subscribe for 864000", "denied: …"
	told    []string // "5s rss 2"
	queries []string // of the callback itself
}

func newSubscriber(t *testing.T, wants ...string) *subscriber {
	s := &subscriber{T: t, wants: map[string]bool{}, began: time.Now()}
	for _, want := range wants {
		s.wants[want] = true
	}
	return s
}

func (s *subscriber) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		s.verify(w, r.URL.Query())
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.told = append(s.told, fmt.Sprintf("%v %s", time.Since(s.began), body))
	s.queries = append(s.queries, r.URL.RawQuery)
	s.headers(r, body)
	code, wait := 200, time.Duration(0)
	if s.answer != nil {
		code, wait = s.answer(len(s.told))
	}
	s.mu.Unlock()
	select {
	case <-time.After(wait):
	case <-r.Context().Done():
	}
	w.WriteHeader(code)
}

// verify confirms what was really asked for, and nothing else.
func (s *subscriber) verify(w http.ResponseWriter, q url.Values) {
	s.mu.Lock()
	defer s.mu.Unlock()
	mode := q.Get("hub.mode")
	switch {
	case mode == "denied":
		s.asked = append(s.asked, "denied: "+q.Get("hub.reason"))
		return
	case mode == "subscribe":
		s.asked = append(s.asked, mode+" for "+q.Get("hub.lease_seconds"))
	default:
		s.asked = append(s.asked, mode)
	}
	if !s.wants[mode+" "+q.Get("hub.topic")] {
		http.NotFound(w, nil)
		return
	}
	challenge := q.Get("hub.challenge")
	if len(challenge) < 16 {
		s.Errorf("the challenge %q could be guessed", challenge)
	}
	if s.echo != nil {
		challenge = s.echo(challenge)
	}
	if s.code != 0 {
		w.WriteHeader(s.code)
	}
	io.WriteString(w, challenge)
}

// headers checks those of a notice.
func (s *subscriber) headers(r *http.Request, body []byte) {
	if got := r.Header.Get("Content-Type"); got != "application/rss+xml; charset=utf-8" {
		s.Errorf("Content-Type: %s", got)
	}
	links := strings.Join(r.Header.Values("Link"), ", ")
	if !strings.Contains(links, `<https://lead.example/hub>; rel="hub"`) || !strings.Contains(links, `; rel="self"`) {
		s.Errorf("Link: %s", links)
	}
	if r.ContentLength != int64(len(body)) {
		s.Errorf("Content-Length: %d", r.ContentLength)
	}
	want := ""
	if s.secret != "" {
		mac := hmac.New(sha256.New, []byte(s.secret))
		mac.Write(body)
		want = "sha256=" + hex.EncodeToString(mac.Sum(nil))
	}
	if got := r.Header.Get("X-Hub-Signature"); got != want {
		s.Errorf("X-Hub-Signature: %q, want %q", got, want)
	}
}

// set changes the subscriber's mind.
func (s *subscriber) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// was returns what happened since the last time.
func (s *subscriber) was() (asked, told []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked, told = s.asked, s.told
	s.asked, s.told = nil, nil
	return asked, told
}
