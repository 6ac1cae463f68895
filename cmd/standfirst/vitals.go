package main

import (
	"context"
	"io"
	"net/http"
)

// vitals is all that a process without pages answers: that it is alive, that
// it can work, and its metrics.
func vitals(ready func(context.Context) error, metrics http.Handler) http.Handler {
	say := func(w http.ResponseWriter, code int, text string) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, text)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if ready(r.Context()) != nil {
			say(w, http.StatusServiceUnavailable, "database does not answer\n")
			return
		}
		say(w, http.StatusOK, "ready\n")
	})
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		say(w, http.StatusNotFound, "This process syncs, publishes and sends; it has no pages and feeds.\nThey are shown by another: standfirst serve, or serve --only web.\n")
	})
	return mux
}
