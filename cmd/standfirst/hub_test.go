package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A notice is what a follower, or another hub, was asked or told.
type notice struct{ kind, signature, body string }

// listen runs a server that agrees to follow whatever it is asked about, and
// hands on what it is asked and told.
func listen(t *testing.T) (address string, told chan notice) {
	told = make(chan notice, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			io.WriteString(w, r.URL.Query().Get("hub.challenge"))
			told <- notice{body: r.URL.RawQuery}
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		told <- notice{r.Header.Get("Content-Type"), r.Header.Get("X-Hub-Signature"), string(body)}
	}))
	t.Cleanup(s.Close)
	return s.URL, told
}

// wait returns the next notice.
func wait(t *testing.T, told chan notice, patience time.Duration) notice {
	t.Helper()
	select {
	case n := <-told:
		return n
	case <-time.After(patience):
		t.Fatalf("nobody was told within %v", patience)
		panic("unreachable")
	}
}

// TestFollowers follows a feed of the real program: of two processes that show
// it, one tells of a new article, with the bytes that both show by then.
func TestFollowers(t *testing.T) {
	t.Parallel()
	p := newPaper(t, "{from: news@example.com, transport: mailbox}")
	c := &company{paper: p}
	addrs := []string{c.free(), c.free()}
	lives := []*life{p.start("serve", "--listen", addrs[0])}
	c.get(addrs[0], "/readyz", "ready")
	lives = append(lives, p.start("serve", "--only", "web", "--listen", addrs[1]))
	c.get(addrs[1], "/readyz", "ready")

	callback, told := listen(t)
	const topic = "http://localhost:8080/feed.json"
	answer, err := http.PostForm("http://"+addrs[1]+"/hub", url.Values{
		"hub.mode": {"subscribe"}, "hub.topic": {topic}, "hub.callback": {callback + "/hook"}, "hub.secret": {"hush"},
	})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusAccepted {
		t.Fatalf("asking to follow: %s", answer.Status)
	}
	if n := wait(t, told, 20*time.Second); !strings.Contains(n.body, "hub.mode=subscribe") {
		t.Errorf("asked %s", n.body)
	}
	p.write("paper/articles/stop-press.md", "---\ntitle: Stop press\ndate: 2024-05-06\n---\n\nNews.\n")
	n := wait(t, told, 60*time.Second)
	mac := hmac.New(sha256.New, []byte("hush"))
	io.WriteString(mac, n.body)
	if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); n.signature != want {
		t.Errorf("signature %s, want %s", n.signature, want)
	}
	if n.kind != "application/feed+json; charset=utf-8" || !strings.Contains(n.body, "Stop press") {
		t.Errorf("told %s %s", n.kind, n.body)
	}
	for _, addr := range addrs {
		c.get(addr, "/feed.json", n.body)
	}
	select {
	case again := <-told:
		t.Errorf("told twice: %s", again.body)
	case <-time.After(7 * time.Second):
	}
	for _, l := range lives {
		l.terminate(15 * time.Second)
	}
}

// TestAnotherHub tells a hub that was configured which feeds have changed.
func TestAnotherHub(t *testing.T) {
	t.Parallel()
	at, told := listen(t)
	p := newPaper(t, "{from: news@example.com, transport: mailbox}", fmt.Sprintf("feeds: {hub: %q}", at+"/publish"))
	c := &company{paper: p}
	addr := c.free()
	l := p.start("serve", "--listen", addr)
	c.get(addr, "/feed.rss", at+"/publish")
	p.write("paper/articles/stop-press.md", "---\ntitle: Stop press\ndate: 2024-05-06\ntopics: [Fresh]\n---\n\nNews.\n")
	want := map[string]bool{}
	for _, feed := range []string{"/feed", "/topics/fresh/feed"} {
		for _, ending := range []string{".rss", ".atom", ".json"} {
			want[url.Values{"hub.mode": {"publish"}, "hub.url": {"http://localhost:8080" + feed + ending}}.Encode()] = true
		}
	}
	for len(want) > 0 {
		n := wait(t, told, 60*time.Second)
		if !want[n.body] {
			t.Errorf("told of %s", n.body)
		}
		delete(want, n.body)
	}
	answer, err := http.PostForm("http://"+addr+"/hub", url.Values{"hub.mode": {"subscribe"}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("our own hub answers %s", answer.Status)
	}
	l.terminate(15 * time.Second)
}
