package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/smtptest"
	"github.com/standfirst/standfirst/internal/store/pgtest"
)

// postgresKilled lets three processes on one PostgreSQL send an edition. They
// are killed, one or another, and started again; halfway PostgreSQL itself
// crashes and comes back.
func postgresKilled(f *fault) {
	if world() == "" {
		f.Skip("no /proc here: after each kill a lease would last its minute")
	}
	const processes = 3
	sessions, kills, readers := size(10, 50), size(4, 30), size(3000, 100_000)
	server := pgtest.Own(f.T)
	relay := newRelay(f.T)
	p := newPaper(f.T, relay.mail(sessions), "database: "+server.New(f.T))
	p.readers(readers)
	edition := p.publish()
	lives, doors := make([]*life, processes), relay.doors
	serve := func(i int) {
		lives[i] = p.start("--config", fmt.Sprint("process", i, ".yaml"), "serve")
	}
	for i := range processes {
		if i > 0 {
			doors = append(doors, relay.open(new(smtptest.Server)))
		}
		p.configure(fmt.Sprint("process", i, ".yaml"), doors[i].mail(sessions))
		serve(i)
	}
	rnd := rand.New(rand.NewPCG(20261124, 3))
	for kill := 1; kill <= kills; kill++ {
		relay.wait(relay.taken()+rnd.IntN(2*readers*9/10/kills), 10*time.Second)
		time.Sleep(time.Duration(rnd.IntN(8000)) * time.Microsecond)
		if kill == kills/2 {
			if err := server.Crash(); err != nil {
				f.Fatal(err)
			}
			if err := server.Start(); err != nil {
				f.Fatal(err)
			}
		}
		i := rnd.IntN(processes)
		lives[i].kill()
		relay.killing(doors[i])
		serve(i)
	}
	said := p.finished(edition, readers, size(time.Minute, 5*time.Minute), lives[0])
	lost := relay.check(readers, kills*sessions, sessions)
	var each []string
	for i, l := range lives {
		each = append(each, fmt.Sprint(relay.takenAt(doors[i])))
		if relay.takenAt(doors[i]) == 0 {
			f.Errorf("process %d sent nothing:\n%s", i, l.stderr())
		}
	}
	f.alive(lives...)
	f.row(faultRow{fmt.Sprintf("%d × kill -9, and PostgreSQL's crash", kills), relay.taken(), lost, relay.repeats(), kills * sessions,
		fmt.Sprintf("%s (%s)", said, strings.Join(each, ", "))})
}

// postgresAway takes PostgreSQL away for a while. Nobody is told to do
// anything; afterwards sending goes on.
func postgresAway(f *fault) {
	const sessions = 10
	readers := size(1500, 20_000)
	server := pgtest.Own(f.T)
	relay := newRelay(f.T)
	p := newPaper(f.T, relay.mail(sessions), "database: "+server.New(f.T))
	p.readers(readers)
	edition := p.publish()
	serve := p.start("serve")
	relay.wait(readers/4, 20*time.Second)
	if err := server.Crash(); err != nil {
		f.Fatal(err)
	}
	gone := relay.taken()
	time.Sleep(size(3*time.Second, 10*time.Second))
	if now := relay.taken(); now > gone+sessions {
		f.Errorf("without a database, %d letters went out", now-gone)
	}
	if err := server.Start(); err != nil {
		f.Fatal(err)
	}
	back := time.Now()
	said := p.finished(edition, readers, 2*time.Minute, serve)
	f.Logf("%d letters before, the others within %s of its return", gone, time.Since(back).Round(100*time.Millisecond))
	lost := relay.check(readers, 0, 0)
	f.alive(serve)
	f.row(faultRow{letters: relay.taken(), lost: lost, repeats: relay.repeats(), ledger: said.String()})
}

// alive sees that processes have not given up.
func (f *fault) alive(lives ...*life) {
	f.Helper()
	for _, l := range lives {
		if code, ended := l.ended(); ended {
			f.Errorf("a process ended by itself, with exit code %d:\n%s", code, l.err)
		}
	}
}
