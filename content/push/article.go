package push

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	xlang "golang.org/x/text/language"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/content/markup"
)

// An Article is an article as programs bring it.
type Article struct {
	Title      string         `json:"title"`
	Standfirst string         `json:"standfirst,omitempty"` // empty: the beginning of the text
	HTML       string         `json:"html,omitempty"`
	Markdown   string         `json:"markdown,omitempty"`  // instead of HTML
	URL        string         `json:"url,omitempty"`       // where readers read it; empty: here
	Canonical  string         `json:"canonical,omitempty"` // where it was first published
	Slug       string         `json:"slug,omitempty"`      // the last part of its address here, as wished for
	Authors    []Author       `json:"authors,omitempty"`
	Topics     []string       `json:"topics,omitempty"`
	Image      *Image         `json:"image,omitempty"`
	Language   string         `json:"language,omitempty"` // BCP 47; empty: the publication's
	Access     content.Access `json:"access,omitempty"`   // empty: free
	Published  string         `json:"published"`          // RFC 3339, or a day; ahead: it waits until then
	Updated    string         `json:"updated,omitempty"`
	Minutes    int            `json:"reading_minutes,omitempty"` // 0: counted
}

// An Author is a byline.
type Author struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// An Image belongs to an article.
type Image struct {
	URL string `json:"url"`
	Alt string `json:"alt,omitempty"`
}

// Bounds of what is brought.
const (
	mostTopics  = 30
	mostAuthors = 30
	longestText = 2000 // bytes of what is one line
)

// Site is where and how what is brought will be shown.
type Site struct {
	URL  string         // of the publication, without a slash at its end
	Zone *time.Location // of days without a time
	Lang string
}

// Article makes an article fit to be kept. The error is in words for who wrote
// the program that brings it.
func (s *Site) Article(external string, a Article) (Record, error) {
	if err := CheckID(external); err != nil {
		return Record{}, err
	}
	a, err := s.fit(external, a)
	if err != nil {
		return Record{}, err
	}
	return record(Articles, external, a), nil
}

func (s *Site) fit(external string, a Article) (Article, error) {
	for _, text := range []string{a.Title, a.Standfirst, a.URL, a.Canonical, a.Slug, a.Language, a.Published, a.Updated} {
		if len(text) > longestText || !utf8.ValidString(text) {
			return a, fmt.Errorf("a line is longer than %d bytes, or not UTF-8", longestText)
		}
	}
	if a.Title = markup.Title(a.Title); a.Title == "" {
		return a, errors.New("title is missing")
	}
	if len(a.Topics) > mostTopics || len(a.Authors) > mostAuthors {
		return a, fmt.Errorf("there are more than %d topics or %d authors", mostTopics, mostAuthors)
	}
	var err error
	if a.URL, err = address("url", a.URL); err != nil {
		return a, err
	}
	if a.Canonical, err = address("canonical", a.Canonical); err != nil {
		return a, err
	}
	if a.Language != "" {
		t, err := xlang.Parse(a.Language)
		if err != nil {
			return a, errors.New("language is not a code like en or pt-BR")
		}
		a.Language = t.String()
	}
	switch a.Access {
	case "":
		a.Access = content.Free
	case content.Free, content.Metered, content.Registered:
	default:
		return a, errors.New("access is none of free, metered and registered")
	}
	if _, _, err := s.moment(a.Published); err != nil {
		return a, fmt.Errorf("published: %w", err)
	}
	if a.Updated != "" {
		if _, _, err := s.moment(a.Updated); err != nil {
			return a, fmt.Errorf("updated: %w", err)
		}
	}
	if a.Minutes < 0 || a.Minutes > 999 {
		return a, errors.New("reading_minutes is a number from 0 to 999")
	}
	a.Slug = cmp.Or(content.Slugify(a.Slug), content.Slugify(a.Title), content.Slugify(external))
	if err := s.text(&a); err != nil {
		return a, err
	}
	for i := range a.Topics {
		if a.Topics[i] = markup.Title(a.Topics[i]); content.TopicKey(a.Topics[i]) == "" {
			return a, errors.New("a topic is empty")
		}
	}
	for i := range a.Authors {
		if a.Authors[i].Name = markup.Title(a.Authors[i].Name); a.Authors[i].Name == "" {
			return a, errors.New("an author has no name")
		}
		if a.Authors[i].URL, err = address("an author's url", a.Authors[i].URL); err != nil {
			return a, err
		}
	}
	return a, nil
}

