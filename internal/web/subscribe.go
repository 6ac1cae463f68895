package web

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"net/http"
	"time"

	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// signUpForm is the form to sign up as it is before anybody has typed into it.
func (s *Server) signUpForm(v voice, now time.Time) templates.SignUpForm {
	f := templates.SignUpForm{Action: v.to("/subscribe"), Stamp: s.Tokens.Stamp(now)}
	for i, n := range s.Newsletters {
		f.Newsletters = append(f.Newsletters, templates.Order{Name: n.Name, Title: n.Title, Text: n.Description, When: next(v.Locale, n, "", now), Taken: i == 0})
	}
	f.Topics, f.Cities = s.wishes().Topics(nil), s.wishes().Cities(nil)
	return f
}

// publicForm is signUpForm for a page that anybody may keep for a while and
// that is the same for all who ask: its stamp changes every ten minutes.
func (s *Server) publicForm(v voice, now time.Time) *templates.SignUpForm {
	const whole = 10 * time.Minute
	f := s.signUpForm(v, now.Truncate(whole))
	for i := range f.Newsletters {
		f.Newsletters[i].When = ""
	}
	f.Topics, f.Cities = nil, nil
	return &f
}

func (s *Server) signUpPage(r *http.Request, v voice, state, title string) *templates.SignUpPage {
	p := &templates.SignUpPage{Page: s.publicPage(r, v, v.Message(title)), State: state, Past: v.to("/archive")}
	p.Hidden = state != templates.Ask
	if p.Hidden {
		p.Languages = nil
	}
	return p
}

// subscribe shows the form.
func (s *Server) subscribe(w http.ResponseWriter, r *http.Request) error {
	v := s.voice(r)
	p := s.signUpPage(r, v, templates.Ask, "signup.title")
	p.Form = s.signUpForm(v, time.Now())
	p.Canonical = s.at("/subscribe")
	return s.fresh(w, r, http.StatusOK, p)
}

// glimpse is how much sooner than a whole form a page may come back that has one
// button and what was filled in elsewhere: people press it at once.
const glimpse = 1500 * time.Millisecond

// signUp asks to be written to: whoever is behind the address, known or not, and
// whether a letter goes or not, the answer is the same.
func (s *Server) signUp(w http.ResponseWriter, r *http.Request) error {
	now, v := time.Now(), s.voice(r)
	if err := s.admit(r, now); err != nil {
		return err
	}
	form, err := FormOf(w, r)
	if err != nil {
		return err
	}
	done := func() error {
		http.Redirect(w, r, v.to("/subscribe/sent"), http.StatusSeeOther)
		return nil
	}
	if !blank(form, "website") {
		return done()
	}
	early := s.Tokens.ParseStamp(form.Get("stamp"), now)
	stamped, line := early == nil, lineOfUnread
	if stamped {
		line = lineOfRead
	}
	if err := s.admitForm(line, now); err != nil {
		return err
	}
	p := s.signUpPage(r, v, templates.Ask, "signup.title")
	p.Form = s.signUpForm(v, now)
	switch {
	case stamped, errors.Is(early, subscribers.ErrTooSoon):
		p.Form.Stamp = form.Get("stamp") // they have had our form since then
	default:
		p.Form.Stamp = s.Tokens.Stamp(now.Add(-glimpse))
	}
	s.apply(form, &p.Form)
	email, wrong := s.judgeAddress(v.Locale, p.Form.Email)
	p.Form.EmailError = wrong
	if len(taken(p.Form.Newsletters)) == 0 {
		p.Form.NewsletterError = v.Message("signup.need_newsletter")
	}
	if p.Form.Wrong() {
		p.Title = v.Message("signup.error", "title", p.Title)
		return s.fresh(w, r, http.StatusUnprocessableEntity, p)
	}
	p.Form.Email = email
	p.Form.Embedded = form.Has("embedded") || !stamped
	if meant := subscribers.Suggest(email); meant != "" && !form.Has("sure") {
		p.State, p.Meant, p.Hidden = templates.Slip, meant, true
		p.Title = v.Message("signup.slip_title", "address", meant)
		return s.fresh(w, r, http.StatusOK, p)
	}
	if !stamped {
		p.State, p.Wanted, p.Hidden = templates.OneMore, v.List(titles(p.Form.Newsletters)), true
		return s.fresh(w, r, http.StatusOK, p)
	}
	if err := s.admitAbout(subscribers.AddressKey(email), now); err != nil {
		return err
	}
	if err := s.admitSignUp(now); err != nil {
		return err
	}
	if _, err := s.Readers.Ask(r.Context(), s.request(r, v.Locale, &p.Form), now); err != nil {
		return err
	}
	return done()
}

// request is what a form asks for.
func (s *Server) request(r *http.Request, l *i18n.Locale, f *templates.SignUpForm) subscribers.Request {
	way := subscribers.ByForm
	if f.Embedded {
		way = subscribers.ByEmbed
	}
	req := subscribers.Request{
		Kind: subscribers.SignUp, Email: f.Email, Name: f.Name, Newsletters: taken(f.Newsletters),
		Topics: ticked(f.Topics), Cities: ticked(f.Cities), Language: l.Tag, Consent: s.how(r, way),
	}
	if l.Words == s.Catalog.First(s.Publication.Language).Words {
		req.Language = "" // the publication's
	}
	req.Consent.Newsletters = req.Newsletters
	req.Consent.Language = l.Words
	req.Consent.Text = l.Message("signup.heading", "publication", s.Publication.Title) + ": " + l.List(titles(f.Newsletters)) + ". " +
		l.Message("signup.promise") + " [" + l.Message("signup.button") + "]"
	return req
}

// signedUp is where the form leads.
func (s *Server) signedUp(w http.ResponseWriter, r *http.Request) error {
	return s.fresh(w, r, http.StatusOK, s.signUpPage(r, s.voice(r), templates.Sent, "signup.sent_title"))
}

// embed shows the form that may stand on any page elsewhere.
func (s *Server) embed(w http.ResponseWriter, r *http.Request) error {
	v := s.voice(r)
	p := s.signUpPage(r, v, templates.Embed, "signup.embed_title")
	newsletter := ""
	if len(s.Newsletters) > 0 {
		newsletter = s.Newsletters[0].Name
	}
	p.Code = embedded(v.Locale, s.at("/subscribe"), s.Publication.Title, newsletter)
	return s.fresh(w, r, http.StatusOK, p)
}

// embedded writes a form in six lines that posts to an address.
func embedded(l *i18n.Locale, action, publication, newsletter string) string {
	var b bytes.Buffer
	line := func(format string, values ...any) {
		for i := range values {
			values[i] = html.EscapeString(values[i].(string))
		}
		fmt.Fprintf(&b, format+"\n", values...)
	}
	line(`<form method="post" action="%s">`, action)
	line(`  <label for="subscribe-email">%s</label>`, l.Message("signup.address"))
	line(`  <input type="email" id="subscribe-email" name="email" autocomplete="email" required>`)
	line(`  <input type="hidden" name="newsletter" value="%s">`, newsletter)
	line(`  <button>%s</button>`, l.Message("signup.heading", "publication", publication))
	line(`</form>`)
	return b.String()
}

// fresh writes a page that anybody may see and nobody should keep.
func (s *Server) fresh(w http.ResponseWriter, r *http.Request, code int, v templates.View) error {
	b, err := s.Templates.Page(v)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "same-origin")
	Write(w, r, code, "text/html; charset=utf-8", b)
	return nil
}
