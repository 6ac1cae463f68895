package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/store/pgtest"
)

// onBoth runs a test on either engine.
func onBoth(t *testing.T, test func(t *testing.T, db *store.DB)) {
	for name, dsn := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + t.TempDir() + "/a.db" },
		"postgres": func(t *testing.T) string { return pgtest.New(t) },
	} {
		t.Run(name, func(t *testing.T) { test(t, opened(t, dsn(t))) })
	}
}

func opened(t *testing.T, dsn string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// TestSignIn follows editors through the door.
func TestSignIn(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, door := t.Context(), &editors.Door{Store: db}
		now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
		add := func(email string, role editors.Role) *editors.Editor {
			t.Helper()
			e, err := door.Add(ctx, editors.Editor{Email: email, Name: "M", Role: role}, now)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		link := func(email string) string {
			t.Helper()
			token, until, err := door.Link(ctx, email, now)
			if err != nil || !until.Equal(now.Add(30*time.Minute)) {
				t.Fatal(until, err)
			}
			return token
		}
		maya := add("Maya@Example.com", "")
		add("ed@example.com", "")
		if diff := cmp.Diff(&editors.Editor{Email: "maya@example.com", Name: "M", Role: editors.RoleOwner, Added: now}, maya); diff != "" {
			t.Errorf("first editor (-want +got):\n%s", diff)
		}
		if _, err := door.Add(ctx, editors.Editor{Email: "MAYA@example.com"}, now); !errors.Is(err, editors.ErrExists) {
			t.Errorf("added twice: %v", err)
		}
		if _, _, err := door.Link(ctx, "nobody@example.com", now); !errors.Is(err, editors.ErrNotFound) {
			t.Errorf("link for nobody: %v", err)
		}

		// Looking, however often, does not use a link up; a link ends.
		first, second := link("maya@example.com"), link("maya@example.com")
		for range 3 {
			if email, err := door.Knock(ctx, first, now.Add(29*time.Minute)); email != "maya@example.com" || err != nil {
				t.Fatalf("knock: %q, %v", email, err)
			}
		}
		late := now.Add(30 * time.Minute)
		if _, err := door.Knock(ctx, first, late); !errors.Is(err, editors.ErrLink) {
			t.Errorf("knock too late: %v", err)
		}
		if _, err := door.Enter(ctx, first, "", late); !errors.Is(err, editors.ErrLink) {
			t.Errorf("enter too late: %v", err)
		}
		at := now.Add(time.Minute)
		visit, err := door.Enter(ctx, first, "Browser/1", at)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := door.Enter(ctx, first, "Browser/2", at); !errors.Is(err, editors.ErrLink) {
			t.Errorf("entered twice: %v", err)
		}
		if _, err := door.Knock(ctx, second, at); err != nil {
			t.Errorf("the other link: %v", err)
		}

		// A session slides, and is noted once an hour.
		cookie := visit.Token
		got, err := door.Visit(ctx, cookie, at.Add(59*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		visit.Token, visit.Session.Hash = "", got.Session.Hash
		if diff := cmp.Diff(visit, got); diff != "" {
			t.Errorf("visit (-want +got):\n%s", diff)
		}
		if got.Editor.Role != editors.RoleOwner || !got.Editor.LastSeen.Equal(at) || got.Session.Agent != "Browser/1" {
			t.Errorf("visit: %+v", got)
		}
		day13 := at.AddDate(0, 0, 13)
		if got, err = door.Visit(ctx, cookie, day13); err != nil || got.Token != cookie {
			t.Fatalf("visit after thirteen days: %+v, %v", got, err)
		}
		if got, err = door.Visit(ctx, cookie, day13.AddDate(0, 0, 13)); err != nil || !got.Session.Began.Equal(at) || !got.Editor.LastSeen.Equal(day13) {
			t.Errorf("visit after 26 days: %+v, %v", got, err)
		}
		if _, err := door.Visit(ctx, cookie, at.AddDate(0, 0, 60)); !errors.Is(err, editors.ErrSession) {
			t.Errorf("visit after two months: %v", err)
		}

		// Sessions are listed and ended; nobody ends those of others.
		other, err := door.Enter(ctx, second, "Browser/2", at)
		if err != nil {
			t.Fatal(err)
		}
		all, err := door.Sessions(ctx, "maya@example.com", at)
		if err != nil || len(all) != 2 || all[0].Agent != "Browser/1" || all[1].Agent != "Browser/2" {
			t.Fatalf("sessions: %+v, %v", all, err)
		}
		if err := door.End(ctx, "ed@example.com", other.Session.Hash.ID()); !errors.Is(err, editors.ErrSession) {
			t.Errorf("ended somebody else's session: %v", err)
		}
		if err := door.End(ctx, "maya@example.com", other.Session.Hash.ID()); err != nil {
			t.Error(err)
		}
		if _, err := door.Visit(ctx, other.Token, at); !errors.Is(err, editors.ErrSession) {
			t.Errorf("visit after the end: %v", err)
		}

		// Who is no editor any more is out at once, with links and sessions.
		if err := door.Remove(ctx, "maya@example.com"); !errors.Is(err, editors.ErrLastOwner) {
			t.Errorf("last owner removed: %v", err)
		}
		add("zoe@example.com", editors.RoleOwner)
		third := link("maya@example.com")
		if err := door.Remove(ctx, "maya@example.com"); err != nil {
			t.Fatal(err)
		}
		if _, err := door.Knock(ctx, third, now); !errors.Is(err, editors.ErrLink) {
			t.Errorf("link of somebody removed: %v", err)
		}
		if _, err := door.Visit(ctx, cookie, day13); !errors.Is(err, editors.ErrSession) {
			t.Errorf("session of somebody removed: %v", err)
		}
		if err := door.Remove(ctx, "maya@example.com"); !errors.Is(err, editors.ErrNotFound) {
			t.Errorf("removed twice: %v", err)
		}
		list, err := db.Editors(ctx)
		if err != nil || len(list) != 2 || list[0].Email != "ed@example.com" || list[0].Role != editors.RoleEditor {
			t.Errorf("editors: %+v, %v", list, err)
		}

		// Leaving ends this session; a second time does no harm.
		visit, err = door.Enter(ctx, link("zoe@example.com"), "", now)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := door.Leave(ctx, visit.Token); err != nil {
				t.Error(err)
			}
		}
		if _, err := door.Visit(ctx, visit.Token, now); !errors.Is(err, editors.ErrSession) {
			t.Errorf("visit after leaving: %v", err)
		}
	})
}

// TestLinkOnce: however many press at the same moment, one is let in.
func TestLinkOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, door, now := t.Context(), &editors.Door{Store: db}, time.Now()
		if _, err := door.Add(ctx, editors.Editor{Email: "maya@example.com"}, now); err != nil {
			t.Fatal(err)
		}
		token, _, err := door.Link(ctx, "maya@example.com", now)
		if err != nil {
			t.Fatal(err)
		}
		var in, out int
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				_, err := door.Enter(context.WithoutCancel(ctx), token, "", now)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					in++
				case errors.Is(err, editors.ErrLink):
					out++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if in != 1 || out != 11 {
			t.Errorf("%d let in, %d refused", in, out)
		}
	})
}
