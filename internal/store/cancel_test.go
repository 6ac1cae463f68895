package store

import (
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store/pgtest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// TestCancelGoesBlockByBlock: an edition is cancelled at once, its letters a
// block at a time; what a process that dies over them leaves is swept up.
func TestCancelGoesBlockByBlock(t *testing.T) {
	for name, dsn := range map[string]func(*testing.T) string{"sqlite": fileDSN, "postgres": func(t *testing.T) string { return pgtest.New(t) }} {
		t.Run(name, func(t *testing.T) {
			ctx, now := t.Context(), time.Now()
			db := openedCopy(t, dsn(t))
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			_, err := db.Import(ctx, []subscribers.ImportRow{
				{Line: 1, Email: "a@example.com", Newsletters: []string{"weekly"}},
				{Line: 2, Email: "b@example.com", Newsletters: []string{"weekly"}},
				{Line: 3, Email: "c@example.com", Newsletters: []string{"weekly"}},
			}, now, false)
			must(err)
			must(db.Publish(ctx, digest.Edition{ID: "weekly/1", Newsletter: "weekly", State: digest.Sending, Published: now},
				[]digest.Group{{Zone: digest.AllZones, Due: now}}))
			xs, err := db.Pending(ctx, now)
			must(err)
			_, err = db.Expand(ctx, xs[0], 50, now, func(rs []digest.Reader) (ds []digest.Decision) {
				for i, r := range rs { // a block each
					ds = append(ds, digest.Decision{Subscriber: r.Subscriber, Due: now.Add(time.Duration(i) * time.Minute),
						Items: []digest.Item{{N: 1, Kind: content.KindArticle, ID: "a"}}})
				}
				return ds
			})
			must(err)
			death, revival := `CREATE TRIGGER death BEFORE UPDATE ON deliveries WHEN NEW.subscriber = 2
				BEGIN SELECT RAISE(ABORT, 'killed'); END`, `DROP TRIGGER death`
			if db.postgres {
				mustChange(t, db, `CREATE FUNCTION death() RETURNS trigger AS 'BEGIN
					IF NEW.subscriber = 2 THEN RAISE EXCEPTION ''killed''; END IF; RETURN NEW; END' LANGUAGE plpgsql`)
				death, revival = `CREATE TRIGGER death BEFORE UPDATE ON deliveries FOR EACH ROW EXECUTE FUNCTION death()`, `DROP TRIGGER death ON deliveries`
			}
			mustChange(t, db, death)
			if err := db.Cancel(ctx, "weekly/1", "why", now); err == nil || !strings.Contains(err.Error(), "killed") {
				t.Fatalf("error is %v", err)
			}
			mustChange(t, db, revival)
			stands := func(skipped, open int) {
				t.Helper()
				e, err := db.Edition(ctx, "weekly/1")
				must(err)
				if e.State != digest.Cancelled || e.Skipped != skipped || e.Open != open {
					t.Errorf("edition is %s, %d skipped, %d open; want %d and %d", e.State, e.Skipped, e.Open, skipped, open)
				}
			}
			stands(1, 2)
			b, err := db.Claim(ctx, mailer.Claim{Now: now.Add(time.Hour), Lease: time.Minute})
			must(err)
			if b != nil {
				t.Error("claimed of a cancelled edition")
			}
			stands(3, 0)
		})
	}
}
