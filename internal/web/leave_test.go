package web

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/subscribers"
)

// oneClick is the body of RFC 8058, literally.
const oneClick = "List-Unsubscribe=One-Click"

func TestUnsubscribePage(t *testing.T) {
	s := newSite(t)
	link := "/unsubscribe/" + s.Tokens.Leave(s.IDs[webtest.Ada], "weekly")

	ask := s.get(link)
	if !strings.Contains(ask.body, "The Weekly") || !strings.Contains(ask.body, `method="post" action="`+link+`"`) {
		t.Fatalf("the page does not ask:\n%s", ask.body)
	}
	done := s.post(link, nil)
	if _, taken := s.Reader(webtest.Ada); taken != "dates" || done.code != http.StatusOK || !strings.Contains(done.body, link+"/undo") {
		t.Fatalf("after the button: %d, takes %q\n%s", done.code, taken, done.body)
	}
	for range 2 { // the page stays true however it is reached
		for _, got := range []answer{s.get(link), s.post(link, nil)} {
			if got.code != http.StatusOK || !strings.Contains(got.body, link+"/undo") {
				t.Errorf("who has left is told %d\n%s", got.code, got.body)
			}
		}
	}
	for range 2 {
		undone := s.post(link+"/undo", nil)
		if _, taken := s.Reader(webtest.Ada); undone.code != http.StatusOK || taken != "dates weekly" {
			t.Errorf("after undo: %d, takes %q", undone.code, taken)
		}
	}
}

func TestUnsubscribeFromEverything(t *testing.T) {
	s := newSite(t)
	link := "/unsubscribe/" + s.Tokens.Leave(s.IDs[webtest.Ada], "weekly")
	done := s.post(link+"/everything", nil)
	reader, taken := s.Reader(webtest.Ada)
	if taken != "" || reader.Status != subscribers.Left || !strings.Contains(done.body, link+"/undo-all") {
		t.Fatalf("%s takes %q\n%s", reader.Status, taken, done.body)
	}
	s.post(link+"/undo-all", nil)
	if reader, taken := s.Reader(webtest.Ada); taken != "dates weekly" || reader.Status != subscribers.Active {
		t.Errorf("after undo: %s takes %q", reader.Status, taken)
	}
}

// What was left some other day is not brought back by undoing today's.
func TestUndoBringsBackNoMore(t *testing.T) {
	s := newSite(t)
	s.Must(s.DB.Leave(context.Background(), s.IDs[webtest.Ada], "dates", subscribers.Consent{}, time.Now().Add(-24*time.Hour)))
	link := "/unsubscribe/" + s.Tokens.Leave(s.IDs[webtest.Ada], "weekly")
	s.post(link+"/everything", nil)
	s.post(link+"/undo-all", nil)
	if _, taken := s.Reader(webtest.Ada); taken != "weekly" {
		t.Errorf("takes %q, want weekly", taken)
	}
}

// A mail service posts without cookies, origin or session, and may do so
// twice. RFC 8058, 3.1: urlencoded or multipart, acts at once, no redirect.
func TestOneClick(t *testing.T) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	if err := w.WriteField("List-Unsubscribe", "One-Click"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	for _, test := range []struct{ name, kind, body string }{
		{"urlencoded", "application/x-www-form-urlencoded", oneClick},
		{"multipart", w.FormDataContentType(), form.String()},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t)
			link := strings.Trim(s.LetterTo(webtest.Ada).Value("List-Unsubscribe"), "<>")
			path, ours := strings.CutPrefix(link, s.url)
			if !ours {
				t.Fatalf("List-Unsubscribe: %q", link)
			}
			for range 2 {
				got := s.do(http.MethodPost, path, test.body, "Content-Type", test.kind)
				if got.code != http.StatusOK || got.body != "" || len(got.header.Values("Set-Cookie")) > 0 {
					t.Errorf("answer %d %q %v", got.code, got.body, got.header)
				}
				if _, taken := s.Reader(webtest.Ada); taken != "dates" {
					t.Errorf("takes %q, want dates", taken)
				}
			}
		})
	}
}

// Whatever is in the body, who posts to the link wants to leave.
func TestLeaveWhateverTheBody(t *testing.T) {
	for name, test := range map[string]struct{ kind, body string }{
		"nothing":          {"", ""},
		"json":             {"application/json", `{"a":1}`},
		"broken multipart": {"multipart/form-data; boundary=x", "--x\r\nContent"},
		"no boundary":      {"multipart/form-data", "--x"},
		"too much":         {"application/x-www-form-urlencoded", "a=" + strings.Repeat("b", 2*largestForm)},
		"bad escapes":      {"application/x-www-form-urlencoded", "%zz=%"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			got := s.do(http.MethodPost, "/unsubscribe/"+s.Tokens.Leave(s.IDs[webtest.Ada], "weekly"), test.body, "Content-Type", test.kind)
			if _, taken := s.Reader(webtest.Ada); got.code != http.StatusOK || taken != "dates" {
				t.Errorf("%d, takes %q", got.code, taken)
			}
		})
	}
}

