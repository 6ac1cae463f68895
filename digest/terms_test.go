package digest

import (
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
)

func TestInForce(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 11, 24, 8, minute, 0, 0, time.UTC) }
	const never = 24 * time.Hour
	tests := []struct {
		name  string
		all   []Terms
		want  string
		known bool
	}{
		{"nobody ever", nil, "", false},
		{"one process", []Terms{{"old", at(0), 0}}, "old", true},
		{"a new one beside it", []Terms{{"old", at(0), time.Minute}, {"new", at(30), 0}}, "new", true},
		{"in whatever order", []Terms{{"new", at(30), 0}, {"old", at(0), time.Minute}}, "new", true},
		{"the new one is late to say so", []Terms{{"old", at(0), 0}, {"new", at(30), silence}}, "new", true},
		{"the new one was taken back", []Terms{{"old", at(0), 0}, {"new", at(30), silence + 1}}, "old", true},
		{"an old one was started once more", []Terms{{"old", at(40), 0}, {"new", at(30), 0}}, "old", true},
		{"both began at once", []Terms{{"b", at(0), 0}, {"a", at(0), 0}}, "b", true},
		{"all are gone", []Terms{{"old", at(0), never}, {"new", at(30), never}}, "", false},
		{"somebody sends it by hand", []Terms{{"", at(50), 0}, {"old", at(0), 0}}, "old", true},
		{"somebody only sends it by hand", []Terms{{"", at(50), 0}, {"old", at(0), never}}, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := inForce(tt.all); got != tt.want {
				t.Errorf("in force: %q, want %q", got, tt.want)
			}
			if got := anybody(tt.all); got != tt.known {
				t.Errorf("known: %v", got)
			}
		})
	}
}

// The same promise is the same text; any other is another one.
func TestTerms(t *testing.T) {
	schedule := func(expr string) func(*Newsletter) {
		s, err := ParseSchedule(expr)
		if err != nil {
			t.Fatal(err)
		}
		return func(n *Newsletter) { n.Schedule = s }
	}
	made := func(changes ...func(*Newsletter)) string {
		n := &Newsletter{Name: "weekly", Title: "The Weekly", Zone: time.UTC, Grace: 6 * time.Hour, First: 5, Items: []content.Kind{content.KindArticle}}
		schedule("0 8 * * TUE,WED")(n)
		for _, c := range changes {
			c(n)
		}
		return n.Terms()
	}
	seen := map[string]string{}
	for name, text := range map[string]string{
		"as it is":   made(),
		"schedule":   made(schedule("0 9 * * TUE,WED")),
		"day":        made(schedule("0 8 2 * TUE,WED")),
		"zone":       made(func(n *Newsletter) { n.Zone = time.FixedZone("Europe/Nowhere", 3600) }),
		"readers'":   made(func(n *Newsletter) { n.ReaderZone = true }),
		"review":     made(func(n *Newsletter) { n.Review = true }),
		"grace":      made(func(n *Newsletter) { n.Grace = time.Hour }),
		"first":      made(func(n *Newsletter) { n.First = 6 }),
		"newest":     made(func(n *Newsletter) { n.Newest = time.Hour }),
		"items":      made(func(n *Newsletter) { n.Items = append(n.Items, content.KindNotice) }),
		"topics":     made(func(n *Newsletter) { n.Topics = []string{"a", "b"} }),
		"two in one": made(func(n *Newsletter) { n.Topics = []string{"a b"} }),
		"instant":    made(func(n *Newsletter) { n.Schedule = nil }),
	} {
		if other := seen[text]; other != "" {
			t.Errorf("%s and %s are both %q", name, other, text)
		}
		seen[text] = name
	}
	if want := `0 8 * * 2,3 UTC, grace 6h0m0s, first 5, items ["article"]`; made() != want {
		t.Errorf("%q, want %q", made(), want)
	}
	if text := made(schedule("0 8 * * 2-3"), func(n *Newsletter) { n.Title = "Another" }); text != made() {
		t.Errorf("the same promise in other words: %q, %q", text, made())
	}
}
