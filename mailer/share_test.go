package mailer

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestPart(t *testing.T) {
	gmail := Destination{Domains: []string{"gmail.com", "googlemail.com"}, Rate: 20, Sessions: 4}
	share := func(to string, rate float64, lasts time.Duration) Share {
		return Share{to, time.Duration(float64(time.Second) / rate), noon.Add(lasts), noon.Add(time.Hour)}
	}
	for _, c := range []struct {
		what    string
		rate    float64
		to      string
		letters int
		shares  []Share
		held    bool
		want    Part
		free    time.Duration
	}{
		{what: "no bounds", letters: 500, want: Part{Letters: 500}},
		{what: "a rate", rate: 100, letters: 500, want: Part{500, 10 * time.Millisecond, 0}},
		{what: "what goes in half a minute", rate: 2, letters: 500, want: Part{60, 500 * time.Millisecond, 0}},
		{what: "one at least", rate: 0.01, letters: 500, want: Part{1, 100 * time.Second, 0}},
		{what: "never faster than the rate", rate: 3, letters: 5, want: Part{5, 333334 * time.Microsecond, 0}},
		{what: "all is taken", rate: 10, letters: 500, shares: []Share{share("", 10, time.Second)}, held: true, free: time.Second},
		{what: "a share that is over", rate: 10, letters: 500, shares: []Share{share("", 10, 0)}, want: Part{300, 100 * time.Millisecond, 0}},
		{what: "half of it", rate: 10, letters: 500, shares: []Share{share("gmail.com", 5, time.Second)}, want: Part{150, 200 * time.Millisecond, 0}},
		{what: "a crumb is not worth it", rate: 100, letters: 500, shares: []Share{share("", 60, 3*time.Second), share("", 35, 2*time.Second)}, held: true, free: 2 * time.Second},
		{what: "a destination's own", to: "gmail.com", letters: 500, want: Part{500, 50 * time.Millisecond, 4}},
		{what: "the smaller of the two", rate: 5, to: "gmail.com", letters: 500, want: Part{150, 200 * time.Millisecond, 4}},
		{what: "what others leave", rate: 50, to: "gmail.com", letters: 500, shares: []Share{share("", 40, time.Second)}, want: Part{300, 100 * time.Millisecond, 4}},
		{what: "its sessions are taken", to: "gmail.com", letters: 1, shares: []Share{share("gmail.com", 20, 0)}, held: true, free: time.Hour},
		{what: "a destination that has no bound any more", to: "gone.example", letters: 9, want: Part{Letters: 9}},
		{what: "everybody else is not held by one", letters: 9, shares: []Share{share("gmail.com", 20, time.Second)}, want: Part{Letters: 9}},
	} {
		t.Run(c.what, func(t *testing.T) {
			claim := Claim{Rate: c.rate, Destinations: Destinations{gmail}}
			names, all := claim.Held(c.shares, noon)
			held := all || slices.Contains(names, c.to)
			if held != c.held {
				t.Fatalf("held: %v, %q", all, names)
			}
			if free := claim.Free(c.to, c.shares, noon).Sub(noon); free != c.free {
				t.Errorf("free after %v, want %v", free, c.free)
			}
			if held {
				return
			}
			if d := cmp.Diff(c.want, claim.Part(c.to, c.letters, c.shares, noon)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// Whoever claims whatever, at any moment, all shares together never come to
// more than a rate, and a rate that is wanted is soon used.
func TestSharesStayWithinTheRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]float64{0, 0.02, 0.7, 3, 1000}).Draw(t, "rate")
		claim := Claim{Rate: rate}
		for i := range 3 {
			claim.Destinations = append(claim.Destinations, Destination{
				Domains:  []string{fmt.Sprint("d", i)},
				Rate:     rapid.SampledFrom([]float64{0, 0.01, 2, 400}).Draw(t, "own rate"),
				Sessions: rapid.IntRange(0, 2).Draw(t, "sessions"),
			})
		}
		var shares []Share
		now := noon
		for range 40 {
			now = now.Add(time.Duration(rapid.IntRange(0, 20000).Draw(t, "passed")) * time.Millisecond)
			to := rapid.SampledFrom([]string{"", "d0", "d1", "d2"}).Draw(t, "to")
			held, all := claim.Held(shares, now)
			if all || slices.Contains(held, to) {
				if at := claim.Free(to, shares, now); !at.After(now) {
					t.Fatalf("%q is held and free", to)
				}
				continue
			}
			p := claim.Part(to, rapid.IntRange(1, 500).Draw(t, "letters"), shares, now)
			lease := now.Add(time.Minute + time.Duration(p.Letters)*p.Every)
			shares = append(shares, Share{to, p.Every, now.Add(time.Duration(p.Letters) * p.Every), lease})
			if sum := used(shares, now); rate > 0 && sum > rate*1.000001 {
				t.Fatalf("%g letters a second, of %g", sum, rate)
			}
			own := claim.Destinations.bounds(to)
			sum, hands := 0.0, 0
			for _, s := range shares {
				if s.Destination == to {
					sum += s.at(now)
					if now.Before(s.Lease) {
						hands++
					}
				}
			}
			if own.Rate > 0 && sum > own.Rate*1.000001 || own.Sessions > 0 && hands > 1 {
				t.Fatalf("%g letters a second in %d hands, of %+v", sum, hands, own)
			}
		}
	})
}

func TestDestinationOf(t *testing.T) {
	ds := Destinations{
		{Domains: []string{"gmail.com", "googlemail.com"}},
		{Domains: []string{"xn--bcher-kva.example"}},
	}
	for email, want := range map[string]string{
		"a@gmail.com": "gmail.com", "a@GoogleMail.com": "gmail.com", "a@gmail.com.": "gmail.com",
		"a@Bücher.example": "xn--bcher-kva.example", "a@xn--bcher-kva.example": "xn--bcher-kva.example",
		"a@mail.gmail.com": "", "gmail.com@example.com": "", `"a@gmail.com"@example.com`: "", "": "", "nobody": "",
	} {
		if got := ds.Of(email); got != want {
			t.Errorf("%q goes to %q, want %q", email, got, want)
		}
	}
	if got := Destinations(nil).Of("a@gmail.com"); got != "" {
		t.Errorf("without any, %q", got)
	}
}
