package templates

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

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
	if d.Lang, d.Dir = language(d.Lang), direction(d.Dir); d.Lang == "" {
		d.Lang = sp.locale.Tag
	}
	if d.Dir == "" {
		d.Dir = sp.locale.Dir
	}
	for _, p := range []*string{&d.Publication.Title, &d.Newsletter, &d.Edition, &d.Date, &d.Subject, &d.Headline} {
		*p = tidy(*p, longestTitle)
	}
	for _, p := range []*string{&d.Publication.Address, &d.Summary, &d.New, &d.Near} {
		*p = tidy(*p, longestText)
	}
	d.Why = tidy(d.Why, longestIntro) // ours, and a token cut in two would stay in the letter
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
		lead.First = d.Headline == "" && lead.Title != ""
		d.Lead = &lead
	}
	if d.New == "" {
		d.New = d.Summary
	}
	d.Articles, d.Headlines = tidied(d.Articles, Article.tidy), tidied(d.Headlines, Article.tidy)
	d.Reminders, d.Notices, d.Events = tidied(d.Reminders, Event.tidy), tidied(d.Notices, Event.tidy), tidied(d.Events, Event.tidy)

	if solo := d.Solo(); solo != nil && d.Headline == "" {
		d.Headline = solo.Sentence
	}
	if d.Headline == "" && (d.Lead == nil || !d.Lead.First) {
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
	a.Lang, a.Dir = language(a.Lang), direction(a.Dir)
	a.URL, a.Image = link(a.URL), a.Image.tidy(a.Title)
	return a
}

func (e Event) tidy() Event {
	for _, p := range []*string{&e.Name, &e.Sentence, &e.When, &e.Where, &e.Month, &e.Days, &e.Price} {
		*p = tidy(*p, longestTitle)
	}
	e.Lang, e.Dir = language(e.Lang), direction(e.Dir)
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

// quotable writes out what ends an address where plain text is made links of.
var quotable = strings.NewReplacer(`"`, "%22", "<", "%3C", ">", "%3E", " ", "%20", "`", "%60")

// link returns address if it is one that a letter may lead to, else nothing.
func link(address string) string {
	const longest = 2000
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(address) > longest {
		return ""
	}
	return quotable.Replace(u.String())
}

// preheader returns what an inbox shows beside the subject: 40 to 140
// characters of what is in the letter, and not the subject again.
func preheader(d Digest) string {
	next := append(make([]string, 0, 8), d.Preheader)
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
	return beside(d.Subject, next)
}

// beside makes a preheader: the first of next, and of the others as many as it
// takes.
func beside(subject string, next []string) string {
	const shortest, longest = 40, 140
	said := ""
	for _, s := range next {
		if utf8.RuneCountInString(said) >= shortest {
			break
		}
		if s = tidy(s, longest); s != subject && !strings.Contains(said, s) {
			said = dots(said, s)
		}
	}
	return clip(said, longest)
}

var tag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// language returns s if it can be a BCP 47 tag, else nothing.
func language(s string) string {
	if len(s) > 35 || !tag.MatchString(s) {
		return ""
	}
	return s
}

// direction returns s if it is one, else nothing.
func direction(s string) string {
	if s == "ltr" || s == "rtl" {
		return s
	}
	return ""
}
