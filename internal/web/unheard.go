package web

import (
	"net/http"
	"net/url"
	"strings"
)

// Answers returns the status that a HEAD of an address of ours is answered with,
// which changes nothing: without what counts, logs and guards.
func (s *Server) Answers(at *url.URL) int {
	mux := http.NewServeMux()
	for pattern, h := range s.routes() {
		if strings.HasPrefix(pattern, "GET ") {
			mux.Handle(pattern, s.serve(h))
		}
	}
	w := &mute{header: http.Header{}}
	mux.ServeHTTP(w, &http.Request{
		Method: http.MethodHead, URL: at, Host: "localhost", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, RemoteAddr: "127.0.0.1:0", RequestURI: at.RequestURI(),
	})
	return w.code
}

// mute takes an answer of which only the status is wanted.
type mute struct {
	header http.Header
	code   int
}

// Header implements http.ResponseWriter.
func (m *mute) Header() http.Header { return m.header }

// Write implements http.ResponseWriter.
func (m *mute) Write(b []byte) (int, error) {
	m.WriteHeader(http.StatusOK)
	return len(b), nil
}

// WriteHeader implements http.ResponseWriter.
func (m *mute) WriteHeader(code int) {
	if m.code == 0 {
		m.code = code
	}
}
