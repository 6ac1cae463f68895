package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/templates"
)

// mostShown is the most bytes of a text or source that a page shows. A letter
// of ours has a tenth of it.
const mostShown = 1 << 20

// mailbox lists the caught letters, newest first. "before" is the last letter
// of the page before.
func (s *Server) mailbox(w http.ResponseWriter, r *http.Request) error {
	before := r.URL.Query().Get("before")
	list, err := s.Mailbox.List(PerPage+1, before)
	if err != nil {
		return err
	}
	total, err := s.Mailbox.Count()
	if err != nil {
		return err
	}
	l := s.Locale()
	v := &templates.MailboxPage{Page: s.page(r, l, l.Message("mailbox.title")), Total: total}
	v.Hidden = true
	if len(list) > PerPage {
		list = list[:PerPage]
		v.Pages.Older = "/mailbox?before=" + url.QueryEscape(list[PerPage-1].ID)
	}
	if before != "" {
		v.Pages.Newer = "/mailbox"
	}
	for i := range list {
		v.Letters = append(v.Letters, templates.CaughtLetter{
			URL: "/mailbox/" + list[i].ID, To: list[i].To, Subject: list[i].Subject,
			Date: s.caughtAt(&list[i]), Size: kilobytes(list[i].Size),
		})
	}
	return s.Private(w, r, http.StatusOK, v)
}

// letter shows a caught letter in one of its forms: as HTML, or as the path
// says.
func (s *Server) letter(w http.ResponseWriter, r *http.Request) error {
	caught, err := s.Mailbox.Letter(r.PathValue("id"))
	if err != nil {
		return err
	}
	l, at := s.Locale(), "/mailbox/"+caught.ID
	v := &templates.MailboxLetterPage{
		Page: s.page(r, l, caught.Subject),
		From: caught.From, To: caught.To, Subject: caught.Subject, Date: s.caughtAt(&caught.Caught),
		Mailbox: "/mailbox",
	}
	v.Hidden = true
	form := r.PathValue("form")
	switch form {
	case "":
		if v.Frame = at + "/body"; caught.HTML == "" {
			v.Frame, v.Text = "", Shown(caught.Text)
		}
	case "text":
		v.Text = Shown(caught.Text)
	case "source":
		v.Text = Shown(string(caught.Source))
	case "headers":
		for _, f := range caught.Fields {
			v.Headers = append(v.Headers, [2]string{f.Name, f.Value})
		}
	default:
		return NotFound
	}
	for _, tab := range []string{"html", "text", "source", "headers"} {
		to := at + "/" + tab
		if tab == "html" {
			to = at
		}
		v.Tabs = append(v.Tabs, templates.Link{Label: l.Message("mailbox." + tab), URL: to, Current: to == r.URL.Path})
	}
	return s.Private(w, r, http.StatusOK, v)
}

// letterBody is the HTML of a caught letter, for the frame in its page.
func (s *Server) letterBody(w http.ResponseWriter, r *http.Request) error {
	caught, err := s.Mailbox.Letter(r.PathValue("id"))
	if err != nil {
		return err
	}
	if caught.HTML == "" {
		return NotFound
	}
	s.ShowLetter(w, r, caught.HTML, false)
	return nil
}

// Shown is as much of a text as a page shows, and something even if there is
// none.
func Shown(text string) string {
	if len(text) > mostShown {
		text = text[:mostShown] + "…"
	}
	if text = strings.ToValidUTF8(text, "\uFFFD"); text == "" {
		return "–"
	}
	return text
}

// caughtAt writes when a letter was caught.
func (s *Server) caughtAt(c *mailer.Caught) string {
	l, at := s.Locale(), c.At.In(s.Publication.Zone)
	return l.Day(at) + ", " + l.Clock(at)
}

// kilobytes writes a number of bytes for people.
func kilobytes(n int64) string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(n)/1000, 'f', 1, 64), ".0") + " KB"
}
