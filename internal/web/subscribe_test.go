package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// deliver sends the letters that people wait for, into the mailbox.
func (s *site) deliver() {
	s.T.Helper()
	w := &notes.Writer{
		Publication: templates.Publication{Title: s.Publication.Title, URL: s.url, Address: s.Publication.Address},
		Language:    s.Publication.Language, Zone: time.UTC, From: mailer.Address{Email: "news@publication.example"},
		Templates: s.Templates, Catalog: s.Catalog, Tokens: s.Tokens, Key: []byte("message key"), People: s.DB,
	}
	for _, n := range s.Newsletters {
		w.Newsletters = append(w.Newsletters, notes.Newsletter{Name: n.Name, Title: n.Title, Next: n.Next})
	}
	sender := &notes.Sender{Store: s.DB.Notes(), Write: w.Write, Transport: s.Mailbox}
	_, _, err := sender.Drain(context.Background(), 0)
	s.Must(err)
}

// lettersTo counts the caught letters to an address.
func (s *site) lettersTo(address string) int {
	s.T.Helper()
	list, err := s.Mailbox.List(1000, "")
	s.Must(err)
	n := 0
	for _, c := range list {
		if strings.Contains(c.To, address) {
			n++
		}
	}
	return n
}

// linkIn returns the path of the first link of a letter that begins so.
func (s *site) linkIn(l *mailer.CaughtLetter, below string) string {
	s.T.Helper()
	m := regexp.MustCompile(regexp.QuoteMeta(s.url) + `(` + regexp.QuoteMeta(below) + `[^\s"<>]*)`).FindStringSubmatch(l.Text)
	if m == nil {
		s.T.Fatalf("no link to %s in the letter:\n%s", below, l.Text)
	}
	return m[1]
}

// stamped is a form of ours that somebody took a minute for.
func (s *site) stamped(pairs ...string) url.Values {
	f := form(pairs...)
	f.Set("stamp", s.Tokens.Stamp(time.Now().Add(-time.Minute)))
	f.Set("asked", "1")
	return f
}

const grace = "grace@newcomers.example"

// signUp signs up and confirms, and returns the path of the preferences.
func (s *site) signUpAs(email string, pairs ...string) string {
	s.T.Helper()
	if got := s.post("/subscribe", s.stamped(append([]string{"email", email, "newsletter", "weekly"}, pairs...)...)); got.code != http.StatusSeeOther {
		s.T.Fatalf("signing up: %d\n%s", got.code, got.body)
	}
	s.deliver()
	got := s.post(s.linkIn(s.LetterTo(email), "/confirm/"), nil)
	to, welcome := strings.CutSuffix(got.header.Get("Location"), "?welcome")
	if got.code != http.StatusSeeOther || !welcome {
		s.T.Fatalf("confirming: %d to %q\n%s", got.code, got.header.Get("Location"), got.body)
	}
	return to
}

