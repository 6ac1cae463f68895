package web

import (
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/templates"
)

// A Frame is what every page stands in, those of the site and those of its
// [Room]s: whose pages they are, in which languages, and how an answer is
// written. It has no routes and reads no store.
type Frame struct {
	Publication digest.Publication
	Newsletters []*digest.Newsletter
	Templates   *templates.Set
	Catalog     *i18n.Catalog
	Log         *slog.Logger
	// Proxies are the machines that ask on behalf of clients and say for whom,
	// in X-Forwarded-For.
	Proxies []netip.Prefix
}

// A Handler answers a request, or returns why it cannot and has written
// nothing; the site answers then, as [CodeOf] has it.
type Handler func(w http.ResponseWriter, r *http.Request) error

// A Room is a part of the site that the site knows nothing about but its
// routes, as [http.ServeMux] has patterns: the editors' desk, the programs'
// API. What guards the site's own pages guards its rooms.
type Room interface{ Routes() map[string]Handler }

// Page is what all pages have, for the page of that title, which is plain text.
// It leads nowhere but home, in the language that ?lang= named.
func (f *Frame) Page(r *http.Request, l *i18n.Locale, title string) templates.Page {
	p := templates.Page{
		Lang: l.Words, Dir: l.Dir, Title: title,
		Publication: templates.Publication{Title: f.Publication.Title, URL: f.Publication.URL + "/", Address: f.Publication.Address},
	}
	p.Home = f.voice(r).to("/")
	return p
}

// Locale is the language of the publication, which the pages of editors are in.
func (f *Frame) Locale() *i18n.Locale { return f.Catalog.For(f.Publication.Language) }

// Words says articles and events in a language. What names no language of its
// own is in the publication's.
func (f *Frame) Words(l *i18n.Locale) *digest.Wording {
	return &digest.Wording{Locale: l, Site: f.Publication.URL, Zone: f.Publication.Zone, Own: f.Publication.Language}
}

// Newsletter returns the newsletter of that name. One that is no longer in the
// configuration has its name for a title: its old letters still lead here.
func (f *Frame) Newsletter(name string) *digest.Newsletter {
	for _, n := range f.Newsletters {
		if n.Name == name {
			return n
		}
	}
	return &digest.Newsletter{Name: name, Title: name}
}

// NewsletterOf returns the newsletter that the path of a request names, or
// NotFound.
func (f *Frame) NewsletterOf(r *http.Request) (*digest.Newsletter, error) {
	for _, n := range f.Newsletters {
		if n.Name == r.PathValue("newsletter") {
			return n, nil
		}
	}
	return nil, NotFound
}

// Private writes a page that is one reader's: kept by nobody, found by no
// search engine, and its address told to no other site.
func (f *Frame) Private(w http.ResponseWriter, r *http.Request, code int, v templates.View) error {
	b, err := f.Templates.Page(v)
	if err != nil {
		return err
	}
	KeepPrivate(w.Header())
	Write(w, r, code, "text/html; charset=utf-8", b)
	return nil
}

// Policy is the Content-Security-Policy of pages: nothing runs, and nothing is
// loaded from elsewhere but the publication's logo, if that is where it keeps
// it.
func (f *Frame) Policy() string {
	return "default-src 'none'; style-src 'self'; img-src " + f.ownPictures() +
		"; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

// ownPictures is where the pictures of pages may come from. Ours have the
// publication's address, which is not 'self' to who came by another name.
func (f *Frame) ownPictures() string {
	from := "'self' data:"
	for _, at := range []string{f.Publication.URL, f.Templates.Logo()} {
		if u, err := url.Parse(at); err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") {
			from += " " + u.Scheme + "://" + u.Host
		}
	}
	return from
}
