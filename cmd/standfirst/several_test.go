package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/smtptest"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/store/pgtest"
)

// A company is several processes of the program on one database, each with a
// configuration of its own, which says the same but for the way out.
type company struct {
	*paper
	relay    *relay
	database string
	slot     time.Time // of weekly
}

const companySessions = 2

// newCompany has a daily newsletter, whose slot came ten minutes ago.
func newCompany(t *testing.T, database string) *company {
	c := &company{relay: newRelay(t), database: database, slot: time.Now().UTC().Add(-10 * time.Minute).Truncate(time.Minute)}
	c.paper = newPaper(t, c.relay.mail(companySessions))
	return c
}

// member writes the configuration of a process and returns its arguments.
func (c *company) member(name string, args ...string) []string {
	c.Helper()
	door := c.relay.open(new(smtptest.Server))
	c.write(name+".yaml", fmt.Sprintf(`
publication: {title: The Lead, url: "http://localhost:8080", timezone: Europe/London, address: 1 Example Street}
content: [{dir: paper, settle: 0s}]
newsletters: {weekly: {title: The Weekly, schedule: %q, timezone: UTC, grace: 6h}}
readers: {seed: readers.csv}
web: {listen: "127.0.0.1:0"}
database: %q
mail: %s
`, fmt.Sprintf("%d %d * * *", c.slot.Minute(), c.slot.Hour()), c.database, door.mail(companySessions)))
	return append([]string{"--config", name + ".yaml", "serve"}, args...)
}

// seed is the file of n readers.
func (c *company) seed(n int) {
	c.Helper()
	var csv strings.Builder
	csv.WriteString("email\n")
	for i := range n {
		fmt.Fprintln(&csv, address(i))
	}
	c.write("readers.csv", csv.String())
}

// open opens the database in this process.
func (c *company) open() *store.DB {
	c.Helper()
	dsn := c.database
	if file, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		dsn = "sqlite:" + filepath.Join(c.dir, file)
	}
	db, err := store.Open(context.WithoutCancel(c.Context()), dsn)
	if err != nil {
		c.Fatal(err)
	}
	c.Cleanup(func() { db.Close() })
	return db
}

// free is an address that nobody listens at for now.
func (c *company) free() string {
	c.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// get asks a process until it answers with words, for a while.
func (c *company) get(addr, path, words string) (code int) {
	c.Helper()
	var body []byte
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		answer, err := http.Get("http://" + addr + path)
		if err != nil {
			continue
		}
		body, err = io.ReadAll(answer.Body)
		answer.Body.Close()
		if code = answer.StatusCode; err == nil && strings.Contains(string(body), words) {
			return code
		}
	}
	c.Errorf("%s%s: %d, and no %q in:\n%s", addr, path, code, words, body)
	return code
}

