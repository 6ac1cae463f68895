package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/fetch"
	"github.com/standfirst/standfirst/internal/hub"
)

// followed gives a site its own hub.
func followed(t *testing.T) (*site, http.Handler) {
	s := newSite(t)
	pub := s.Shelf.Publication
	pub.Hubs = []string{s.url + "/hub"}
	s.Shelf = &Shelf{Content: s.DB, Publication: pub, Options: s.Shelf.Options}
	s.Must(s.Shelf.Build(t.Context()))
	s.Hub = &hub.Hub{Address: pub.Hubs[0], Ours: true, Feeds: s.Shelf, Store: s.DB, Log: s.Log, Reach: fetch.Publicly}
	return s, s.Handler()
}

// What can be followed is what says so in its headers, and those who follow get
// the bytes that are served.
func TestWhatCanBeFollowed(t *testing.T) {
	s, h := followed(t)
	tags := s.Shelf.Tags()
	for _, path := range []string{"/feed.rss", "/feed.atom", "/feed.json", "/topics/platform/feed.rss", "/topics/c++/feed.json", "/authors/ada-writer/feed.atom", "/events.rss", "/events.ics", "/events/london.ics"} {
		if tags[s.url+path] == "" {
			t.Errorf("%s cannot be followed", path)
		}
	}
	for _, path := range []string{"/feeds.opml", "/events/london-2026.ics", "/feed/archive/1.rss", "/feeds", "/"} {
		if _, ok := s.Shelf.Feed(s.url + path); ok || tags[s.url+path] != "" {
			t.Errorf("%s can be followed", path)
		}
	}
	for address, tag := range tags {
		got := ask(h, strings.TrimPrefix(address, s.url))
		links := strings.Join(got.Header().Values("Link"), ", ")
		want := fmt.Sprintf(`<%s/hub>; rel="hub", <%s>; rel="self"`, s.url, address)
		if got.Code != http.StatusOK || links != want {
			t.Errorf("%s: %d, Link %s, want %s", address, got.Code, links, want)
		}
		d, ok := s.Shelf.Feed(address)
		if !ok || d.Tag != tag || got.Header().Get("ETag") != tag || d.Type != got.Header().Get("Content-Type") || !bytes.Equal(d.Body, got.Body.Bytes()) {
			t.Errorf("%s: followers get something else than those who fetch", address)
		}
	}
	for _, address := range []string{"", "/feed.rss", "https://elsewhere.example/feed.rss", s.url + "/feed.rss?x=1", s.url + "/feed.rss/", s.url + "//feed.rss", s.url + "/%66eed.rss", s.url + ".evil.example/feed.rss"} {
		if _, ok := s.Shelf.Feed(address); ok {
			t.Errorf("%q is a feed", address)
		}
	}
}

func TestAskingTheHub(t *testing.T) {
	s, h := followed(t)
	s.Asking = &Repeats{Most: 4, Within: time.Minute}
	post := func(network, form string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/hub", strings.NewReader(form))
		r.RemoteAddr = network + ":1234"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return asking(h, r)
	}
	form := func(topic, callback string) string {
		return url.Values{"hub.mode": {"subscribe"}, "hub.topic": {topic}, "hub.callback": {callback}}.Encode()
	}
	good := form(s.url+"/feed.rss", "https://reader.example/hook")
	for i, test := range []struct {
		name string
		got  *httptest.ResponseRecorder
		code int
		says string
	}{
		{"as it should be", post("198.51.100.1", good), 202, ""},
		{"no such feed", post("198.51.100.2", form(s.url+"/feed.html", "https://reader.example/")), 404, "hub.topic"},
		{"a private callback", post("198.51.100.3", form(s.url+"/feed.rss", "http://[::ffff:10.0.0.1]/")), 400, "private network"},
		{"no form", post("198.51.100.4", "{}", "Content-Type", "application/json"), 400, "hub.mode"},
		{"a broken form", post("198.51.100.5", "hub.mode=%zz"), 400, "Bad Request"},
		{"a huge form", post("198.51.100.6", good+"&x="+strings.Repeat("x", 1<<20)), 413, ""},
		{"very many fields", post("198.51.100.7", good+strings.Repeat("&a", 30_000)), 400, ""},
		{"a page of another site", post("198.51.100.8", good, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"), 403, ""},
	} {
		kind := test.got.Header().Get("Content-Type")
		if test.got.Code != test.code || !strings.Contains(test.got.Body.String(), test.says) || !strings.HasPrefix(kind, "text/plain") {
			t.Errorf("%d, %s: %d %s %q", i, test.name, test.got.Code, kind, test.got.Body)
		}
		if test.got.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v may be kept", test.name, test.got.Header())
		}
	}
	var codes []int
	for i := range 6 {
		codes = append(codes, post("203.0.113.9", good, "User-Agent", fmt.Sprint("another ", i)).Code)
	}
	if got := fmt.Sprint(codes); got != "[202 202 202 202 429 429]" {
		t.Errorf("one network: %s", got)
	}
	refused := post("203.0.113.9", good)
	if refused.Header().Get("Retry-After") != "16" {
		t.Errorf("come back when? %v", refused.Header())
	}
	get := ask(h, "/hub")
	if get.Code != http.StatusMethodNotAllowed || get.Header().Get("Allow") != "POST" {
		t.Errorf("GET: %d, Allow %q", get.Code, get.Header().Get("Allow"))
	}
	s.Hub = nil
	if got := asking(s.Handler(), httptest.NewRequest(http.MethodPost, "/hub", strings.NewReader(good))); got.Code != http.StatusNotFound {
		t.Errorf("with another hub: %d", got.Code)
	}
}
