package templates

import (
	"bytes"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
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
	var b bytes.Buffer
	if err := sp.text.ExecuteTemplate(&b, "digest.txt.tmpl", &d); err != nil {
		return "", "", s.renderError("mail/digest.txt.tmpl", err)
	}
	return html, blankLines.ReplaceAllString(strings.TrimSpace(b.String()), "\n\n") + "\n", nil
}

// blankLines are those that templates leave where something is missing.
var blankLines = regexp.MustCompile(`\n{3,}`)

func (sp *spoken) html(d Digest) (string, error) {
	var b bytes.Buffer
	err := sp.mail.ExecuteTemplate(&b, "digest", &d)
	return b.String(), err
}

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

// The most characters of a text; what editors write is far below, and what
// strangers send cannot fill a letter.
const (
	longestTitle = 200
	longestText  = 500
	longestIntro = 4000
)

// prepare returns d with what it leaves open filled in and strangers' text
// made harmless.
func (sp *spoken) prepare(d Digest) Digest {
	if d.Dir == "" {
		d.Dir = sp.locale.Dir
	}
	if d.Lang == "" {
		d.Lang = sp.locale.Tag
	}
	for _, p := range []*string{&d.Publication.Title, &d.Newsletter, &d.Edition, &d.Date, &d.Subject, &d.Headline} {
		*p = tidy(*p, longestTitle)
	}
	for _, p := range []*string{&d.Publication.Address, &d.Summary, &d.Why} {
		*p = tidy(*p, longestText)
	}
	if utf8.RuneCountInString(d.Intro) > longestIntro {
		d.Intro = string([]rune(d.Intro)[:longestIntro-1]) + "…"
	}
	var intro []string
	for _, p := range paragraphs(d.Intro) {
		intro = append(intro, tidy(p, longestIntro))
	}
	d.Intro = strings.Join(intro, "\n\n")
	for _, p := range []*string{&d.Publication.URL, &d.MoreURL, &d.BrowserURL, &d.PreferencesURL, &d.UnsubscribeURL, &d.FeedsURL, &d.PrivacyURL} {
		*p = link(*p)
	}
	if d.MoreURL == "" {
		d.MoreURL = d.BrowserURL
	}
	if d.Lead != nil {
		lead := d.Lead.tidy()
		d.Lead = &lead
	}
	d.Articles, d.Headlines = tidied(d.Articles, Article.tidy), tidied(d.Headlines, Article.tidy)
	d.Reminders, d.Notices, d.Events = tidied(d.Reminders, Event.tidy), tidied(d.Notices, Event.tidy), tidied(d.Events, Event.tidy)

	if solo := d.Solo(); solo != nil && d.Headline == "" {
		d.Headline = solo.Sentence
	}
	if d.Headline == "" {
		d.Headline = d.Subject
	}
	d.Preheader = preheader(d)
	return d
}

func tidied[T any](list []T, tidy func(T) T) []T {
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = tidy(v)
	}
	return out
}

func (a Article) tidy() Article {
	for _, p := range []*string{&a.Topic, &a.Title, &a.By, &a.Date, &a.ReadingTime, &a.Access, &a.Action} {
		*p = tidy(*p, longestTitle)
	}
	a.Standfirst = tidy(a.Standfirst, longestText)
	a.URL, a.Image = link(a.URL), a.Image.tidy(a.Title)
	return a
}

func (e Event) tidy() Event {
	for _, p := range []*string{&e.Name, &e.Sentence, &e.When, &e.Where, &e.Month, &e.Days, &e.Price} {
		*p = tidy(*p, longestTitle)
	}
	e.Text = tidy(e.Text, longestText)
	e.URL, e.Calendar = link(e.URL), link(e.Calendar)
	return e
}

// tidy leaves an image out that letters cannot show, and gives one that
// nobody described the title of what it belongs to.
func (i Image) tidy(title string) Image {
	i.URL, i.Alt = link(i.URL), tidy(i.Alt, longestText)
	if u, err := url.Parse(i.URL); i.URL == "" || err != nil || !mailImage(u.Path) {
		return Image{}
	}
	if i.Alt == "" {
		i.Alt = title
	}
	return i
}

// mailImage reports whether mail programs show a file of this name. One
// without an extension may be anything.
func mailImage(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	dot := strings.LastIndexByte(base, '.')
	if dot < 0 {
		return true
	}
	switch strings.ToLower(base[dot:]) {
	case ".webp", ".avif", ".svg", ".heic", ".jxl", ".bmp", ".tif", ".tiff":
		return false
	}
	return true
}

// link returns address if it is one that a letter may lead to, else nothing.
func link(address string) string {
	const longest = 2000
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(address) > longest {
		return ""
	}
	return u.String()
}

// preheader returns what an inbox shows beside the subject: 40 to 140
// characters of what is in the letter, and not the subject again.
func preheader(d Digest) string {
	const shortest, longest = 40, 140
	said := tidy(d.Preheader, longest)
	if said == d.Subject {
		said = ""
	}
	next := make([]string, 0, 8)
	if d.Lead != nil {
		next = append(next, d.Lead.Title)
	}
	for _, a := range d.Articles {
		next = append(next, a.Title)
	}
	for _, a := range d.Headlines {
		next = append(next, a.Title)
	}
	for _, e := range append(append([]Event(nil), d.Notices...), d.Reminders...) {
		next = append(next, e.Sentence, dots(e.When, e.Where))
	}
	next = append(next, d.Summary, d.Newsletter, d.Publication.Title, d.Date, d.Publication.Address)
	for _, s := range next {
		if utf8.RuneCountInString(said) >= shortest {
			break
		}
		if s != d.Subject && !strings.Contains(said, s) {
			said = dots(said, s)
		}
	}
	return clip(said, longest)
}