// TestStartTogether starts several processes at once on a new database. What is
// done once is done once: the schema, the secrets, the sample readers, and the
// baseline of the source, which is in no letter but the first.
func TestStartTogether(t *testing.T) {
	for name, database := range map[string]func(*testing.T) string{
		"sqlite":   func(*testing.T) string { return "sqlite:var/new.db" },
		"postgres": func(t *testing.T) string { return pgtest.New(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const readers = 40
			c := newCompany(t, database(t))
			c.seed(readers)
			var addrs []string
			var members [][]string
			for i := range 3 {
				addrs = append(addrs, c.free())
				members = append(members, c.member(fmt.Sprint("member", i), "--listen", addrs[i]))
			}
			var lives []*life
			for _, args := range members {
				lives = append(lives, c.start(args...))
			}
			for i, addr := range addrs {
				if code := c.get(addr, "/readyz", "ready"); code != http.StatusOK {
					t.Fatalf("process %d: %d\n%s", i, code, lives[i].stderr())
				}
			}
			db := c.open()
			entries, err := db.Entries(t.Context(), digest.WireQuery{Upto: 1000, BaselineUpto: 1000, Now: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			for i, e := range entries {
				if e.N != int64(i+1) || !e.Baseline {
					t.Errorf("release %d: %+v", i+1, e.Release)
				}
			}
			counts, err := db.Counts(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(entries) != len(titles) || counts.Status["active"] != readers {
				t.Errorf("%d releases of %d articles, %v of %d readers", len(entries), len(titles), counts.Status, readers)
			}
			for i, l := range lives {
				if strings.Contains(l.err.String(), "level=ERROR") {
					t.Errorf("process %d:\n%s", i, l.err)
				}
				l.terminate(15 * time.Second)
			}
		})
	}
}

// TestSeveral runs three processes that send and one that only shows pages on
// one PostgreSQL. Three find at the same moment that a slot has come; one of
// them publishes it, all send, one is killed, and nobody notices.
func TestSeveral(t *testing.T) {
	if world() == "" {
		t.Skip("no /proc here: after the kill a lease would last its minute")
	}
	t.Parallel()
	const readers = 6000
	c := newCompany(t, pgtest.New(t))
	c.seed(readers)
	web, ops := c.free(), c.free()
	pages := c.start(c.member("web", "--only", "web", "--listen", web)...)
	c.get(web, "/readyz", "ready")
	db := c.open()
	if head, err := db.Head(t.Context()); err != nil || head != 0 {
		t.Fatalf("a process that shows pages has synced: %d releases, %v", head, err)
	}
	// So that they find it at once, and not over the minutes of a schedule.
	if ok, err := db.Advance(t.Context(), "weekly", time.Time{}, c.slot); err != nil || !ok {
		t.Fatal(ok, err)
	}
	one, two := c.member("one"), c.member("two")
	three := c.member("three", "--only", "send", "--listen", ops)
	victim := c.start(one...)
	lives := []*life{c.start(two...), c.start(three...)}
	doors := c.relay.doors[len(c.relay.doors)-3:]

	// All three send.
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		n := []int{c.relay.takenAt(doors[0]), c.relay.takenAt(doors[1]), c.relay.takenAt(doors[2])}
		if min(n[0], n[1], n[2]) > 20 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("letters of the three: %v\n%s\n%s\n%s", n, victim.err, lives[0].err, lives[1].err)
		}
	}
	c.relay.killing()
	victim.kill()
	killed, left := time.Now(), readers-c.relay.taken()

	// Meanwhile there are pages, also of what is new; who only sends has none.
	c.write("paper/articles/Four.md", "---\ntitle: Four\ndate: 2024-05-07\n---\n\nThe article called Four.\n")
	if code := c.get(web, "/feed.rss", "<title>Four</title>"); code != http.StatusOK {
		t.Errorf("feed: %d", code)
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/": 404, "/feed.rss": 404, "/desk": 404} {
		if code := c.get(ops, path, ""); code != want {
			t.Errorf("%s of a process that only sends: %d, want %d", path, code, want)
		}
	}

	all, err := db.Editions(t.Context(), "weekly", 10)
	if want := "weekly/" + c.slot.Format("2006-01-02T15:04"); err != nil || len(all) != 1 || all[0].ID != want {
		t.Fatalf("editions: %+v, want %s, %v", all, want, err)
	}
	for deadline := time.Now().Add(80 * time.Second); all[0].State != digest.Done; time.Sleep(100 * time.Millisecond) {
		if all, err = db.Editions(t.Context(), "weekly", 10); err != nil || time.Now().After(deadline) {
			t.Fatalf("editions: %+v, %v\n%s\n%s", all, err, lives[0].err, lives[1].err)
		}
	}
	t.Logf("%d letters after the kill took %s; of the three: %d, %d, %d; %d came again", left, time.Since(killed).Round(100*time.Millisecond),
		c.relay.takenAt(doors[0]), c.relay.takenAt(doors[1]), c.relay.takenAt(doors[2]), c.relay.repeats())
	if e := all[0]; len(all) != 1 || e.Planned != readers || e.Sent != readers {
		t.Errorf("editions: %+v", all)
	}
	c.relay.check(readers, companySessions, companySessions)
	if n := c.relay.takenAt(c.relay.doors[1]); n != 0 {
		t.Errorf("the process that shows pages has sent %d letters", n)
	}
	for _, l := range append(lives, pages) {
		if strings.Contains(l.err.String(), "level=ERROR") {
			t.Error(l.err)
		}
		l.terminate(15 * time.Second)
	}
}
