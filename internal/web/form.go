package web

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// largestForm is the most bytes a form may have.
const largestForm = 64 << 10

// FormOf reads the fields of a POST, urlencoded or multipart. A body of
// another kind has none.
func FormOf(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, largestForm)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	if kind == "multipart/form-data" {
		err = r.ParseMultipartForm(largestForm) // all of it fits: nothing is put on disk
	} else {
		err = r.ParseForm()
	}
	return r.PostForm, unreadable(err)
}

// unreadable is the status of a form that cannot be read: too large, or not
// one.
func unreadable(err error) error {
	if err == nil || CodeOf(err) == http.StatusRequestEntityTooLarge {
		return err
	}
	return fmt.Errorf("form: %w", Status(http.StatusBadRequest))
}

// Fit reports whether there can be something of that name: nothing that is
// kept has a NUL, or is not UTF-8.
func Fit(names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !utf8.ValidString(name) || strings.ContainsRune(name, 0) })
}

// Clipped is what somebody wrote, as long as anything can be that is in the
// log, and fit to be asked for.
func Clipped(s string) string {
	const most = 300
	s = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", ""))
	if r := []rune(s); len(r) > most {
		s = string(r[:most])
	}
	return s
}
