package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Problem is an error as programs are told it (RFC 9457).
type Problem struct {
	Type   string `json:"type"` // about:blank: Title is that of the status
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Readers is how many there are, where another number was asked for.
	Readers *int `json:"readers,omitempty"`
	// Wait is after how long to come again; 0: nobody knows.
	Wait time.Duration `json:"-"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// Wrong makes a problem of a status, with words for who wrote the program.
func Wrong(code int, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(code), Status: code, Detail: detail}
}

// JSON answers with v as JSON of a media type, which nobody keeps; nil is an
// answer without a body.
func (f *Frame) JSON(w http.ResponseWriter, r *http.Request, code int, kind string, v any) {
	KeepPrivate(w.Header())
	if v == nil {
		w.WriteHeader(code)
		return
	}
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if err := out.Encode(v); err != nil {
		f.Log.Error("answer could not be written", "route", r.Pattern, "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	Write(w, r, code, kind, b.Bytes())
}

// TellProblem answers with a problem.
func (f *Frame) TellProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	if p.Wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((p.Wait+time.Second-1)/time.Second)))
	}
	f.JSON(w, r, p.Status, "application/problem+json", p)
}

// forAPI reports whether a path is one that only programs ask for.
func forAPI(path string) bool { return path == "/api" || strings.HasPrefix(path, "/api/") }
