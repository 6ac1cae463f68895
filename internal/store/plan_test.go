package store

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/internal/webhook"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// TestPlans runs everything that happens to a newsletter with many readers and
// then asks SQLite how it finds the rows of each statement that was run: none
// may read a table from end to end, but for those that must see all of it.
func TestPlans(t *testing.T) {
	ctx, now := t.Context(), time.Now()
	db, err := Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "plans.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	article := content.Article{ID: "a", Source: "dir:a", Slug: "a", Title: "A"}
	_, err = db.Sync(ctx, "dir:a", now, func(*content.Known) (*content.Plan, error) {
		return &content.Plan{At: now,
			Articles: []content.Change{{Article: article, New: true, State: content.Public, Keys: []content.Key{"k"}}},
			Releases: []content.Release{{Kind: content.KindArticle, Item: "a", At: now}}}, nil
	})
	must(err)
	var rows []subscribers.ImportRow
	for i := range 30 {
		rows = append(rows, subscribers.ImportRow{Line: i + 2, Email: fmt.Sprintf("r%d@example.com", i), Newsletters: []string{"weekly"}, Timezone: []string{"", "UTC"}[i%2]})
	}
	res, err := db.Import(ctx, rows, now, false)
	must(err)
	db.cache.Clear() // what was run so far, reads everything and may
	db.Hooks = &webhook.Roster{Endpoints: []webhook.Endpoint{{URL: "https://crm.example.com", Events: webhook.Types()}}}

	everything := func(rs []digest.Reader) []digest.Decision {
		var out []digest.Decision
		for _, r := range rs {
			d := digest.Decision{Subscriber: r.Subscriber, Due: now, Items: []digest.Item{{N: 1, Kind: content.KindNotice, ID: "e"}}}
			if r.Subscriber%7 == 0 {
				d.Items = nil
			}
			out = append(out, d)
		}
		return out
	}
	for _, id := range []string{"weekly/1", "weekly/2", "weekly/3"} {
		must(db.Publish(ctx, digest.Edition{ID: id, Newsletter: "weekly", State: digest.Sending, Horizon: 1, Published: now},
			[]digest.Group{{Zone: "UTC", Due: now}, {Zone: digest.AllZones, Due: now}}))
		xs, err := db.Pending(ctx, now)
		must(err)
		for _, x := range xs {
			x.Events = []string{"e"}
			_, err := db.Expand(ctx, x, 20, now, everything)
			must(err)
		}
		b, err := db.Claim(ctx, mailer.Claim{Now: now.Add(time.Second), Lease: time.Hour, Edition: id, Rate: 0.5})
		must(err)
		if id == "weekly/3" { // the others are split, this one has all
			must(db.Release(ctx, b))
			b, err = db.Claim(ctx, mailer.Claim{Now: now.Add(time.Second), Lease: time.Hour, Edition: id})
			must(err)
		}
		must(db.Renew(ctx, b, now, now.Add(2*time.Hour)))
		_, err = db.Standings(ctx, b.Edition, []int64{b.Deliveries[0].Subscriber}, now)
		must(err)
		for i, o := range []mailer.Outcome{
			{State: mailer.Sent}, {State: mailer.Queued, Due: now}, {State: mailer.Failed, Suppress: true},
		} {
			must(db.Settle(ctx, b, []mailer.Settlement{{Subscriber: b.Deliveries[i].Subscriber, Version: 1, Outcome: o, At: now}}))
		}
		must(db.Release(ctx, b))
		must(db.Settle(ctx, b, []mailer.Settlement{{Subscriber: b.Deliveries[2].Subscriber, Outcome: mailer.Outcome{State: mailer.Sent}, At: now}}))
		_, _, err = db.Due(ctx, mailer.Claim{Now: now, Rate: 1, Destinations: mailer.Destinations{{Domains: []string{"example.com"}, Rate: 1, Sessions: 1}}})
		must(err)
		_, err = db.Edition(ctx, id)
		must(err)
	}
	must(db.Pause(ctx, "weekly/3", "why", now))
	must(db.Resume(ctx, "weekly/3", now))
	must(db.Cancel(ctx, "weekly/3", "why", now))
	_, err = db.Look(ctx, "weekly", digest.Asked{Events: []string{"e"}}, 0, 10, now)
	must(err)
	_, _, err = db.Oldest(ctx, "weekly")
	must(err)
	_, _, err = db.FirstHorizon(ctx, "weekly")
	must(err)
	_, _, err = db.NextGroup(ctx)
	must(err)
	_, err = db.Entries(ctx, digest.WireQuery{Upto: 1, Newsletter: "weekly", Now: now})
	must(err)
	_, err = db.EntriesByNumber(ctx, []int64{1})
	must(err)
	_, err = db.Articles(ctx, content.ArticleQuery{Topic: "a", Limit: 20})
	must(err)
	_, err = db.ArticleBySlug(ctx, "a")
	must(err)
	_, err = db.Coming(ctx, now)
	must(err)
	_, _, err = db.Versions(ctx, "weekly/1")
	must(err)
	number, err := db.CountLinks(ctx, "weekly/1")
	must(err)
	_, _ = db.Linked(ctx, digest.Link{Edition: number, Release: 1}) // there is none
	must(db.AddClicks(ctx, []digest.LinkClicks{{Link: digest.Link{Edition: number, Release: 1}, Day: "2026-01-02", Clicks: 1}}))
	_, err = db.Clicks(ctx, "weekly/1")
	must(err)
	_, err = db.FoldClicks(ctx, "2026-02-02")
	must(err)
	_, err = db.History(ctx, res[0].ID, 50)
	must(err)
	_, err = db.LastLetters(ctx, []int64{res[0].ID, res[1].ID}, 50)
	must(err)
	_, err = db.List(ctx, 0, 100)
	must(err)
	_, err = db.ByEmail(ctx, "r1@example.com")
	must(err)
	// The same questions once more of what is packed.
	for more := true; more; {
		more, err = db.Compact(ctx, now.AddDate(0, 0, 8))
		must(err)
	}
	_, err = db.History(ctx, res[0].ID, 50)
	must(err)
	_, err = db.LastLetters(ctx, []int64{res[0].ID, res[1].ID}, 50)
	must(err)
	_, err = db.Look(ctx, "weekly", digest.Asked{Events: []string{"e"}}, 0, 10, now)
	must(err)
	ask := subscribers.Request{Kind: subscribers.SignUp, Email: "new@example.com", Newsletters: []string{"weekly"}}
	request, err := db.Ask(ctx, ask, now)
	must(err)
	_, err = db.Confirm(ctx, request, subscribers.Consent{}, []string{"weekly"}, now)
	must(err)
	move := subscribers.Request{Kind: subscribers.NewAddress, Subscriber: res[1].ID, Email: "newer@example.com"}
	request, err = db.Ask(ctx, move, now)
	must(err)
	_, err = db.Confirm(ctx, request, subscribers.Consent{}, nil, now)
	must(err)
	must(db.SetProfile(ctx, res[1].ID, subscribers.Profile{Newsletters: []string{"daily"}}, subscribers.Consent{}, now))
	must(db.AskPreferences(ctx, "r4@example.com", "", now))
	for _, q := range []subscribers.Query{{Limit: 5}, {Limit: 5, Text: "r1"}, {Limit: 5, Status: subscribers.Left}, {Limit: 5, Paused: true}, {Limit: 5, Newsletter: "weekly"}} {
		_, err = db.FindReaders(ctx, q, now)
		must(err)
	}
	_, err = db.Unconfirmed(ctx, "", 5)
	must(err)
	_, err = db.Unconfirmed(ctx, "x", 5)
	must(err)
	_, err = db.Waits(ctx, res[1].ID)
	must(err)
	_, err = db.Account(ctx, res[1].ID)
	must(err)
	must(db.ForgetRequests(ctx, now))
	letter, err := db.Notes().Claim(ctx, now, now.Add(time.Hour))
	must(err)
	must(db.Notes().Renew(ctx, letter.ID, letter.Token, now, now.Add(time.Hour)))
	must(db.Notes().Settle(ctx, letter.ID, letter.Token, notes.Result{EndRequest: true}, now))
	_, _, err = db.Notes().NextDue(ctx)
	must(err)
	must(db.Notes().Forget(ctx, now))
	must(db.Leave(ctx, res[1].ID, "", subscribers.Consent{}, now))
	hook, q := db.Hooks.Endpoints[0].Key(), db.Webhooks()
	for _, state := range []webhook.State{webhook.Queued, webhook.GivenUp, webhook.Delivered} {
		m, err := q.Claim(ctx, hook, "me", time.Hour, now.Add(time.Minute))
		must(err)
		_, err = q.Settle(ctx, hook, m, webhook.Result{State: state, Attempt: true, Due: now}, now)
		must(err)
	}
	_, err = q.Standing(ctx, hook)
	must(err)
	must(q.On(ctx, hook, now))
	_, err = q.Claim(ctx, hook, "me", time.Hour, now.Add(time.Minute))
	must(err)
	_, err = q.EndLeases(ctx, func(string) bool { return true })
	must(err)
	must(q.Forget(ctx, now.Add(-time.Hour)))
	must(db.Erase(ctx, res[2].ID, subscribers.Consent{}, now))
	_, err = db.Import(ctx, rows[:9], now, false)
	must(err)

	// A history goes through the editions, which are few, and those that are
	// open fewer. b is the sum of one edition's blocks. Shares are as many as
	// there are leases. The last sign-ups are taken from the end of an index. i and
	// c are one edition's items, and the clicks on them. Endpoints are few, and so
	// is what is on its way to them; what waits for one and was lost is counted up to
	// a bound. asked are the readers that a question names.
	few := regexp.MustCompile(`^SCAN (e|i|c LEFT-JOIN|e USING INDEX editions_(open|unpacked)|b LEFT-JOIN|sh|shares|\d+ CONSTANT ROWS?|asked|(q|o) USING INDEX requests_open|waiting|lost|webhook_endpoints|webhook_messages USING INDEX webhook_messages_leased)$`)
	// Few are to be expanded at once, or have to do with an event, or with one
	// topic, or are in one edition.
	sorted := regexp.MustCompile(`FROM (edition_groups g|events e|wire w|\(SELECT DISTINCT kind, item FROM version_items WHERE edition)\b`)
	var texts []string
	db.cache.Range(func(_, text any) bool {
		texts = append(texts, text.(string))
		return true
	})
	slices.Sort(texts)
	for _, text := range texts {
		if strings.HasPrefix(text, "VACUUM") {
			continue
		}
		for _, line := range plan(t, db, text, make([]any, highest(text))) {
			if strings.HasPrefix(line, "SCAN") && !few.MatchString(line) {
				t.Errorf("%s\nreads a whole table: %s", text, line)
			}
			if strings.Contains(line, "TEMP B-TREE FOR ORDER BY") && !sorted.MatchString(text) {
				t.Errorf("%s\nsorts what an index should find in order", text)
			}
		}
	}
	if len(texts) < 60 {
		t.Errorf("only %d statements were looked at", len(texts))
	}
}

// highest is the highest number of a parameter, or how many there are.
func highest(text string) (n int) {
	n = strings.Count(text, "?")
	for _, m := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(text, -1) {
		var k int
		fmt.Sscan(m[1], &k)
		n = max(n, k)
	}
	return n
}

func plan(t *testing.T, db *DB, text string, args []any) (lines []string) {
	t.Helper()
	rows, err := db.writing.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var line string
		if err := rows.Scan(&id, &parent, &unused, &line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}
