package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/standfirst/standfirst/internal/smtptest"
)

// killed kills the real program with SIGKILL while it sends an edition to a
// real mail server, and starts it again, until the edition is sent. Nobody is
// lost, everybody is written to under one Message-ID, and what comes twice is
// at most what was in hand: a letter for each session and kill.
func killed(f *fault) {
	if world() == "" {
		f.Skip("no /proc here: after each kill a lease would last its minute")
	}
	const sessions = 10
	kills, readers := size(10, 50), size(1200, 20_000)
	relay := newRelay(f.T)
	p := newPaper(f.T, relay.mail(sessions))
	p.readers(readers)
	edition := p.publish()

	rnd := rand.New(rand.NewPCG(20261124, 8))
	out := new(bytes.Buffer)
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "kill\tafter\tletters\trepeats\tbound\t")
	for kill := 1; kill <= kills; kill++ {
		// Most lives end while letters are on their way; some before the first
		// of them, while the program still finds out where it was.
		letters := relay.taken() + rnd.IntN(2*readers*9/10/kills)
		patience := 5 * time.Second
		if kill%7 == 0 {
			letters, patience = readers*kills, time.Duration(rnd.IntN(300))*time.Millisecond
		}
		began := time.Now()
		life := p.start("serve")
		relay.wait(letters, patience)
		time.Sleep(time.Duration(rnd.IntN(8000)) * time.Microsecond)
		life.kill()
		n := relay.taken()
		relay.killing()
		fmt.Fprintf(table, "%d\t%s\t%d\t%d\t%d\t\n", kill, time.Since(began).Round(time.Millisecond), n, relay.repeats(), kill*sessions)
	}
	last := p.start("serve")
	began := time.Now()
	said := p.finished(edition, readers, time.Minute, last)
	last.kill()
	fmt.Fprintf(table, "\t%s\t%d\t%d\t%d\t\n", time.Since(began).Round(time.Millisecond), relay.taken(), relay.repeats(), kills*sessions)
	table.Flush()
	f.Logf("%d readers, %d sessions\n%s", readers, sessions, out)
	lost := relay.check(readers, kills*sessions, sessions)
	f.row(faultRow{fmt.Sprintf("%d × kill -9", kills), relay.taken(), lost, relay.repeats(), kills * sessions, said.String()})
}

// stopped asks it to stop instead, as often: then nothing comes twice either.
func stopped(f *fault) {
	const sessions = 10
	stops, readers := size(10, 50), size(1200, 20_000)
	relay := newRelay(f.T)
	p := newPaper(f.T, relay.mail(sessions))
	p.readers(readers)
	edition := p.publish()
	rnd := rand.New(rand.NewPCG(20261124, 15))
	for stop := 1; stop <= stops; stop++ {
		letters := relay.taken() + rnd.IntN(2*readers*9/10/stops)
		life := p.start("serve")
		relay.wait(letters, 5*time.Second)
		time.Sleep(time.Duration(rnd.IntN(8000)) * time.Microsecond)
		life.terminate(5 * time.Second)
		relay.killing()
	}
	last := p.start("serve")
	said := p.finished(edition, readers, time.Minute, last)
	lost := relay.check(readers, 0, 0)
	f.row(faultRow{fmt.Sprintf("%d × SIGTERM", stops), relay.taken(), lost, relay.repeats(), 0, said.String()})
}

// TestKilledByHand is the same for send: who runs it again after a crash
// neither waits for the dead nor gets stuck on what they left.
func TestKilledByHand(t *testing.T) {
	if world() == "" {
		t.Skip("no /proc here: after the kill a lease would last its minute")
	}
	t.Parallel()
	const sessions, readers = 4, 300
	relay := newRelay(t)
	p := newPaper(t, relay.mail(sessions))
	p.readers(readers)
	first := p.start("send", "weekly", "--yes")
	relay.wait(readers/3, 10*time.Second)
	first.kill()

	// One reader's server puts the letter off that may have come already. What
	// is new since waits for the outcome; the command does not.
	late := address(readers - 1)
	relay.says(func(e smtptest.Event) smtptest.Answer {
		if e.Phase == "rcpt" && e.To == late {
			return smtptest.Answer{Code: 451, Enhanced: [3]int{4, 7, 1}}
		}
		return smtptest.Answer{}
	})
	p.write("paper/articles/Four.md", "---\ntitle: Four\ndate: 2024-05-06\n---\n\nThe article called Four.\n")
	began := time.Now()
	out, code := p.run("send", "weekly", "--yes", "--json")
	t.Logf("exit %d after %s: %s", code, time.Since(began).Round(time.Millisecond), out)
	if code != exitPartly {
		t.Errorf("exit %d, want %d: somebody waits", code, exitPartly)
	}
	var all []editionState
	p.json(&all, "editions", "--json")
	if len(all) != 2 {
		t.Fatalf("editions: %+v", all)
	}
	if now, was := all[0], all[1]; now.Sent != readers-1 || now.Open != 0 || was.Sent != readers-1 || was.Open != 1 {
		t.Errorf("editions: %+v", all)
	}
	relay.mu.Lock()
	defer relay.mu.Unlock()
	again := 0
	for reader, ids := range relay.by {
		if want := 2; len(ids) != want && reader != late {
			t.Errorf("%s has letters under %d Message-IDs, want %d", reader, len(ids), want)
		}
		for _, n := range ids {
			again += n - 1
		}
	}
	if len(relay.by) != readers-1 || again > sessions {
		t.Errorf("%d readers, %d letters again", len(relay.by), again)
	}
}

// TestKilledWhileExpanding kills send before all readers are found, at several
// moments; whoever runs it again finishes the edition, with no serve running.
func TestKilledWhileExpanding(t *testing.T) {
	if world() == "" {
		t.Skip("no /proc here: after the kill a lease would last its minute")
	}
	t.Parallel()
	const sessions, readers = 10, 6000
	relay := newRelay(t)
	p := newPaper(t, relay.mail(sessions))
	p.readers(readers)
	for _, after := range []int{1, 200, 600} { // letters at the relay: pages of readers are still to come
		send := p.start("send", "weekly", "--yes")
		relay.wait(after, 20*time.Second)
		send.kill()
		relay.killing()
	}
	out, code := p.run("send", "weekly", "--yes", "--json")
	if code != exitDone && code != exitNothing {
		t.Errorf("exit %d: %s", code, out)
	}
	relay.check(readers, 3*sessions, sessions)
}
