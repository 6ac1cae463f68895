package mailer

import (
	"bytes"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/smtptest"
)

// nastyNames are what people, and others, put into forms.
var nastyNames = []string{
	"Jane Doe", "", "Zoë Müller", `O'Neil "the <b>" & co = \`, "two\r\nBcc: lines@example.com", ".", "From here",
	"=?utf-8?q?=0d=0aX-Evil:_1?=", "--boundary--", strings.Repeat("Добрый день ", 12), "👩\u200d👧", Hole("link"), "\xff\x00",
}

// readersOf makes a delivery for each name.
func readersOf(first int64, names []string) []Delivery {
	ds := many(first, len(names))
	for i := range ds {
		ds[i].To.Name = names[i]
	}
	return ds
}

// A readLetter is what a mail program understands of a letter.
type readLetter struct {
	Fields     map[string][]string
	Text, HTML string
	Kinds      []string
	Calendar   Calendar
	boundary   string
}

func readAll(t *testing.T, raw []byte) readLetter {
	t.Helper()
	legal(t, raw)
	p := parse(t, raw)
	fields := maps.Clone(p.header)
	_, boundary, _ := strings.Cut(p.header.Get("Content-Type"), "boundary=")
	delete(fields, "Content-Type")
	delete(fields, "Content-Transfer-Encoding") // the pieces are encoded as is best for them
	fields["Subject"], fields["To"] = []string{p.subject(t)}, []string{p.name(t, "To"), p.header.Get("To")[strings.LastIndexByte(p.header.Get("To"), '<'):]}
	return readLetter{fields, p.text, p.html, p.kinds, Calendar{p.file, p.ics}, boundary}
}

// press is a desk whose masters are made by one function, with values that do
// not depend on the clock.
func press(master func() *Master) *desk {
	return &desk{
		master: func(int) (*Master, error) { return master(), nil },
		values: func(d Delivery) (Values, error) { return valuesFor("weekly/1", d, noon), nil },
	}
}

// drained lets a worker send an edition to everybody over a socket, and returns
// what arrived, by recipient, and the log.
func drained(t *testing.T, p *desk, blocks ...[]Delivery) (letters map[string][]byte, log string) {
	t.Helper()
	s := &smtptest.Server{Keep: true}
	var out bytes.Buffer
	w := &Worker{Ledger: newBook(t, "weekly/1", blocks...), Press: p, Transport: relay(t, s), Sessions: 3, Log: slog.New(slog.NewTextHandler(&out, nil))}
	if err := w.Drain(t.Context(), "weekly/1"); err != nil {
		t.Fatal(err)
	}
	letters = map[string][]byte{}
	for _, l := range s.Letters() {
		letters[l.To] = l.Data
	}
	return letters, out.String()
}

// Letters put together from pieces read as those written in full.
func TestSplicedLetters(t *testing.T) {
	for name, change := range map[string]func(*Master){
		"as it is": func(*Master) {},
		"subject":  func(m *Master) { m.Subject = Hole("name") + ", das Größte: " + Hole("name") },
		"no page":  func(m *Master) { m.HTML = "" },
		"no text":  func(m *Master) { m.Text = "" },
		"base64": func(m *Master) {
			m.Text, m.HTML = strings.Repeat("Добрый день, ", 99)+m.Text, strings.Repeat("<p>день</p>", 99)+m.HTML
		},
		"calendar":   func(m *Master) { m.Calendar = diary() },
		"no list":    func(m *Master) { m.ListID = "" }, // but a button: only written in full
		"every hole": func(m *Master) { m.Text += Hole("Not Plain 7") + "\n." + Hole("link") },
	} {
		t.Run(name, func(t *testing.T) {
			p := press(func() *Master { m := sample(1); change(m); return m })
			p.values = func(d Delivery) (Values, error) {
				v := valuesFor("weekly/1", d, noon)
				v.Holes["Not Plain 7"] = d.To.Name
				return v, nil
			}
			before := many(1, worth+3*32) // with some for sessions that overtake each other
			ds := readersOf(1000, nastyNames)
			got, log := drained(t, p, before, ds[:4], ds[4:])
			if len(got) != len(before)+len(ds) || log != "" {
				t.Fatalf("%d letters of %d arrived\n%s", len(got), len(before)+len(ds), log)
			}
			boundaries := map[string]bool{}
			for _, d := range ds {
				v, _ := p.values(d)
				m, _ := p.master(1)
				want, err := full(m, &v)
				if err != nil {
					t.Fatal(err)
				}
				read := readAll(t, got[d.To.Email])
				boundaries[read.boundary] = true
				if diff := cmp.Diff(readAll(t, want.raw), read, cmp.AllowUnexported(readLetter{}), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".boundary" }, cmp.Ignore())); diff != "" {
					t.Errorf("%q (-in full +from pieces)\n%s", d.To.Name, diff)
				}
			}
			want := 1 // the boundary is random: letters with the same one are copies of one
			if name == "no list" {
				want = len(ds)
			}
			if len(boundaries) != want {
				t.Errorf("%d boundaries, want %d", len(boundaries), want)
			}
		})
	}
}

// What cannot be cut is written in full, and told once.
func TestNotCut(t *testing.T) {
	p := press(func() *Master {
		m := sample(1)
		m.HTML = `<style>.` + Hole("name") + `{}</style><p>Hello</p>`
		return m
	})
	ds := many(1, worth+3*32)
	got, log := drained(t, p, ds[:worth], ds[worth:worth+10], ds[worth+10:])
	if n := strings.Count(log, "letters are written in full"); n != 1 || !strings.Contains(log, "in <style>") {
		t.Errorf("told %d times:\n%s", n, log)
	}
	boundaries := map[string]bool{}
	for _, d := range ds {
		read := readAll(t, got[d.To.Email])
		boundaries[read.boundary] = true
		if want := "<style>." + d.To.Name + "{}</style><p>Hello</p>\r\n"; read.HTML != want {
			t.Errorf("%s reads %q", d.To.Name, read.HTML)
		}
	}
	if len(boundaries) != len(ds) {
		t.Errorf("%d boundaries for %d letters", len(boundaries), len(ds))
	}
}

// A letter is refused from pieces as it is in full.
func TestCutRefuses(t *testing.T) {
	m := sample(1)
	k, err := newCut(m)
	if err != nil || k.letter == nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Values){
		"nothing wrong":  func(v *Values) {},
		"a hole too few": func(v *Values) { delete(v.Holes, "link") },
		"address":        func(v *Values) { v.To.Email = "jürgen@example.com" },
		"no address":     func(v *Values) { v.To.Email = "" },
		"identity":       func(v *Values) { v.MessageID = "a b@c" },
		"date":           func(v *Values) { v.Date = time.Time{} },
		"year 99999":     func(v *Values) { v.Date = time.Date(99999, 1, 1, 0, 0, 0, 0, time.UTC) },
		"button":         func(v *Values) { v.Unsubscribe = "https://%zz/" },
		"no button":      func(v *Values) { v.Unsubscribe = "" },
		"A-labels":       func(v *Values) { v.To.Email = "jane@BÜCHER.example" },
	} {
		v := valuesFor("weekly/1", readers(1, "jane")[0], noon)
		change(&v)
		got, gotErr := k.print(m, &v, nil)
		want, wantErr := full(m, &v)
		var a, b *ToError
		if (gotErr == nil) != (wantErr == nil) || errors.Is(gotErr, ErrHole) != errors.Is(wantErr, ErrHole) || errors.As(gotErr, &a) != errors.As(wantErr, &b) {
			t.Errorf("%s: got %v, in full %v", name, gotErr, wantErr)
		}
		if got.to != want.to || got.from != want.from {
			t.Errorf("%s: from %s to %s, in full from %s to %s", name, got.from, got.to, want.from, want.to)
		}
	}
	damaged := sample(1)
	damaged.Text += strings.ToUpper(Hole("shout"))
	v := valuesFor("weekly/1", readers(1, "jane")[0], noon)
	if k, err = newCut(damaged); err != nil {
		t.Errorf("capitals are told twice: %v", err)
	}
	if _, err := k.print(damaged, &v, nil); !errors.Is(err, ErrHole) {
		t.Errorf("capitals: %v", err)
	}
}

func TestHoles(t *testing.T) {
	m := &Master{Subject: Hole("b") + "x" + Hole("a"), Text: Hole("a") + holeStart, HTML: Hole("Z 1") + Hole("b")}
	if d := cmp.Diff([]string{"Z 1", "a", "b"}, m.holes()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// The first letters of a master are not worth taking it apart.
func TestFirstLettersInFull(t *testing.T) {
	c := (&copiers{log: slog.New(slog.DiscardHandler)}).of(sample(1))
	v := valuesFor("weekly/1", readers(1, "jane")[0], noon)
	for i := range 2 * worth {
		p, err := c.print(&v, nil)
		if err != nil {
			t.Fatal(err)
		}
		readAll(t, p.raw)
		if cut := c.cut != nil; cut != (i >= worth) {
			t.Errorf("letter %d: cut is %v", i, cut)
		}
	}
}

// Copiers are kept, within bounds, those used lately longest.
func TestCopiersAreKept(t *testing.T) {
	all := &copiers{log: slog.New(slog.DiscardHandler)}
	first := all.of(sample(0))
	for i := 1; i <= 12; i++ {
		all.grown(all.of(sample(i)), 3<<20)
		if all.of(sample(0)) != first {
			t.Fatalf("made anew after %d others", i)
		}
	}
	sum := 0
	for _, c := range all.kept {
		sum += c.size
	}
	if n := len(all.kept); n != 11 || all.size != sum || sum > maxKept {
		t.Errorf("%d kept, %d bytes (%d)", n, sum, all.size)
	}
	forgotten := &copier{all: all}
	all.grown(forgotten, 1<<20)
	if all.size != sum {
		t.Error("one that is not kept counts")
	}
	if all.of(sample(12)).size < 3<<20 || all.of(sample(1)).size > 3<<20 {
		t.Error("not the oldest were forgotten")
	}
}

// digest is a letter of 44 KB.
func digest() *Master {
	m := sample(1)
	m.Text += strings.Repeat("A headline\nand two lines of what it is about, with a link https://example.com/articles/a-slug\n\n", 100)
	m.HTML += strings.Repeat(`<tr><td style="font-size:16px;color:#222"><a href="https://example.com/articles/a-slug">A headline</a><p>and two lines of what it is about</p></td></tr>`+"\n", 200)
	return m
}

// BenchmarkLetter is what a worker does for each letter before it is sent.
func BenchmarkLetter(b *testing.B) {
	m := digest()
	v := valuesFor("weekly/1", readers(1, "jane")[0], noon)
	spliced, err := newCut(m)
	if err != nil {
		b.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		cut  *cut
	}{{"in full", new(cut)}, {"from pieces", spliced}} {
		b.Run(tc.name, func(b *testing.B) {
			b.ReportAllocs()
			var p print
			for b.Loop() {
				if p, err = tc.cut.print(m, &v, p.raw); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(p.raw)), "bytes/letter")
		})
	}
}

// BenchmarkEdition sends an edition to 2000 readers over sockets: worker and
// server share the processor.
func BenchmarkEdition(b *testing.B) {
	for _, tc := range []struct{ name, list string }{
		{"in full", ""}, // a button but no list: there is no place for it in the pieces
		{"from pieces", "weekly.news.example.com"},
	} {
		b.Run(tc.name, func(b *testing.B) {
			s := new(smtptest.Server)
			host, port, err := s.Start()
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			const n = 2000
			for b.Loop() {
				w := &Worker{
					Ledger: newBook(b, "weekly/1", many(1, n)), Sessions: 4,
					Press:     press(func() *Master { m := digest(); m.ListID = tc.list; return m }),
					Transport: &SMTP{Host: host, Port: port, Security: NoTLS},
				}
				if err := w.Drain(b.Context(), "weekly/1"); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "letters/s")
		})
	}
}
