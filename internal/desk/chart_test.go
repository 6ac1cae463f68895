package desk

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/i18n"
)

func TestAnswerKey(t *testing.T) {
	for _, tt := range []struct {
		code     int
		enhanced string
		want     string
	}{
		{0, "", "none"}, {250, "2.0.0", "ok"}, {250, "", "ok"},
		{421, "", "slow"}, {421, "4.7.0", "slow"}, {452, "4.5.3", "slow"}, {452, "4.3.2", "slow"},
		{452, "", "full"}, {452, "4.2.2", "full"}, {552, "", "full"}, {550, "5.2.2", "full"},
		{552, "5.3.4", "large"}, {550, "5.2.3", "large"},
		{450, "", "grey"}, {451, "4.7.1", "grey"}, {450, "4.2.0", "later"}, {451, "", "later"}, {454, "", "later"},
		{550, "5.1.1", "gone"}, {550, "5.1.10", "gone"}, {556, "", "gone"}, {550, "", "no"}, {554, "", "no"},
		{550, "5.7.1", "policy"}, {554, "5.7.26", "policy"},
		{530, "", "login"}, {535, "5.7.8", "login"}, {550, "5.1.8", "login"},
	} {
		if got := answerKey(tt.code, tt.enhanced); got != tt.want {
			t.Errorf("%d %s means %q, want %q", tt.code, tt.enhanced, got, tt.want)
		}
	}
	l := i18n.BuiltIn().For("en")
	for _, key := range []string{"none", "ok", "slow", "full", "large", "grey", "later", "gone", "no", "policy", "login"} {
		if _, err := l.Format("desk.sending.answer_" + key); err != nil {
			t.Error(err)
		}
	}
	for _, key := range append(reasonKeys, "queued") {
		for _, part := range []string{"reason_", "then_"} {
			if _, err := l.Format("desk.results." + part + key); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestScale(t *testing.T) {
	for most, want := range map[int][2]int{1: {1, 1}, 4: {4, 1}, 5: {6, 2}, 8: {8, 2}, 9: {10, 5}, 21: {30, 10}, 599: {600, 200}, 601: {800, 200}, 60_000: {60_000, 20_000}} {
		if top, step := scale(most); top != want[0] || step != want[1] {
			t.Errorf("scale of %d: %d by %d, want %v", most, top, step, want)
		}
	}
}

// TestBars: no letter is lost, whatever the minutes, and there are never many.
func TestBars(t *testing.T) {
	at := time.Date(2026, 11, 24, 5, 13, 0, 0, time.UTC)
	minute := func(after, n int) digest.Minute {
		return digest.Minute{At: at.Add(time.Duration(after) * time.Minute), Accepted: n}
	}
	all, length := bars([]digest.Minute{minute(0, 7), minute(2, 5)})
	if diff := cmp.Diff([]int{7, 0, 5}, []int{all[0].n, all[1].n, all[2].n}); diff != "" || length != 1 || len(all) != 3 {
		t.Errorf("%d bars of %d minutes (-want +got):\n%s", len(all), length, diff)
	}
	for range 200 {
		var minutes []digest.Minute
		total := 0
		for after := 0; len(minutes) < 1+rand.IntN(300); after += 1 + rand.IntN(1+rand.IntN(500)) {
			minutes = append(minutes, minute(after, 1+rand.IntN(900)))
			total += minutes[len(minutes)-1].Accepted
		}
		all, length := bars(minutes)
		for _, b := range all {
			total -= b.n
		}
		if total != 0 || len(all) > 2*mostBars || length < 1 {
			t.Fatalf("%d bars of %d minutes leave out %d letters of %v", len(all), length, total, minutes)
		}
		c := chart(i18n.BuiltIn().For("en"), time.UTC, minutes)
		for _, b := range c.Bars {
			x, _ := strconv.ParseFloat(b.X, 64)
			y, _ := strconv.ParseFloat(b.Y, 64)
			w, _ := strconv.ParseFloat(b.Width, 64)
			h, _ := strconv.ParseFloat(b.Height, 64)
			if x < chartLeft || x+w > chartWidth || y < chartTop-.1 || y+h > chartBase+.2 {
				t.Fatalf("a bar is outside of the chart: %+v", b)
			}
		}
	}
	if chart(i18n.BuiltIn().For("en"), time.UTC, nil) != nil {
		t.Error("a chart of nothing")
	}
}

func TestPaceWords(t *testing.T) {
	l := i18n.BuiltIn().For("en")
	e := digest.Edition{State: digest.Sending, Counts: digest.Counts{Planned: 1000, Sent: 400, Open: 600}}
	for _, tt := range []struct {
		known bool
		pace  digest.Pace
		want  string
	}{
		{false, digest.Pace{}, "40 % · How fast it goes will be known in a moment."},
		{true, digest.Pace{}, "40 % · 0 letters a minute"},
		{true, digest.Pace{Rate: 10, Left: 59 * time.Second}, "40 % · 600 letters a minute · less than a minute left"},
		{true, digest.Pace{Rate: 10, Left: 61 * time.Second}, "40 % · 600 letters a minute · about 2 minutes left"},
		{true, digest.Pace{Rate: 1.0 / 60, Left: 10 * time.Hour}, "40 % · 1 letter a minute · about 10 hours left"},
	} {
		if got := paceWords(l, pulse{edition: e, pace: tt.pace, known: tt.known}); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.pace, got, tt.want)
		}
	}
	e.State = digest.Paused
	if got := paceWords(l, pulse{edition: e}); got != "40 %" {
		t.Errorf("paused: %q", got)
	}
	for n, want := range map[int]string{0: "", 1: "< 1 %", 9: "< 1 %", 10: "1 %", 999: "99 %", 1000: "100 %"} {
		if got := share(l, n, 1000); got != want {
			t.Errorf("share of %d: %q, want %q", n, got, want)
		}
	}
}

// TestHeartKeepsPace: from what is seen of the counts alone, anew after a pause.
func TestHeartKeepsPace(t *testing.T) {
	var h heart
	now := time.Unix(1e9, 0)
	see := func(after time.Duration, state digest.State, sent int) pulse {
		now = now.Add(after)
		h.add(&digest.Edition{State: state, Counts: digest.Counts{Planned: 1000, Sent: sent, Open: 1000 - sent}}, now)
		return h.pulse
	}
	if p := see(0, digest.Sending, 0); p.known {
		t.Error("a pace is known at first sight")
	}
	if p := see(time.Second, digest.Sending, 10); !p.known || p.pace.Rate != 10 || p.pace.Left != 99*time.Second {
		t.Errorf("after a second: %+v", p.pace)
	}
	if p := see(time.Second, digest.Paused, 12); p.known || p.pace.Rate != 0 {
		t.Errorf("paused: %+v", p.pace)
	}
	see(30*time.Second, digest.Sending, 12)
	if p := see(time.Second, digest.Sending, 32); p.pace.Rate != 20 {
		t.Errorf("resumed: %+v", p.pace)
	}
	if p := see(time.Hour, digest.Sending, 900); p.known {
		t.Errorf("nobody has looked for an hour: %+v", p.pace)
	}
}

// TestHeartsAreFew: what is asked for by made-up names is forgotten.
func TestHeartsAreFew(t *testing.T) {
	var hs hearts
	kept := hs.of("kept")
	for i := range 5 * mostPulses {
		hs.of(strconv.Itoa(i))
		if hs.of("kept") != kept {
			t.Fatal("what is asked for is forgotten")
		}
	}
	if len(hs.kept) != mostPulses || len(hs.order) != mostPulses {
		t.Errorf("%d and %d are kept", len(hs.kept), len(hs.order))
	}
}
