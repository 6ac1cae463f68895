package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

// TestSample is the first run of a fresh clone, on whatever day it is: the
// configuration at the top of the repository serves a site, and one command
// sends a digest with articles and coming events, which is caught and shown.
func TestSample(t *testing.T) {
	t.Parallel()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	p := &paper{T: t, dir: t.TempDir(), program: program}
	root := filepath.Join("..", "..")
	if err := os.CopyFS(filepath.Join(p.dir, "examples"), os.DirFS(filepath.Join(root, "examples"))); err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join(root, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p.write("config.yaml", string(config))
	site := "http://" + freeAddress(t)
	serve := p.start("serve", "--listen", strings.TrimPrefix(site, "http://"))

	if front := get(t, site+"/"); !strings.Contains(front, "The Example Lead") {
		t.Errorf("the front page does not say whose it is:\n%s", front)
	}
	var counts struct{ Planned, Sent, Open int }
	p.json(&counts, "send", "weekly", "--yes", "--json")
	if counts.Planned < 100 || counts.Sent != counts.Planned || counts.Open != 0 {
		t.Errorf("the first digest: %+v", counts)
	}
	var ada struct {
		Editions []struct {
			State string
			Items []struct{ Kind, Title string }
		}
	}
	p.json(&ada, "explain", "ada@example.com", "--json")
	if len(ada.Editions) != 1 || ada.Editions[0].State != "sent" {
		t.Fatalf("what Ada was sent: %+v", ada)
	}
	if page := get(t, site+"/mailbox"); !strings.Contains(page, `href="/mailbox/`) {
		t.Errorf("the mailbox shows no letters:\n%s", page)
	}
	caught, err := (&mailer.Mailbox{Dir: filepath.Join(p.dir, "var", "mailbox")}).List(1000, "")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(caught, func(c mailer.Caught) bool { return strings.Contains(c.To, "ada@example.com") })
	if i < 0 {
		t.Fatal("no letter to Ada in the mailbox")
	}
	text := get(t, site+"/mailbox/"+caught[i].ID+"/text")
	for _, event := range []string{"Example Lead London", "Example Lead New York", "Example Lead Berlin"} {
		if !strings.Contains(text, event) {
			t.Errorf("the letter does not announce %s:\n%s", event, text)
		}
	}
	kinds := map[string]int{}
	for _, item := range ada.Editions[0].Items {
		kinds[item.Kind]++
	}
	if kinds["article"] < 3 || kinds["reminder"] < 1 {
		t.Errorf("Ada's letter holds %v", kinds)
	}
	serve.terminate(5 * time.Second)
}

// freeAddress is one that nobody listens on for now.
func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// get fetches a page; a server that does not listen yet is waited for.
func get(t *testing.T, url string) string {
	t.Helper()
	var resp *http.Response
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if resp, err = http.Get(url); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s\n%s", url, resp.Status, body)
	}
	return string(body)
}
