// Package web is what people and programs reach over HTTP: the public pages,
// the feeds, the readers' pages, and the mailbox of caught letters.
//
// GET and HEAD change nothing, whatever the route: mail scanners follow every
// link in a letter. What acts is a POST; those that come from a browser are
// checked for their origin, the one-click POST of RFC 8058 comes from a mail
// service and is not.
//
// The package does not know SQL or SMTP. Words and pages are package
// templates', feeds are package feed's.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// A Server answers HTTP requests. All fields but Mailbox and Metrics are
// needed.
type Server struct {
	Publication digest.Publication
	Newsletters []*digest.Newsletter
	Content     Content
	Editions    Editions
	Readers     Readers
	Shelf       *Shelf
	Templates   *templates.Set
	Catalog     *i18n.Catalog
	Tokens      *subscribers.Tokens
	Mailbox     *mailer.Mailbox // nil: letters are really sent
	Ready       func(context.Context) error
	Metrics     http.Handler
	Log         *slog.Logger
}

// Content is where articles and events are read.
type Content interface {
	Articles(ctx context.Context, q content.ArticleQuery) ([]content.Entry, error)
	Article(ctx context.Context, slug string) (*content.Entry, error)
	Events(ctx context.Context, q content.EventQuery) ([]content.Event, error)
}

// Editions is where past editions are read.
type Editions interface {
	Editions(ctx context.Context, newsletter string, limit int) ([]digest.Edition, error)
	Edition(ctx context.Context, id string) (*digest.Edition, error)
	Versions(ctx context.Context, edition string) ([]digest.Version, []int, error)
	EntriesByNumber(ctx context.Context, numbers []int64) ([]content.Entry, error)
}

// Readers is what the readers' pages ask for.
type Readers interface {
	Subscriber(ctx context.Context, id int64) (*subscribers.Subscriber, error)
	Leave(ctx context.Context, id int64, newsletter string, now time.Time) error
	Return(ctx context.Context, id int64, newsletter string, now time.Time) error
}

// Routes are all patterns and what answers them, on one screen.
func (s *Server) routes() map[string]handler {
	routes := map[string]handler{
		"GET /{$}":                             s.home,
		"GET /articles":                        s.articles,
		"GET /articles/{slug}":                 s.article,
		"GET /topics/{topic}":                  s.topic,
		"GET /authors/{author}":                s.author,
		"GET /topics/{topic}/{feed}":           s.feed,
		"GET /authors/{author}/{feed}":         s.feed,
		"GET /events":                          s.events,
		"GET /events/{feed}":                   s.feed,
		"GET /archive":                         s.archive,
		"GET /editions/{newsletter}/{slot}":    s.edition,
		"GET /feeds":                           s.feedList,
		"GET /feed.rss":                        s.feed,
		"GET /feed.atom":                       s.feed,
		"GET /feed.json":                       s.feed,
		"GET /events.ics":                      s.feed,
		"GET /events.rss":                      s.feed,
		"GET /events.atom":                     s.feed,
		"GET /events.json":                     s.feed,
		"GET /feeds.opml":                      s.feed,
		"GET /unsubscribe/{token}":             s.askToLeave,
		"POST /unsubscribe/{token}":            s.leave,
		"POST /unsubscribe/{token}/everything": s.leaveEverything,
		"POST /unsubscribe/{token}/undo":       s.undo,
		"POST /unsubscribe/{token}/undo-all":   s.undoEverything,
		"GET /preferences/{token}":             s.preferences,
		"GET /static/{file}":                   s.static,
		"GET /healthz":                         s.healthz,
		"GET /readyz":                          s.readyz,
	}
	if s.Mailbox != nil {
		routes["GET /mailbox"] = s.mailbox
		routes["GET /mailbox/{id}"] = s.caught
		routes["GET /mailbox/{id}/{form}"] = s.caught
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
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(s.serve(func(http.ResponseWriter, *http.Request) error {
		return status(http.StatusForbidden)
	}))
	return s.observe(guard.Handler(mux))
}

// nowhere answers what no route wants: 405 where another method would do, or
// 404.
func (s *Server) nowhere(mux *http.ServeMux) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != "/" && pattern != "" && method != r.Method {
				allow := method
				if method == http.MethodGet {
					allow = "GET, HEAD"
				}
				w.Header().Set("Allow", allow)
				return status(http.StatusMethodNotAllowed)
			}
		}
		return status(http.StatusNotFound)
	}
}
