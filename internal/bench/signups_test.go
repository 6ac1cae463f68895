package main

import (
	"math/rand/v2"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSiege floods the real program for a moment while it sends to a few.
func TestSiege(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Chdir("../..")
	b := &Bench{}
	dir := t.TempDir()
	if err := b.build(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	sink, err := startSink()
	if err != nil {
		t.Fatal(err)
	}
	defer sink.close()
	s := &Siege{Rate: 1000, Least: 3 * time.Second, Press: &Press{
		Name: signUps, Program: b.Program, Sink: sink, Readers: 300, Paper: &Paper{Dir: filepath.Join(dir, signUps), Relay: sink.addr},
	}}
	if err := s.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	h, err := s.hold(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", h)
	if h.Sent != 300 || h.Feeds.Answers == 0 || h.Feeds.Failed > 0 || h.Flood.Failed > 0 || h.Flood.Wrong > 0 || h.Peak <= 0 {
		t.Errorf("the program did not hold out: %+v", h)
	}
	if h.Asked == 0 || h.Asked > h.limit() || h.Notes > h.Asked {
		t.Errorf("%d sign-ups and %d letters, the limit is %d", h.Asked, h.Notes, h.limit())
	}
	// The program is asked a moment before the flood ends.
	if h.Flood.LetIn < h.Asked || h.Refused == 0 || h.Refused > h.Flood.Refused || h.Flood.Refused < h.Flood.Posted/2 {
		t.Errorf("let in %d, %d as the program says; refused %d, %d as it says; of %d", h.Flood.LetIn, h.Asked, h.Flood.Refused, h.Refused, h.Flood.Posted)
	}
}

func TestSiegeTable(t *testing.T) {
	quiet := Held{Wall: 10 * time.Second, Letters: 1000, Peak: 50e6, Expected: 100, Sent: 100, Feeds: fetches{Answers: 10, Rate: 1, P99: time.Millisecond}}
	well := quiet
	well.Letters, well.Peak, well.Asked, well.Notes = 500, 70e6, 253, 253
	well.Flood = answers{Posted: 20_000, LetIn: 253, Refused: 19_747}
	for what, c := range map[string]struct {
		spoil  func(*Held)
		missed string
	}{
		"well":     {func(*Held) {}, ""},
		"slow":     {func(h *Held) { h.Letters = 499 }, "letters of the edition a second"},
		"lost":     {func(h *Held) { h.Sent = 99 }, "letters of the edition, of 100"},
		"deaf":     {func(h *Held) { h.Feeds.Failed = 1 }, "feeds not answered"},
		"fat":      {func(h *Held) { h.Peak = 70.1e6 + 1e6 }, "memory"},
		"broken":   {func(h *Held) { h.Flood.Wrong = 1 }, "sign-ups not answered"},
		"open":     {func(h *Held) { h.Asked = 254 }, "let in"},
		"generous": {func(h *Held) { h.Notes = 254 }, "letters to them"},
	} {
		h, out := well, &strings.Builder{}
		c.spoil(&h)
		writeSiege(out, []Held{quiet}, []Held{h})
		n, want := strings.Count(out.String(), "missed: "), 0
		if c.missed != "" {
			want = 1
		}
		if n != want || !strings.Contains(out.String(), "missed: sign-ups, "+c.missed) && want > 0 {
			t.Errorf("%s: %d promises missed, want %q\n%s", what, n, c.missed, out)
		}
	}
}

func TestHostileForms(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	known, stamps, networks := 0, map[string]int{}, map[string]bool{}
	for range 3000 {
		form, err := url.ParseQuery(hostile(dice, "a good stamp", 100))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(form.Get("email"), "reader.") {
			known++
		}
		stamps[form.Get("stamp")]++
		from := network(dice)
		if _, err := netip.ParseAddr(from); err != nil {
			t.Fatal(err)
		}
		networks[from] = true
	}
	if known < 1300 || known > 1700 || len(stamps) != 3 || stamps["a good stamp"] < 800 || len(networks) < 2500 {
		t.Errorf("%d of 3000 known, stamps %v, %d networks", known, stamps, len(networks))
	}
}

func TestReadMetrics(t *testing.T) {
	m := readMetrics([]byte(`# HELP standfirst_notes_total Results.
# TYPE standfirst_notes_total counter
standfirst_notes_total{kind="confirm",reason="",state="sent"} 200
standfirst_notes_total{kind="confirm",reason="no such user",state="failed"} 3
standfirst_notes_total{kind="known",reason="",state="sent"} 40
process_resident_memory_bytes 6.4e+07
`))
	for _, c := range []struct {
		name   string
		labels []string
		want   float64
	}{
		{"standfirst_notes_total", []string{`kind="confirm"`}, 203},
		{"standfirst_notes_total", []string{`kind="confirm"`, `state="sent"`}, 200},
		{"standfirst_notes_total", nil, 243},
		{"process_resident_memory_bytes", nil, 6.4e7},
		{"standfirst_notes", nil, 0},
	} {
		if got := m.sum(c.name, c.labels...); got != c.want {
			t.Errorf("%s %v: %v, want %v", c.name, c.labels, got, c.want)
		}
	}
}