func TestStrangeLinks(t *testing.T) {
	s := newSite(t)
	id := s.IDs[webtest.Ada]
	good := s.Tokens.Leave(id, "weekly")
	foreign := (&subscribers.Tokens{Key: bytes.Repeat([]byte("other"), 8)}).Leave(id, "weekly")
	before := s.State()
	for name, token := range map[string]string{
		"nonsense": "nonsense", "cut off": good[:len(good)-1], "of another server": foreign,
		"for preferences": s.Tokens.Preferences(id, "weekly"), "nobody": s.Tokens.Leave(999, "weekly"),
		"long": strings.Repeat("a", 5000), "a path": "..%2f..%2f" + good,
	} {
		for _, path := range []string{"", "/everything", "/undo", "/undo-all"} {
			got := s.post("/unsubscribe/"+token+path, url.Values{})
			if got.code != http.StatusNotFound || !strings.Contains(got.body, "We do not know this link") {
				t.Errorf("POST to a link that is %s%s: %d", name, path, got.code)
			}
		}
		if got := s.get("/unsubscribe/" + token); got.code != http.StatusNotFound {
			t.Errorf("a link that is %s: %d", name, got.code)
		}
	}
	if s.State() != before {
		t.Error("a strange link changed something")
	}
}

// Nobody is left to ask, and a mail service that asks has what it wants.
func TestErasedReader(t *testing.T) {
	s := newSite(t)
	link := "/unsubscribe/" + s.Tokens.Leave(s.IDs[webtest.Ada], "weekly")
	s.Must(s.DB.Erase(context.Background(), s.IDs[webtest.Ada], subscribers.Consent{}, time.Now()))
	if got := s.get(link); got.code != http.StatusNotFound {
		t.Errorf("page: %d", got.code)
	}
	if got := s.post(link, nil); got.code != http.StatusNotFound {
		t.Errorf("button: %d", got.code)
	}
	if got := s.do(http.MethodPost, link, oneClick, "Content-Type", "application/x-www-form-urlencoded"); got.code != http.StatusOK || got.body != "" {
		t.Errorf("one click: %d %q", got.code, got.body)
	}
}

// A letter may be forwarded: its links must not tell whose it was, and the
// pages are in the language of the letter.
func TestPersonalPages(t *testing.T) {
	s := newSite(t)
	id := s.IDs[webtest.Ben]
	for path, words := range map[string]string{
		"/unsubscribe/" + s.Tokens.Leave(id, "weekly"):       "Soll The Weekly nicht mehr an b••@readers.example gehen?",
		"/preferences/" + s.Tokens.Preferences(id, "weekly"): "b••@readers.example",
	} {
		got := s.get(path)
		if strings.Contains(got.body, webtest.Ben) || !strings.Contains(got.body, words) || !strings.Contains(got.body, `lang="de"`) {
			t.Errorf("%s:\n%s", path[:13], got.body)
		}
		if got.header.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s tells its address to others: %q", path[:13], got.header.Get("Referrer-Policy"))
		}
		if strings.Contains(got.body, "https://") && strings.Contains(got.body, `src="https://`) {
			t.Errorf("%s loads something from elsewhere", path[:13])
		}
	}
}

func TestOtherSitesCannotPress(t *testing.T) {
	s := newSite(t)
	before := s.State()
	for _, path := range []string{"/unsubscribe/" + s.Tokens.Leave(s.IDs[webtest.Ada], "weekly") + "/undo", "/preferences/" + s.Tokens.Preferences(s.IDs[webtest.Ada], "weekly")} {
		for _, headers := range [][]string{
			{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
			{"Sec-Fetch-Site", "same-site", "Origin", "https://evil.example"},
			{"Origin", "https://evil.example"},
			{"Origin", "null"},
		} {
			headers = append(headers, "Content-Type", "application/x-www-form-urlencoded")
			got := s.do(http.MethodPost, path, "do=stop-all", headers...)
			if got.code != http.StatusForbidden {
				t.Errorf("%v: %d", headers, got.code)
			}
		}
	}
	if s.State() != before {
		t.Error("something changed")
	}
	// A proxy may show us another Host than the reader has.
	got := s.do(http.MethodPost, "/unsubscribe/"+s.Tokens.Leave(s.IDs[webtest.Ada], "weekly")+"/undo", "", "Origin", s.url)
	if got.code != http.StatusOK {
		t.Errorf("our own origin: %d", got.code)
	}
}

// Leaving is the exception: the token in the address is all it takes, and mail
// programs in a browser send the one click with an origin of their own.
func TestOneClickFromAnywhere(t *testing.T) {
	for _, origin := range []string{"https://mail.example", "null"} {
		s := newSite(t)
		id := s.IDs[webtest.Ada]
		got := s.do(http.MethodPost, "/unsubscribe/"+s.Tokens.Leave(id, "weekly"), oneClick,
			"Origin", origin, "Sec-Fetch-Site", "cross-site", "Content-Type", "application/x-www-form-urlencoded")
		subs, err := s.DB.Subscriptions(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		left := slices.ContainsFunc(subs, func(sub subscribers.Subscription) bool { return sub.Newsletter == "weekly" && !sub.Left.IsZero() })
		if got.code != http.StatusOK || got.body != "" || !left {
			t.Errorf("from %s: %d %q, left %v", origin, got.code, got.body, left)
		}
	}
}
