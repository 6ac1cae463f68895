package main

import (
	"fmt"
	"time"

	"github.com/standfirst/standfirst/internal/smtptest"
)

// serveAndSend sends by hand beside a running serve, on one SQLite file. Both
// send, nothing comes twice, and the command knows when all of it is out.
func serveAndSend(f *fault) {
	sessions, readers := size(2, 10), size(1500, 50_000)
	relay := slowRelay(f)
	p := newPaper(f.T, relay.mail(sessions))
	other := relay.open(new(smtptest.Server))
	p.configure("other.yaml", other.mail(sessions))
	p.readers(readers)
	serve := p.start("serve")
	out, code := p.run("--config", "other.yaml", "send", "weekly", "--yes", "--json")
	if code != exitDone {
		f.Errorf("send: exit %d: %s\n%s", code, out, serve.stderr())
	}
	f.both(relay, p, readers, serve)
}

// serveAndServe runs two serves on one SQLite file. Both send what somebody
// publishes: each looks every five seconds, so there must be enough for longer.
func serveAndServe(f *fault) {
	sessions, readers := size(2, 10), size(1500, 50_000)
	relay := slowRelay(f)
	p := newPaper(f.T, relay.mail(sessions))
	other := relay.open(new(smtptest.Server))
	p.configure("other.yaml", other.mail(sessions))
	p.readers(readers)
	p.start("--config", "other.yaml", "serve")
	serve := p.start("serve")
	p.publish()
	relay.wait(readers, size(time.Minute, 10*time.Minute))
	f.both(relay, p, readers, serve)
}

// slowRelay is one that keeps few letters busy for longer than a process naps.
func slowRelay(f *fault) *relay {
	r := newRelay(f.T)
	if !full {
		r.says(func(e smtptest.Event) smtptest.Answer {
			if e.Phase == "data" {
				return smtptest.Answer{Wait: 12 * time.Millisecond}
			}
			return smtptest.Answer{}
		})
	}
	return r
}

// both sees that the letters of the only edition came through both doors, once.
func (f *fault) both(relay *relay, p *paper, readers int, serve *life) {
	f.Helper()
	var all []struct{ Edition string }
	p.json(&all, "editions", "--json")
	if len(all) != 1 {
		f.Fatalf("editions: %+v", all)
	}
	said := p.finished(all[0].Edition, readers, time.Minute, serve)
	lost := relay.check(readers, 0, 0)
	one, two := relay.takenAt(relay.doors[0]), relay.takenAt(relay.doors[1])
	if one == 0 || two == 0 {
		f.Errorf("one sends alone: %d and %d letters", one, two)
	}
	f.row(faultRow{letters: relay.taken(), lost: lost, repeats: relay.repeats(), ledger: fmt.Sprintf("%s (%d and %d)", said, one, two)})
}
