package web

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Pages load nothing from elsewhere: who reads them is nobody's business but
// the publication's. Pictures that we do not have are links.

// ours reports whether a picture is loaded from this publication's address, or
// stands in the page itself.
func (s *Server) ours(picture string) bool {
	u, err := url.Parse(picture)
	if err != nil {
		return false
	}
	own, err := url.Parse(s.Publication.URL)
	return u.Scheme == "data" || err == nil && u.Host == own.Host && u.Scheme == own.Scheme
}

// atHome returns the body of an article, which was sanitised when it was read,
// with links in the place of pictures that are elsewhere. A link's text is what
// the picture has instead of itself; the label, if it has nothing.
func (s *Server) atHome(body, label string) string {
	if !strings.Contains(body, "<img") {
		return body
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(body))
	linked := 0
	for z.Next() != html.ErrorToken {
		raw := string(z.Raw())
		t := z.Token()
		switch {
		case t.DataAtom.String() == "a" && t.Type == html.StartTagToken:
			linked++
		case t.DataAtom.String() == "a" && t.Type == html.EndTagToken:
			linked--
		case t.DataAtom.String() == "img":
			src, alt := attribute(t, "src"), attribute(t, "alt")
			if s.ours(src) {
				break
			}
			if alt == "" {
				alt = label
			}
			raw = html.EscapeString(alt)
			if linked <= 0 {
				raw = `<a href="` + html.EscapeString(src) + `" rel="noopener">` + raw + `</a>`
			}
		}
		b.WriteString(raw)
	}
	return b.String()
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
