package web

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
)

// largestPicture is the most bytes a picture of an article may have.
const largestPicture = 20 << 20

// media gives a picture out of the folder of a source. Such a folder holds
// drafts and whatever else an editor keeps there, so only what is a picture by
// its bytes is given, and nothing that is hidden.
func (s *Server) media(w http.ResponseWriter, r *http.Request) error {
	folder, ok := s.Media[r.PathValue("source")]
	name := r.PathValue("path")
	if !ok || !fs.ValidPath(name) || strings.Contains("/"+name, "/.") || strings.ContainsRune(name, '\\') {
		return NotFound
	}
	f, err := folder.Open(name)
	if err != nil {
		return NotFound // why, is not for strangers
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > largestPicture {
		return NotFound
	}
	body, ok := f.(io.ReadSeeker)
	if !ok {
		return fmt.Errorf("media: %T cannot seek", f)
	}
	start := make([]byte, 512)
	n, err := io.ReadFull(body, start)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return fmt.Errorf("media: %w", err)
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("media: %w", err)
	}
	kind := http.DetectContentType(start[:n])
	switch kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
	default:
		return NotFound
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // feed readers show it too
	h.Set("ETag", fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size()))
	http.ServeContent(w, r, "", info.ModTime(), body)
	return nil
}

// static gives a file that pages refer to; its name changes with its bytes.
func (s *Server) static(w http.ResponseWriter, r *http.Request) error {
	for _, a := range s.Templates.Static() {
		if a.Path == r.URL.Path {
			w.Header().Set("Content-Type", a.Type)
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			give(w, r, a.Body, etag(a.Body))
			return nil
		}
	}
	return NotFound
}

// favicon gives the icon to browsers that ask without having seen a page, as
// they do for a feed.
func (s *Server) favicon(w http.ResponseWriter, r *http.Request) error {
	icon, ok := s.Templates.Static()["icon.svg"]
	if !ok {
		return NotFound
	}
	w.Header().Set("Content-Type", icon.Type)
	w.Header().Set("Cache-Control", "public, max-age=86400")
	give(w, r, icon.Body, etag(icon.Body))
	return nil
}

// robots asks search engines to leave alone what is one reader's or the
// editors'.
func (s *Server) robots(w http.ResponseWriter, r *http.Request) error {
	var b bytes.Buffer
	b.WriteString("User-agent: *\n")
	for _, path := range []string{"/unsubscribe/", "/preferences/", "/confirm/", "/r/", "/mailbox", "/desk", "/metrics"} {
		b.WriteString("Disallow: " + path + "\n")
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	give(w, r, b.Bytes(), etag(b.Bytes()))
	return nil
}
