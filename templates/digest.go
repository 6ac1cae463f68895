package templates

import (
	"fmt"
	"regexp"
)

// Budget is the most bytes of HTML a letter has. Gmail shows the first 102 KB
// of a letter and hides the rest, the unsubscribe link with it; tokens that
// stand for readers' own words grow, and so does every line on its way.
const Budget = 80 << 10

// Digest renders a letter, in HTML and in plain text. Where the HTML would be
// larger than [Budget], less of d is shown at length, as [Fit] says.
//
// d is not changed. An error is a template's: the letter's data cannot cause
// one.
func (s *Set) Digest(d Digest) (html, text string, err error) {
	sp, err := s.in(d.Lang)
	if err != nil {
		return "", "", err
	}
	d = sp.prepare(d)
	d, err = Fit(d, Budget, func(d Digest) (int, error) {
		b, err := sp.html(d)
		html = b
		return len(b), err
	})
	if err != nil {
		return "", "", s.renderError("mail/digest.gohtml", err)
	}
	text, err = sp.write("digest.txt.tmpl", &d)
	if err != nil {
		return "", "", s.renderError("mail/digest.txt.tmpl", err)
	}
	return html, text, nil
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
