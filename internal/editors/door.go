package editors

import (
	"context"
	"fmt"
	"time"
)

// A Door lets editors in.
type Door struct {
	Store     Store
	Passwords Passwords
}

// Add makes somebody an editor. Without a role the first is the owner, the
// others are editors. It returns ErrExists if they are one.
func (d *Door) Add(ctx context.Context, e Editor, now time.Time) (*Editor, error) {
	email, err := ParseEmail(e.Email)
	if err != nil {
		return nil, err
	}
	known, err := d.Store.Editors(ctx)
	if err != nil {
		return nil, err
	}
	e = Editor{Email: email, Name: ParseName(e.Name), Role: firstRole(e.Role, known), Added: now}
	if err := d.Store.AddEditor(ctx, e); err != nil {
		return nil, fmt.Errorf("editor %s: %w", email, err)
	}
	return &e, nil
}

// Remove ends somebody's being an editor, at once in every browser. It returns
// ErrNotFound, ErrConfigured, or ErrLastOwner.
func (d *Door) Remove(ctx context.Context, email string) error {
	email, err := ParseEmail(email)
	if err != nil {
		return err
	}
	err = d.Store.RemoveEditor(ctx, email, func(all []Editor) error { return mayGo(email, all) })
	if err != nil {
		return fmt.Errorf("editor %s: %w", email, err)
	}
	return nil
}

// Link makes a token that lets an editor in once, until the returned time.
// Older links of the editor go on working until theirs.
func (d *Door) Link(ctx context.Context, email string, now time.Time) (token string, until time.Time, err error) {
	if email, err = ParseEmail(email); err != nil {
		return "", time.Time{}, err
	}
	token, until = newToken(), now.Add(LinkFor)
	h, _ := hashOf(token)
	if err := d.Store.AddSignInLink(ctx, Link{Hash: h, Email: email, Until: until}, now); err != nil {
		return "", time.Time{}, fmt.Errorf("editor %s: %w", email, err)
	}
	return token, until, nil
}

// Knock tells whom a link would let in, and changes nothing: mail scanners
// open every link. It returns ErrLink if nobody.
func (d *Door) Knock(ctx context.Context, token string, now time.Time) (email string, err error) {
	h, ok := hashOf(token)
	if !ok {
		return "", ErrLink
	}
	l, err := d.Store.SignInLink(ctx, h)
	if err != nil {
		return "", err
	}
	if !l.Works(now) {
		return "", ErrLink
	}
	return l.Email, nil
}

// A Visit is an editor who is signed in.
type Visit struct {
	Editor  Editor
	Session Session
	// Token is what the browser is to be given, now and for [StayFor]; empty:
	// what it has is fresh enough.
	Token string
}

// Enter uses the link and signs its editor in with this browser, which names
// itself by its User-Agent header. It returns ErrLink if the link does not
// work.
func (d *Door) Enter(ctx context.Context, token, userAgent string, now time.Time) (*Visit, error) {
	link, ok := hashOf(token)
	if !ok {
		return nil, ErrLink
	}
	v := newVisit("", ByLink, userAgent, now)
	e, err := d.Store.SignIn(ctx, link, v.Session, now.Add(-StayFor))
	if err != nil {
		return nil, err
	}
	v.Editor, v.Session.Email = *e, e.Email
	return v, nil
}

// newVisit begins a session with a token of its own.
func newVisit(email string, way Way, userAgent string, now time.Time) *Visit {
	v := &Visit{Token: newToken(), Session: Session{Email: email, Began: now, Seen: now, Agent: agent(userAgent), Way: way}}
	v.Session.Hash, _ = hashOf(v.Token)
	return v
}

// Visit tells who is signed in by a session's token, and notes the visit now
// and then. It returns ErrSession if nobody is.
func (d *Door) Visit(ctx context.Context, token string, now time.Time) (*Visit, error) {
	h, ok := hashOf(token)
	if !ok {
		return nil, ErrSession
	}
	s, e, err := d.Store.DeskSession(ctx, h)
	if err != nil {
		return nil, err
	}
	v := &Visit{Editor: *e, Session: *s}
	switch {
	case !s.Lives(now):
		return nil, ErrSession
	case s.stale(now):
		if err := d.Store.SeeDeskSession(ctx, h, now); err != nil {
			return nil, err
		}
		v.Session.Seen, v.Token = now, token
	}
	return v, nil
}

// Leave signs out whoever is signed in by the token.
func (d *Door) Leave(ctx context.Context, token string) error {
	h, ok := hashOf(token)
	if !ok {
		return nil
	}
	return d.Store.EndDeskSession(ctx, h)
}

// Sessions returns where an editor is signed in, the last seen first.
func (d *Door) Sessions(ctx context.Context, email string, now time.Time) ([]Session, error) {
	all, err := d.Store.DeskSessions(ctx, email)
	if err != nil {
		return nil, err
	}
	var live []Session
	for _, s := range all {
		if s.Lives(now) {
			live = append(live, s)
		}
	}
	return live, nil
}

// End ends one of an editor's sessions by its hash's ID. It returns ErrSession
// if the editor has none of that ID.
func (d *Door) End(ctx context.Context, email, id string) error {
	all, err := d.Store.DeskSessions(ctx, email)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.Hash.ID() == id {
			return d.Store.EndDeskSession(ctx, s.Hash)
		}
	}
	return ErrSession
}

// EndOthers ends all sessions of who is visiting, but this one.
func (d *Door) EndOthers(ctx context.Context, v *Visit) error {
	return d.Store.EndDeskSessions(ctx, v.Editor.Email, v.Session.Hash)
}

// EndAll ends all sessions of an editor.
func (d *Door) EndAll(ctx context.Context, email string) error {
	return d.Store.EndDeskSessions(ctx, email, Hash{})
}
