package desk

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/webtest"
)

// From the first start on, without JavaScript: the link makes the owner, who
// signs out and in by their password, and ends what another browser has.
func TestFirstStartInABrowser(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	s.cheap()
	s.Must(s.DB.RemoveEditor(t.Context(), desktest.Maya, func([]editors.Editor) error { return nil }))
	srv := httptest.NewServer(s.H)
	t.Cleanup(srv.Close)
	token, _, err := s.Door.FirstLink(t.Context(), time.Now())
	s.Must(err)
	b := webtest.NewBrowser(t)
	b.WithoutScripts()
	link := "/desk/first/" + token
	b.Do(chromedp.Navigate(srv.URL+link), chromedp.SendKeys("#email", desktest.Maya), chromedp.SendKeys("#name", "Maya Okafor"), chromedp.SendKeys("#password", "short"))
	if got := b.Press(link); got != "Welcome to the desk" {
		t.Fatalf("with a short password: %s", got)
	}
	b.Do(chromedp.SendKeys("#password", secret))
	if got := b.Press(link); got != "Next sends" {
		t.Fatalf("with a long one: %s", got)
	}
	b.Told() // the short one's status
	if got := b.Press("/desk/sign-out"); got != "Sign in" {
		t.Fatalf("signing out leads to %s", got)
	}
	b.Do(chromedp.SendKeys("#email", desktest.Maya), chromedp.SendKeys("#password", secret))
	if got := b.Leads("h1", chromedp.Click(`button[value=password]`)); got != "Next sends" {
		t.Fatalf("signing in leads to %s", got)
	}
	there := s.knocks("192.0.2.1", desktest.Maya, secret).Cookies()[0]
	b.Do(chromedp.Navigate(srv.URL + "/desk/account"))
	if got := b.Press("/desk/sessions"); got != "Your account" {
		t.Fatalf("ending a session leads to %s", got)
	}
	if res := s.Do("GET", "/desk/account", nil, there); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the other browser is still in: %d", res.StatusCode)
	}
	b.Do(chromedp.Navigate(srv.URL+"/desk/people"), chromedp.SendKeys("#email", "ed@example.com"))
	if got := b.Press("/desk/people"); got != "People" || s.roleOf("ed@example.com") != editors.RoleEditor {
		t.Errorf("letting somebody in: %s, %q", got, s.roleOf("ed@example.com"))
	}
	for _, c := range b.Told() {
		t.Error(c)
	}
}
