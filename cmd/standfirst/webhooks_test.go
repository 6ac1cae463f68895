package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/standfirst/standfirst/internal/config"
	"github.com/standfirst/standfirst/internal/smtptest"
	"github.com/standfirst/standfirst/internal/store/pgtest"
	"github.com/standfirst/standfirst/internal/webhook"
)

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// A crm is a program that is told what happens. It believes only what is signed.
type crm struct {
	*httptest.Server
	mu      sync.Mutex
	answers int // what it answers; 0: 200
	asked   int
	told    []toldEvent
	forged  []string
}

// A toldEvent is what it was told once; an id may come again.
type toldEvent struct {
	id, body string
	Type     string
	Data     struct {
		Reader struct {
			ID    int64
			Email string
		}
		Edition     struct{ ID string }
		Newsletters []string
		Why, State  string
	}
}

func newCRM(cleanup func(func())) *crm {
	c := new(crm)
	c.Server = httptest.NewServer(c)
	cleanup(c.Close)
	return c
}

// ServeHTTP implements http.Handler, and checks signatures by its own means.
func (c *crm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(hookSecret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	signed := false
	for _, s := range strings.Fields(r.Header.Get("webhook-signature")) {
		signed = signed || hmac.Equal([]byte(s), []byte(want))
	}
	sent, timeErr := strconv.ParseInt(r.Header.Get("webhook-timestamp"), 10, 64)
	off := time.Since(time.Unix(sent, 0)).Abs()

	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	e := toldEvent{id: r.Header.Get("webhook-id"), body: string(body)}
	if err != nil || !signed || timeErr != nil || off > 5*time.Minute || json.Unmarshal(body, &e) != nil {
		c.forged = append(c.forged, string(body))
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if c.answers != 0 && c.answers != http.StatusOK {
		http.Error(w, "not now", c.answers)
		return
	}
	c.told = append(c.told, e)
	fmt.Fprint(w, "noted")
}

// settings is the part of config.yaml that names it.
func (c *crm) settings() string {
	return fmt.Sprintf("webhooks: [{url: %q, secret_file: crm.secret}]", c.URL+"/hook")
}

// events are what it was told, once for each id, and how many came again.
func (c *crm) events(t *testing.T) (events []toldEvent, again int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.forged) > 0 {
		t.Fatalf("not signed: %q", c.forged)
	}
	bodies := map[string]string{}
	for _, e := range c.told {
		if before, ok := bodies[e.id]; ok {
			again++
			if before != e.body {
				t.Errorf("%s was %s and then %s", e.id, before, e.body)
			}
			continue
		}
		bodies[e.id] = e.body
		events = append(events, e)
	}
	return events, again
}

// until waits until it was told so many different events.
func (c *crm) until(t *testing.T, n int, patience time.Duration) []toldEvent {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		events, _ := c.events(t)
		if len(events) >= n {
			return events
		}
		if time.Now().After(deadline) {
			t.Fatalf("told %d events of %d within %v: %+v", len(events), n, patience, events)
		}
	}
}

// crms are those of scripts, by address.
var crms sync.Map

// crmVerb runs one: crm starts it at $CRM, and with a code it gives that
// answer from now on; crm told REGEXP waits until it was told what matches, and
// prints that.
func crmVerb(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 && !neg {
		c := newCRM(ts.Defer)
		crms.Store(c.URL, c)
		ts.Setenv("CRM", c.URL)
		ts.Setenv("CRM_SECRET", hookSecret)
		return
	}
	at, ok := crms.Load(ts.Getenv("CRM"))
	if !ok {
		ts.Fatalf("there is no crm yet")
	}
	c := at.(*crm)
	if code, err := strconv.Atoi(args[0]); err == nil && !neg {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.answers = code
		return
	}
	if len(args) != 2 || args[0] != "told" {
		ts.Fatalf("usage: crm [CODE | told REGEXP]")
	}
	like, err := regexp.Compile(args[1])
	ts.Check(err)
	told := func() string {
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.forged) > 0 {
			ts.Fatalf("not signed: %q", c.forged)
		}
		for _, e := range c.told {
			if like.MatchString(e.body) {
				return e.body
			}
		}
		return ""
	}
	if neg {
		if body := told(); body != "" {
			ts.Fatalf("it was told %s", body)
		}
		return
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if body := told(); body != "" {
			fmt.Fprintln(ts.Stdout(), body)
			return
		}
	}
	ts.Fatalf("it was not told %s", args[1])
}

// untilVerb runs a command until its output matches: until REGEXP COMMAND …
func untilVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until REGEXP COMMAND …")
	}
	like, err := regexp.Compile(args[0])
	ts.Check(err)
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		ts.Check(ts.Exec(args[1], args[2:]...))
		if like.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("its output never matches %s", args[0])
}

