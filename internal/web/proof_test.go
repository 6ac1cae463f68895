package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/subscribers"
)

// Who got a forwarded letter has the link in it, but not what it leads to:
// whose letter it was, and what is kept of them.
func TestForwardedLetter(t *testing.T) {
	s := newSite(t)
	link := "/preferences/" + s.Tokens.Preferences(s.IDs[webtest.Ada], "weekly")
	before := s.State()
	for _, below := range []string{"", "/data", "/erase", "/address", "/address/sent"} {
		if got := s.get(link + below); got.code != http.StatusOK || strings.Contains(got.body, webtest.Ada) || below != "/address/sent" && !strings.Contains(got.body, "a••@readers.example") {
			t.Errorf("%s: %d\n%s", below, got.code, got.body)
		}
	}
	for _, below := range []string{"/data", "/erase", "/address"} {
		for _, guess := range []string{"", webtest.Ben, "a@readers.example", "a••@readers.example", strings.Repeat("a", 5000)} {
			got := s.post(link+below, form("email", guess, "new", "mallory@evil.example"))
			if got.code != http.StatusUnprocessableEntity || strings.Contains(got.body, webtest.Ada) || !strings.Contains(got.body, "This is not the address") {
				t.Errorf("%s with %q: %d\n%s", below, guess, got.code, got.body)
			}
		}
	}
	if s.State() != before {
		t.Error("something changed")
	}
}

func TestGuessingIsSlow(t *testing.T) {
	s := newSite(t)
	s.Strangers = NewStrangers(SignUpsPerHour)
	link := "/preferences/" + s.Tokens.Preferences(s.IDs[webtest.Ada], "weekly")
	codes := map[int]int{}
	for range 10 {
		codes[s.post(link+"/data", form("email", webtest.Ben)).code]++
	}
	if codes[422] != 5 || codes[429] != 5 {
		t.Errorf("ten guesses: %v", codes)
	}
}

func TestDownload(t *testing.T) {
	s := newSite(t)
	link := s.signUpAs(grace, "topic", "Platform", "name", "Grace")
	got := s.post(link+"/data", form("email", "GRACE@newcomers.example"))
	if got.code != http.StatusOK || got.header.Get("Content-Disposition") != `attachment; filename="my-data.json"` || got.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", got.code, got.header)
	}
	var f file
	dec := json.NewDecoder(strings.NewReader(got.body))
	dec.DisallowUnknownFields()
	s.Must(dec.Decode(&f))
	if f.Reader.Email != grace || f.Reader.Name != "Grace" || len(f.Newsletters) != 1 || f.Newsletters[0].Newsletter != "weekly" || len(f.Log) != 2 {
		t.Errorf("the file:\n%s", got.body)
	}
	for _, list := range []string{`"requests": null`, `"editions": null`, `"cities": null`} {
		if strings.Contains(got.body, list) {
			t.Errorf("the file has %s", list)
		}
	}
	ada := s.post("/preferences/"+s.Tokens.Preferences(s.IDs[webtest.Ada], "")+"/data", form("email", webtest.Ada))
	f = file{}
	s.Must(json.Unmarshal([]byte(ada.body), &f))
	if len(f.Editions) != 1 || f.Editions[0].Edition != s.Edition || f.Editions[0].State != "sent" || len(f.Editions[0].Items) == 0 {
		t.Errorf("what was sent:\n%s", ada.body)
	}
}