func TestSignUp(t *testing.T) {
	s := newSite(t)
	page := s.get("/subscribe")
	for _, want := range []string{`name="email"`, `name="stamp" value="`, `value="weekly" id="signup-newsletter" checked`, `value="Platform"`, `value="London"`, "Next: Tuesday"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the form lacks %s", want)
		}
	}
	got := s.post("/subscribe", s.stamped("email", " Grace@Newcomers.Example ", "newsletter", "weekly", "topic", "platform", "topic", "no such topic", "city", "London", "name", "Grace  Hopper"))
	if got.code != http.StatusSeeOther || got.header.Get("Location") != "/subscribe/sent" {
		t.Fatalf("%d to %q\n%s", got.code, got.header.Get("Location"), got.body)
	}
	if sent := s.get("/subscribe/sent"); !strings.Contains(sent.body, "A letter from The Example Lead is on its way") {
		t.Errorf("the page that follows:\n%s", sent.body)
	}
	if _, err := s.DB.ByEmail(t.Context(), grace); err == nil {
		t.Fatal("there is a reader before anybody has confirmed")
	}
	s.deliver()
	link := s.linkIn(s.LetterTo("Grace@newcomers.example"), "/confirm/")

	before := s.State()
	ask := s.get(link)
	if ask.code != http.StatusOK || strings.Count(ask.body, "<button") != 1 || !strings.Contains(ask.body, "Yes, send me The Weekly") || strings.Contains(ask.body, "@") {
		t.Errorf("the page to confirm: %d\n%s", ask.code, ask.body)
	}
	if s.State() != before {
		t.Fatal("looking at the link changed something")
	}
	done := s.post(link, nil)
	own, welcome := strings.CutSuffix(done.header.Get("Location"), "?welcome")
	if done.code != http.StatusSeeOther || !welcome {
		t.Fatalf("confirming: %d to %q", done.code, done.header.Get("Location"))
	}
	in := s.get(own + "?welcome")
	slot := s.Newsletters[0].Next(time.Now())
	for _, want := range []string{"You are in", "Your first letter is The Weekly, on " + s.Catalog.For("en-GB").FullDay(slot), `value="Platform" checked`, `value="London" checked`, "G••@newcomers.example"} {
		if !strings.Contains(in.body, want) {
			t.Errorf("the page afterwards lacks %q:\n%s", want, in.body)
		}
	}
	reader, err := s.DB.ByEmail(t.Context(), grace)
	s.Must(err)
	want := subscribers.Subscriber{ID: reader.ID, Email: "Grace@newcomers.example", Name: "Grace Hopper", Topics: []string{"Platform"}, Cities: []string{"London"}, Status: subscribers.Active, Since: reader.Since, Consent: reader.Consent}
	if diff := cmp.Diff(want, *reader); diff != "" {
		t.Errorf("reader (-want +got)\n%s", diff)
	}

	log, err := s.DB.Consents(t.Context(), reader.ID)
	s.Must(err)
	if len(log) != 2 || log[0].Act != subscribers.ActAsked || log[0].Way != subscribers.ByForm || log[0].Network != "127.0.0.0/24" ||
		!strings.Contains(log[0].Text, "We send one letter to check") || log[1].Act != subscribers.ActConfirmed || log[1].Text != "Yes, send me The Weekly" {
		t.Errorf("the log of consent: %+v", log)
	}

	before = s.State()
	for range 2 { // however often, and however
		for _, again := range []answer{s.get(link), s.post(link, nil)} {
			if again.code != http.StatusOK || !strings.Contains(again.body, "You are already in") {
				t.Errorf("a second visit: %d\n%s", again.code, again.body)
			}
		}
	}
	if s.State() != before {
		t.Error("a second visit changed something")
	}
}

// Whoever asks learns nothing about who reads us.
func TestSignUpAnswersTheSame(t *testing.T) {
	s := newSite(t)
	s.Must(s.DB.Suppress(t.Context(), "spam@readers.example", subscribers.BecauseComplained, time.Now()))
	s.Must(s.DB.Erase(t.Context(), s.IDs[webtest.Eve], subscribers.Consent{}, time.Now()))
	var first *answer
	for _, address := range []string{grace, webtest.Ada, "ADA@readers.example", webtest.Eve, "spam@readers.example", grace} {
		for _, path := range []string{"/subscribe", "/preferences"} {
			got := s.post(path, s.stamped("email", address, "newsletter", "weekly"))
			got.header.Del("Date")
			if path == "/preferences" {
				got.header.Set("Location", "/subscribe/sent")
			}
			got.header.Del("X-Robots-Tag")
			if first == nil {
				first = &got
			}
			if diff := cmp.Diff([]any{first.code, first.header, first.body}, []any{got.code, got.header, got.body}); diff != "" {
				t.Errorf("%s %s (-another +this)\n%s", path, address, diff)
			}
		}
	}
	s.deliver()
	// Ada had the letter of the edition; she is told that she is in, and gets
	// the link to her preferences.
	for address, want := range map[string]int{grace: 1, webtest.Ada: 3, webtest.Eve: 1, "spam@readers.example": 0} {
		if got := s.lettersTo(address); got != want {
			t.Errorf("%d letters to %s, want %d", got, address, want)
		}
	}
}

