package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// prove shows a page that asks the holder of a link for the address it was sent
// to: letters are forwarded, links with them, and what lies behind these pages
// is the reader's alone.
func (s *Server) prove(what string) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		h, err := s.holder(r)
		if err != nil {
			return err
		}
		return s.Private(w, r, http.StatusOK, s.proofPage(r, h, what))
	}
}

func (s *Server) proofPage(r *http.Request, h *holder, state string) *templates.ProofPage {
	l := s.languageOf(h.reader)
	title := map[string]string{
		templates.ForData: "reader.download_title", templates.ForErasing: "reader.erase_title", templates.ForAddress: "reader.address_title",
		templates.Gone: "reader.erased_title", templates.Sent: "signup.sent_title",
	}[state]
	p := &templates.ProofPage{
		Page: s.page(r, l, l.Message(title)), State: state, Address: subscribers.Mask(h.reader.Email), Action: r.URL.EscapedPath(), Back: h.path(""),
	}
	p.Hidden = true
	return p
}

// proven lets an act happen if the form holds the reader's address, and shows
// the page again if it does not. Tries are counted, by reader.
func (s *Server) proven(what string, act func(http.ResponseWriter, *http.Request, *holder, url.Values) error) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		h, err := s.holder(r)
		if err != nil {
			return err
		}
		if err := s.admitAbout("reader "+strconv.FormatInt(h.reader.ID, 10), time.Now()); err != nil {
			return err
		}
		form, err := FormOf(w, r)
		if err != nil {
			return err
		}
		if said := form.Get("email"); len(said) > longestEntry || subscribers.AddressKey(said) != subscribers.AddressKey(h.reader.Email) {
			p := s.proofPage(r, h, what)
			l := s.languageOf(h.reader)
			p.Wrong, p.New = l.Message("reader.prove_wrong"), OneLine(form.Get("new"), longestEntry)
			p.Title = l.Message("signup.error", "title", p.Title)
			return s.Private(w, r, http.StatusUnprocessableEntity, p)
		}
		return act(w, r, h, form)
	}
}

// erase forgets the reader.
func (s *Server) erase(w http.ResponseWriter, r *http.Request, h *holder, _ url.Values) error {
	if err := s.Readers.Erase(r.Context(), h.reader.ID, s.how(r, subscribers.ByLink), time.Now()); err != nil {
		return err
	}
	s.Log.Info("reader erased", "subscriber", h.reader.ID)
	p := s.proofPage(r, h, templates.Gone)
	p.Address, p.Back = "", ""
	return s.Private(w, r, http.StatusOK, p)
}

// move asks at another address whether letters are to go there.
func (s *Server) move(w http.ResponseWriter, r *http.Request, h *holder, form url.Values) error {
	l, now := s.languageOf(h.reader), time.Now()
	p := s.proofPage(r, h, templates.ForAddress)
	p.New = OneLine(form.Get("new"), longestEntry)
	email, wrong := s.judgeAddress(l, p.New)
	if wrong == "" && subscribers.AddressKey(email) == subscribers.AddressKey(h.reader.Email) {
		wrong = l.Message("reader.address_same")
	}
	if wrong != "" {
		p.NewWrong, p.Title = wrong, l.Message("signup.error", "title", p.Title)
		return s.Private(w, r, http.StatusUnprocessableEntity, p)
	}
	if err := s.admit(r, now); err != nil {
		return err
	}
	if err := s.admitForm(lineOfOwn, now); err != nil {
		return err
	}
	how := s.how(r, subscribers.ByLink)
	how.Text, how.Language = l.Message("reader.address_text"), l.Words
	_, err := s.Readers.Ask(r.Context(), subscribers.Request{
		Kind: subscribers.NewAddress, Subscriber: h.reader.ID, Email: email, Language: h.reader.Language, Consent: how,
	}, now)
	if err != nil {
		return err
	}
	KeepPrivate(w.Header())
	http.Redirect(w, r, h.path("/address/sent"), http.StatusSeeOther)
	return nil
}
