package storetest

import (
	"errors"
	"sync"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/store"
)

// yes lets everything be.
func yes([]editors.Editor) error { return nil }

// editor adds one to whom the desk is open.
func (w *world) editor(email string, role editors.Role) editors.Editor {
	w.Helper()
	e := editors.Editor{Email: email, Role: role, Added: w.now}
	w.must(w.db.AddEditor(w.ctx, e))
	return e
}

// visit is a session as it is kept.
func (w *world) visit(n byte, email string, way editors.Way) editors.Session {
	return editors.Session{Hash: editors.Hash{n}, Email: email, Began: w.now, Seen: w.now, Way: way}
}

// rush does the same many times at once, and returns how often it went well;
// other errors than refused fail the test.
func (w *world) rush(refused error, do func(n int) error) (well int) {
	w.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	for n := range 12 {
		all.Go(func() {
			err := do(n)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				well++
			case !errors.Is(err, refused):
				w.Error(err)
			}
		})
	}
	all.Wait()
	return well
}

var editorTests = []test{
	{"a password lets in while it is the editor's", func(w *world) {
		const ada, one, two = "ada@example.com", "sealed one", "sealed two"
		stale := w.now.Add(-time.Hour)
		_, err := w.db.Password(w.ctx, ada)
		w.fails(err, editors.ErrNotFound)
		w.fails(w.db.SetPassword(w.ctx, ada, one, editors.Hash{}), editors.ErrNotFound)
		e := w.editor(ada, editors.RoleEditor)
		kept, err := w.db.Password(w.ctx, ada)
		w.must(err)
		w.is("no password", "", kept)
		_, err = w.db.SignInSealed(w.ctx, "", w.visit(1, ada, editors.ByPassword), stale)
		w.fails(err, editors.ErrPassword)

		w.must(w.db.SetPassword(w.ctx, ada, one, editors.Hash{}))
		for _, sealed := range []string{"", two} {
			_, err = w.db.SignInSealed(w.ctx, sealed, w.visit(1, ada, editors.ByPassword), stale)
			w.fails(err, editors.ErrPassword)
		}
		_, err = w.db.SignInSealed(w.ctx, one, w.visit(1, "nobody@example.com", editors.ByPassword), stale)
		w.fails(err, editors.ErrPassword)
		in, err := w.db.SignInSealed(w.ctx, one, w.visit(1, ada, editors.ByPassword), stale)
		w.must(err)
		e.LastSeen, e.HasPassword = w.now, true
		w.is("who came in", &e, in)
		s, in, err := w.db.DeskSession(w.ctx, editors.Hash{1})
		w.must(err)
		w.is("who is in", &e, in)
		w.is("session", w.visit(1, ada, editors.ByPassword), *s)

		// Another password ends links, and all sessions but one.
		w.must(w.db.AddSignInLink(w.ctx, editors.Link{Hash: editors.Hash{9}, Email: ada, Until: w.now.Add(time.Hour)}, w.now))
		_, err = w.db.SignInSealed(w.ctx, one, w.visit(2, ada, editors.ByPassword), stale)
		w.must(err)
		w.must(w.db.SetPassword(w.ctx, ada, two, editors.Hash{2}))
		_, err = w.db.SignInLink(w.ctx, editors.Hash{9})
		w.fails(err, editors.ErrLink)
		left, err := w.db.DeskSessions(w.ctx, ada)
		w.must(err)
		w.is("sessions that stay", []editors.Session{w.visit(2, ada, editors.ByPassword)}, left)

		// One that was changed meanwhile is not sealed anew.
		w.must(w.db.Reseal(w.ctx, ada, one, "again"))
		kept, err = w.db.Password(w.ctx, ada)
		w.must(err)
		w.is("password", two, kept)
		w.must(w.db.Reseal(w.ctx, ada, two, "again"))
		kept, err = w.db.Password(w.ctx, ada)
		w.must(err)
		w.is("password, sealed anew", "again", kept)

		w.must(w.db.EndDeskSessions(w.ctx, ada, editors.Hash{}))
		_, _, err = w.db.DeskSession(w.ctx, editors.Hash{2})
		w.fails(err, editors.ErrSession)
	}},
	{"the first link makes one editor, while there are none", func(w *world) {
		ends := w.now.Add(time.Hour)
		add := func(n byte, until time.Time) {
			w.Helper()
			w.must(w.db.AddFirstLink(w.ctx, editors.Hash{n}, until, w.now))
		}
		add(1, w.now) // ends as it begins
		add(2, ends)
		add(3, ends)
		until, err := w.db.FirstLink(w.ctx, editors.Hash{2})
		w.must(err)
		w.is("until", ends.UnixMilli(), until.UnixMilli())
		_, err = w.db.FirstLink(w.ctx, editors.Hash{1})
		w.fails(err, editors.ErrLink) // forgotten
		_, err = w.db.FirstLink(w.ctx, editors.Hash{8})
		w.fails(err, editors.ErrLink)
		owner := func(n int) editors.Editor {
			return editors.Editor{Email: string(rune('a'+n)) + "@example.com", Role: editors.RoleOwner, Added: w.now}
		}
		first := func(link byte, n int) error {
			e := owner(n)
			return w.db.SignInFirst(w.ctx, editors.Hash{link}, e, "sealed", w.visit(byte(100+n), e.Email, editors.ByPassword))
		}
		w.fails(first(8, 0), editors.ErrLink)
		w.now = ends
		w.fails(first(2, 0), editors.ErrLink) // too late
		w.now = ends.Add(-time.Millisecond)
		w.is("owners of two links, pressed at once", 1, w.rush(editors.ErrLink, func(n int) error { return first(byte(2+n%2), n) }))
		all, err := w.db.Editors(w.ctx)
		w.must(err)
		if len(all) != 1 || all[0].Role != editors.RoleOwner || !all[0].HasPassword || !all[0].LastSeen.Equal(w.now) {
			w.Errorf("editors: %+v", all)
		}
		sessions, err := w.db.DeskSessions(w.ctx, all[0].Email)
		w.must(err)
		w.is("sessions", 1, len(sessions))
		w.fails(w.db.AddFirstLink(w.ctx, editors.Hash{4}, ends, w.now), editors.ErrExists)
		_, err = w.db.FirstLink(w.ctx, editors.Hash{3})
		w.fails(err, editors.ErrLink)
	}},
	{"roles and names", func(w *world) {
		w.fails(w.db.SetEditorName(w.ctx, "ada@example.com", "Ada"), editors.ErrNotFound)
		ada, ben := w.editor("ada@example.com", editors.RoleOwner), w.editor("ben@example.com", editors.RoleOwner)
		w.must(w.db.SetEditorName(w.ctx, ada.Email, "Ada"))
		no := errors.New("no")
		w.fails(w.db.SetRole(w.ctx, ada.Email, editors.RoleViewer, func(all []editors.Editor) error {
			ada.Name = "Ada"
			w.is("all", []editors.Editor{ada, ben}, all)
			return no
		}), no)
		w.must(w.db.SetRole(w.ctx, ben.Email, editors.RoleViewer, yes))
		ben.Role = editors.RoleViewer
		all, err := w.db.Editors(w.ctx)
		w.must(err)
		w.is("editors", []editors.Editor{ada, ben}, all)
	}},
	{"however many owners go at once, one stays", func(w *world) {
		door := &editors.Door{Store: w.db}
		for n := range 12 {
			w.editor(string(rune('a'+n))+"@example.com", editors.RoleOwner)
		}
		w.is("gone, or owners no more", 11, w.rush(editors.ErrLastOwner, func(n int) error {
			email := string(rune('a'+n)) + "@example.com"
			if n%2 == 0 {
				return door.Remove(w.ctx, email)
			}
			return door.SetRole(w.ctx, email, editors.RoleEditor)
		}))
	}},
	{"the configuration has the last word about whom it names", func(w *world) {
		door := &editors.Door{Store: w.db}
		w.editor("ada@example.com", editors.RoleOwner)
		named := []editors.Editor{{Email: "Ben@example.com", Name: "Ben", Role: editors.RoleViewer}, {Email: "cy@example.com"}}
		done, err := door.Configure(w.ctx, named, w.now)
		w.must(err)
		ben := editors.Editor{Email: "ben@example.com", Name: "Ben", Role: editors.RoleViewer, Added: w.now, Configured: true}
		cy := editors.Editor{Email: "cy@example.com", Role: editors.RoleEditor, Added: w.now, Configured: true}
		w.is("at first", editors.Roster{Put: []editors.Editor{ben, cy}}, done)
		again, err := door.Configure(w.ctx, named, w.now.Add(time.Hour))
		w.must(err)
		w.is("at every other start", editors.Roster{}, again)
		w.must(w.db.AddSignInLink(w.ctx, editors.Link{Hash: editors.Hash{1}, Email: cy.Email, Until: w.now.Add(time.Hour)}, w.now))
		w.fails(door.Remove(w.ctx, cy.Email), editors.ErrConfigured)
		w.fails(door.SetRole(w.ctx, ben.Email, editors.RoleOwner), editors.ErrConfigured)

		named = []editors.Editor{{Email: "ben@example.com", Name: "Another", Role: editors.RoleEditor}, {Email: "ada@example.com", Role: editors.RoleOwner}}
		done, err = door.Configure(w.ctx, named, w.now)
		w.must(err)
		w.is("gone", []string{cy.Email}, done.Gone)
		ben.Role = editors.RoleEditor
		ada := editors.Editor{Email: "ada@example.com", Role: editors.RoleOwner, Added: w.now, Configured: true}
		all, err := w.db.Editors(w.ctx)
		w.must(err)
		w.is("editors", []editors.Editor{ada, ben}, all)
		_, err = w.db.SignInLink(w.ctx, editors.Hash{1})
		w.fails(err, editors.ErrLink)
		if _, err := door.Configure(w.ctx, []editors.Editor{{Email: "nobody"}}, w.now); err == nil {
			w.Error("what is no address became an editor")
		}
	}},
	{"acts are found by who did them and what they were about", func(w *world) {
		var want []editors.Act // newest first
		for i, e := range []store.LogEntry{
			{Who: "editor ada", What: "approved", Subject: "weekly/one", Detail: "é"},
			{Who: "command", What: "sent", Subject: "weekly/two"},
			{Who: "command", What: "edited", Subject: "weekly"},
			{Who: "command", What: "edited", Subject: "weekly-news"},
			{Who: "editor ada", What: "erased", Subject: "reader 7"},
			{Who: "editor ada", What: "erased", Subject: "reader 77"},
		} {
			e.At = w.now.Add(time.Duration(i) * time.Second)
			w.must(w.db.Log(w.ctx, e))
			want = append([]editors.Act{{At: e.At, Who: e.Who, What: e.What, Subject: e.Subject, Detail: e.Detail}}, want...)
		}
		acts := func(q editors.ActQuery) []editors.Act {
			w.Helper()
			got, err := w.db.Acts(w.ctx, q)
			w.must(err)
			return got
		}
		all := acts(editors.ActQuery{})
		for i := range all {
			if i > 0 && all[i].N >= all[i-1].N {
				w.Errorf("act %d is not older than the one before", i)
			}
			want[i].N = all[i].N
		}
		w.is("all", want, all)
		for _, tt := range []struct {
			name string
			q    editors.ActQuery
			want []int // of all
		}{
			{"two", editors.ActQuery{Limit: 2}, []int{0, 1}},
			{"older", editors.ActQuery{Before: all[1].N, Limit: 2}, []int{2, 3}},
			{"oldest", editors.ActQuery{Before: all[3].N}, []int{4, 5}},
			{"newer", editors.ActQuery{After: all[4].N, Limit: 2}, []int{2, 3}},
			{"newest", editors.ActQuery{After: all[1].N, Limit: 2}, []int{0}},
			{"a newsletter and its editions", editors.ActQuery{Subject: "weekly"}, []int{3, 4, 5}},
			{"an edition", editors.ActQuery{Subject: "weekly/one"}, []int{5}},
			{"a reader", editors.ActQuery{Subject: "reader 7"}, []int{1}},
			{"no pattern", editors.ActQuery{Subject: "weekl%"}, nil},
			{"a person", editors.ActQuery{Who: "editor ada"}, []int{0, 1, 5}},
			{"a person and a newsletter", editors.ActQuery{Who: "editor ada", Subject: "weekly", Before: all[0].N}, []int{5}},
			{"nobody", editors.ActQuery{Who: "editor a"}, nil},
		} {
			var some []editors.Act
			for _, i := range tt.want {
				some = append(some, all[i])
			}
			w.is(tt.name, some, acts(tt.q))
		}
	}},
}
