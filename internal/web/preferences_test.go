package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

func TestPreferences(t *testing.T) {
	s := newSite(t)
	link := "/preferences/" + s.Tokens.Preferences(s.readers[ben], "weekly")
	press := func(pairs ...string) {
		t.Helper()
		form := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			form.Add(pairs[i], pairs[i+1])
		}
		got := s.post(link, form)
		if got.code != http.StatusSeeOther || got.header.Get("Location") != link+"?saved" {
			t.Fatalf("%v: %d to %q", pairs, got.code, got.header.Get("Location"))
		}
		if page := s.get(got.header.Get("Location")); page.code != http.StatusOK || !strings.Contains(page.body, "Gespeichert") {
			t.Fatalf("%v leads to %d", pairs, page.code)
		}
	}
	has := func(want string) {
		t.Helper()
		if got := s.get(link).body; !strings.Contains(got, want) {
			t.Errorf("the page lacks %q:\n%s", want, got)
		}
	}
	has(`value="Platform" checked`)
	has(`value="London">`)

	press("do", "wish", "topic", "C++", "topic", "Nobody offers this", "city", "London", "city", "Berlin", "city", "Online")
	reader, _ := s.reader(ben)
	if diff := cmp.Diff([][]string{{"C++"}, {"Berlin", "London"}}, [][]string{reader.Topics, reader.Cities}); diff != "" {
		t.Errorf("wishes (-want +got)\n%s", diff)
	}
	press("do", "wish") // none ticked is all
	if reader, _ = s.reader(ben); len(reader.Topics)+len(reader.Cities) != 0 {
		t.Errorf("with none ticked: %q %q", reader.Topics, reader.Cities)
	}

	press("do", "pause")
	reader, _ = s.reader(ben)
	if days := time.Until(reader.Paused).Hours() / 24; days < 27.9 || days > 28 {
		t.Errorf("paused for %.1f days", days)
	}
	has(`value="resume"`)
	press("do", "resume")
	if reader, _ = s.reader(ben); reader.PausedAt(time.Now()) {
		t.Error("still paused")
	}

	press("do", "stop", "newsletter", "weekly")
	if reader, taken := s.reader(ben); taken != "" || reader.Status != subscribers.Left {
		t.Errorf("after stop: %s takes %q", reader.Status, taken)
	}
	has(`value="start"`)
	press("do", "start", "newsletter", "weekly")
	if reader, taken := s.reader(ben); taken != "weekly" || reader.Status != subscribers.Active {
		t.Errorf("after start: %s takes %q", reader.Status, taken)
	}
	press("do", "stop-all")
	if reader, _ = s.reader(ben); reader.Status != subscribers.Left {
		t.Errorf("after stopping all: %s", reader.Status)
	}
}

func TestPreferencesRefuse(t *testing.T) {
	s := newSite(t)
	link := "/preferences/" + s.Tokens.Preferences(s.readers[ada], "weekly")
	before := s.state()
	for name, test := range map[string]struct {
		path, body string
		code       int
	}{
		"nothing":              {link, "", 400},
		"an unknown act":       {link, "do=delete", 400},
		"stopping what":        {link, "do=stop", 400},
		"starting what":        {link, "do=start&newsletter=", 400},
		"bad escapes":          {link, "do=stop-all&%zz", 400},
		"a flood":              {link, "do=stop-all&x=" + strings.Repeat("y", largestForm), 413},
		"a token to leave":     {"/preferences/" + s.Tokens.Leave(s.readers[ada], "weekly"), "do=stop-all", 404},
		"nobody's":             {"/preferences/" + s.Tokens.Preferences(999, ""), "do=stop-all", 404},
		"one-click elsewhere":  {link, oneClick, 400},
		"acts in the query":    {link + "?do=stop-all", "", 400},
		"nobody's, wishing":    {"/preferences/" + s.Tokens.Preferences(999, ""), "do=wish", 404},
		"nobody's, for a rest": {"/preferences/" + s.Tokens.Preferences(999, ""), "do=pause", 404},
	} {
		got := s.do(http.MethodPost, test.path, test.body, "Content-Type", "application/x-www-form-urlencoded")
		if got.code != test.code {
			t.Errorf("%s: %d, want %d", name, got.code, test.code)
		}
	}
	if s.state() != before {
		t.Error("something changed")
	}
}

func TestChoices(t *testing.T) {
	for _, test := range []struct {
		name          string
		offered, have []string
		want          []templates.Choice
	}{
		{"nothing", nil, nil, nil},
		{"sorted by name", []string{"platform", "Culture"}, nil, []templates.Choice{{Value: "Culture"}, {Value: "platform"}}},
		{"ticked however it is spelt", []string{"Engineering Management"}, []string{"#engineering-management"}, []templates.Choice{{Value: "Engineering Management", Ticked: true}}},
		{"kept though nobody offers it now", []string{"A"}, []string{"B"}, []templates.Choice{{Value: "A"}, {Value: "B", Ticked: true}}},
		{"each once", []string{"A", "a"}, []string{"A", " a "}, []templates.Choice{{Value: "A", Ticked: true}}},
		{"no names", []string{"", " "}, []string{""}, nil},
	} {
		if diff := cmp.Diff(test.want, choices(test.offered, test.have, content.TopicKey)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}
	var many []string
	for i := range 3 * mostChoices {
		many = append(many, strings.Repeat("x", i+1))
	}
	have := many[len(many)-1]
	list := choices(many, []string{have}, content.TopicKey)
	if len(list) != mostChoices || chosen(list, []string{have})[0] != have {
		t.Errorf("of many, %d are listed; what the reader has must be among them", len(list))
	}
}
