package notes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// village is where two people are known, and two requests.
type village struct{}

var today = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)

func (village) Request(_ context.Context, id int64) (*subscribers.Request, error) {
	q := subscribers.Request{
		ID: id, Kind: subscribers.SignUp, Email: "maya@example.com", Newsletters: []string{"weekly"}, Topics: []string{"Culture"}, Made: today,
		Consent: subscribers.Consent{Text: "I want this letter and know that I can leave at any time."},
	}
	switch id {
	case 1:
	case 2:
		q.Newsletters, q.Topics, q.Cities = []string{"weekly", "gone", "alerts"}, nil, []string{"London", "Berlin"}
	case 3:
		q.Kind, q.Newsletters, q.Subscriber = subscribers.NewAddress, nil, 7
	case 4:
		q.Done = today
	default:
		return nil, subscribers.ErrNoRequest
	}
	return &q, nil
}

func (village) Subscriber(_ context.Context, id int64) (*subscribers.Subscriber, error) {
	switch id {
	case 7, 8:
		return &subscribers.Subscriber{ID: id, Email: "maya@example.com", Topics: []string{"Culture"}, Since: today}, nil
	case 500:
		return nil, errors.New("the database is away")
	}
	return nil, subscribers.ErrNotFound
}

func (village) Subscriptions(_ context.Context, id int64) ([]subscribers.Subscription, error) {
	all := []subscribers.Subscription{{Subscriber: id, Newsletter: "alerts", Left: today}, {Subscriber: id, Newsletter: "weekly"}}
	if id == 8 {
		all[0].Left = time.Time{}
	}
	return all, nil
}

func writer(t *testing.T) *Writer {
	t.Helper()
	catalog := i18n.BuiltIn()
	set, err := templates.Load(nil, templates.Theme{}, catalog)
	if err != nil {
		t.Fatal(err)
	}
	return &Writer{
		Publication: templates.Publication{Title: "The Example Lead", URL: "https://news.example.com", Address: "1 Example Street, London"},
		Language:    "en", Zone: time.UTC,
		From:      mailer.Address{Name: "The Example Lead", Email: "news@example.com"},
		Templates: set, Catalog: catalog, Key: []byte("of message-ids"),
		Tokens: &subscribers.Tokens{Key: []byte("sixteen bytes, or more")},
		Newsletters: []Newsletter{
			{Name: "weekly", Title: "The Weekly", Description: "What we published this week, on Tuesdays.", Next: func(now time.Time) time.Time { return now.AddDate(0, 0, 7) }},
			{Name: "alerts", Title: "Alerts", Next: func(time.Time) time.Time { return time.Time{} }},
		},
		People: village{},
		SignIn: func(_ context.Context, email string, now time.Time) (string, time.Time, error) {
			if email == "nobody@example.com" {
				return "", time.Time{}, fmt.Errorf("editor: %w", ErrMoot)
			}
			return "https://news.example.com/desk/sign-in/TOKEN", now.Add(30 * time.Minute), nil
		},
		Latest: func(_ context.Context, newsletter string) (string, error) {
			if newsletter == "weekly" {
				return "https://news.example.com/editions/weekly/2026-11-17T08:00", nil
			}
			return "", nil
		},
	}
}

// sorts are notes of every kind, by what is special about them.
func sorts() map[string]Note {
	return map[string]Note{
		"confirm":         {ID: 1, Kind: Confirm, Request: 1},
		"confirm-many":    {ID: 2, Kind: Confirm, Request: 2},
		"known":           {ID: 3, Kind: Known, Subscriber: 7},
		"known-many":      {ID: 4, Kind: Known, Subscriber: 8},
		"address":         {ID: 5, Kind: Address, Request: 3, Subscriber: 7},
		"address-from":    {ID: 6, Kind: Address, Request: 3, Subscriber: 7, Payload: map[string]string{Other: "m•••@example.org"}},
		"address-changed": {ID: 7, Kind: AddressChanged, Subscriber: 7, Payload: map[string]string{Other: "m•••@example.org"}},
		"preferences":     {ID: 8, Kind: Preferences, Subscriber: 7},
		"welcome":         {ID: 9, Kind: Welcome, Subscriber: 7, Payload: map[string]string{Newsletters: "weekly"}},
		"welcome-many":    {ID: 10, Kind: Welcome, Subscriber: 8, Payload: map[string]string{Newsletters: Join([]string{"alerts", "weekly"})}},
		"sign-in":         {ID: 11, Kind: SignIn},
		"test":            {ID: 12, Kind: Test},
	}
}

var languages = []string{"en", "de", "fr", "es", "ar"}