func TestSignUpAsks(t *testing.T) {
	s := newSite(t)
	s.Refused = map[string]bool{"trash.example": true}
	before := s.State()
	for _, test := range []struct {
		name  string
		pairs []string
		code  int
		want  []string
	}{
		{"nothing", []string{"newsletter", "weekly"}, 422, []string{"Write your e-mail address", `aria-invalid="true"`, `role="alert"`, `href="#signup-email"`, "<title>Please check: Subscribe"}},
		{"no address", []string{"email", "ada at example", "newsletter", "weekly", "topic", "Platform", "name", "Ada"}, 422, []string{"No letter can be sent", `value="ada at example"`, `value="Platform" checked`, `value="Ada"`, "<details open>"}},
		{"accents", []string{"email", "jürgen@example.org", "newsletter", "weekly"}, 422, []string{"without other letters", `value="jürgen@example.org"`}},
		{"refused", []string{"email", "x@trash.example", "newsletter", "weekly"}, 422, []string{"Addresses at trash.example are not accepted"}},
		{"refused below", []string{"email", "x@mx1.Trash.example.", "newsletter", "weekly"}, 422, []string{"Addresses at mx1.trash.example are not accepted"}},
		{"no newsletter", []string{"email", grace}, 422, []string{"Choose at least one", `href="#signup-newsletter"`}},
		{"a newsletter that is none", []string{"email", grace, "newsletter", "yearly"}, 422, []string{"Choose at least one"}},
		{"a slip", []string{"email", "grace@gmial.com", "newsletter", "weekly", "topic", "Platform"}, 200, []string{
			"Did you mean grace@gmail.com?", `name="email" value="grace@gmail.com"`, `name="email" value="grace@gmial.com"`, `name="topic" value="Platform"`, `name="sure"`}},
	} {
		got := s.post("/subscribe", s.stamped(test.pairs...))
		if got.code != test.code {
			t.Errorf("%s: %d, want %d", test.name, got.code, test.code)
		}
		for _, want := range test.want {
			if !strings.Contains(got.body, want) {
				t.Errorf("%s: the page lacks %q:\n%s", test.name, want, got.body)
			}
		}
		if got.header.Get("Cache-Control") != "no-store" || len(got.header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s: %v", test.name, got.header)
		}
	}
	if s.State() != before {
		t.Error("something was kept of what could not be")
	}
	// Whichever of the two it was, one press is enough, however quick: the form
	// was read before.
	slip := s.stamped("email", "grace@gmial.com", "newsletter", "weekly")
	if got := s.post("/subscribe", slip); !strings.Contains(got.body, `value="`+slip.Get("stamp")+`"`) {
		t.Errorf("whoever is asked must wait again:\n%s", got.body)
	}
	if got := s.post("/subscribe", s.stamped("email", "grace@gmial.com", "newsletter", "weekly", "sure", "1")); got.code != http.StatusSeeOther {
		t.Errorf("being sure: %d", got.code)
	}
}

