package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/store"
)

// TestAPITokens follows a program through the gate.
func TestAPITokens(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, gate := t.Context(), &editors.Gate{Store: db}
		now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
		secret, made, err := gate.Make(ctx, "  press  desk\n", []editors.Scope{"send", "read"}, "maya@example.com", now)
		if err != nil || !strings.HasPrefix(secret, "sf_") || len(secret) != 46 {
			t.Fatalf("%d characters, %v", len(secret), err)
		}
		want := &editors.APIToken{
			Hash: made.Hash, Name: "press desk", Scopes: []editors.Scope{"read", "send"}, By: "maya@example.com", Made: now,
		}
		if diff := cmp.Diff(want, made); diff != "" {
			t.Errorf("token (-want +got)\n%s", diff)
		}
		for _, bad := range []struct {
			name   string
			scopes []editors.Scope
			want   error
		}{
			{"press desk", editors.Scopes, editors.ErrExists}, {" ", editors.Scopes, editors.ErrName},
			{"x", nil, editors.ErrScope}, {"x", []editors.Scope{"read", "root"}, editors.ErrScope},
		} {
			if _, _, err := gate.Make(ctx, bad.name, bad.scopes, "", now); !errors.Is(err, bad.want) {
				t.Errorf("%q for %v: %v, want %v", bad.name, bad.scopes, err, bad.want)
			}
		}
		for _, bad := range []string{"", "sf_", secret[3:], secret + "A", strings.Replace(secret, "sf_", "SF_", 1), secret[:45], secret[:3] + strings.Repeat("A", 43)} {
			if _, err := gate.Enter(ctx, bad, now); !errors.Is(err, editors.ErrAPIToken) {
				t.Errorf("%d characters that are not the token: %v", len(bad), err)
			}
		}
		// Used is right to the hour: not every request writes.
		for _, step := range []struct{ after, used time.Duration }{{0, 0}, {59 * time.Minute, 0}, {time.Hour, time.Hour}} {
			got, err := gate.Enter(ctx, secret, now.Add(step.after))
			if err != nil || !got.Used.Equal(now.Add(step.used)) || !got.May("send") || got.May("content") {
				t.Errorf("after %s: %+v, %v", step.after, got, err)
			}
		}
		all, err := db.APITokens(ctx)
		if err != nil || len(all) != 1 || !all[0].Used.Equal(now.Add(time.Hour)) {
			t.Errorf("all: %+v, %v", all, err)
		}
		if _, err := gate.Revoke(ctx, "0"); !errors.Is(err, editors.ErrAPIToken) {
			t.Errorf("revoked nothing: %v", err)
		}
		if name, err := gate.Revoke(ctx, made.ID()); name != "press desk" || err != nil {
			t.Errorf("revoked %q, %v", name, err)
		}
		if _, err := gate.Enter(ctx, secret, now); !errors.Is(err, editors.ErrAPIToken) {
			t.Errorf("after it was revoked: %v", err)
		}
	})
}
