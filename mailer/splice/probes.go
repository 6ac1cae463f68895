package splice

import (
	"strings"
	"time"
)

// probeDate is any date, in a zone that shows when it gets lost.
var probeDate = time.Date(2026, 11, 24, 8, 5, 9, 0, time.FixedZone("", 5*3600+30*60))

// Probes are made-up readers for [Verify] whose values are as nasty as a form
// lets through: markup, encoded words, line breaks, what SMTP, mailbox files
// and MIME treat specially at the beginning of a line, broken and long UTF-8,
// and nothing at all.
func Probes(holes int) []Values {
	probes := make([]Values, len(nasty))
	for i := range probes {
		v := Values{
			Name: nasty[i], Email: "probe+" + strings.Repeat("x", i) + "@example.org", MessageID: strings.Repeat("m", i+1) + "@example.org",
			Date: probeDate.Add(time.Duration(i) * 37 * time.Hour), Unsubscribe: "https://example.org/u/" + strings.Repeat("u", 60*i),
			Holes: make([]string, holes),
		}
		for h := range v.Holes {
			if i > 0 { // the first has nothing in any hole
				v.Holes[h] = nasty[(i+h)%len(nasty)]
			}
		}
		probes[i] = v
	}
	return probes
}

var nasty = []string{
	"",
	"Jane Doe",
	".",
	"From here",
	`a "b" <c> & 'd' = e\`,
	"=?utf-8?q?=0d=0aX-Evil:_1?=",
	"two\r\nBcc: lines@example.com",
	"--boundary--",
	" \t white space \u00a0 ",
	"\xff broken \xc3\x28 bytes\x00",
	strings.Repeat("Добрый день ", 12),
	strings.Repeat("x", 200) + strings.Repeat("👩\u200d👧", 20),
}
