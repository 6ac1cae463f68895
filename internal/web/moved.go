package web

import (
	"net/http"
	"strings"
)

// elsewhere answers for addresses that feeds once had: those of a former system,
// or of a topic that has another name now. They are no routes of ours, and win
// over those that are: whoever configured them knows.
func (s *Server) elsewhere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := s.formerly(r)
		switch {
		case at == "" || r.Method != http.MethodGet && r.Method != http.MethodHead:
			next.ServeHTTP(w, r)
		case s.Gone[at]:
			w.Header().Set("Cache-Control", "public, max-age=86400")
			Write(w, r, http.StatusGone, "text/plain; charset=utf-8", []byte("This feed has ended.\n"))
		default:
			moved(w, r, s.Moved[at])
		}
	})
}

// formerly returns the address of a request as [Server.Moved] or [Server.Gone]
// has it; empty if neither does. One with a query, like /?feed=rss2, is asked for
// only with it; one without is asked for with whatever query, and a slash at its
// end makes no other.
func (s *Server) formerly(r *http.Request) string {
	if len(s.Moved)+len(s.Gone) == 0 {
		return ""
	}
	bare := strings.TrimRight(r.URL.Path, "/")
	if bare == "" {
		bare = "/"
	}
	for _, at := range [...]string{bare + "?" + r.URL.RawQuery, bare} {
		if s.Moved[at] != "" || s.Gone[at] {
			return at
		}
	}
	return ""
}

// moved sends to where a feed is now. Readers ask at the old address as long as
// they live: most never write the new one down.
func moved(w http.ResponseWriter, r *http.Request, to string) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "public, max-age=86400")
	http.Redirect(w, r, to, http.StatusMovedPermanently)
}
