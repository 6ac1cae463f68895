package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/webhook"
)

// TestClaimForNobody: what waits for an endpoint that is off, or is left alone,
// is looked for again and again, and keeps nobody from writing.
func TestClaimForNobody(t *testing.T) {
	db, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "off.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, now := t.Context(), time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	db.Hooks = &webhook.Roster{Endpoints: []webhook.Endpoint{{URL: "https://crm.example.com", Events: webhook.Types()}}}
	key, q := db.Hooks.Endpoints[0].Key(), db.Webhooks()
	err = db.write(ctx, func(s session) error {
		for range 5 {
			err := hook(ctx, s, webhook.EditionPublished, now, func() (any, error) { return webhook.Published{}, nil })
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []webhook.Result{{}, {}, {}, {Gone: true}} { // it fails three times, and says then that it is gone
		r.State, r.Attempt, r.Due = webhook.Queued, true, now
		m, err := q.Claim(ctx, key, "me", time.Hour, now)
		if m == nil || err != nil {
			t.Fatal(m, err)
		}
		h, err := q.Settle(ctx, key, m, r, now)
		if err != nil {
			t.Fatal(err)
		}
		if !h.Takes(false, now) {
			err := db.write(ctx, func(session) error { // somebody writes
				looking, cancel := context.WithTimeout(ctx, 10*time.Second)
				defer cancel()
				m, err := q.Claim(looking, key, "me", time.Hour, now)
				if m != nil {
					t.Errorf("claimed for who takes nothing: %+v", h)
				}
				return err
			})
			if err != nil {
				t.Errorf("off since %v: %v", h.Off, err)
			}
			now = now.Add(time.Minute)
		}
	}
}