// A form on another site has no stamp, and a browser says where it comes from.
func TestEmbeddedForm(t *testing.T) {
	s := newSite(t)
	code := s.get("/subscribe/embed")
	for _, want := range []string{"&lt;form method=&#34;post&#34; action=&#34;" + s.url + "/subscribe&#34;&gt;", "name=&#34;newsletter&#34; value=&#34;weekly&#34;"} {
		if !strings.Contains(code.body, want) {
			t.Errorf("the code to copy lacks %s:\n%s", want, code.body)
		}
	}
	before := s.State()
	elsewhere := []string{"Content-Type", "application/x-www-form-urlencoded", "Origin", "https://blog.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}
	got := s.do(http.MethodPost, "/subscribe", form("email", grace, "newsletter", "weekly").Encode(), elsewhere...)
	if got.code != http.StatusOK || !strings.Contains(got.body, "The Weekly, to "+grace) || strings.Count(got.body, "<button") != 1 {
		t.Fatalf("%d\n%s", got.code, got.body)
	}
	if s.State() != before {
		t.Fatal("a form elsewhere is enough to have a letter sent")
	}
	stamp := regexp.MustCompile(`name="stamp" value="([^"]+)"`).FindStringSubmatch(got.body)
	if stamp == nil || !strings.Contains(got.body, `name="embedded" value="1"`) {
		t.Fatalf("the page cannot be sent:\n%s", got.body)
	}
	// Too soon for a person: the button is shown again. Their time still runs
	// from when they saw it first.
	if got := s.post("/subscribe", form("email", grace, "newsletter", "weekly", "stamp", stamp[1])); got.code != http.StatusOK || s.State() != before || !strings.Contains(got.body, stamp[1]) {
		t.Errorf("at once: %d\n%s", got.code, got.body)
	}
	// A button is pressed sooner than a form is filled in.
	if err := s.Tokens.ParseStamp(stamp[1], time.Now().Add(600*time.Millisecond)); err != nil {
		t.Errorf("pressed within a second: %v", err)
	}
	if got := s.post("/subscribe", s.stamped("email", grace, "newsletter", "weekly", "embedded", "1")); got.code != http.StatusSeeOther {
		t.Errorf("after a minute: %d", got.code)
	}
	s.deliver()
	s.post(s.linkIn(s.LetterTo(grace), "/confirm/"), nil)
	reader, err := s.DB.ByEmail(t.Context(), grace)
	s.Must(err)
	log, err := s.DB.Consents(t.Context(), reader.ID)
	s.Must(err)
	if log[0].Way != subscribers.ByEmbed {
		t.Errorf("the log says %q", log[0].Way)
	}
	// Without any newsletter named, all are meant.
	if got := s.do(http.MethodPost, "/subscribe", "email=x%40y.example", elsewhere...); !strings.Contains(got.body, "The Weekly and Dates, to x@y.example") {
		t.Errorf("naming none:\n%s", got.body)
	}
	// Nothing else may be posted from there.
	for _, path := range []string{"/preferences", "/confirm/x", "/preferences/x", "/preferences/x/erase"} {
		if got := s.do(http.MethodPost, path, "email=x%40y.example", elsewhere...); got.code != http.StatusForbidden {
			t.Errorf("POST %s from elsewhere: %d", path, got.code)
		}
	}
}

// What programs send is answered politely, and nothing comes of it.
func TestHostileSignUps(t *testing.T) {
	s := newSite(t)
	before := s.State()
	ten := strings.Repeat("&topic=Platform", 10_000)
	old := s.Tokens.Stamp(time.Now().Add(-25 * time.Hour))
	good := s.stamped("email", grace, "newsletter", "weekly")
	with := func(name, value string) string {
		f := s.stamped("email", grace, "newsletter", "weekly")
		f.Set(name, value)
		return f.Encode()
	}
	const urlencoded = "application/x-www-form-urlencoded"
	for _, test := range []struct {
		name, kind, body string
		code             int
	}{
		{"a full honeypot", urlencoded, with("website", "https://pills.example"), 303},
		{"a megabyte", urlencoded, with("name", strings.Repeat("x", 1<<20)), 413},
		{"ten thousand topics", urlencoded, good.Encode() + ten, 413},
		{"a header in the address", urlencoded, with("email", "a@b.example\r\nBcc: c@d.example"), 422},
		{"two addresses", urlencoded, with("email", "a@b.example, c@d.example"), 422},
		{"no UTF-8", urlencoded, strings.Replace(good.Encode(), "email=grace", "email=gr%ff%fece", 1), 422},
		{"a NUL", urlencoded, with("email", "a\x00@b.example"), 422},
		{"bad escapes", urlencoded, good.Encode() + "&%zz", 400},
		{"JSON", "application/json", `{"email":"` + grace + `"}`, 422},
		{"UTF-16", "application/x-www-form-urlencoded; charset=utf-16", "\xfe\xff\x00e\x00m", 422},
		{"broken multipart", "multipart/form-data; boundary=x", "--x\r\nContent", 400},
		{"no stamp", urlencoded, with("stamp", ""), 200},
		{"a stamp of yesterday", urlencoded, with("stamp", old), 200},
		{"a stamp of tomorrow", urlencoded, with("stamp", s.Tokens.Stamp(time.Now().Add(24*time.Hour))), 200},
		{"a stamp that is another token", urlencoded, with("stamp", s.Tokens.Preferences(s.IDs[webtest.Ada], "")), 200},
		{"a long address", urlencoded, with("email", strings.Repeat("a", 60_000)+"@b.example"), 422},
	} {
		got := s.do(http.MethodPost, "/subscribe", test.body, "Content-Type", test.kind)
		if got.code != test.code {
			t.Errorf("%s: %d, want %d", test.name, got.code, test.code)
		}
		if len(got.body) > 60<<10 {
			t.Errorf("%s: %d bytes come back", test.name, len(got.body))
		}
	}
	if s.State() != before {
		t.Error("something was kept")
	}
	// What may be sent is sent clean.
	got := s.post("/subscribe", s.stamped("email", grace, "newsletter", "weekly", "name", "Gr\r\nBcc: x@y.example\x00\u202eace "+strings.Repeat("z", 500), "topic", "Platform\r\nX: y"))
	if got.code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", got.code, got.body)
	}
	s.deliver()
	l := s.LetterTo(grace)
	if strings.Contains(string(l.Source), "\nBcc:") || strings.Contains(l.To, "Bcc: x@y.example,") {
		t.Errorf("a header was smuggled in:\n%s", l.Source)
	}
	s.post(s.linkIn(l, "/confirm/"), nil)
	reader, err := s.DB.ByEmail(t.Context(), grace)
	s.Must(err)
	if want := "Gr Bcc: x@y.example ace " + strings.Repeat("z", 100-24); reader.Name != want || len(reader.Topics) != 0 {
		t.Errorf("kept %q %q, want %q", reader.Name, reader.Topics, want)
	}
}

