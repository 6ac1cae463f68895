package web

import (
	_ "embed"
	"net/http"
)

// description is the API in the words of OpenAPI 3.1. A test holds it to the
// routes and to what they answer.
//
//go:embed openapi.json
var description []byte

// describe tells programs, and who writes them, what there is. It says nothing
// of this publication, so it needs no token.
func (s *Server) describe(w http.ResponseWriter, r *http.Request) error {
	keepPrivate(w.Header())
	write(w, r, http.StatusOK, "application/json", description)
	return nil
}