func TestErasing(t *testing.T) {
	s := newSite(t)
	link := "/preferences/" + s.Tokens.Preferences(s.IDs[webtest.Ada], "weekly")
	got := s.post(link+"/erase", form("email", webtest.Ada))
	if got.code != http.StatusOK || !strings.Contains(got.body, "Everything is deleted") || strings.Contains(got.body, "@") {
		t.Fatalf("%d\n%s", got.code, got.body)
	}
	if _, err := s.DB.Subscriber(t.Context(), s.IDs[webtest.Ada]); !errors.Is(err, subscribers.ErrNotFound) {
		t.Errorf("the reader is still there: %v", err)
	}
	for _, path := range []string{link, link + "/data", link + "/erase", link + "/address"} {
		if again := s.get(path); again.code != http.StatusNotFound || !strings.Contains(again.body, "We do not know this link") {
			t.Errorf("%s afterwards: %d", path, again.code)
		}
	}
	if again := s.post(link+"/erase", form("email", webtest.Ada)); again.code != http.StatusNotFound {
		t.Errorf("erasing twice: %d", again.code)
	}
	// They may come back by themselves.
	s.signUpAs(webtest.Ada)
}

func TestNewAddress(t *testing.T) {
	s := newSite(t)
	link := "/preferences/" + s.Tokens.Preferences(s.IDs[webtest.Ada], "weekly")
	for address, want := range map[string]string{
		"nonsense": "No letter can be sent", "": "Write your e-mail address", webtest.Ada: "Letters go to this address already", "ADA@readers.example": "Letters go to this address already",
	} {
		if got := s.post(link+"/address", form("email", webtest.Ada, "new", address)); got.code != http.StatusUnprocessableEntity || !strings.Contains(got.body, want) {
			t.Errorf("to %q: %d\n%s", address, got.code, got.body)
		}
	}
	ask := func(address string) {
		t.Helper()
		got := s.post(link+"/address", form("email", webtest.Ada, "new", address))
		if got.code != http.StatusSeeOther || got.header.Get("Location") != link+"/address/sent" {
			t.Fatalf("to %s: %d to %q\n%s", address, got.code, got.header.Get("Location"), got.body)
		}
		s.deliver()
	}
	ask(webtest.Eve) // somebody else's: she is told, and nothing else happens
	if n := s.lettersTo(webtest.Eve); n != 1 {
		t.Errorf("%d letters to whose address it is", n)
	}
	ask(grace)
	confirm := s.linkIn(s.LetterTo(grace), "/confirm/")
	before := s.State()
	if got := s.get(confirm); got.code != http.StatusOK || !strings.Contains(got.body, "Yes, write to g••@newcomers.example") || strings.Count(got.body, "<button") != 1 || s.State() != before {
		t.Fatalf("the page to confirm: %d\n%s", got.code, got.body)
	}
	old := s.lettersTo(webtest.Ada)
	done := s.post(confirm, nil)
	if done.code != http.StatusOK || !strings.Contains(done.body, "letters go to g••@newcomers.example") {
		t.Fatalf("%d\n%s", done.code, done.body)
	}
	if reader, taken := s.Reader(webtest.Ada); reader.Email != grace || taken != "dates weekly" {
		t.Errorf("letters go to %s: %q", reader.Email, taken)
	}
	s.deliver()
	if s.lettersTo(webtest.Ada) != old+1 {
		t.Error("the old address was not told")
	}
	if again := s.post(confirm, nil); again.code != http.StatusOK || !strings.Contains(again.body, "g••@newcomers.example") {
		t.Errorf("a second press: %d\n%s", again.code, again.body)
	}
}

// Between asking and confirming somebody else may have come with the address.
func TestNewAddressIsTaken(t *testing.T) {
	s := newSite(t)
	token := s.Asked(subscribers.Request{Kind: subscribers.NewAddress, Subscriber: s.IDs[webtest.Ada], Email: grace})
	s.Subscribe(subscribers.ImportRow{Email: grace, Newsletters: []string{"weekly"}})
	got := s.post("/confirm/"+token, nil)
	if reader, _ := s.Reader(webtest.Ada); got.code != http.StatusConflict || !strings.Contains(got.body, "This address gets letters already") || reader.Email != webtest.Ada {
		t.Errorf("%d, letters go to %s\n%s", got.code, reader.Email, got.body)
	}
}

