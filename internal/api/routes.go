package api

import (
	"github.com/standfirst/standfirst/content/push"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
)

// Routes implements [web.Room]. All lie below one path.
func (a *API) Routes() map[string]web.Handler {
	const newsletter, edition = "/api/v1/newsletters/{newsletter}", "/api/v1/editions/{newsletter}/{slot}"
	routes := map[string]web.Handler{
		"GET /api/v1/openapi.json":       a.describe,
		"GET /api/v1/newsletters":        a.only(editors.ScopeRead, a.newsletters),
		"GET " + newsletter + "/preview": a.only(editors.ScopeRead, a.preview),
		"POST " + newsletter + "/send":   a.only(editors.ScopeSend, a.send),
		"GET /api/v1/editions":           a.only(editors.ScopeRead, a.editions),
		"GET " + edition:                 a.only(editors.ScopeRead, a.edition),
	}
	if a.Pushed != nil {
		for _, kind := range []push.Kind{push.Articles, push.Events} {
			at := "/api/v1/" + string(kind) + "s"
			routes["GET "+at] = a.only(editors.ScopeRead, a.list(kind))
			routes["GET "+at+"/{id}"] = a.only(editors.ScopeRead, a.get(kind))
			routes["PUT "+at+"/{id}"] = a.only(editors.ScopeContent, a.put(kind))
			routes["DELETE "+at+"/{id}"] = a.only(editors.ScopeContent, a.remove(kind))
		}
	}
	if a.Desk.Editions != nil {
		routes["POST "+edition+"/pause"] = a.pause()
		routes["POST "+edition+"/resume"] = a.resume()
		routes["POST "+edition+"/cancel"] = a.cancel()
	}
	return routes
}
