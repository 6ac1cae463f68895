package templates

import (
	"fmt"
	"regexp"
)

// Budget is the most bytes of HTML a letter has. Gmail shows the first 102 KB
// of a letter and hides the rest, the unsubscribe link with it; tokens that
// stand for readers' own words grow, and so does every line on its way.
const Budget = 80 << 10

// Whole is the most bytes a letter has on its way, with its text, as it is
// encoded, and its header. A file of events that comes with it is not counted.
const Whole = 100 << 10

// Digest renders a letter, in HTML and in plain text. Where the HTML would be
// larger than [Budget], or all of it than [Whole], less of d is shown at length,
// as [Fit] says.
//
// d is not changed. An error is a template's: the letter's data cannot cause
// one.
func (s *Set) Digest(d Digest) (html, text string, err error) {
	sp, err := s.in(d.Lang)
	if err != nil {
		return "", "", err
	}
	d = sp.prepare(d)
	file := "mail/digest.gohtml"
	_, err = Fit(d, Budget, func(d Digest) (int, error) {
		if html, err = sp.html(d); err != nil {
			return 0, err
		}
		if text, err = sp.write("digest.txt.tmpl", &d); err != nil {
			file = "mail/digest.txt.tmpl"
			return 0, err
		}
		return max(len(html), travels(html)+travels(text)+header-(Whole-Budget)), nil
	})
	if err != nil {
		return "", "", s.renderError(file, err)
	}
	return html, text, nil
}

// header is room for a letter's header, two signatures, and readers' own words
// and links, which are longer than the tokens that stand for them.
const header = 5 << 10

// travels returns how many bytes a text has on its way, at most: as
// quoted-printable, where what is not plain ASCII takes three, or, where too
// much is not, as base64.
func travels(s string) int {
	high, escaped := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0x80:
			high++
		case c == '=':
			escaped += 2
		case c == '\n': // CRLF
			escaped++
		}
	}
	if high*5 > len(s) {
		n := (len(s) + escaped) * 4 / 3
		return n + n/76*2 + 8
	}
	n := len(s) + 2*high + escaped
	return n + n/72*3 // a line ends early, with = and CRLF
}

// blankLines are those that templates leave where something is missing.
var blankLines = regexp.MustCompile(`\n{3,}`)

func (sp *spoken) html(d Digest) (string, error) { return sp.execute("digest", &d) }

// renderError gives a failed rendering the place where it failed.
func (s *Set) renderError(file string, err error) error {
	return fmt.Errorf("templates: %w", s.blame(s.files[file], err))
}

// Fit returns d so that measure does not exceed limit: the last articles
// become headlines, then the last headlines make way for "and N more", then
// the strip of coming events goes, then the last reminders and notices. What
// is left in any case is the frame and the lead; measure is called last with
// what is returned.
//
// Fit decides only; measure renders.
func Fit(d Digest, limit int, measure func(Digest) (int, error)) (Digest, error) {
	n, err := measure(d)
	if err != nil || n <= limit {
		return d, err
	}
	// Each step shortens, so the first that fits is found by halving.
	low, high := 1, steps(d)
	for low < high {
		mid := (low + high) / 2
		n, err := measure(shorten(d, mid))
		if err != nil {
			return d, err
		}
		if n <= limit {
			high = mid
		} else {
			low = mid + 1
		}
	}
	d = shorten(d, low)
	_, err = measure(d)
	return d, err
}

// steps returns after how many steps shorten has nothing left to do.
func steps(d Digest) int {
	return 2*len(d.Articles) + len(d.Headlines) + 1 + len(d.Reminders) + len(d.Notices)
}

// shorten takes n steps of those that Fit names.
func shorten(d Digest, n int) Digest {
	take := func(most int) int { // how many of the steps left are spent on most items
		spent := min(n, most)
		n -= spent
		return spent
	}
	if k := take(len(d.Articles)); k > 0 {
		kept := len(d.Articles) - k
		d.Headlines = append(append([]Article(nil), d.Articles[kept:]...), d.Headlines...)
		d.Articles = d.Articles[:kept]
	}
	k := take(len(d.Headlines))
	d.Headlines = d.Headlines[:len(d.Headlines)-k]
	d.More += k
	if take(1) > 0 {
		d.Events = nil
	}
	k = take(len(d.Reminders))
	d.Reminders = d.Reminders[:len(d.Reminders)-k]
	d.More += k
	k = take(len(d.Notices))
	d.Notices = d.Notices[:len(d.Notices)-k]
	d.More += k
	return d
}