// text makes the body fit, and takes from it what was not given apart.
func (s *Site) text(a *Article) (err error) {
	if a.HTML != "" && a.Markdown != "" {
		return errors.New("the text comes as html or as markdown, not as both")
	}
	page := markup.Page{URL: cmp.Or(a.URL, s.URL+"/articles/"+url.PathEscape(a.Slug)), Root: s.URL + "/"}
	if a.URL != "" {
		page.Root = ""
	}
	var body markup.Body
	if a.Markdown != "" {
		body, err = markup.Markdown(a.Markdown, cmp.Or(a.Language, s.Lang), page)
	} else {
		body, err = markup.HTML(a.HTML, page)
	}
	if err != nil {
		return fmt.Errorf("text: %w", err)
	}
	a.HTML, a.Markdown = body.HTML, ""
	if a.Standfirst = markup.Standfirst(a.Standfirst); a.Standfirst == "" {
		a.Standfirst = markup.Cut(cmp.Or(body.Lead, body.Opening))
	}
	if a.Standfirst == "" && a.HTML == "" {
		return errors.New("there is nothing to read: neither standfirst, html nor markdown")
	}
	if a.Image != nil {
		image := *a.Image
		if image.URL = page.Picture(image.URL); image.URL == "" {
			return errors.New("image.url is not the address of a picture")
		}
		image.Alt = cmp.Or(markup.Title(markup.Plain(image.Alt)), a.Title)
		a.Image = &image
	} else if body.Image.URL != "" {
		a.Image = &Image{URL: body.Image.URL, Alt: cmp.Or(body.Image.Alt, a.Title)}
	}
	if a.Minutes == 0 {
		a.Minutes = body.Measure.Minutes(0)
	}
	return nil
}

// address reads an address that may be empty.
func address(what, text string) (string, error) {
	text = strings.TrimSpace(text)
	if text != "" && (len(text) > longestText || content.URLKey(text) == "") {
		return "", fmt.Errorf("%s is not an address that begins with http:// or https://", what)
	}
	return text, nil
}

// moment reads a time, or a day, which begins where the publication is.
func (s *Site) moment(text string) (t time.Time, day bool, err error) {
	if t, err = time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), false, nil
	}
	d, err := content.ParseDate(text)
	if err != nil {
		return time.Time{}, false, errors.New("write a time like 2026-06-02T08:00:00Z, or a day like 2026-06-02")
	}
	return d.In(s.Zone), true, nil
}

// found is an article that was made fit, as the source shows it.
func (s *Site) found(r Record, a Article) (content.Found, error) {
	f := content.Found{
		Keys: []content.Key{KeyOf(Articles, r.External)}, At: content.Position{File: PlaceOf(Articles, r.External)},
		Hash: strings.Trim(r.ETag, `"`), Known: r.Baseline,
	}
	f.Title, f.Standfirst, f.Body, f.URL, f.Canonical, f.Slug = a.Title, a.Standfirst, a.HTML, a.URL, a.Canonical, a.Slug
	f.Topics, f.Lang, f.Access, f.ReadingMinutes = a.Topics, cmp.Or(a.Language, s.Lang), a.Access, a.Minutes
	for _, by := range a.Authors {
		f.Authors = append(f.Authors, content.Author(by))
	}
	if a.Image != nil {
		f.Image = content.Image(*a.Image)
	}
	if f.URL == "" {
		f.Ours, f.URL = true, s.URL+"/articles/"+url.PathEscape(f.Slug)
	} else {
		f.Keys = append(f.Keys, content.URLKey(f.URL))
	}
	if content.URLKey(f.Canonical) == content.URLKey(f.URL) {
		f.Canonical = ""
	}
	at, day, err := s.moment(a.Published)
	if err != nil {
		return f, err
	}
	f.Published, f.Due, f.DateOnly = at, at, day
	if day { // it is read in UTC, see [content.Article]
		d, _ := content.ParseDate(a.Published)
		f.Published = d.In(time.UTC)
	}
	if a.Updated != "" {
		if f.Updated, _, err = s.moment(a.Updated); err != nil {
			return f, err
		}
		if !f.Updated.After(f.Published) {
			f.Updated = time.Time{}
		}
	}
	return f, nil
}
