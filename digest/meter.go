package digest

import "time"

// A Meter tells from an edition's counts, taken now and then, how fast its
// letters go. The zero value is ready.
type Meter struct {
	// Window is how far back it looks; 0 is ten seconds: long enough to be calm,
	// short enough to tell that a relay has become slow. Who looks more seldom
	// needs a longer one.
	Window  time.Duration
	samples []sample
}

// A sample is how many deliveries were settled at a moment.
type sample struct {
	at      time.Time
	settled int
}

// A Pace is how fast an edition goes.
type Pace struct {
	Rate float64       // letters settled a second, lately; 0: none, or not known yet
	Left time.Duration // until what is open and was not put off has had its attempt; 0: not known
}

// Add takes the counts at now and returns the pace. waiting are the open
// deliveries that were put off: they do not go at this pace.
func (m *Meter) Add(now time.Time, c Counts, waiting int) Pace {
	s, window := sample{now, c.Sent + c.Failed + c.Skipped}, m.Window
	if window == 0 {
		window = 10 * time.Second
	}
	if n := len(m.samples); n > 0 && now.Sub(m.samples[n-1].at) >= 2*window {
		m.samples = nil // nobody has looked for long: what was then says nothing of now
	}
	for len(m.samples) > 1 && now.Sub(m.samples[1].at) >= window {
		m.samples = m.samples[1:]
	}
	m.samples = append(m.samples, s)
	first := m.samples[0]
	took := now.Sub(first.at)
	if took <= 0 || s.settled <= first.settled {
		return Pace{}
	}
	p := Pace{Rate: float64(s.settled-first.settled) / took.Seconds()}
	if open := c.Open - waiting; open > 0 {
		p.Left = time.Duration(float64(open) / p.Rate * float64(time.Second)).Round(time.Second)
	}
	return p
}
