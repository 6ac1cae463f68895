package editors

import (
	"context"
	"fmt"
	"time"
)

// A Store keeps editors, links and sessions. Each method is one transaction.
type Store interface {
	// AddEditor keeps a new editor, or returns ErrExists.
	AddEditor(ctx context.Context, e Editor) error
	// RemoveEditor removes an editor with all links and sessions, unless may
	// says no of all editors there are; nobody enters or leaves meanwhile.
	RemoveEditor(ctx context.Context, email string, may func(all []Editor) error) error
	// Editors returns all editors by address.
	Editors(ctx context.Context) ([]Editor, error)

	// AddSignInLink keeps a link; ErrNotFound if its editor is not there. Links
	// that ended before now are forgotten.
	AddSignInLink(ctx context.Context, l Link, now time.Time) error
	// SignInLink returns a link, or ErrLink.
	SignInLink(ctx context.Context, h Hash) (*Link, error)
	// SignIn forgets the link, so that it works once, and begins the session
	// for the link's editor; ErrLink if it is not there or ended before
	// s.Began. Sessions last seen before stale are forgotten.
	SignIn(ctx context.Context, link Hash, s Session, stale time.Time) (*Editor, error)

	// DeskSession returns a session and its editor, or ErrSession.
	DeskSession(ctx context.Context, h Hash) (*Session, *Editor, error)
	// DeskSessions returns an editor's sessions, the last seen first.
	DeskSessions(ctx context.Context, email string) ([]Session, error)
	// SeeDeskSession notes a visit.
	SeeDeskSession(ctx context.Context, h Hash, now time.Time) error
	// EndDeskSession forgets a session, if it is there.
	EndDeskSession(ctx context.Context, h Hash) error
}

// A Door lets editors in.
type Door struct{ Store Store }

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
	e = Editor{Email: email, Name: e.Name, Role: firstRole(e.Role, known), Added: now}
	if err := d.Store.AddEditor(ctx, e); err != nil {
		return nil, fmt.Errorf("editor %s: %w", email, err)
	}
	return &e, nil
}

// Remove ends somebody's being an editor, at once in every browser. It returns
// ErrNotFound, or ErrLastOwner while other editors need an owner.
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
	v := &Visit{Token: newToken(), Session: Session{Began: now, Seen: now, Agent: agent(userAgent)}}
	v.Session.Hash, _ = hashOf(v.Token)
	e, err := d.Store.SignIn(ctx, link, v.Session, now.Add(-StayFor))
	if err != nil {
		return nil, err
	}
	v.Editor, v.Session.Email = *e, e.Email
	return v, nil
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
