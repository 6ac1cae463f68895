package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/standfirst/standfirst/internal/smtptest"
	"github.com/standfirst/standfirst/mailer"
)

// unrendered lets letters fail while they are written: in a template, halfway
// through one article, and in the words of single readers. Whatever the relay
// has taken is a whole letter, also when the next one was announced to it
// already.
func unrendered(f *fault) {
	f.routes(pressFaults)
	for _, file := range []string{"mail/byline.gohtml", "mail/digest.txt.tmpl"} {
		f.template(file)
	}
}

// template breaks a template of the real program in a way that no check of it
// can foresee. The edition is paused, and goes on when it is mended.
func (f *fault) template(file string) {
	const sessions = 5
	readers := size(100, 2000)
	relay := relayOf(f.T, &smtptest.Server{Keep: true})
	p := newPaper(f.T, relay.mail(sessions), "theme: {templates: theme}")
	p.readers(readers)
	good, err := os.ReadFile(filepath.Join("..", "..", "templates", filepath.FromSlash(file)))
	if err != nil {
		f.Fatal(err)
	}
	const begin = `{{define "article"}}`
	bad := `{{if eq .Title "Two"}}{{slice .Title 99}}{{end}}`
	if strings.Contains(string(good), begin) {
		bad = strings.Replace(string(good), begin, begin+bad, 1)
	} else {
		bad += string(good)
	}
	p.write("theme/"+file, bad)
	out, code := p.run("send", "weekly", "--yes", "--json")
	var all []struct{ Edition, State string }
	p.json(&all, "editions", "--json")
	if code != exitPartly || len(all) != 1 || all[0].State != "paused" {
		f.Fatalf("%s fails: exit %d, editions %+v\n%s", file, code, all, out)
	}
	if n := relay.taken(); n != 0 {
		f.Errorf("%s fails, and the relay has %d letters", file, n)
	}
	p.write("theme/"+file, string(good))
	if out, code := p.run("editions", "resume", all[0].Edition); code != exitDone {
		f.Fatalf("resume: exit %d: %s", code, out)
	}
	serve := p.start("serve")
	said := p.finished(all[0].Edition, readers, time.Minute, serve)
	lost := relay.check(readers, 0, 0)
	for _, l := range relay.doors[0].server.Letters() {
		if err := whole(l.Data, titles); err != nil {
			f.Fatalf("a letter is not whole: %v\n%s", err, l.Data)
		}
	}
	f.row(faultRow{fault: file + " fails", letters: relay.taken(), lost: lost, repeats: relay.repeats(), ledger: said.String()})
}

var pressFaults = []lineFault{
	{
		name:   "some readers' words panic",
		midway: true,
		press: func(x *route) mailer.Press {
			return &troubledPress{Press: x.app.press, values: func(id int64) error {
				if n := x.number(id) % 40; n == 7 || n == 21 {
					panic("a nasty name")
				}
				return nil
			}}
		},
		fate: among(40, map[int]fate{
			7:  {State: mailer.Failed, Reason: mailer.Unwritten},
			21: {State: mailer.Failed, Reason: mailer.Unwritten},
		}),
	},
	{
		name: "a reader's words are away for a moment",
		press: func(x *route) mailer.Press {
			var mu sync.Mutex
			asked := 0
			return &troubledPress{Press: x.app.press, values: func(id int64) error {
				mu.Lock()
				defer mu.Unlock()
				if asked < 4 && x.number(id) == len(x.ids)/2 {
					asked++
					return errors.New("nobody knows")
				}
				return nil
			}}
		},
	},
	{
		name: "the letter of all panics, until somebody mends it",
		press: func(x *route) mailer.Press {
			return &troubledPress{Press: x.app.press, master: func() {
				if !x.mended.Load() {
					panic("no words")
				}
			}}
		},
		mended: func(x *route) { x.mended.Store(true) },
	},
}

// A troubledPress is a press that fails where it is told to.
type troubledPress struct {
	mailer.Press
	master func()
	values func(subscriber int64) error
}

func (p *troubledPress) Master(ctx context.Context, edition string, version int, now time.Time) (*mailer.Master, error) {
	if p.master != nil {
		p.master()
	}
	return p.Press.Master(ctx, edition, version, now)
}

func (p *troubledPress) Values(ctx context.Context, edition string, ds []mailer.Delivery, now time.Time) ([]mailer.Values, error) {
	for _, d := range ds {
		if p.values == nil {
			break
		}
		if err := p.values(d.Subscriber); err != nil {
			return nil, fmt.Errorf("subscriber %d: %w", d.Subscriber, err)
		}
	}
	return p.Press.Values(ctx, edition, ds, now)
}
