package web

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
)

// largestForm is the most bytes a form may have.
const largestForm = 64 << 10

// formOf reads the fields of a POST, urlencoded or multipart. A body of
// another kind has none.
func formOf(w http.ResponseWriter, r *http.Request) (url.Values, error) {
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
	if err == nil || codeOf(err) == http.StatusRequestEntityTooLarge {
		return err
	}
	return fmt.Errorf("form: %w", status(http.StatusBadRequest))
}
