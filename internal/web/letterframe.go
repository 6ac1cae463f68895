package web

import (
	"net/http"
	"regexp"
)

// ShowLetter answers with the HTML of a letter, for the frame in its page. It is
// shown as a mail program would: nothing runs, nothing but pictures is loaded
// (bare: not even those), it has an origin of its own, and its links open
// outside.
func (f *Frame) ShowLetter(w http.ResponseWriter, r *http.Request, letter string, bare bool) {
	pictures := f.ownPictures() + " https:" // a template of the publication's own may show any
	if bare {
		pictures = "'none'"
	}
	h := w.Header()
	KeepPrivate(h)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src "+
		pictures+"; style-src 'unsafe-inline'; frame-ancestors 'self'")
	Write(w, r, http.StatusOK, "text/html; charset=utf-8", []byte(linksOpenOutside(letter)))
}

var head = regexp.MustCompile(`(?i)<head(\s[^>]*)?>`)

// linksOpenOutside lets a letter's links leave its frame, where our own pages
// refuse to be shown.
func linksOpenOutside(html string) string {
	at := head.FindStringIndex(html)
	if at == nil {
		return html
	}
	return html[:at[1]] + `<base target="_blank">` + html[at[1]:]
}
