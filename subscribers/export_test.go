package subscribers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func entries(list ...Entry) func(func(Entry, error) bool) {
	return func(yield func(Entry, error) bool) {
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestExport(t *testing.T) {
	sub := func(id int64, name string, left time.Time) Subscription {
		return Subscription{Subscriber: id, Newsletter: name, Since: early, Left: left}
	}
	later := noon.AddDate(0, 0, -3).Add(5 * time.Millisecond)
	list := []Entry{
		{Subscriber{ID: 1, Email: "ada@example.com", Name: `Ada "A", Countess`, Topics: []string{"ai", "go"}, Cities: []string{"London"}, Timezone: "Europe/London", Language: "en", Status: Active, Since: early, Consent: "at the fair,\nstand 4"},
			[]Subscription{sub(1, "events", time.Time{}), {Subscriber: 1, Newsletter: "weekly", Since: later}}},
		{Subscriber{ID: 2, Email: "bob@example.com", Name: "=HYPERLINK(1)", Status: Active, Since: early, Paused: noon.AddDate(0, 1, 0), Consent: NoConsent}, []Subscription{sub(2, "events", later), sub(2, "weekly", time.Time{})}},
		{Subscriber{ID: 3, Email: "+cy@example.com", Name: "'-", Status: Pending, Since: early, Consent: NoConsent}, []Subscription{sub(3, "events", later)}},
		{Subscriber{ID: 4, Email: "di@example.com", Status: Left, Since: early, Consent: "@home"}, []Subscription{sub(4, "events", early), sub(4, "weekly", later)}},
		{Subscriber{ID: 5, Email: "ed@example.com", Name: "Zoë", Status: Bounced, Since: early, Consent: NoConsent}, []Subscription{sub(5, "weekly", time.Time{})}},
		{Subscriber{ID: 6, Email: "flo@example.com", Status: Active, Since: early, Consent: NoConsent}, nil},
		{Subscriber{ID: 7, Email: "gus@example.com", Status: Active, Since: early, Consent: NoConsent}, []Subscription{sub(7, "gone-for-long", later), sub(7, "weekly", time.Time{})}},
	}
	var out strings.Builder
	if err := Export(&out, entries(list...)); err != nil {
		t.Fatal(err)
	}
	want := `email,name,topics,cities,newsletters,timezone,language,status,since,paused_until,consent
ada@example.com,"Ada ""A"", Countess",ai;go,London,events;weekly:since=2026-11-21T12:00:00.005Z,Europe/London,en,active,2025-11-24T12:00:00Z,,"at the fair,
stand 4"
bob@example.com,'=HYPERLINK(1),,,events:left=2026-11-21T12:00:00.005Z;weekly,,,active,2025-11-24T12:00:00Z,2026-12-24T12:00:00Z,"import, none stated"
'+cy@example.com,''-,,,events:left=2026-11-21T12:00:00.005Z,,,pending,2025-11-24T12:00:00Z,,"import, none stated"
di@example.com,,,,events:left=2025-11-24T12:00:00Z;weekly:left=2026-11-21T12:00:00.005Z,,,unsubscribed,2025-11-24T12:00:00Z,,'@home
ed@example.com,Zoë,,,weekly,,,bounced,2025-11-24T12:00:00Z,,"import, none stated"
flo@example.com,,,,:none,,,active,2025-11-24T12:00:00Z,,"import, none stated"
gus@example.com,,,,gone-for-long:left=2026-11-21T12:00:00.005Z;weekly,,,active,2025-11-24T12:00:00Z,,"import, none stated"
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	m, again := reborn(t, out.String())
	if diff := cmp.Diff(want, again); diff != "" {
		t.Errorf("exported again (-want +got):\n%s", diff)
	}
	var got []Entry
	for e := range m.all() {
		got = append(got, e)
	}
	if diff := cmp.Diff(list, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("after the import (-want +got):\n%s", diff)
	}
}

// reborn imports an export into an empty store and exports that.
func reborn(t interface {
	Helper()
	Fatalf(string, ...any)
	Errorf(string, ...any)
}, export string) (*memory, string) {
	t.Helper()
	m := newMemory(t)
	rep, err := importer(m).Import(context.Background(), strings.NewReader(export), noon, ImportOptions{})
	if err != nil || rep.Refused+rep.Changed+rep.Same > 0 {
		t.Fatalf("import of the export: %+v, %v", rep, err)
	}
	var again strings.Builder
	if err := Export(&again, m.all()); err != nil {
		t.Fatalf("%v", err)
	}
	return m, again.String()
}

// What is exported, imported into an empty store and exported again is the
// same to the byte.
func TestExportComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.Custom(func(t *rapid.T) string {
			return tidy(rapid.StringOf(rapid.SampledFrom([]rune(`=+-@'"ab Z,ëß漢🎈`))).Draw(t, "name"))
		})
		item := rapid.StringMatching(`[=+@'"a-z]([a-z,é] ?){0,6}[a-z]`)
		moment := rapid.Custom(func(t *rapid.T) time.Time {
			return noon.Add(-time.Duration(rapid.Int64Range(0, 1e11).Draw(t, "ago")) * time.Millisecond)
		})
		var list []Entry
		for i := range rapid.IntRange(0, 8).Draw(t, "readers") {
			s := Subscriber{
				ID: int64(i + 1), Email: fmt.Sprintf("%s%d@example.com", rapid.SampledFrom([]string{"", "=", "+", "-", "Ada."}).Draw(t, "local"), i),
				Name:   name.Draw(t, "name"),
				Topics: set(rapid.SliceOfN(item, 0, 3).Draw(t, "topics")), Cities: set(rapid.SliceOfN(item, 0, 3).Draw(t, "cities")),
				Language: rapid.SampledFrom([]string{"", "en", "pt-BR"}).Draw(t, "language"),
				Timezone: rapid.SampledFrom([]string{"", "UTC", "Europe/London"}).Draw(t, "zone"),
				Status:   rapid.SampledFrom([]Status{Pending, Active, Left, Bounced, Complained}).Draw(t, "status"),
				Since:    moment.Draw(t, "since"),
				Consent:  rapid.SampledFrom([]string{NoConsent, "=1", "a\nb", "'-"}).Draw(t, "consent"),
			}
			if rapid.Bool().Draw(t, "paused") {
				s.Paused = moment.Draw(t, "until").AddDate(1, 0, 0)
			}
			var subs []Subscription
			for _, n := range []string{"events", "weekly"} {
				if rapid.IntRange(0, 3).Draw(t, "has "+n) == 0 {
					continue
				}
				sub := Subscription{Subscriber: s.ID, Newsletter: n, Since: s.Since}
				if rapid.Bool().Draw(t, "later") {
					sub.Since = moment.Draw(t, "began")
				}
				if s.Status == Left || rapid.IntRange(0, 4).Draw(t, "left") == 0 {
					sub.Left = moment.Draw(t, "ended")
				}
				subs = append(subs, sub)
			}
			// Who has left the last newsletter has left as a whole: so says Leaving.
			if s.Status == Active && len(subs) > 0 && !slices.ContainsFunc(subs, func(s Subscription) bool { return s.Left.IsZero() }) {
				s.Status = Left
			}
			list = append(list, Entry{s, subs})
		}
		var out strings.Builder
		if err := Export(&out, entries(list...)); err != nil {
			t.Fatal(err)
		}
		if _, again := reborn(t, out.String()); again != out.String() {
			t.Fatalf("(-want +got):\n%s", cmp.Diff(out.String(), again))
		}
	})
}

func TestExportErrors(t *testing.T) {
	gone := errors.New("connection lost")
	var out strings.Builder
	err := Export(&out, func(yield func(Entry, error) bool) {
		_ = yield(Entry{Subscriber: Subscriber{Email: "ada@example.com"}}, nil) && yield(Entry{}, gone)
	})
	if !errors.Is(err, gone) {
		t.Errorf("Export = %v", err)
	}
}

func FuzzGuard(f *testing.F) {
	for _, s := range []string{"", "=1", "'=1", "''=1", "'", "-", "@x", "'x", "plain"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		g := guard(s)
		if formula(g) {
			t.Fatalf("%q is written as %q, which a spreadsheet runs", s, g)
		}
		if back := unguard(g); back != s {
			t.Fatalf("%q is written as %q and read as %q", s, g, back)
		}
	})
}