// Every letter is whole in every language: no word is missing, the one link it
// is about is in both parts, and only the welcome can be unsubscribed from.
func TestEveryNoteInEveryLanguage(t *testing.T) {
	w := writer(t)
	links := map[Kind]string{
		Confirm: "/confirm/", Known: "/preferences/", Address: "/confirm/", AddressChanged: "/subscribe",
		Preferences: "/preferences/", Welcome: "/editions/weekly/", SignIn: "/desk/sign-in/TOKEN", Test: "https://news.example.com/",
	}
	subjects := map[string]string{}
	for name, n := range sorts() {
		for _, lang := range languages {
			n.Language, n.To = lang, "maya@example.com"
			m, err := w.Write(t.Context(), &n, today)
			if err != nil {
				t.Fatalf("%s in %s: %v", name, lang, err)
			}
			raw, err := mailer.Compose(m)
			if err != nil {
				t.Fatalf("%s in %s: %v", name, lang, err)
			}
			keep(t, name+"-"+lang, raw)
			for part, text := range map[string]string{"subject": m.Subject, "text": m.Text, "html": m.HTML} {
				if regexp.MustCompile(`[{}]|\bnote\.[a-z]`).MatchString(strings.ReplaceAll(regexp.MustCompile(`(?s)<style.*?</style>`).ReplaceAllString(text, ""), "news.example.com", "")) {
					t.Errorf("%s in %s: a word is missing in the %s:\n%s", name, lang, part, text)
				}
				if part != "subject" && !strings.Contains(text, links[n.Kind]) {
					t.Errorf("%s in %s: no link to %s in the %s", name, lang, links[n.Kind], part)
				}
			}
			if len([]rune(m.Subject)) > 70 {
				t.Errorf("%s in %s: the subject is long: %s", name, lang, m.Subject)
			}
			if n.Kind == Confirm && !strings.Contains(m.Subject, "The Example Lead") {
				t.Errorf("%s: the subject does not name the publication: %s", lang, m.Subject)
			}
			subjects[lang+" "+string(n.Kind)] = m.Subject
			head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
			if got, want := strings.Contains(head, "List-Unsubscribe"), n.Kind == Welcome; got != want {
				t.Errorf("%s in %s: it can be unsubscribed from: %v", name, lang, got)
			}
			if !strings.Contains(head, "\r\nAuto-Submitted: auto-generated\r\n") {
				t.Errorf("%s in %s: no person wrote it, and it does not say so", name, lang)
			}
		}
	}
	seen := map[string]string{}
	for what, s := range subjects {
		if other, ok := seen[s]; ok {
			t.Errorf("%s and %s have the same subject: %s", what, other, s)
		}
		seen[s] = what
	}
}

// keep writes letters to a folder for people to look at, if they name one.
func keep(t *testing.T, name string, raw []byte) {
	dir := os.Getenv("STANDFIRST_LETTERS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".eml"), raw, 0o644); err != nil {
		t.Error(err)
	}
}

// The confirmation says who wants what, and what was agreed to.
func TestConfirmation(t *testing.T) {
	w := writer(t)
	n := &Note{ID: 1, Kind: Confirm, Request: 1, To: "maya@example.com", Language: "en-GB", Queued: today}
	m, err := w.Write(t.Context(), n, today.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	token := w.Tokens.Confirm(&subscribers.Request{ID: 1, Kind: subscribers.SignUp, Made: today})
	want := `The Example Lead

Was it you who signed up?
=========================

On 24 November 2026 somebody, most likely you, signed up
maya@example.com for The Weekly at The Example Lead.

Yes, send me The Weekly:
https://news.example.com/confirm/` + token + `

* The Weekly
What we published this week, on Tuesdays.

Your topics: Culture. You hear of events in all cities.

What was agreed to: “I want this letter and know that I can leave at any
time.”

The button works until 24 December 2026.

If it was not you, ignore this letter. Nothing will be sent to you, and
however often somebody tries, you get one letter like this a day at
most.`
	got, _, _ := strings.Cut(m.Text, "\n\n--")
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("text (-want +got)\n%s", d)
	}
	if strings.Count(m.HTML, `href="https://news.example.com/confirm/`) == 0 || strings.Contains(m.HTML, "/preferences/") || strings.Contains(m.HTML, "/unsubscribe/") {
		t.Error("one who has only asked has nothing to choose or to leave")
	}
}

// A letter that is sent again can be told from a new one.
func TestMessageIDOfNotes(t *testing.T) {
	w := writer(t)
	seen := map[string]bool{}
	for name, n := range sorts() {
		n.To = "maya@example.com"
		first, err := w.Write(t.Context(), &n, today)
		if err != nil {
			t.Fatal(err)
		}
		n.Attempts, n.Token, n.Doubt = 3, 4, true
		again, err := w.Write(t.Context(), &n, today.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if first.MessageID != again.MessageID {
			t.Errorf("%s: %s, and again as %s", name, first.MessageID, again.MessageID)
		}
		if seen[first.MessageID] {
			t.Errorf("%s has the Message-ID of another", name)
		}
		seen[first.MessageID] = true
	}
}

// Nobody is written to about what is no more.
func TestMoot(t *testing.T) {
	w := writer(t)
	for name, n := range map[string]Note{
		"confirmed meanwhile":          {Kind: Confirm, Request: 4},
		"forgotten":                    {Kind: Confirm, Request: 99},
		"erased":                       {Kind: Welcome, Subscriber: 99, Payload: map[string]string{Newsletters: "weekly"}},
		"no reader":                    {Kind: Preferences},
		"nothing to be welcomed to":    {Kind: Welcome, Subscriber: 7},
		"address confirmed meanwhile":  {Kind: Address, Request: 4},
		"an editor who is none (more)": {Kind: SignIn},
	} {
		n.To = "nobody@example.com"
		if _, err := w.Write(t.Context(), &n, today); !errors.Is(err, ErrMoot) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, n := range map[string]Note{
		"a database that is away": {Kind: Preferences, Subscriber: 500},
		"a kind of tomorrow":      {Kind: "horoscope"},
	} {
		if _, err := w.Write(t.Context(), &n, today); err == nil || errors.Is(err, ErrMoot) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
