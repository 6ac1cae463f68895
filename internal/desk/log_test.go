package desk

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/webtest"
)

func TestActQuery(t *testing.T) {
	for query, want := range map[string]editors.ActQuery{
		"":                                  {},
		"about=weekly&who=editor+a@b.c":     {Subject: "weekly", Who: "editor a@b.c"},
		"about=+17+":                        {Subject: "reader 17"},
		"about=reader+17":                   {Subject: "reader 17"},
		"about=-17":                         {Subject: "-17"},
		"before=9&after=3":                  {Before: 9},
		"after=3":                           {After: 3},
		"before=x&after=-3":                 {},
		"before=99999999999999999999":       {},
		"about=%00%ffx":                     {Subject: "x"},
		"about=" + strings.Repeat("é", 999): {Subject: strings.Repeat("é", 300)},
	} {
		v, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, actQuery(v)); d != "" {
			t.Errorf("%.40s (-want +got):\n%s", query, d)
		}
	}
}

var rowsOf = regexp.MustCompile(`<tr><td><time`)

// TestLog: all that was done is there, newest first, page by page, and for
// whoever asks about one thing or one person.
func TestLog(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.SignedIn(desktest.Maya)
	began := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for i := range 120 {
		s.Must(s.DB.Log(t.Context(), store.LogEntry{At: began.Add(time.Duration(i) * time.Minute), Who: "command", What: "imported", Subject: "readers", Detail: fmt.Sprint("number ", i)}))
	}
	for _, e := range []store.LogEntry{
		{Who: "editor " + desktest.Maya, What: "approved", Subject: "weekly/2026-11-24T08:00"},
		{Who: "editor gone@example.com", What: "made " + webtest.Hostile, Subject: webtest.Hostile, Detail: webtest.Hostile},
		{Who: "editor " + desktest.Maya, What: "erased", Subject: "reader 17"},
		{Who: "schedule", What: "published", Subject: "weekly"},
		{Who: "schedule", What: "published", Subject: "weekly-news"},
	} {
		e.At = began.AddDate(0, 0, 1)
		s.Must(s.DB.Log(t.Context(), e))
	}
	page := func(query string) string {
		t.Helper()
		res := s.Do("GET", "/desk/log"+query, nil, c)
		if res.StatusCode != 200 {
			t.Fatalf("%s: %d", query, res.StatusCode)
		}
		return desktest.Text(t, res)
	}
	first := page("")
	if n := len(rowsOf.FindAllString(first, -1)); n != actsPerPage {
		t.Errorf("%d lines on a page", n)
	}
	for _, want := range []string{"Approved", "Erased a reader", "Reader 17", "The Weekly", "Schedule", "gone@example.com", "made &lt;/title&gt;"} {
		if !strings.Contains(first, want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	if strings.Contains(first, webtest.Hostile) {
		t.Error("what stands in the log is HTML")
	}
	// Back and forth, every line once.
	older := regexp.MustCompile(`href="/desk/log(\?[^"]*before=[^"]*)"`)
	newer := regexp.MustCompile(`href="/desk/log(\?[^"]*after=[^"]*)"`)
	unescape := strings.NewReplacer("&amp;", "&")
	var pages []string
	for at, query := first, ""; ; {
		pages = append(pages, at)
		m := older.FindStringSubmatch(at)
		if m == nil {
			break
		}
		query = unescape.Replace(m[1])
		at = page(query)
	}
	lines := 0
	for _, p := range pages {
		lines += len(rowsOf.FindAllString(p, -1))
	}
	if len(pages) != 3 || lines != 126 { // 125, and maya's signing in
		t.Errorf("%d pages with %d lines", len(pages), lines)
	}
	table := func(p string) string { return p[strings.Index(p, "<tbody>"):strings.Index(p, "</tbody>")] }
	for i := len(pages) - 1; i > 0; i-- {
		m := newer.FindStringSubmatch(pages[i])
		if m == nil {
			t.Fatalf("page %d leads to nothing newer", i)
		}
		if got := page(unescape.Replace(m[1])); table(got) != table(pages[i-1]) {
			t.Errorf("what is newer than page %d is not page %d", i, i-1)
		}
	}
	if newer.MatchString(first) || newer.MatchString(page(unescape.Replace(newer.FindStringSubmatch(pages[1])[1]))) {
		t.Error("something is newer than the newest")
	}
	for query, want := range map[string]int{
		"?about=weekly": 2, "?about=weekly-news": 1, "?about=17": 1, "?about=reader+17": 1, "?about=weekl": 0, "?about=week%25": 0,
		"?who=schedule": 2, "?who=editor+" + desktest.Maya: 3, "?who=schedule&about=17": 0, "?who=nobody": 0, "?before=1": 0,
	} {
		if n := len(rowsOf.FindAllString(page(query), -1)); n != want {
			t.Errorf("%s: %d lines, want %d", query, n, want)
		}
	}

	res := s.Do("GET", "/desk/log.jsonl", nil, c)
	if res.Header.Get("Content-Type") != "application/jsonl; charset=utf-8" || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("export: %v", res.Header)
	}
	var all []actLine
	for line := range strings.Lines(desktest.Text(t, res)) {
		var a actLine
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, a)
	}
	want := actLine{began.AddDate(0, 0, 1), "schedule", "published", "weekly-news", ""}
	if len(all) != 126 || cmp.Diff(want, all[0]) != "" || all[3].Detail != webtest.Hostile {
		t.Errorf("%d lines, the first %+v", len(all), all[0])
	}
	if got := desktest.Text(t, s.Do("GET", "/desk/log.jsonl?about=17", nil, c)); strings.Count(got, "\n") != 1 {
		t.Errorf("export of a reader:\n%s", got)
	}
}