// TestEventsOfConfiguration: the configuration names the events there are.
func TestEventsOfConfiguration(t *testing.T) {
	var types []string
	for _, e := range webhook.Types() {
		types = append(types, string(e))
	}
	if d := cmp.Diff(types, config.WebhookEvents); d != "" {
		t.Errorf("(-there are +configuration):\n%s", d)
	}
}

// A told is a publication whose readers bounce while a crm is told of it.
type told struct {
	*paper
	*crm
	slow    atomic.Bool
	edition string
	bounces int
}

// newTold publishes an edition for some readers, of whom some bounce, for a
// serve to send.
func newTold(t *testing.T, readers, bounces int, settings ...string) *told {
	relay := newRelay(t)
	relay.says(func(e smtptest.Event) smtptest.Answer {
		if e.Phase == "rcpt" && e.To < address(bounces) { // they have equally many digits
			return smtptest.Answer{Code: 550, Enhanced: [3]int{5, 1, 1}}
		}
		return smtptest.Answer{}
	})
	w := &told{crm: newCRM(t.Cleanup), bounces: bounces}
	w.slow.Store(true)
	w.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.crm.ServeHTTP(rw, r)
		if w.slow.Load() { // it knows, and we may die before we know that it does
			time.Sleep(30 * time.Millisecond)
		}
	})
	w.paper = newPaper(t, relay.mail(4), append(settings, w.crm.settings())...)
	w.write("crm.secret", hookSecret)
	w.readers(readers)
	w.edition = w.publish()
	return w
}

// all waits until everything was told, and insists that each event came under
// one id, and at most so many came again.
func (w *told) all(t *testing.T, most int) {
	t.Helper()
	w.until(t, w.bounces+2, 60*time.Second)
	var state editionState
	w.json(&state, "editions", "show", w.edition, "--json")
	if state.State != "sent" || state.Failed != w.bounces {
		t.Errorf("the edition says %+v", state)
	}
	var hooks []hookReport
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if w.json(&hooks, "webhooks", "--json"); hooks[0].Queued == 0 || time.Now().After(deadline) {
			break
		}
	}
	if hooks[0].Queued != 0 || hooks[0].GivenUp != 0 || hooks[0].LastSuccess == nil {
		t.Errorf("in the end %+v", hooks[0])
	}
	events, again := w.events(t)
	seen := map[string]int{}
	for _, e := range events {
		if e.Data.Edition.ID != w.edition {
			t.Errorf("of another edition: %s", e.body)
		}
		seen[strings.TrimSpace(e.Type+" "+e.Data.Reader.Email)]++
	}
	want := map[string]int{"edition.published": 1, "edition.finished": 1}
	for i := range w.bounces {
		want["reader.bounced "+address(i)] = 1
	}
	if d := cmp.Diff(want, seen); d != "" {
		t.Errorf("told (-want +got):\n%s", d)
	}
	if again > most {
		t.Errorf("%d came again, at most %d were in hand", again, most)
	}
	t.Logf("%d events, %d came again", len(events), again)
}

// hookHands is how many messages a process has in hand at once.
const hookHands = 4

// TestToldAfterKills kills the real program again and again while it sends an
// edition, loses readers who bounce, and tells of it.
func TestToldAfterKills(t *testing.T) {
	if world() == "" {
		t.Skip("no /proc here: after a kill a lease would last its time")
	}
	t.Parallel()
	w := newTold(t, 300, 60)
	const kills = 5
	for kill := 1; kill <= kills; kill++ {
		life := w.start("serve")
		w.until(t, kill*10, 60*time.Second)
		life.kill()
	}
	w.slow.Store(false)
	last := w.start("serve")
	w.all(t, kills*hookHands)
	last.terminate(15 * time.Second)
}

// TestToldBySeveral: of three processes on one PostgreSQL two are killed; what
// they had in hand the third tells.
func TestToldBySeveral(t *testing.T) {
	if world() == "" {
		t.Skip("no /proc here: after a kill a lease would last its time")
	}
	t.Parallel()
	w := newTold(t, 150, 60, fmt.Sprintf("database: %q", pgtest.New(t)))
	lives := []*life{w.start("serve"), w.start("serve"), w.start("serve")}
	w.until(t, 20, 60*time.Second)
	lives[0].kill()
	w.until(t, 40, 60*time.Second)
	lives[1].kill()
	w.slow.Store(false)
	w.all(t, 2*hookHands)
	lives[2].terminate(15 * time.Second)
}
