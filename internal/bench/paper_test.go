package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReaders(t *testing.T) {
	p := &Paper{Dir: t.TempDir(), Versions: true}
	file := filepath.Join(p.Dir, "readers.csv")
	const n = 10_000
	sum, err := p.readers(file, n)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	addresses, names, sets := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, row := range rows[1:] {
		sum -= hash(row[0])
		addresses[row[0]], names[row[1]], sets[row[2]] = true, true, true
	}
	if len(addresses) != n || len(sets) != versions || len(names) < 300 {
		t.Errorf("%d addresses, %d wishes and %d names; want %d, %d and many", len(addresses), len(sets), len(names), n, versions)
	}
	if sum != 0 {
		t.Error("the sum is not that of the addresses in the file")
	}
}

// Whichever topics readers chose, their letters are full.
func TestCombinations(t *testing.T) {
	for _, set := range combinations() {
		if n := len(strings.Split(set, ";")); n*perTopic != first {
			t.Errorf("%s: %d articles, want %d", set, n*perTopic, first)
		}
	}
}

func TestPaper(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	var texts [2]map[string]string
	for i := range texts {
		p := &Paper{Dir: t.TempDir()}
		if err := p.write(now); err != nil {
			t.Fatal(err)
		}
		texts[i] = map[string]string{}
		files, err := filepath.Glob(filepath.Join(p.Dir, "paper", "*", "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			texts[i][filepath.Base(file)] = string(text)
		}
	}
	if len(texts[0]) != topics*perTopic {
		t.Errorf("%d articles, want %d", len(texts[0]), topics*perTopic)
	}
	if diff := cmp.Diff(texts[0], texts[1]); diff != "" {
		t.Errorf("the same paper differs (-first +second):\n%s", diff)
	}
}

func TestParse(t *testing.T) {
	b, err := parse([]string{"-readers", "5,7", "-sessions", "3", "-scenario", "signed,plain", "-rounds", "2"})
	if err != nil {
		t.Fatal(err)
	}
	want := &Bench{Readers: []int{5, 7}, Sessions: []int{3}, Scenarios: []string{"signed", "plain"}, Rounds: 2}
	if diff := cmp.Diff(want, b, cmp.AllowUnexported(Bench{})); diff != "" {
		t.Errorf("parse (-want +got):\n%s", diff)
	}
}
