package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"
)

// signUps is the scenario of a flood: while an edition leaves and readers fetch
// a feed, programs sign up strangers and readers from networks all over the
// world. Everything is measured in turn, with the flood and without.
const signUps = "signups"

const (
	besieged   = 50_000 // readers of the edition, at most
	floodRate  = 2_000  // sign-ups a second
	shortSiege = 10 * time.Second
	// signUpsPerHour is what the configuration says, a quarter of it at once.
	signUpsPerHour = 1_000
)

// A Siege is a publication that sends and serves while it is flooded.
type Siege struct {
	*Press
	Rate  int           // of the flood
	Least time.Duration // how long it is watched at least, also when the edition is out before
}

// A Held is how the program held out.
type Held struct {
	Wall     time.Duration // from before the edition to the end of watching
	Letters  float64       // a second, of the edition
	Peak     float64       // bytes of memory, the most that was seen
	Begun    float64       // bytes, when the edition was published
	Ended    float64       // and at the end
	Asked    int           // sign-ups that were let in
	Refused  int           // by a limit of the program
	Notes    int           // letters to those who were signed up
	Feeds    fetches
	Flood    answers
	Expected int // letters of the edition
	Sent     int
}

// measureSignUps runs it with and without the flood, as often as there are
// rounds.
func (b *Bench) measureSignUps(ctx context.Context, dir string) (quiet, flooded []Held, err error) {
	if b.sink == nil {
		if b.sink, err = startSink(); err != nil {
			return nil, nil, err
		}
		defer func() { b.sink.close(); b.sink = nil }()
	}
	n := min(b.Readers[0], besieged)
	s := &Siege{Rate: floodRate, Least: shortSiege, Press: &Press{
		Name: signUps, Program: b.Program, Sink: b.sink, Readers: n, Paper: &Paper{Dir: filepath.Join(dir, signUps), Relay: b.sink.addr},
	}}
	if err := s.prepare(ctx); err != nil {
		return nil, nil, err
	}
	for round := range b.Rounds {
		for _, with := range []bool{false, true} {
			h, err := s.hold(ctx, with)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", signUps, err)
			}
			say("round %d of %d: %s, flood %v: %.0f letters a second, %d feeds (%d failed), %d signed up, %d letters to them, %.0f MB",
				round+1, b.Rounds, signUps, with, h.Letters, h.Feeds.Answers, h.Feeds.Failed, h.Asked, h.Notes, h.Peak/1e6)
			if with {
				flooded = append(flooded, h)
			} else {
				quiet = append(quiet, h)
			}
		}
	}
	return quiet, flooded, nil
}

// hold publishes an edition with a server that sends it, and watches.
func (s *Siege) hold(ctx context.Context, flood bool) (h Held, err error) {
	config, err := s.Paper.configure(10, false)
	if err != nil {
		return h, err
	}
	if err := s.restore(); err != nil {
		return h, err
	}
	addr, err := free()
	if err != nil {
		return h, err
	}
	server, err := start(ctx, "standfirst", addr, s.Paper.Dir, s.Program, "--config", config, "serve", "--listen", addr)
	if err != nil {
		return h, err
	}
	defer func() {
		if stopped := server.stop(); stopped != nil && err == nil {
			err = fmt.Errorf("serve: %w\n%s", stopped, server.said.Bytes())
		}
	}()
	stamp, err := stampOf(ctx, addr)
	if err != nil {
		return h, err
	}
	time.Sleep(2100 * time.Millisecond) // sooner, nobody has read the form
	began := time.Now()
	crowd, leave := context.WithCancel(ctx)
	defer leave()
	feeds, asking := fetching(crowd, addr, server.tag), (*flooding)(nil)
	if flood {
		asking = flooded(crowd, addr, stamp, s.Rate, s.Readers)
	}
	_, answer, err := s.run(ctx, config, "send", "weekly", "--yes", "--detach", "--json")
	if err != nil {
		return h, err
	}
	var told struct{ Planned int }
	if err := json.Unmarshal(answer, &told); err != nil {
		return h, fmt.Errorf("send --json: %w", err)
	}
	if err := s.watch(ctx, addr, began, &h); err != nil {
		return h, err
	}
	h.Wall, h.Expected = time.Since(began), s.Readers
	leave()
	h.Feeds = feeds.end()
	if flood {
		h.Flood = asking.end()
	}
	return h, nil
}

// watch asks for the program's metrics until the edition is out and the siege
// has lasted as long as it shall.
func (s *Siege) watch(ctx context.Context, addr string, began time.Time, h *Held) error {
	const look, patience = 200 * time.Millisecond, 10 * time.Minute
	var first, last time.Time // letters were seen, and all of them
	atFirst := 0
	for {
		m, err := scrape(ctx, addr)
		if err != nil {
			return err
		}
		now := time.Now()
		h.Ended = m.sum("process_resident_memory_bytes")
		h.Peak = max(h.Peak, h.Ended)
		if h.Begun == 0 {
			h.Begun = h.Ended
		}
		h.Sent = int(m.sum("standfirst_letters_total", `state="sent"`))
		switch {
		case first.IsZero() && h.Sent > 0:
			first, atFirst = now, h.Sent
		case last.IsZero() && h.Sent >= s.Readers:
			last = now
			h.Letters = per(float64(h.Sent-atFirst), last.Sub(first).Seconds())
		}
		if !last.IsZero() && now.Sub(began) >= s.Least {
			h.Asked = int(m.sum("standfirst_sign_ups_total", `answer="asked"`))
			h.Refused = int(m.sum("standfirst_sign_ups_total")) - h.Asked
			h.Notes = int(m.sum("standfirst_notes_total", `kind="confirm"`) + m.sum("standfirst_notes_total", `kind="known"`))
			return nil
		}
		if now.Sub(began) > patience {
			return fmt.Errorf("%d of %d letters in %s", h.Sent, s.Readers, patience)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
	}
}

// limit is how many may have been signed up in the time.
func (h *Held) limit() int {
	return signUpsPerHour/4 + int(h.Wall*signUpsPerHour/time.Hour) + 1
}
