package markup

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
)

// maxPicture is the largest picture that may stand in the text itself, in
// bytes as written.
const maxPicture = 4 << 10

// a use is what an address is for.
type use int

const (
	link use = iota
	picture
)

// template finds a template in an address, as it was written or as a renderer
// of Markdown escaped it.
var template = regexp.MustCompile(`(?i)(?:\{|%7B)(?:\{|%7B|%25|%)`)

// absolute makes an address absolute, or reports that there is no telling
// where it leads, or that it may not be followed.
func (at *Page) absolute(ref string, for_ use) (string, bool) {
	ref = strings.Map(func(r rune) rune { // browsers skip these, so "java\nscript:" is a scheme to them
		if r == '\t' || r == '\n' || r == '\r' || r == 0 {
			return -1
		}
		return r
	}, strings.TrimSpace(ref))
	switch {
	case ref == "" || ref == "#":
		return "", false
	case at.Templates && template.MatchString(ref):
		return "", false
	case strings.HasPrefix(ref, "//"):
		ref = "https:" + ref
	}
	u, err := url.Parse(ref)
	if err != nil {
		if u, err = url.Parse(strings.ReplaceAll(ref, " ", "%20")); err != nil {
			return "", false
		}
	}
	if u.Scheme != "" || u.Opaque != "" {
		return foreign(u, ref, for_)
	}

	base := at.URL
	switch {
	case u.Path == "" && u.RawQuery == "": // a fragment
	case at.Resolve != nil:
		if abs, ok := at.Resolve(ref); ok {
			return abs, abs != ""
		}
		fallthrough
	default:
		if strings.HasPrefix(u.Path, "/") {
			if at.Root != "" {
				base = at.Root
			}
		} else if at.Base != "" {
			base = at.Base
		}
	}
	b, err := url.Parse(base)
	if err != nil || !b.IsAbs() || b.Host == "" {
		return "", false
	}
	if root := strings.TrimSuffix(b.Path, "/"); base == at.Root && root != "" && strings.HasPrefix(u.Path, "/") &&
		!strings.HasPrefix(u.Path, root+"/") { // the site lives below a folder
		u.Path = root + u.Path
		if u.RawPath != "" {
			u.RawPath = b.EscapedPath() + u.RawPath
		}
	}
	return b.ResolveReference(u).String(), true
}

// foreign judges an address that has a scheme.
func foreign(u *url.URL, ref string, for_ use) (string, bool) {
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host == "" {
			return "", false
		}
		u.User = nil // "https://bank.example@evil.example/" is made to deceive
		return u.String(), true
	case "mailto", "tel":
		return u.String(), for_ == link && u.Opaque != ""
	case "data":
		return ref, for_ == picture && smallPicture(ref)
	}
	return "", false
}

var dataPicture = regexp.MustCompile(`^data:image/(?:png|gif|jpeg|webp);base64,([A-Za-z0-9+/=]+)$`)

// smallPicture reports whether a data: URL is a picture that may stay.
func smallPicture(ref string) bool {
	if len(ref) > maxPicture {
		return false
	}
	m := dataPicture.FindStringSubmatch(ref)
	if m == nil {
		return false
	}
	_, err := base64.StdEncoding.DecodeString(m[1])
	return err == nil
}

// called names an address for people: host and path, without the noise.
func called(ref string) string {
	u, err := url.Parse(ref)
	if err != nil {
		return ref
	}
	s := strings.TrimPrefix(u.Host, "www.") + strings.TrimSuffix(u.Path, "/")
	if len([]rune(s)) > 60 {
		return strings.TrimPrefix(u.Host, "www.")
	}
	return s
}

// watch is the page of a film instead of the frame that plays it.
func watch(ref string) string {
	u, err := url.Parse(ref)
	if err != nil {
		return ref
	}
	host := strings.TrimPrefix(u.Host, "www.")
	id := u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	switch {
	case (host == "youtube.com" || host == "youtube-nocookie.com") && strings.HasPrefix(u.Path, "/embed/") && id != "":
		return "https://www.youtube.com/watch?v=" + url.QueryEscape(id)
	case host == "player.vimeo.com" && id != "":
		return "https://vimeo.com/" + url.PathEscape(id)
	}
	return ref
}

// firstOf is the first address of a srcset.
func firstOf(srcset string) string {
	ref, _, _ := strings.Cut(strings.TrimSpace(srcset), " ")
	return strings.TrimSuffix(ref, ",")
}

// Picture makes the address of a picture absolute; it is empty if there is no
// telling where it is, or if it stands in the text itself.
func (at Page) Picture(ref string) string {
	abs, ok := at.absolute(ref, picture)
	if !ok || strings.HasPrefix(abs, "data:") {
		return ""
	}
	return abs
}
