package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/clicks"
)

// Links is where the links of letters are looked up.
type Links interface {
	// Linked returns the item that a link names as it is now, or
	// digest.ErrNotFound.
	Linked(ctx context.Context, l digest.Link) (*content.Entry, error)
	// ContentStamp differs whenever articles or events have changed.
	ContentStamp(ctx context.Context) (string, error)
}

// followLink leads from a link in a letter to where its item is now. The address of
// the link holds two numbers and nothing of where it leads, so nobody can make it
// lead elsewhere. It works whether clicks are counted or not: letters stay.
//
// Counting is no part of the answer: nothing of the reader or of what is
// published changes, and the request writes nothing.
func (s *Server) followLink(w http.ResponseWriter, r *http.Request) error {
	link, ok := digest.ParseLink(r.PathValue("edition"), r.PathValue("release"))
	if !ok {
		return NotFound
	}
	now := time.Now()
	to, err := s.signposts.of(r.Context(), s.Links, link, now, s.leadsTo)
	if err != nil {
		return err
	}
	if s.Clicks != nil && clicked(r) {
		s.Clicks.Count(link, s.client(r), now)
	}
	KeepPrivate(w.Header())
	w.Header().Set("Location", to)
	Write(w, r, http.StatusFound, "text/plain; charset=utf-8", []byte(to+"\n"))
	return nil
}

// leadsTo is where an item of a letter leads; an error where it does not any
// more.
func (s *Server) leadsTo(e *content.Entry) (string, error) {
	if e.Kind == content.KindArticle {
		switch e.State {
		case content.Public:
		case content.Withdrawn:
			return "", Status(http.StatusGone)
		default:
			return "", NotFound
		}
	}
	u, err := url.Parse(s.Publication.LeadsTo(e))
	if err != nil {
		return "", err // what cannot be read, LeadsTo does not return
	}
	return plainASCII(u.String()), nil
}

// plainASCII writes out what may not stand in a header.
func plainASCII(address string) string {
	var b strings.Builder
	for _, c := range []byte(address) {
		if c <= ' ' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// clicked reports whether a request seems to be that of a person who followed a
// link: not of a program that looks what is behind it, of a browser that fetches
// a page before somebody wants it, or of a page that shows it as something else.
func clicked(r *http.Request) bool {
	if r.Method != http.MethodGet {
		return false
	}
	for _, name := range [...]string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if r.Header.Get(name) != "" { // prefetch, preview, prerender
			return false
		}
	}
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return false
	}
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		return false
	}
	return !clicks.Scanner(r.UserAgent())
}

// Signposts remember where links lead for as long as no content has changed: an
// edition's links are followed thousands of times within an hour. The zero value
// is ready.
type signposts struct {
	mu     sync.Mutex
	to     map[digest.Link]string
	stamp  string    // of the content they were read from
	asked  time.Time // for the stamp
	asking bool
}

const (
	// postAge is how long content may have changed before links know.
	postAge = time.Second
	// mostPosts is how many links are remembered: two megabytes.
	mostPosts = 10_000
)

// of returns where a link leads. Errors are not remembered: that something is
// not there anybody may ask of any number.
func (p *signposts) of(ctx context.Context, links Links, l digest.Link, now time.Time, leadsTo func(*content.Entry) (string, error)) (string, error) {
	p.refresh(ctx, links, now)
	p.mu.Lock()
	to, ok := p.to[l]
	stamp := p.stamp
	p.mu.Unlock()
	if ok {
		return to, nil
	}
	e, err := links.Linked(ctx, l)
	if err != nil {
		return "", err
	}
	if to, err = leadsTo(e); err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stamp == stamp { // else it may have been read from what was there before
		if p.to == nil || len(p.to) >= mostPosts {
			p.to = make(map[digest.Link]string)
		}
		p.to[l] = to
	}
	return to, nil
}

// refresh forgets everything when content has changed. One request asks, and no
// other waits for it; while the database does not answer, links lead where they
// did.
func (p *signposts) refresh(ctx context.Context, links Links, now time.Time) {
	p.mu.Lock()
	if age := now.Sub(p.asked); p.asking || !p.asked.IsZero() && age >= 0 && age < postAge {
		p.mu.Unlock()
		return
	}
	p.asking = true
	p.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	is, err := links.ContentStamp(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asking, p.asked = false, now
	if err == nil && is != p.stamp {
		p.stamp, p.to = is, nil
	}
}