func TestLinkToPreferences(t *testing.T) {
	s := newSite(t)
	if got := s.get("/preferences"); got.code != http.StatusOK || !strings.Contains(got.body, "Send me the link") {
		t.Errorf("%d\n%s", got.code, got.body)
	}
	for range 3 {
		if got := s.post("/preferences", form("email", "Ben@Readers.example")); got.code != http.StatusSeeOther || got.header.Get("Location") != "/preferences/sent" {
			t.Fatalf("%d to %q", got.code, got.header.Get("Location"))
		}
	}
	s.deliver()
	if n := s.lettersTo(webtest.Ben); n != 2 { // that of the edition, and one with the link
		t.Errorf("%d letters", n)
	}
	link := s.linkIn(s.LetterTo(webtest.Ben), "/preferences/")
	if got := s.get(link); got.code != http.StatusOK || !strings.Contains(got.body, "Ihre Einstellungen") {
		t.Errorf("the link in the letter: %d\n%s", got.code, got.body)
	}
	if got := s.post("/preferences", form("email", "ben")); got.code != http.StatusUnprocessableEntity || !strings.Contains(got.body, `value="ben"`) {
		t.Errorf("no address: %d\n%s", got.code, got.body)
	}
}

func TestLinksThatAreTooOld(t *testing.T) {
	s := newSite(t)
	long := time.Now().Add(-subscribers.RequestLife - time.Hour)
	request := func(r subscribers.Request, confirmed bool) string {
		t.Helper()
		id, err := s.DB.Ask(t.Context(), r, long)
		s.Must(err)
		if confirmed {
			_, err = s.DB.Confirm(t.Context(), id, subscribers.Consent{}, nil, long.Add(time.Minute))
			s.Must(err)
		}
		kept, err := s.DB.Request(t.Context(), id)
		s.Must(err)
		return "/confirm/" + s.Tokens.Confirm(kept)
	}
	late := request(subscribers.Request{Kind: subscribers.SignUp, Email: "late@newcomers.example", Newsletters: []string{"weekly"}, Language: "fr"}, false)
	done := request(subscribers.Request{Kind: subscribers.SignUp, Email: grace, Newsletters: []string{"weekly"}}, true)
	move := request(subscribers.Request{Kind: subscribers.NewAddress, Subscriber: s.IDs[webtest.Ben], Email: "ben@newcomers.example"}, false)
	gone := "/confirm/" + s.Tokens.Confirm(&subscribers.Request{ID: 999, Made: time.Now()})
	before := s.State()
	for _, test := range []struct {
		name, path string
		code       int
		want       string
	}{
		{"never confirmed", late, http.StatusGone, "Ce lien est trop ancien"},
		{"confirmed in time", done, http.StatusOK, "You are already in"},
		{"another address", move, http.StatusGone, "give the new address again"},
		{"forgotten", gone, http.StatusGone, "This link is too old"},
		{"a token of another kind", "/confirm/" + s.Tokens.Leave(s.IDs[webtest.Ada], "weekly"), http.StatusNotFound, "We do not know this link"},
		{"nonsense", "/confirm/x", http.StatusNotFound, "We do not know this link"},
	} {
		for _, got := range []answer{s.get(test.path), s.post(test.path, nil)} {
			if got.code != test.code || !strings.Contains(got.body, test.want) {
				t.Errorf("%s: %d, want %d and %q\n%s", test.name, got.code, test.code, test.want, got.body)
			}
		}
	}
	if got := s.get(late); !strings.Contains(got.body, `href="/subscribe"`) {
		t.Errorf("no way to another link:\n%s", got.body)
	}
	if s.State() != before {
		t.Error("something changed")
	}
}

func TestFileOfNobody(t *testing.T) {
	b, err := json.Marshal(fileOf("T", &subscribers.Account{}, nil, time.Unix(0, 0)))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"publication":"T","made":"1970-01-01T00:00:00Z","reader":{"email":"","name":"","topics":[],"cities":[],"language":"","timezone":"","status":"","paused_until":null,"since":"0001-01-01T00:00:00Z","consent":""},"newsletters":[],"log":[],"requests":[],"letters":[],"editions":[]}`
	if diff := cmp.Diff(want, string(b)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
