package web

import (
	"crypto/sha256"
	"encoding/base64"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// give answers GET and HEAD with b, or with 304 when the client has it. It
// must be called after all other headers are set. Ranges are not offered: feeds
// and pages are small, and half of one is of no use.
func give(w http.ResponseWriter, r *http.Request, b []byte, tag string) {
	h := w.Header()
	h.Set("ETag", tag)
	if unchanged(r.Header, func(have string) bool { return have == tag }, time.Time{}) {
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

// conditional reports whether a client asks for news only, whether it has what
// it believes or not.
func conditional(h http.Header) bool {
	return len(h["If-None-Match"]) > 0 || len(h["If-Modified-Since"]) > 0
}

// unchanged reports whether the client has what it asks for: by If-None-Match
// and, only where there is none, by If-Modified-Since (RFC 9110, 13.2.2). is
// tells whether a tag, compared weakly, is one of what would be given now. A
// zero modified is unknown.
func unchanged(h http.Header, is func(tag string) bool, modified time.Time) bool {
	if given := h["If-None-Match"]; len(given) > 0 {
		for tag := range tags(given) {
			if tag == "*" || is(tag) {
				return true
			}
		}
		return false
	}
	given := h["If-Modified-Since"]
	if len(given) != 1 || modified.IsZero() {
		return false
	}
	since, err := http.ParseTime(given[0])
	return err == nil && !modified.Truncate(time.Second).After(since)
}

// tags are the entity tags of a list, with their quotes and without the mark of
// weakness, so that whoever compares them compares weakly: W/"x" and "x" are
// the same. "*", at the end of a list, is given as it is. What follows a
// mistake in the list is not read.
func tags(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		list := lines[0]
		if len(lines) > 1 {
			list = strings.Join(lines, ",")
		}
		for {
			list = strings.TrimLeft(list, " \t,")
			if strings.TrimRight(list, " \t,") == "*" {
				yield("*")
				return
			}
			list = strings.TrimPrefix(list, "W/")
			if list == "" || list[0] != '"' {
				return
			}
			end := strings.IndexByte(list[1:], '"')
			if end < 0 || !yield(list[:end+2]) {
				return
			}
			list = list[end+2:]
		}
	}
}
