package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/mailer"
)

// linkOfLetter is a link that is counted, in a letter of a paper.
var linkOfLetter = regexp.MustCompile(`http://localhost:8080(/r/\d+/\d+)\b`)

// A clicker follows links as readers do, each time from somewhere else.
type clicker struct {
	*paper
	n int
}

// follow follows a link, and returns where it leads.
func (c *clicker) follow(addr, path string) string {
	c.Helper()
	return c.ask(http.MethodGet, addr, path, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
}

// ask is what programs do with a link.
func (c *clicker) ask(method, addr, path, agent string) string {
	c.Helper()
	c.n++
	r, err := http.NewRequest(method, "http://"+addr+path, nil)
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("User-Agent", agent)
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", c.n))
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusFound {
		c.Errorf("%s: %s", path, answer.Status)
	}
	return answer.Header.Get("Location")
}

// clicked is what the program says of an edition's links, by title.
func (c *clicker) clicked(edition string) (total int, items map[string]int) {
	c.Helper()
	var e struct {
		Clicks *struct {
			Total int
			Items []struct {
				Title  string
				Clicks int
			}
		}
	}
	c.json(&e, "editions", "show", edition, "--json")
	if e.Clicks == nil {
		c.Fatal("clicks are not told")
	}
	items = map[string]int{}
	for _, i := range e.Clicks.Items {
		items[i.Title] = i.Clicks
	}
	return e.Clicks.Total, items
}

// letters are those that were caught, as text and HTML.
func (p *paper) letters(addr string) (all []string) {
	p.Helper()
	caught, err := (&mailer.Mailbox{Dir: filepath.Join(p.dir, "var", "mailbox")}).List(1000, "")
	if err != nil {
		p.Fatal(err)
	}
	for _, l := range caught {
		for _, form := range []string{"/text", "/body"} {
			all = append(all, get(p.T, "http://"+addr+"/mailbox/"+l.ID+form))
		}
	}
	return all
}

// TestClicks sends an edition whose links are counted, follows each of them, at
// two processes, and finds every click again after they have ended. A process
// that is killed loses what it had not written, and no more.
func TestClicks(t *testing.T) {
	t.Parallel()
	p := newPaper(t, "{from: news@example.com, transport: mailbox}", "privacy: {clicks: totals}")
	c, comp := &clicker{paper: p}, &company{paper: p}
	p.readers(3)
	addrs := []string{comp.free(), comp.free()}
	lives := []*life{p.start("serve", "--listen", addrs[0])}
	comp.get(addrs[0], "/readyz", "ready")
	lives = append(lives, p.start("serve", "--only", "web", "--listen", addrs[1]))
	comp.get(addrs[1], "/readyz", "ready")
	var sent struct {
		Edition string
		Sent    int
	}
	p.json(&sent, "send", "weekly", "--yes", "--json")
	if sent.Sent != 3 {
		t.Fatalf("%+v", sent)
	}

	var links []string
	for _, letter := range p.letters(addrs[0]) {
		var found []string
		for _, m := range linkOfLetter.FindAllStringSubmatch(letter, -1) {
			found = append(found, m[1])
		}
		slices.Sort(found)
		found = slices.Compact(found)
		if links == nil {
			links = found
		}
		if d := cmp.Diff(links, found); d != "" || len(found) != len(titles) {
			t.Fatalf("a letter has other links (-first +this):\n%s\n%s", d, letter)
		}
		if !strings.Contains(letter, "counted in total, never by person") {
			t.Errorf("a letter does not say that it counts:\n%s", letter)
		}
	}
	if len(links) == 0 {
		t.Fatal("no letter has a link")
	}

	want, total := map[string]int{}, 0
	for i, link := range links {
		for n := range i + 2 {
			to := c.follow(addrs[n%2], link)
			slug := strings.TrimPrefix(to, "http://localhost:8080/articles/")
			title := titles[max(0, slices.IndexFunc(titles, func(t string) bool { return strings.ToLower(t) == slug }))]
			if slug != strings.ToLower(title) {
				t.Fatalf("%s leads to %s", link, to)
			}
			want[title], total = want[title]+1, total+1
		}
		c.ask(http.MethodGet, addrs[0], link, "Mozilla/5.0 (compatible; LinkScanner/1.0)")
		c.ask(http.MethodHead, addrs[1], link, "Mozilla/5.0")
	}
	if len(want) != len(links) {
		t.Errorf("links lead to %v", want)
	}
	for _, l := range lives {
		l.terminate(15 * time.Second)
	}
	sum, items := c.clicked(sent.Edition)
	if d := cmp.Diff(want, items); d != "" || sum != total {
		t.Errorf("%d clicks, want %d (-want +got):\n%s", sum, total, d)
	}
	if told, _ := p.run("editions", "show", sent.Edition); !strings.Contains(told, fmt.Sprintf("%d clicks on links", total)) {
		t.Errorf("the command says:\n%s", told)
	}

	again := p.start("serve", "--listen", addrs[0])
	comp.get(addrs[0], "/readyz", "ready")
	c.follow(addrs[0], links[0])
	for deadline := time.Now().Add(60 * time.Second); sum != total+1 && time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		sum, _ = c.clicked(sent.Edition)
	}
	if sum != total+1 {
		t.Fatalf("%d clicks are written, want %d", sum, total+1)
	}
	for range 4 {
		c.follow(addrs[0], links[0])
	}
	again.kill()
	if sum, _ = c.clicked(sent.Edition); sum < total+1 || sum > total+5 {
		t.Errorf("%d clicks after a kill, want %d and at most 4 more", sum, total+1)
	}
}

// TestNoClicks: where nobody asked for it, links are the articles' own and
// nothing is told of clicks.
func TestNoClicks(t *testing.T) {
	t.Parallel()
	p := newPaper(t, "{from: news@example.com, transport: mailbox}")
	comp := &company{paper: p}
	p.readers(1)
	addr := comp.free()
	serve := p.start("serve", "--listen", addr)
	comp.get(addr, "/readyz", "ready")
	var sent struct{ Edition string }
	p.json(&sent, "send", "weekly", "--yes", "--json")
	letters := p.letters(addr)
	if len(letters) != 2 {
		t.Fatalf("%d letters", len(letters))
	}
	for _, letter := range letters {
		if strings.Contains(letter, "/r/") || strings.Contains(letter, "counted") || !strings.Contains(letter, "http://localhost:8080/articles/one") {
			t.Errorf("links are not the articles' own:\n%s", letter)
		}
	}
	var e map[string]any
	p.json(&e, "editions", "show", sent.Edition, "--json")
	if _, told := e["clicks"]; told {
		t.Errorf("clicks are told: %v", e)
	}
	serve.terminate(15 * time.Second)
}
