package web

import (
	"maps"
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
	route  string   // the pattern that leads to the document
	kind   []string // Content-Type
	window []string // Content-Type in a browser's window
	vary   []string
	tags   [codings][]string
	ahead  bool             // Last-Modified had not come when the face was made
	same   [codings]headers // of an answer to who has the document
	whole  [codings]headers // of the document
	former []version        // newest first; see news

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
	f := &face{Document: d, route: route, kind: kind, window: kind, vary: varies, packs: packs}
	if d.styled() {
		f.window, f.vary = plainXML, variesInside
	}
	f.ahead = d.Modified.After(time.Now())
	common := f.common()
	for c := range coding(codings) {
		f.tags[c] = []string{strings.TrimSuffix(d.ETag, `"`) + c.suffix() + `"`}
		h := maps.Clone(common)
		h["Etag"] = f.tags[c]
		f.same[c] = newHeaders(h)
		h = maps.Clone(h)
		h["Content-Security-Policy"] = feedPolicy
		h["X-Content-Type-Options"] = noSniffing
		if c != identity {
			h["Content-Encoding"] = []string{c.token()}
		}
		f.whole[c] = newHeaders(h)
	}
	if old != nil {
		f.former = f.versions(old)
	}
	return f
}

// common are the headers of every answer with the document.
func (f *face) common() http.Header {
	h := http.Header{"Access-Control-Allow-Origin": anybody, "Cache-Control": forAWhile, "Vary": f.vary}
	if f.Immutable {
		h["Cache-Control"] = forEver
	}
	if !f.Modified.IsZero() {
		h["Last-Modified"] = []string{f.Modified.UTC().Format(http.TimeFormat)}
	}
	for _, hub := range f.Hubs {
		h["Link"] = append(h["Link"], "<"+hub+`>; rel="hub"`)
	}
	if len(f.Hubs) > 0 {
		h["Link"] = append(h["Link"], "<"+f.Self+`>; rel="self"`)
	}
	return h
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
	c, l := negotiate(r.Header["Accept-Encoding"]), lineOf(r.Context())
	if f.Archive {
		l = nil // it came past Server.secure, which has set some of the headers
	}
	if unchanged(r.Header, f.is, f.Modified) {
		f.begin(w, l, &f.same[c])
		w.WriteHeader(http.StatusNotModified)
		return
	}
	code, body, length := http.StatusOK, []byte(nil), []string(nil)
	if v := f.news(r.Header); v != nil {
		code = http.StatusIMUsed
		body = f.packs.get(f.tags[c][0]+v.tag, func() []byte { return c.encode(f.Sheet.Only(v.lacks).Bytes()) })
		length = []string{strconv.Itoa(len(body))}
		f.begin(w, nil, &f.whole[c])
		w.Header()["Im"] = []string{"feed"}
		w.Header()["Cache-Control"] = forNobody
		w.Header()["Vary"] = []string{f.vary[0] + ", A-IM, If-None-Match"}
	} else {
		body, length = f.body(c)
		f.begin(w, l, &f.whole[c])
	}
	h := w.Header()
	h["Content-Type"] = f.kind
	if to := r.Header["Sec-Fetch-Dest"]; len(to) > 0 && to[0] == "document" {
		h["Content-Type"] = f.window
	}
	h["Content-Length"] = length
	w.WriteHeader(code)
	switch {
	case r.Method == http.MethodHead:
	case body == nil:
		_, _ = f.WriteTo(w) // an error is the client's having gone
	default:
		l.hold()
		_, _ = w.Write(body)
		l.release()
	}
}

// begin sets the headers of an answer that are the same for everybody, on the
// connection if one is given.
func (f *face) begin(w http.ResponseWriter, l *line, h *headers) {
	if !f.ahead || !f.Modified.After(time.Now()) {
		h.set(w, l)
		return
	}
	// Two changes within a second: the second one's date has not come. Said as
	// now, it may be the one that the client has, and libcurl then drops the
	// body. The ETag is enough.
	h.set(w, nil)
	delete(w.Header(), "Last-Modified")
}

// count tells the census of an answer, when it has gone out.
func (s *Server) count(r *http.Request) {
	s.Census.Saw(r.URL.Path, r.UserAgent(), s.client(r), time.Now())
}
