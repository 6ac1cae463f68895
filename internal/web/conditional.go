package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// give answers GET and HEAD with b, or with 304 when the client has it. It
// must be called after all other headers are set. A zero modified is unknown.
// Ranges are not offered: feeds and pages are small, and half of one is of no
// use.
func give(w http.ResponseWriter, r *http.Request, b []byte, tag string, modified time.Time) {
	h := w.Header()
	h.Set("ETag", tag)
	if !modified.IsZero() {
		h.Set("Last-Modified", modified.UTC().Format(http.TimeFormat))
	}
	if unchanged(r.Header, tag, modified) {
		h.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b) // an error is the client's having gone
	}
}

// etag is a strong validator made from the bytes alone.
func etag(b []byte) string {
	sum := sha256.Sum256(b)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// unchanged reports whether the client has what it asks for: by If-None-Match
// and, only where there is none, by If-Modified-Since (RFC 9110, 13.2.2).
func unchanged(h http.Header, tag string, modified time.Time) bool {
	if given := h.Values("If-None-Match"); len(given) > 0 {
		return matches(strings.Join(given, ","), tag)
	}
	since, err := http.ParseTime(h.Get("If-Modified-Since"))
	if err != nil || modified.IsZero() {
		return false
	}
	return !modified.Truncate(time.Second).After(since)
}

// matches reports whether a list of entity tags holds tag, or is "*". Tags are
// compared weakly: W/"x" and "x" are the same. What follows a mistake in the
// list is not read.
func matches(list, tag string) bool {
	tag = strings.TrimPrefix(tag, "W/")
	for {
		list = strings.TrimLeft(list, " \t,")
		if strings.TrimRight(list, " \t") == "*" {
			return true
		}
		list = strings.TrimPrefix(list, "W/")
		if list == "" || list[0] != '"' {
			return false
		}
		end := strings.IndexByte(list[1:], '"')
		if end < 0 {
			return false
		}
		if list[:end+2] == tag {
			return true
		}
		list = list[end+2:]
	}
}
