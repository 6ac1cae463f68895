package digest

import (
	"math"
	"testing"
	"time"
)

func TestMeter(t *testing.T) {
	type step struct {
		after      time.Duration
		sent, open int
		waiting    int
		want       Pace
	}
	for name, steps := range map[string][]step{
		"steady": {
			{0, 0, 1000, 0, Pace{}},
			{time.Second, 100, 900, 0, Pace{100, 9 * time.Second}},
			{time.Second, 200, 800, 0, Pace{100, 8 * time.Second}},
		},
		"what was put off goes when its time comes": {
			{0, 0, 1000, 0, Pace{}},
			{2 * time.Second, 100, 900, 400, Pace{50, 10 * time.Second}},
			{time.Second, 150, 400, 400, Pace{50, 0}},
		},
		"the last ten seconds count": {
			{0, 0, 9000, 0, Pace{}},
			{5 * time.Second, 5000, 4000, 0, Pace{1000, 4 * time.Second}},
			{5 * time.Second, 5000, 4000, 0, Pace{500, 8 * time.Second}},
			{5 * time.Second, 5000, 4000, 0, Pace{}},
			{5 * time.Second, 5010, 3990, 0, Pace{1, 3990 * time.Second}},
		},
		"nobody has looked for a while": {
			{0, 0, 9000, 0, Pace{}},
			{20 * time.Second, 2000, 7000, 0, Pace{}},
			{time.Second, 2100, 6900, 0, Pace{100, 69 * time.Second}},
		},
		"nothing yet":                                       {{0, 0, 10, 0, Pace{}}, {time.Second, 0, 10, 0, Pace{}}},
		"readers are still found":                           {{0, 0, 10, 0, Pace{}}, {time.Second, 10, 500, 0, Pace{10, 50 * time.Second}}},
		"asked twice in one instant":                        {{0, 0, 10, 0, Pace{}}, {0, 5, 5, 0, Pace{}}},
		"asked for the first time when half of it was sent": {{0, 500, 500, 0, Pace{}}},
	} {
		t.Run(name, func(t *testing.T) {
			var m Meter
			now := time.Unix(1e9, 0)
			for i, s := range steps {
				now = now.Add(s.after)
				got := m.Add(now, Counts{Sent: s.sent, Open: s.open}, s.waiting)
				if math.Abs(got.Rate-s.want.Rate) > 1e-9 || got.Left != s.want.Left {
					t.Errorf("step %d: %+v, want %+v", i, got, s.want)
				}
			}
		})
	}
}

// TestMeterWindow: who looks every few seconds is told of the last minute.
func TestMeterWindow(t *testing.T) {
	m, now := Meter{Window: time.Minute}, time.Unix(1e9, 0)
	for i := range 20 {
		m.Add(now.Add(time.Duration(5*i)*time.Second), Counts{Sent: 50 * i, Open: 10_000}, 0)
	}
	got := m.Add(now.Add(100*time.Second), Counts{Sent: 950, Open: 1000}, 0)
	if want := 550.0 / 60; math.Abs(got.Rate-want) > 1e-9 {
		t.Errorf("%v letters a second, want those of the last minute: %v", got.Rate, want)
	}
}
