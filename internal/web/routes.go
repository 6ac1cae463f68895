package web

import (
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/standfirst/standfirst/content/push"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/templates"
)

// routes are all patterns and what answers them, on one screen. GET is HEAD
// too.
func (s *Server) routes() map[string]handler {
	routes := map[string]handler{
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
	if s.Desk != nil {
		routes["GET /desk"] = s.editor(s.nextSends)
		routes["GET /desk/newsletters/{newsletter}"] = s.editor(s.nextEdition)
		routes["POST /desk/newsletters/{newsletter}"] = s.only(editors.RoleEditor, s.editEdition)
		routes["GET /desk/newsletters/{newsletter}/preview"] = s.editor(s.preview)
		routes["POST /desk/newsletters/{newsletter}/reader"] = s.editor(s.readerGlance)
		routes["POST /desk/newsletters/{newsletter}/test"] = s.only(editors.RoleEditor, s.test)
		routes["POST /desk/newsletters/{newsletter}/approve"] = s.only(editors.RoleEditor, s.approve)
		routes["GET /desk/newsletters/{newsletter}/send"] = s.only(editors.RoleEditor, s.askToSend)
		routes["POST /desk/newsletters/{newsletter}/send"] = s.only(editors.RoleEditor, s.sendNow)
		routes["GET /desk/sign-in"] = s.signIn
		routes["POST /desk/sign-in"] = s.knock
		routes["GET /desk/sign-in/sent"] = s.linkMailed
		routes["GET /desk/first/{token}"] = s.beFirst
		routes["POST /desk/first/{token}"] = s.enterFirst
		routes["GET /desk/account"] = s.editor(s.account)
		routes["POST /desk/account"] = s.editor(s.rename)
		routes["POST /desk/account/password"] = s.editor(s.choosePassword)
		routes["GET /desk/people"] = s.only(editors.RoleOwner, s.people)
		routes["POST /desk/people"] = s.only(editors.RoleOwner, s.invite)
		routes["POST /desk/people/role"] = s.onPerson(s.giveRole)
		routes["POST /desk/people/remove"] = s.onPerson(s.dismiss)
		routes["POST /desk/people/link"] = s.onPerson(s.mailPerson)
		routes["POST /desk/people/sessions"] = s.onPerson(s.endPerson)
		routes["GET /desk/log"] = s.editor(s.deskLog)
		routes["GET /desk/log.jsonl"] = s.editor(s.exportLog)
		routes["GET /desk/sign-in/{token}"] = s.askToSignIn
		routes["POST /desk/sign-in/{token}"] = s.enter
		routes["POST /desk/sign-out"] = s.signOut
		routes["POST /desk/sessions"] = s.editor(s.endSession)
	}
	if s.Desk != nil && s.Desk.Readers != nil {
		const reader = " /desk/readers/{id}"
		routes["GET /desk/readers"] = s.editor(s.deskReaders)
		routes["POST /desk/readers/export"] = s.only(editors.RoleOwner, s.exportReaders)
		routes["GET"+reader] = s.editor(s.deskReader)
		routes["POST"+reader] = s.only(editors.RoleEditor, s.actForReader)
		routes["POST"+reader+"/data"] = s.only(editors.RoleEditor, s.giveReaderData)
		routes["GET"+reader+"/erase"] = s.only(editors.RoleOwner, s.askToErase)
		routes["POST"+reader+"/erase"] = s.only(editors.RoleOwner, s.eraseReader)
	}
	if s.Desk != nil && s.Desk.Imports != nil {
		const file = " /desk/import/{id}"
		routes["GET /desk/import"] = s.only(editors.RoleEditor, s.askForFile)
		routes["POST /desk/import"] = s.only(editors.RoleEditor, s.takeFile)
		routes["GET"+file] = s.only(editors.RoleEditor, s.deskImport)
		routes["POST"+file] = s.only(editors.RoleEditor, s.decideImport)
		routes["GET"+file+"/refused.csv"] = s.only(editors.RoleEditor, s.refusedRows)
	}
	if s.Desk != nil && s.Desk.Editions != nil {
		routes["GET /desk/editions"] = s.editor(s.pastEditions)
		const edition = " /desk/editions/{newsletter}/{slot}"
		routes["GET"+edition] = s.editor(s.editionAtDesk)
		routes["GET"+edition+"/events"] = s.editor(s.editionEvents)
		routes["GET"+edition+"/cancel"] = s.only(editors.RoleEditor, s.askToCancel)
		routes["POST"+edition+"/cancel"] = s.only(editors.RoleEditor, s.cancelEdition)
		routes["POST"+edition+"/pause"] = s.only(editors.RoleEditor, s.pauseEdition)
		routes["POST"+edition+"/resume"] = s.only(editors.RoleEditor, s.resumeEdition)
		routes["POST"+edition+"/csv"] = s.only(editors.RoleEditor, s.deliveries)
		routes["GET"+edition+"/letter/{version}"] = s.editor(s.givenPage)
		routes["GET"+edition+"/letter/{version}/{form}"] = s.editor(s.givenForm)
	}
	if s.Desk != nil && s.Desk.Content != nil {
		routes["GET /desk/sources"] = s.editor(s.deskSources)
		routes["POST /desk/sources/read"] = s.only(editors.RoleEditor, s.readSource)
		routes["POST /desk/sources/rule"] = s.only(editors.RoleEditor, s.ruleSource)
		routes["POST /desk/sources/back"] = s.only(editors.RoleEditor, s.unruleSource)
		routes["GET /desk/articles"] = s.editor(s.deskArticles)
		routes["GET /desk/articles/{id}"] = s.editor(s.deskArticle)
		routes["POST /desk/articles/{id}"] = s.only(editors.RoleEditor, s.actOnArticle)
		routes["GET /desk/events"] = s.editor(s.deskEvents)
		routes["POST /desk/events"] = s.only(editors.RoleEditor, s.actOnEvent)
		routes["GET /desk/feeds"] = s.editor(s.deskFeeds)
	}
	if s.Desk != nil && s.Desk.API != nil {
		routes["GET /desk/tokens"] = s.only(editors.RoleOwner, s.tokens)
		routes["POST /desk/tokens"] = s.only(editors.RoleOwner, s.makeToken)
		routes["POST /desk/tokens/revoke"] = s.only(editors.RoleOwner, s.revokeToken)
		maps.Copy(routes, s.apiRoutes())
	}
	return routes
}

// apiRoutes are those of programs, below one path.
func (s *Server) apiRoutes() map[string]handler {
	const newsletter, edition = "/api/v1/newsletters/{newsletter}", "/api/v1/editions/{newsletter}/{slot}"
	routes := map[string]handler{
		"GET /api/v1/openapi.json":       s.describe,
		"GET /api/v1/newsletters":        s.api(editors.ScopeRead, s.apiNewsletters),
		"GET " + newsletter + "/preview": s.api(editors.ScopeRead, s.apiPreview),
		"POST " + newsletter + "/send":   s.api(editors.ScopeSend, s.apiSend),
		"GET /api/v1/editions":           s.api(editors.ScopeRead, s.apiEditions),
		"GET " + edition:                 s.api(editors.ScopeRead, s.apiEdition),
	}
	if s.Desk.API.Pushed != nil {
		for _, kind := range []push.Kind{push.Articles, push.Events} {
			at := "/api/v1/" + string(kind) + "s"
			routes["GET "+at] = s.api(editors.ScopeRead, s.apiBrought(kind))
			routes["GET "+at+"/{id}"] = s.api(editors.ScopeRead, s.apiPushed(kind))
			routes["PUT "+at+"/{id}"] = s.api(editors.ScopeContent, s.apiPush(kind))
			routes["DELETE "+at+"/{id}"] = s.api(editors.ScopeContent, s.apiTakeBack(kind))
		}
	}
	if s.Desk.Editions != nil {
		routes["POST "+edition+"/pause"] = s.apiPause()
		routes["POST "+edition+"/resume"] = s.apiResume()
		routes["POST "+edition+"/cancel"] = s.apiCancel()
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
		return status(http.StatusForbidden)
	}))
	return guard
}

// nowhere answers what no route wants: with the address without its last
// slash where that is one of ours, with 405 where another method would do, and
// else with 404.
func (s *Server) nowhere(mux *http.ServeMux) handler {
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
			return status(http.StatusMethodNotAllowed)
		}
		bare := strings.TrimRight(r.URL.Path, "/")
		if bare != r.URL.Path && wanted(http.MethodGet, bare) {
			to := url.URL{Path: bare, RawPath: strings.TrimRight(r.URL.RawPath, "/"), RawQuery: r.URL.RawQuery}
			http.Redirect(w, r, to.String(), http.StatusPermanentRedirect)
			return nil
		}
		return notFound
	}
}
