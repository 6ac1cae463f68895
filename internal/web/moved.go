package web

import (
	"net/http"
	"strings"
)

// wasElsewhere answers for the address of a feed that has moved or is gone: of
// a former system, or of a topic that has another name now. It reports whether
// it did. An address with a query, like /?feed=rss2, is one only with it; one
// without is one with whatever query, and a slash at its end makes no other.
func (s *Server) wasElsewhere(w http.ResponseWriter, r *http.Request) bool {
	bare := strings.TrimRight(r.URL.Path, "/")
	if bare == "" {
		bare = "/"
	}
	for _, at := range [...]string{bare + "?" + r.URL.RawQuery, bare} {
		if to, ok := s.Moved[at]; ok {
			moved(w, r, to)
			return true
		}
		if s.Gone[at] {
			w.Header().Set("Cache-Control", "public, max-age=86400")
			write(w, r, http.StatusGone, "text/plain; charset=utf-8", []byte("This feed has ended.\n"))
			return true
		}
	}
	return false
}

// moved sends to where a feed is now. Readers ask at the old address as long as
// they live: most never write the new one down.
func moved(w http.ResponseWriter, r *http.Request, to string) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "public, max-age=86400")
	http.Redirect(w, r, to, http.StatusMovedPermanently)
}
