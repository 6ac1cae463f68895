package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/standfirst/standfirst/templates"
)

// routes are all patterns and what answers them, on one screen. GET is HEAD
// too.
func (s *Server) routes() map[string]Handler {
	routes := map[string]Handler{
		"GET /{$}":                          s.home,
		"GET /articles":                     s.articles,
		"GET /articles/{slug}":              s.article,
		"GET /topics/{topic}":               s.topic,
		"GET /authors/{author}":             s.author,
		"GET /events":                       s.events,
		"GET /archive":                      s.archive,
		"GET /editions/{newsletter}/{slot}": s.edition,
		"GET /feeds":                        s.feedList,
		"GET /r/{edition}/{release}":        s.followLink,

		"GET /feed.rss":                s.feed,
		"GET /feed.atom":               s.feed,
		"GET /feed.json":               s.feed,
		"GET /events.ics":              s.feed,
		"GET /events.rss":              s.feed,
		"GET /events.atom":             s.feed,
		"GET /events.json":             s.feed,
		"GET /feeds.opml":              s.feed,
		"GET /feed/archive/{page}":     s.feed,
		"GET /topics/{topic}/{feed}":   s.feed,
		"GET /authors/{author}/{feed}": s.feed,
		"GET /events/{city}":           s.cityOrFeed,

		"GET /topics/{topic}/archive/{page}":   s.feed,
		"GET /authors/{author}/archive/{page}": s.feed,

		"GET /unsubscribe/{token}":             s.link(s.askToLeave),
		"POST /unsubscribe/{token}":            s.link(s.leave),
		"POST /unsubscribe/{token}/everything": s.link(s.leaveEverything),
		"POST /unsubscribe/{token}/undo":       s.link(s.undo),
		"POST /unsubscribe/{token}/undo-all":   s.link(s.undoEverything),

		"GET /subscribe":        s.subscribe,
		"POST /subscribe":       s.waits(s.signUp),
		"GET /subscribe/sent":   s.signedUp,
		"GET /subscribe/embed":  s.embed,
		"GET /confirm/{token}":  s.link(s.askToConfirm),
		"POST /confirm/{token}": s.link(s.confirm),

		"GET /preferences":                      s.askForLink,
		"POST /preferences":                     s.waits(s.sendLink),
		"GET /preferences/sent":                 s.linkSent,
		"GET /preferences/{token}":              s.link(s.preferences),
		"POST /preferences/{token}":             s.link(s.prefer),
		"GET /preferences/{token}/data":         s.link(s.prove(templates.ForData)),
		"POST /preferences/{token}/data":        s.link(s.waits(s.proven(templates.ForData, s.download))),
		"GET /preferences/{token}/erase":        s.link(s.prove(templates.ForErasing)),
		"POST /preferences/{token}/erase":       s.link(s.waits(s.proven(templates.ForErasing, s.erase))),
		"GET /preferences/{token}/address":      s.link(s.prove(templates.ForAddress)),
		"POST /preferences/{token}/address":     s.link(s.waits(s.proven(templates.ForAddress, s.move))),
		"GET /preferences/{token}/address/sent": s.link(s.prove(templates.Sent)),

		"GET /media/{source}/{path...}": s.media,
		"GET /img/{name}":               s.picture,
		"GET /static/{file}":            s.static,
		"GET /favicon.ico":              s.favicon,
		"GET /robots.txt":               s.robots,
		"GET /healthz":                  s.healthz,
		"GET /readyz":                   s.readyz,
	}
	if s.Hub != nil {
		routes["POST /hub"] = s.hub
	}
	if s.Mailbox != nil {
		routes["GET /mailbox"] = s.mailbox
		routes["GET /mailbox/{id}"] = s.letter
		routes["GET /mailbox/{id}/{form}"] = s.letter
		routes["GET /mailbox/{id}/body"] = s.letterBody
	}
	for _, room := range s.Rooms {
		for pattern, h := range room.Routes() {
			if routes[pattern] != nil {
				panic("web: two handlers for " + pattern) // as http.ServeMux has it
			}
			routes[pattern] = h
		}
	}
	return routes
}

// Handler returns the whole site.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range s.routes() {
		mux.Handle(pattern, s.serve(h))
	}
	if s.Metrics != nil {
		mux.Handle("GET /metrics", s.Metrics)
	}
	mux.Handle("/", s.serve(s.nowhere(mux)))
	return s.watch(s.feedsFirst(s.secure(s.elsewhere(s.guard().Handler(mux)))))
}

// guard refuses what a page of another site has a reader's browser send. A
// proxy may have given us another Host than the reader sees, so the
// publication's own address is always one of ours.
func (s *Server) guard() *http.CrossOriginProtection {
	guard := http.NewCrossOriginProtection()
	if u, err := url.Parse(s.Publication.URL); err == nil && u.Host != "" {
		// The only error is an origin that is not one, which u has ruled out.
		_ = guard.AddTrustedOrigin(u.Scheme + "://" + u.Host)
	}
	// The token in the address is all the authority there is: no cookie is
	// involved that another page could borrow. And a mail program in a browser
	// may send its own origin with the one click of RFC 8058.
	guard.AddInsecureBypassPattern("POST /unsubscribe/{token}")
	// The form to sign up may stand on any page elsewhere. It acts for nobody
	// but who fills it in, and what it asks for must be confirmed by mail.
	guard.AddInsecureBypassPattern("POST /subscribe")
	guard.SetDenyHandler(s.serve(func(http.ResponseWriter, *http.Request) error {
		return Status(http.StatusForbidden)
	}))
	return guard
}

// nowhere answers what no route wants: with the address without its last
// slash where that is one of ours, with 405 where another method would do, and
// else with 404.
func (s *Server) nowhere(mux *http.ServeMux) Handler {
	wanted := func(method, path string) bool {
		r := &http.Request{Method: method, Host: "localhost", URL: &url.URL{Path: path}}
		_, pattern := mux.Handler(r)
		return pattern != "/" && pattern != ""
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		var allow []string
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
			if wanted(method, r.URL.Path) {
				allow = append(allow, method)
			}
		}
		if len(allow) > 0 {
			if allow[0] == http.MethodGet {
				allow = append([]string{http.MethodGet, http.MethodHead}, allow[1:]...)
			}
			w.Header().Set("Allow", strings.Join(allow, ", "))
			return Status(http.StatusMethodNotAllowed)
		}
		bare := strings.TrimRight(r.URL.Path, "/")
		if bare != r.URL.Path && wanted(http.MethodGet, bare) {
			to := url.URL{Path: bare, RawPath: strings.TrimRight(r.URL.RawPath, "/"), RawQuery: r.URL.RawQuery}
			http.Redirect(w, r, to.String(), http.StatusPermanentRedirect)
			return nil
		}
		return NotFound
	}
}
