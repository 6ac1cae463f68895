package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content/push"
	"github.com/standfirst/standfirst/internal/store"
)

// TestPushed: what is brought is kept once, under conditions, and whoever reads
// on misses nothing, however many bring something at once.
func TestPushed(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, now := t.Context(), time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
		rec := func(id, etag string) push.Record {
			return push.Record{Kind: push.Articles, External: id, Item: []byte(`{"a":"` + etag + `"}`), ETag: `"` + etag + `"`}
		}
		for _, step := range []struct {
			etag, If         string
			created, changed bool
			err              error
		}{
			{"a", "*", false, false, push.ErrChanged}, {"a", `"a"`, false, false, push.ErrChanged},
			{"a", "none", true, true, nil}, {"a", "none", false, false, push.ErrChanged},
			{"a", "", false, false, nil}, {"a", "*", false, false, nil},
			{"b", `"x"`, false, false, push.ErrChanged}, {"b", `"a"`, false, true, nil},
		} {
			created, changed, err := db.Push(ctx, rec("1", step.etag), step.If, now)
			if created != step.created || changed != step.changed || !errors.Is(err, step.err) {
				t.Errorf("%s if %s: %v, %v, %v", step.etag, step.If, created, changed, err)
			}
		}
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				if _, _, err := db.Push(ctx, rec(fmt.Sprintf("many%02d", i), "m"), "", now); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got, err := db.PushedAfter(ctx, 0)
		if err != nil || len(got) != 13 {
			t.Fatalf("%d records, %v", len(got), err)
		}
		last, err := db.LastPushed(ctx)
		if err != nil || last != got[12].N {
			t.Errorf("last %d, want %d (%v)", last, got[12].N, err)
		}
		want := push.Record{Kind: push.Articles, External: "1", N: 2, Item: []byte(`{"a":"b"}`), ETag: `"b"`, At: now}
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Errorf("record (-want +got)\n%s", diff)
		}
		list, err := db.PushedList(ctx, push.Articles, "many03", 2)
		if err != nil || len(list) != 2 || list[0].External != "many04" {
			t.Errorf("list: %+v, %v", list, err)
		}
		if err := db.Unpush(ctx, push.Articles, "1", `"a"`, now); !errors.Is(err, push.ErrChanged) {
			t.Errorf("taken back under another condition: %v", err)
		}
		if err := db.Unpush(ctx, push.Articles, "1", "", now); err != nil {
			t.Error(err)
		}
		if err := db.Unpush(ctx, push.Articles, "1", "", now); !errors.Is(err, push.ErrNotFound) {
			t.Errorf("taken back twice: %v", err)
		}
		if _, err := db.Pushed(ctx, push.Articles, "1"); !errors.Is(err, push.ErrNotFound) {
			t.Errorf("what was taken back: %v", err)
		}
		rest, err := db.PushedAfter(ctx, last)
		if err != nil || len(rest) != 1 || !rest[0].Gone || rest[0].Item != nil {
			t.Errorf("since: %+v, %v", rest, err)
		}
		if created, _, err := db.Push(ctx, rec("1", "b"), "none", now); !created || err != nil {
			t.Errorf("brought again: %v, %v", created, err)
		}
	})
}
