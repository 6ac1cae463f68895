package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// give answers GET and HEAD with b, or with 304 when the client has it: by
// If-None-Match with weak comparison and, only without that, by
// If-Modified-Since (RFC 9110, 13.1). Ranges are not offered: feeds and pages
// are small, and half of one is of no use.
func give(w http.ResponseWriter, r *http.Request, b []byte, tag string, modified time.Time) error {
	h := w.Header()
	h.Set("ETag", tag)
	if !modified.IsZero() {
		h.Set("Last-Modified", modified.UTC().Format(http.TimeFormat))
	}
	if unchanged(r.Header, tag, modified) {
		h.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Length", strconv.Itoa(len(b)))
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(b)
	if err != nil {
		return nil // the client has gone
	}
	return nil
}

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
// compared weakly: W/"x" and "x" are the same.
func matches(list, tag string) bool {
	tag = strings.TrimPrefix(tag, "W/")
	for {
		list = strings.TrimLeft(list, " \t,")
		if list == "" {
			return false
		}
		if list[0] == '*' {
			return true
		}
		list = strings.TrimPrefix(list, "W/")
		if list == "" || list[0] != '"' {
			return false // not a list of entity tags
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
