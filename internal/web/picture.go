package web

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/templates"
)

// Pictures are the pictures of articles that are kept.
type Pictures interface {
	digest.PictureStore
	// Picture returns the bytes of the picture of that name, or
	// digest.ErrNotFound.
	Picture(ctx context.Context, name string) ([]byte, error)
}

// pictureTypes are the media types of pictures by the end of their names.
var pictureTypes = map[string]string{"jpg": "image/jpeg", "png": "image/png"}

// picture gives a picture that is kept. Its name is the hash of its bytes, so
// that whoever has it need never ask again, and letters show it for as long as
// they lie in a mailbox.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	hash, end, _ := strings.Cut(name, ".")
	kind := pictureTypes[end]
	if s.Pictures == nil || kind == "" || len(hash) != 32 || strings.Trim(hash, "0123456789abcdef") != "" {
		return NotFound
	}
	b, ok := s.gallery.get(name)
	if !ok {
		var err error
		if b, err = s.Pictures.Picture(r.Context(), name); err != nil {
			return err
		}
		s.gallery.put(name, b)
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // letters are shown on pages of mail services
	give(w, r, b, `"`+hash+`"`)
	return nil
}

// A gallery is the pictures that were asked for last. The zero value is ready.
type gallery struct {
	mu    sync.Mutex
	hung  map[string][]byte
	order []string // from the one that was asked for longest ago
	size  int
}

// gallerySize is how many bytes of pictures are in memory: those of a whole
// letter, many times over.
const gallerySize = 8 << 20

func (g *gallery) get(name string) ([]byte, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b, ok := g.hung[name]
	if ok {
		g.touch(name)
	}
	return b, ok
}

func (g *gallery) put(name string, b []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, ok := g.hung[name]; ok || len(b) > gallerySize/2 {
		return
	}
	if g.hung == nil {
		g.hung = make(map[string][]byte)
	}
	g.hung[name] = b
	g.order = append(g.order, name)
	for g.size += len(b); g.size > gallerySize; {
		oldest := g.order[0]
		g.order = g.order[1:]
		g.size -= len(g.hung[oldest])
		delete(g.hung, oldest)
	}
}

// touch makes a picture the one that was asked for last. There are some
// hundreds at most.
func (g *gallery) touch(name string) {
	for i, n := range g.order {
		if n == name {
			g.order = append(append(g.order[:i:i], g.order[i+1:]...), name)
			return
		}
	}
}

// hang gives articles on a page the pictures that are kept of theirs, so that
// nobody else learns who looks at it. Of those that are not kept they show what
// they name. The first is shown large where lead tells so.
func (s *Server) hang(ctx context.Context, list []templates.Article, lead bool) []templates.Article {
	defer func() {
		for i := range list {
			if !s.ours(list[i].Image.URL) {
				list[i].Image = templates.Image{}
			}
		}
	}()
	if s.Pictures == nil {
		return list
	}
	var addresses []string
	for i := range list {
		if at := list[i].Image.URL; at != "" {
			addresses = append(addresses, at)
		}
	}
	kept, err := s.Pictures.Pictures(ctx, addresses)
	if err != nil {
		return list // a page is shown without the database too
	}
	for i := range list {
		own := content.Image{URL: list[i].Image.URL, Alt: list[i].Image.Alt}
		if p := kept.Show(s.Publication.URL, own, lead && i == 0); p.URL != "" {
			list[i].Image = p
		}
	}
	return list
}
