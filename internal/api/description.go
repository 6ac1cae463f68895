package api

import (
	_ "embed"
	"net/http"

	"github.com/standfirst/standfirst/internal/web"
)

// description is the API in the words of OpenAPI 3.1. A test holds it to the
// routes and to what they answer.
//
//go:embed openapi.json
var description []byte

// describe tells programs, and who writes them, what there is. It says nothing
// of this publication, so it needs no token.
func (a *API) describe(w http.ResponseWriter, r *http.Request) error {
	web.KeepPrivate(w.Header())
	web.Write(w, r, http.StatusOK, "application/json", description)
	return nil
}
