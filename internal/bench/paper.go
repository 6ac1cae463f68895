package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A Paper is a made-up publication in a folder of its own, always of the same
// words.
//
// It has more articles than a letter holds, so readers who chose topics get a
// letter as large as everybody else's.
type Paper struct {
	Dir      string
	Relay    string // the mail server, HOST:PORT
	Versions bool   // readers chose topics, so that there are [versions] different letters
}

// The key that letters are signed with.
const (
	selector = "bench"
	keyFile  = "dkim.pem" // in the paper's folder
)

const (
	topics   = 10
	perTopic = 4  // articles
	chosen   = 4  // topics by each reader, where they chose
	first    = 16 // articles in a letter: chosen topics hold as many
	versions = 200
)

var topicNames = [topics]string{"Platform", "Leadership", "Culture", "Careers", "Security", "Data", "Mobile", "Hiring", "Incidents", "Research"}

// write makes the folder's articles, their pictures, and events; now is when the newest is from.
func (p *Paper) write(now time.Time) error {
	dir := filepath.Join(p.Dir, "paper")
	for _, folder := range []string{"articles", "images"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			return err
		}
	}
	words := rand.New(rand.NewPCG(2026, 11))
	for i := range topics * perTopic {
		out := now.Add(-time.Duration(i+1) * 7 * time.Hour)
		name := fmt.Sprintf("images/%02d.png", i)
		drawn, err := picture(words)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), drawn, 0o644); err != nil {
			return err
		}
		text := article(words, topicNames[i%topics], name, out)
		if err := os.WriteFile(filepath.Join(dir, "articles", fmt.Sprintf("article-%02d.md", i)), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "events.yaml"), []byte(conferences()), 0o644)
}

// heading begins the configuration of every publication here.
const heading = `publication:
  title: The Benchmark Lead
  url: https://lead.example.com
  timezone: Europe/London
  address: 1 Example Street, London
content:
  - dir: paper
    flood: 1000
`

// configure writes a configuration and returns its file.
func (p *Paper) configure(sessions int, signed bool) (string, error) {
	host, port, _ := strings.Cut(p.Relay, ":")
	key := ""
	if signed {
		key = fmt.Sprintf("  dkim: {selector: %s, key_file: %s}\n", selector, keyFile)
	}
	text := fmt.Sprintf(heading+`newsletters:
  weekly:
    title: The Weekly
    schedule: "0 8 * * TUE"
    timezone: Europe/London
    first: %d
mail:
  from: The Benchmark Lead <news@lead.example.com>
  transport: smtp
  smtp: {host: %s, port: %s, tls: none}
  sessions: %d
%sdatabase: sqlite:var/standfirst.db
`, first, host, port, sessions, key)
	file := filepath.Join(p.Dir, fmt.Sprintf("config-%d.yaml", sessions))
	return file, os.WriteFile(file, []byte(text), 0o644)
}

// readers writes n readers as CSV and returns the sum of the hashes of their
// addresses, which is what a sink's is when each got one letter.
func (p *Paper) readers(file string, n int) (sum uint64, err error) {
	f, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "email,name,topics")
	sets := combinations()
	for i := range n {
		address := readerAddress(i)
		sum += hash(address)
		wish := ""
		if p.Versions {
			wish = sets[i%versions]
		}
		fmt.Fprintf(w, "%s,%s,%s\n", address, readerName(i), wish)
	}
	if err := w.Flush(); err != nil {
		return 0, err
	}
	return sum, f.Close()
}

// combinations are the sets of topics that readers chose, as in CSV.
func combinations() []string {
	var sets []string
	for bits := range 1 << topics {
		var names []string
		for t, name := range topicNames {
			if bits&(1<<t) != 0 {
				names = append(names, name)
			}
		}
		if len(names) == chosen && len(sets) < versions {
			sets = append(sets, strings.Join(names, ";"))
		}
	}
	return sets
}
