package main

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/digest"
)

// The log of a long run tells of an edition that it goes, now and then, and how
// it ended, once.
func TestCourse(t *testing.T) {
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	edition := func(state digest.State, sent int) digest.Edition {
		e := digest.Edition{ID: "weekly/1", State: state, Reason: "typo"}
		e.Planned, e.Sent, e.Open = 100, sent, 100-sent
		return e
	}
	over := digest.Edition{ID: "weekly/0", State: digest.Done}
	var log bytes.Buffer
	a := &app{log: slog.New(slog.NewTextHandler(&log, nil))}
	var known map[string]*course
	for _, tt := range []struct {
		after    time.Duration
		editions []digest.Edition
		want     string // of the line, "" if there is none
	}{
		{0, []digest.Edition{over}, ""},
		{5 * time.Second, []digest.Edition{edition(digest.Sending, 0), over}, ""},
		{30 * time.Second, []digest.Edition{edition(digest.Sending, 20), over}, ""},
		{55 * time.Second, []digest.Edition{edition(digest.Sending, 30), over}, ""},
		{65 * time.Second, []digest.Edition{edition(digest.Sending, 40), over}, `msg="edition is being sent" edition=weekly/1 planned=100 sent=40 failed=0 skipped=0 waiting=0 open=60 rate=1 left=1m0s`},
		{70 * time.Second, []digest.Edition{edition(digest.Paused, 41), over}, `msg="edition is paused" edition=weekly/1 planned=100 sent=41 failed=0 skipped=0 open=59 reason=typo`},
		{75 * time.Second, []digest.Edition{edition(digest.Paused, 41), over}, ""},
		{80 * time.Second, []digest.Edition{edition(digest.Sending, 42), over}, ""},
		{85 * time.Second, []digest.Edition{edition(digest.Done, 100), over}, `msg="edition sent" edition=weekly/1 planned=100 sent=100 failed=0 skipped=0`},
		{90 * time.Second, []digest.Edition{edition(digest.Done, 100), over}, ""},
		{95 * time.Second, []digest.Edition{{ID: "weekly/2", State: digest.Done}, edition(digest.Done, 100)}, `msg="edition sent" edition=weekly/2 planned=0 sent=0 failed=0 skipped=0`},
	} {
		log.Reset()
		known = a.tell(known, tt.editions, noon.Add(tt.after))
		_, got, _ := strings.Cut(strings.TrimSpace(log.String()), "level=INFO ")
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("after %s (-want +got)\n%s", tt.after, d)
		}
	}
}

func TestInOneLine(t *testing.T) {
	var log bytes.Buffer
	l := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: inOneLine}))
	l.Error("block not claimed", "rest", time.Second, "err", errors.New("failed to connect:\n\tdb:5432: refused\n\tdb:5432: refused\n"))
	_, got, _ := strings.Cut(strings.TrimSpace(log.String()), "level=ERROR ")
	if want := `msg="block not claimed" rest=1s err="failed to connect: db:5432: refused"`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
