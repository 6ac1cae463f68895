package templates

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// An Asset is a file that pages refer to. Its Path changes with its bytes, so
// it may be kept for ever by whoever fetched it.
type Asset struct {
	Path string // "/static/app.5f2a9c01.css"
	Type string // for Content-Type
	Body []byte
}

// mediaTypes are the kinds of files a static folder may hold. The list is
// short because whoever may put a file there decides what our origin serves.
var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
	".gif": "image/gif", ".webp": "image/webp", ".ico": "image/x-icon", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8", ".js": "text/javascript; charset=utf-8",
}

func mediaType(name string) string { return mediaTypes[strings.ToLower(path.Ext(name))] }

func kinds() string { return strings.Join(slices.Sorted(maps.Keys(mediaTypes)), ", ") }

// assets names the files of static/ by their bytes, and gives the theme to
// app.css: a style in the page itself would be refused by our own
// Content-Security-Policy.
func assets(files map[string]source, theme Theme) map[string]Asset {
	all := map[string]Asset{}
	for file, src := range files {
		name, ok := strings.CutPrefix(file, "static/")
		if !ok {
			continue
		}
		body := []byte(src.text)
		if name == "app.css" {
			body = append(body, theme.css()...)
		}
		sum := sha256.Sum256(body)
		ext := path.Ext(name)
		all[name] = Asset{
			Path: "/static/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:4]) + ext,
			Type: mediaType(name),
			Body: body,
		}
	}
	return all
}

// css writes the theme's accents over those of app.css. What is pressed is
// the accent moved towards the text, which is darker in the light and lighter
// in the dark.
func (th Theme) css() string {
	if th.Accent == "" && th.AccentDark == "" {
		return ""
	}
	l, d, err := th.palettes()
	if err != nil { // Load has refused it
		return ""
	}
	return fmt.Sprintf("\n@layer tokens { :root { --accent: light-dark(%s, %s); --accent-press: color-mix(in srgb, var(--accent), var(--text) 30%%); } }\n", l.accent, d.accent)
}

// Static returns the files pages refer to, by name ("app.css"). The maps and
// bodies are shared: do not change them.
func (s *Set) Static() map[string]Asset { return s.assets }

// Asset returns the path a page refers to a file of static/ by.
func (s *Set) Asset(name string) (string, error) {
	if a, ok := s.assets[name]; ok {
		return a.Path, nil
	}
	return "", fmt.Errorf("there is no static/%s; there are %s", name, strings.Join(slices.Sorted(maps.Keys(s.assets)), ", "))
}
