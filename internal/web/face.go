package web

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A face is a document as clients see it: its headers, and its bytes in every
// coding. Both are made once, so that an answer is a choice among what lies
// ready. Nothing of it is changed once it is made, but for what is compressed
// when somebody first asks.
type face struct {
	*Document
	route    string   // the pattern that leads to the document
	kind     []string // Content-Type
	window   []string // Content-Type in a browser's window
	cache    []string // Cache-Control
	vary     []string
	modified []string // Last-Modified
	ahead    bool     // that had not come when the face was made
	links    []string
	tags     [codings][]string
	former   []version // newest first; see news

	pressing [codings]sync.Once
	bodies   [codings][]byte
	lengths  [codings][]string
	packs    *packs // of a page of the archive, whose bodies are not kept here
}

// What caches may do: keep a feed for five minutes, and go on with it while
// they ask for another or we do not answer; keep for ever what is that.
var (
	forAWhile = []string{"public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400"}
	forEver   = []string{"public, max-age=31536000, immutable"}
)

var (
	anybody      = []string{"*"}
	plainXML     = []string{"text/xml; charset=utf-8"}
	varies       = []string{"Accept-Encoding"}
	variesInside = []string{"Accept-Encoding, Sec-Fetch-Dest"}
)

// feedPolicy is for a feed that is opened in a browser: it loads its stylesheet
// and nothing else.
var feedPolicy = []string{"default-src 'none'; style-src 'self'; frame-ancestors 'none'"}

// newFace makes the face of a document that takes its place after old, which
// may be nil.
func newFace(d *Document, route string, old *face, packs *packs) *face {
	kind := []string{d.Format.MediaType() + "; charset=utf-8"}
	f := &face{Document: d, route: route, kind: kind, window: kind, cache: forAWhile, vary: varies, packs: packs}
	if d.styled() {
		f.window, f.vary = plainXML, variesInside
	}
	if d.Immutable {
		f.cache = forEver
	}
	if !d.Modified.IsZero() {
		f.ahead = d.Modified.After(time.Now())
		f.modified = []string{d.Modified.UTC().Format(http.TimeFormat)}
	}
	for _, hub := range d.Hubs {
		f.links = append(f.links, "<"+hub+`>; rel="hub"`)
	}
	if len(d.Hubs) > 0 {
		f.links = append(f.links, "<"+d.Self+`>; rel="self"`)
	}
	for c := range codings {
		f.tags[c] = []string{strings.TrimSuffix(d.ETag, `"`) + coding(c).suffix() + `"`}
	}
	if old != nil {
		f.former = f.versions(old)
	}
	return f
}

// is reports whether a tag is the document's, in whatever coding: the content
// is the same, and proxies change the coding on the way.
func (f *face) is(tag string) bool {
	return tag == f.tags[identity][0] || tag == f.tags[brotlied][0] || tag == f.tags[gzipped][0]
}

// body returns the bytes in a coding, and their number for Content-Length. They
// are nil for the bytes of a page of the archive as they are, which is written
// piece by piece.
func (f *face) body(c coding) (body []byte, length []string) {
	if f.Archive {
		if c == identity {
			return nil, []string{strconv.Itoa(f.Len())}
		}
		body = f.packs.get(f.tags[c][0], func() []byte { return c.encode(f.Bytes()) })
		return body, []string{strconv.Itoa(len(body))}
	}
	f.pressing[c].Do(func() {
		f.bodies[c] = c.encode(f.Bytes())
		f.lengths[c] = []string{strconv.Itoa(len(f.bodies[c]))}
	})
	return f.bodies[c], f.lengths[c]
}

// show answers GET and HEAD with a document, with what is new in it, or with
// nothing where the client has it already.
func (s *Server) show(w http.ResponseWriter, r *http.Request, f *face) {
	if s.Repeats != nil && r.Method == http.MethodGet && !conditional(r.Header) {
		if wait := s.Repeats.wait(r, time.Now()); wait > 0 {
			tooOften(w, r, wait)
			return
		}
	}
	if s.Census != nil && !f.Archive {
		defer s.count(r)
	}
	h, c := w.Header(), negotiate(r.Header["Accept-Encoding"])
	h["Access-Control-Allow-Origin"] = anybody
	h["Cache-Control"] = f.cache
	h["Etag"] = f.tags[c]
	h["Vary"] = f.vary
	if f.links != nil {
		h["Link"] = f.links
	}
	switch {
	case f.modified == nil:
	case f.ahead && f.Modified.After(time.Now()):
		// Two changes within a second: the second one's date has not come. Said
		// as now, it may be the one that the client has, and libcurl then drops
		// the body. The ETag is enough.
		delete(h, "Last-Modified")
	default:
		h["Last-Modified"] = f.modified
	}
	if unchanged(r.Header, f.is, f.Modified) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h["Content-Security-Policy"] = feedPolicy
	h["X-Content-Type-Options"] = noSniffing
	h["Content-Type"] = f.kind
	if to := r.Header["Sec-Fetch-Dest"]; len(to) > 0 && to[0] == "document" {
		h["Content-Type"] = f.window
	}
	if c != identity {
		h["Content-Encoding"] = []string{c.token()}
	}
	code := http.StatusOK
	body, length := []byte(nil), []string(nil)
	if v := f.news(r.Header); v != nil {
		code = http.StatusIMUsed
		body = f.packs.get(f.tags[c][0]+v.tag, func() []byte { return c.encode(f.Sheet.Only(v.lacks).Bytes()) })
		length = []string{strconv.Itoa(len(body))}
		h["Im"] = []string{"feed"}
		h["Cache-Control"] = forNobody
		h["Vary"] = []string{f.vary[0] + ", A-IM, If-None-Match"}
	} else {
		body, length = f.body(c)
	}
	h["Content-Length"] = length
	w.WriteHeader(code)
	switch {
	case r.Method == http.MethodHead:
	case body == nil:
		_, _ = f.WriteTo(w) // an error is the client's having gone
	default:
		l := lineOf(r.Context())
		l.hold()
		_, _ = w.Write(body)
		l.release()
	}
}

// count tells the census of an answer, when it has gone out.
func (s *Server) count(r *http.Request) {
	s.Census.Saw(r.URL.Path, r.UserAgent(), s.client(r), time.Now())
}
