package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// form makes a form of pairs.
func form(pairs ...string) url.Values {
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return f
}

func TestPreferences(t *testing.T) {
	s := newSite(t)
	link := "/preferences/" + s.Tokens.Preferences(s.IDs[webtest.Ben], "weekly")
	press := func(want string, pairs ...string) {
		t.Helper()
		got := s.post(link, form(pairs...))
		if got.code != http.StatusSeeOther || got.header.Get("Location") != link+"?saved" {
			t.Fatalf("%v: %d to %q", pairs, got.code, got.header.Get("Location"))
		}
		if page := s.get(got.header.Get("Location")); page.code != http.StatusOK || !strings.Contains(page.body, want) {
			t.Fatalf("%v leads to %d without %q:\n%s", pairs, page.code, want, page.body)
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
	has(`value="weekly" checked`)
	has(`value="dates">`)
	has(`<option value="de" lang="de" selected>Deutsch`)

	slot := s.Newsletters[0].Next(time.Now())
	german := s.Catalog.For("de")
	press("Ihre nächste E-Mail ist The Weekly, am "+german.FullDay(slot)+", 08:00 UTC", "do", "save", "newsletter", "weekly", "newsletter", "dates", "newsletter", "unknown",
		"topic", "C++", "topic", "Nobody offers this", "city", "London", "city", "Berlin", "city", "Online", "language", "de", "timezone", "")
	reader, taken := s.Reader(webtest.Ben)
	if diff := cmp.Diff([][]string{{"C++"}, {"Berlin", "London"}}, [][]string{reader.Topics, reader.Cities}); diff != "" || taken != "dates weekly" {
		t.Errorf("takes %q, wishes (-want +got)\n%s", taken, diff)
	}
	// In words of the new language, and at the hour of the new zone.
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	s.Must(err)
	press("Your next letter is The Weekly, on "+s.Catalog.For("en-GB").FullDay(slot.In(tokyo))+", 17:00 JST", "do", "save", "newsletter", "weekly", "language", "", "timezone", "Asia/Tokyo")
	if reader, taken = s.Reader(webtest.Ben); len(reader.Topics)+len(reader.Cities) != 0 || reader.Timezone != "Asia/Tokyo" || taken != "weekly" {
		t.Errorf("with none ticked: %q %q in %s, takes %q", reader.Topics, reader.Cities, reader.Timezone, taken)
	}
	for _, nonsense := range []string{"Mars/Olympus", "Local", "../../etc/passwd", strings.Repeat("x", 5000)} {
		press("Saved.", "do", "save", "newsletter", "weekly", "language", nonsense, "timezone", nonsense)
		if reader, _ = s.Reader(webtest.Ben); reader.Timezone != "Asia/Tokyo" || reader.Language != "" {
			t.Fatalf("nonsense was kept: %q %q", reader.Language, reader.Timezone)
		}
	}

	for weeks, days := range map[string]float64{"": 28, "1": 7, "12": 84} {
		press("Saved.", "do", "pause", "weeks", weeks)
		reader, _ = s.Reader(webtest.Ben)
		if got := time.Until(reader.Paused).Hours() / 24; got < days-.1 || got > days+.1 {
			t.Errorf("paused for %.1f days, want %.0f", got, days)
		}
		has(`value="resume"`)
	}
	press("Saved.", "do", "resume")
	if reader, _ = s.Reader(webtest.Ben); reader.PausedAt(time.Now()) {
		t.Error("still paused")
	}

	press("You get no letters now", "do", "save")
	if reader, taken := s.Reader(webtest.Ben); taken != "" || reader.Status != subscribers.Left {
		t.Errorf("with no newsletter: %s takes %q", reader.Status, taken)
	}
	press("Saved.", "do", "save", "newsletter", "weekly")
	if reader, taken := s.Reader(webtest.Ben); taken != "weekly" || reader.Status != subscribers.Active {
		t.Errorf("with one again: %s takes %q", reader.Status, taken)
	}
	press("You get no letters now", "do", "stop-all")
	if reader, _ = s.Reader(webtest.Ben); reader.Status != subscribers.Left {
		t.Errorf("after stopping all: %s", reader.Status)
	}
}

func TestPreferencesRefuse(t *testing.T) {
	s := newSite(t)
	link := "/preferences/" + s.Tokens.Preferences(s.IDs[webtest.Ada], "weekly")
	nobody := "/preferences/" + s.Tokens.Preferences(999, "")
	before := s.State()
	for name, test := range map[string]struct {
		path, body string
		code       int
	}{
		"nothing":              {link, "", 400},
		"an unknown act":       {link, "do=delete", 400},
		"no weeks at all":      {link, "do=pause&weeks=0", 400},
		"too many weeks":       {link, "do=pause&weeks=13", 400},
		"weeks that are none":  {link, "do=pause&weeks=x", 400},
		"bad escapes":          {link, "do=stop-all&%zz", 400},
		"a flood":              {link, "do=stop-all&x=" + strings.Repeat("y", largestForm), 413},
		"a token to leave":     {"/preferences/" + s.Tokens.Leave(s.IDs[webtest.Ada], "weekly"), "do=stop-all", 404},
		"nobody's":             {nobody, "do=stop-all", 404},
		"one-click elsewhere":  {link, oneClick, 400},
		"acts in the query":    {link + "?do=stop-all", "", 400},
		"nobody's, saving":     {nobody, "do=save", 404},
		"nobody's, for a rest": {nobody, "do=pause", 404},
	} {
		got := s.do(http.MethodPost, test.path, test.body, "Content-Type", "application/x-www-form-urlencoded")
		if got.code != test.code {
			t.Errorf("%s: %d, want %d", name, got.code, test.code)
		}
	}
	if s.State() != before {
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
	if len(list) != mostChoices || ticked(tick(list, []string{have}, content.TopicKey))[0] != have {
		t.Errorf("of many, %d are listed; what the reader has must be among them", len(list))
	}
}
