package feed

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// A Run is all that a scope ever published and that is still public, back to
// the first article, as an archived feed (RFC 5005, section 4): the document
// that readers subscribe to, with the newest items, and pages of the archive
// behind it, as long as that and always full. Pages are cut by the order in
// which articles came on the wire, counted from the first. So a new article
// moves none; the newest page may hold items that the document has as well.
//
// RFC 5005 wants an archive document never to change. An edit must show in it
// all the same, and what was withdrawn must be gone. So the address of a page
// names its content: a page with another content, or behind another page, is
// another document with another address, and what is found under an address is
// that for ever. Who walks back meets the changed pages, and stops as before at
// the first it knows.
type Run struct {
	pub   Publication
	scope Scope
	opt   Options
	all   []*Galley // newest first
	empty Feed
	pages []string // the versions of pages, oldest first
}

// NewRun makes the run of a scope from its galleys, newest first: see
// [Galley.Topics] and [Galley.Authors] for whose they are.
func NewRun(pub Publication, scope Scope, all []*Galley, opt Options) *Run {
	name := ""
	if len(all) > 0 {
		name = scope.spelling(all[len(all)-1].Entry.Article)
	}
	r := &Run{pub: pub, scope: scope, opt: opt, all: all, empty: *pub.articles(scope, name)}
	size := opt.items()
	n := (max(0, len(all)-size) + size - 1) / size
	if n == 0 {
		return r
	}
	h := sha256.New()
	e := &r.empty // what stands on every page, but for hubs
	fmt.Fprintf(h, "%q", []string{e.ID, e.Title, e.Description, e.Home, e.Base, e.Language, e.Copyright, e.Icon, e.Logo, e.Stylesheet, e.owner})
	for i := range n {
		for _, g := range r.page(i + 1) {
			h.Write(g.item.set.rss.Sum[:])
			h.Write(g.item.set.atom.Sum[:])
			h.Write(g.item.set.json.Sum[:])
		}
		version := h.Sum(nil) // of this page and all before it
		if i == n-1 {
			version[0]++ // the last does not yet point to a next
		}
		r.pages = append(r.pages, base64.RawURLEncoding.EncodeToString(version[:9]))
	}
	return r
}

// Pages returns how many pages the archive has. They are numbered from 1, the
// oldest.
func (r *Run) Pages() int { return len(r.pages) }

// Address returns where a page is, without an ending: by its content, or
// whatever it holds.
func (r *Run) Address(page int, byContent bool) string {
	at := r.pub.root() + strings.TrimSuffix(r.scope.base(), "/feed")
	if r.scope.base() == "/feed" {
		at += "/feed"
	}
	at += "/archive/" + strconv.Itoa(page)
	if byContent {
		at += "-" + r.pages[page-1]
	}
	return at
}

// Feed returns the document to subscribe to.
func (r *Run) Feed() *Feed {
	f := r.with(r.all[:min(r.opt.items(), len(r.all))])
	if n := r.Pages(); n > 0 {
		f.Older = r.Address(n, true)
	}
	f.Complete = len(f.Items) == len(r.all)
	return f
}

// Page returns a page of the archive.
func (r *Run) Page(n int) *Feed {
	f := r.with(r.page(n))
	f.Hubs = nil // nothing will ever be told of it
	f.Page = r.Address(n, true)
	if n > 1 {
		f.Older = r.Address(n-1, true)
	}
	if n < r.Pages() {
		f.Newer = r.Address(n+1, false) // its content is not known for ever, and this page's is
	}
	return f
}

// page returns the galleys on a page.
func (r *Run) page(n int) []*Galley {
	size := r.opt.items()
	end := len(r.all) - (n-1)*size
	return r.all[end-size : end]
}

// with returns the feed with these items.
func (r *Run) with(galleys []*Galley) *Feed {
	f := r.empty
	f.Items = make([]Item, len(galleys))
	for i, g := range galleys {
		f.Items[i] = g.item
	}
	f.touch(r.pub.floor())
	return &f
}

// current returns the address of the document to subscribe to.
func (f *Feed) current(format Format) string { return f.Base + "." + string(format) }

// Self returns the address of the feed in a format.
func (f *Feed) Self(format Format) string { return cmp.Or(f.Page, f.Base) + "." + string(format) }

// history returns the marks of a document that is part of an archive, and of
// one that is the whole of its feed (RFC 5005, sections 4 and 2).
func (f *Feed) history() (archive, complete *struct{}) {
	switch {
	case f.Page != "":
		archive = &struct{}{}
	case f.Complete:
		complete = &struct{}{}
	}
	return archive, complete
}

// A direction is a link from one document of an archived feed to another.
type direction struct{ rel, href string }

// directions returns the links of a document, as RFC 5005 has them.
func (f *Feed) directions(format Format) []direction {
	var out []direction
	add := func(rel, at string) {
		if at != "" {
			out = append(out, direction{rel, at + "." + string(format)})
		}
	}
	if f.Page != "" {
		add("current", f.Base)
	}
	add("prev-archive", f.Older)
	add("next-archive", f.Newer)
	return out
}
