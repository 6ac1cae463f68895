package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"strings"
	"time"
)

var (
	people   = []string{"Ada Okonkwo", "Maëlle Hébert", "Tomasz Wilk", "João Gonçalves", "Ngozi Adeyemi", "Sinéad O’Brien", "Łukasz Żak", "Mei Tanaka"}
	subjects = []string{"The platform team", "A staff engineer", "Our on-call rota", "The new deploy pipeline", "Every manager I know", "The oldest service we run", "A quiet incident review", "The second migration", "One honest estimate", "The team across the corridor"}
	verbs    = []string{"quietly replaced", "was measured against", "outlived", "could not explain", "paid for", "learnt from", "argued with", "finally retired", "took the blame for", "asked twice about"}
	objects  = []string{"a budget nobody had read", "the dashboard that was always green", "three years of good intentions", "a meeting that should have been a letter", "the queue behind the queue", "a rule that had lost its reason", "the people who were there first", "what the customers had been saying since spring", "the one test that never fails", "a plan with no second page"}
	turns    = []string{"before anybody noticed", "and then wrote it down", "which is harder than it sounds", "in less than a quarter", "without a reorganisation", "and nobody was promoted for it", "while the pager stayed silent", "– once it was safe to say so"}
)

// sentence makes one up.
func sentence(r *rand.Rand) string {
	return pick(r, subjects) + " " + pick(r, verbs) + " " + pick(r, objects) + " " + pick(r, turns) + "."
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// sentences makes up n of them.
func sentences(r *rand.Rand, n int) string {
	var s []string
	for range n {
		s = append(s, sentence(r))
	}
	return strings.Join(s, " ")
}

// article makes up a file of the source, which shows a picture of the folder
// beside its own.
func article(r *rand.Rand, topic, picture string, out time.Time) string {
	var b strings.Builder
	title := strings.TrimSuffix(pick(r, subjects)+" "+pick(r, verbs)+" "+pick(r, objects), ".")
	fmt.Fprintf(&b, "---\ntitle: %q\ndate: %s\nauthors: [%s, %s]\ntags: [%s]\nimage: ../%s\nimage_alt: %q\nsummary: %q\n---\n\n",
		title, out.UTC().Format(time.RFC3339), pick(r, people), pick(r, people), topic, picture, sentence(r), sentences(r, 5))
	for range 8 {
		fmt.Fprintf(&b, "%s\n\n", sentences(r, 5))
	}
	return b.String()
}

// picture draws what stands above an article: a slope from one colour to
// another. It is small: what pictures take to make ready is not what is measured,
// and is the same for every number of readers.
func picture(r *rand.Rand) ([]byte, error) {
	from, to := r.IntN(200), r.IntN(200)
	m := image.NewGray(image.Rect(0, 0, 120, 63))
	for i := range m.Pix {
		x := i % m.Stride
		m.Pix[i] = uint8(from + (to-from)*x/m.Stride)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return nil, fmt.Errorf("picture of an article: %w", err)
	}
	return b.Bytes(), nil
}

// cities hold a conference each.
var cities = []string{"London", "New York", "Berlin", "Toronto", "São Paulo", "Nairobi"}

// conferences makes up a file of events, one in each city.
func conferences() string {
	var b strings.Builder
	for i, city := range cities {
		fmt.Fprintf(&b, "- name: The Benchmark Lead %s\n  city: %s\n  place: %d Example Street\n  start: +%dd\n  end: +1d\n  url: https://lead.example.com/events/%d\n\n",
			city, city, i+1, 50*(i+1), i)
	}
	return b.String()
}

var (
	given   = []string{"Ada", "Björn", "Chloé", "Dmitri", "Élodie", "Fatima", "Gökhan", "Hanna", "Ines", "José", "Kwame", "Łucja", "Mei", "Nuño", "Олена", "Priya", "Quentin", "Renée", "Søren", "陽子"}
	family  = []string{"Okonkwo", "Müller", "O’Brien", "Tanaka", "da Silva", "Żak", "Smith", "van den Berg", "Ivanova", "Nguyễn", "Hébert", "Jones", "Þórsson", "Kaya", "Петренко", "Li", "Gonçalves", "Adeyemi", "Wójcik", "山田"}
	domains = []string{"post.example", "mail.example", "inbox.example.com", "letters.example.net"}
)

// readerName is what the reader with a number is called; every tenth told no name.
func readerName(i int) string {
	if i%10 == 9 {
		return ""
	}
	return given[i%len(given)] + " " + family[i/len(given)%len(family)]
}

// readerAddress is where the reader with a number gets letters: most at a few
// large services, the rest at two thousand small ones.
func readerAddress(i int) string {
	if i%4 == 3 {
		return fmt.Sprintf("reader.%d@firm%d.example.org", i, i/4%2000)
	}
	return fmt.Sprintf("reader.%d@%s", i, domains[i/4%len(domains)])
}
