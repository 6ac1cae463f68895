package editors

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// SetRole gives somebody another role. It returns ErrNotFound, ErrConfigured,
// or ErrLastOwner.
func (d *Door) SetRole(ctx context.Context, email string, role Role) error {
	if _, err := ParseRole(string(role)); err != nil {
		return err
	}
	err := d.Store.SetRole(ctx, email, role, func(all []Editor) error { return mayBecome(email, role, all) })
	if err != nil {
		return fmt.Errorf("editor %s: %w", email, err)
	}
	return nil
}

// SetName gives somebody another name.
func (d *Door) SetName(ctx context.Context, email, name string) error {
	if err := d.Store.SetEditorName(ctx, email, ParseName(name)); err != nil {
		return fmt.Errorf("editor %s: %w", email, err)
	}
	return nil
}

// A Roster is what becomes of editors by the configuration: those who are made
// or changed, and the addresses of those who are none any more.
type Roster struct {
	Put  []Editor
	Gone []string
}

// Configure makes those people editors whom the configuration names, with the
// roles it says; the first without one is the owner, the others are editors.
// Whoever it named before and does not any more is no editor from now on. It
// returns what it changed: nothing, mostly.
func (d *Door) Configure(ctx context.Context, people []Editor, now time.Time) (Roster, error) {
	people = slices.Clone(people)
	for i := range people {
		email, err := ParseEmail(people[i].Email)
		if err != nil {
			return Roster{}, fmt.Errorf("editor %s: %w", people[i].Email, err)
		}
		people[i] = Editor{Email: email, Name: ParseName(people[i].Name), Role: firstRole(people[i].Role, people[:i]), Added: now, Configured: true}
	}
	all, err := d.Store.Editors(ctx)
	if err != nil {
		return Roster{}, err
	}
	if r := settle(all, people); len(r.Put)+len(r.Gone) == 0 {
		return r, nil // as at every start but the first
	}
	var done Roster
	err = d.Store.ConfigureEditors(ctx, func(all []Editor) Roster {
		done = settle(all, people)
		return done
	})
	if err != nil {
		return Roster{}, fmt.Errorf("editors of the configuration: %w", err)
	}
	return done, nil
}

// settle says what becomes of all editors when the configuration names people.
// Those who are there keep their names. An owner whom it does not name any more
// stays, and is nobody's but the desk's, where the others would have none.
func settle(all, people []Editor) (r Roster) {
	owner := slices.ContainsFunc(people, func(e Editor) bool { return e.Role == RoleOwner })
	left := len(people)
	var unnamed []Editor
	for _, e := range all {
		i := slices.IndexFunc(people, func(p Editor) bool { return p.Email == e.Email })
		switch {
		case i >= 0 && (e.Role != people[i].Role || !e.Configured):
			e.Role, e.Configured = people[i].Role, true
			r.Put = append(r.Put, e)
		case i >= 0:
		case e.Configured:
			unnamed = append(unnamed, e)
		default:
			left++
			owner = owner || e.Role == RoleOwner
		}
	}
	for _, e := range unnamed {
		if e.Role == RoleOwner && left > 0 && !owner {
			e.Configured, owner = false, true
			r.Put = append(r.Put, e)
			continue
		}
		r.Gone = append(r.Gone, e.Email)
	}
	for _, p := range people {
		if !slices.ContainsFunc(all, func(e Editor) bool { return e.Email == p.Email }) {
			r.Put = append(r.Put, p)
		}
	}
	slices.SortFunc(r.Put, func(a, b Editor) int { return strings.Compare(a.Email, b.Email) })
	return r
}