// A stamp may be used again; what that wins is bounded by the limits.
func TestLimits(t *testing.T) {
	s := newSite(t)
	s.Strangers = NewStrangers(SignUpsPerHour)
	stamped := s.stamped("newsletter", "weekly")
	sent, waits := 0, 0
	for i := range 60 {
		stamped.Set("email", fmt.Sprintf("victim%d@newcomers.example", i))
		switch got := s.post("/subscribe", stamped); got.code {
		case http.StatusSeeOther:
			sent++
		case http.StatusTooManyRequests:
			waits++
			if got.header.Get("Retry-After") != "60" || !strings.Contains(got.body, "Please try again in a minute.") || got.header.Get("Cache-Control") != "no-store" {
				t.Fatalf("%v\n%s", got.header, got.body)
			}
		default:
			t.Fatalf("%d\n%s", got.code, got.body)
		}
	}
	if sent != 30 || waits != 30 {
		t.Errorf("%d sent, %d told to wait; want 30 of 60", sent, waits)
	}
	if got := s.post("/preferences", form("email", webtest.Ada)); got.code != http.StatusTooManyRequests {
		t.Errorf("another form, same network: %d", got.code)
	}
	if got := s.do(http.MethodPost, "/subscribe", "", "Accept-Language", "de"); !strings.Contains(got.body, "Bitte versuchen Sie es in einer Minute noch einmal.") {
		t.Errorf("in German:\n%s", got.body)
	}

}

// One address, from networks all over the world.
func TestLimitsOfAnAddress(t *testing.T) {
	s := newSite(t)
	s.Proxies, s.Strangers = parsePrefixes(t, "127.0.0.0/8"), NewStrangers(SignUpsPerHour)
	codes := map[int]int{}
	for i := range 20 {
		body := s.stamped("email", grace, "newsletter", "weekly").Encode()
		got := s.do(http.MethodPost, "/subscribe", body, "Content-Type", "application/x-www-form-urlencoded", "X-Forwarded-For", fmt.Sprintf("203.0.%d.7", i))
		codes[got.code]++
	}
	s.deliver()
	if codes[303] != 5 || codes[429] != 15 || s.lettersTo(grace) != 1 {
		t.Errorf("one address: %v, %d letters", codes, s.lettersTo(grace))
	}
}

// Who is sent away costs next to nothing: nothing of the database is touched,
// and no page is made.
func BenchmarkRefusedSignUp(b *testing.B) {
	s := refusing(b)
	h := s.waits(s.signUp)
	body := "email=x%40y.example&newsletter=weekly"
	for b.Loop() {
		if code := postTo(h, body); code != http.StatusTooManyRequests {
			b.Fatal(code)
		}
	}
}

func TestRefusedSignUpTouchesNothing(t *testing.T) {
	s := refusing(t)
	if code := postTo(s.waits(s.signUp), "email=x%40y.example"); code != http.StatusTooManyRequests {
		t.Fatal(code)
	}
	h := s.waits(s.signUp)
	if n := testing.AllocsPerRun(100, func() { postTo(h, "") }); n > 120 {
		t.Errorf("%.0f allocations to send somebody away", n)
	}
}
