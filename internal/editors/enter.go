package editors

import (
	"context"
	"errors"
	"time"
)

// EnterByPassword signs an editor in. It returns ErrPassword if the address and
// the password do not belong together, after as much work whether there is such
// an editor, one without a password, or none; ErrBusy if too many try at once.
// How often somebody may try is for the caller to say.
func (d *Door) EnterByPassword(ctx context.Context, email, password, userAgent string, now time.Time) (*Visit, error) {
	kept, err := "", error(nil)
	email, bad := ParseEmail(email)
	if bad == nil {
		if kept, err = d.Store.Password(ctx, email); err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
	}
	right, err := d.Passwords.opens(ctx, kept, password)
	if err != nil {
		return nil, err
	}
	if !right {
		return nil, ErrPassword
	}
	v := newVisit(email, ByPassword, userAgent, now)
	e, err := d.Store.SignInSealed(ctx, kept, v.Session, now.Add(-StayFor))
	if err != nil {
		return nil, err
	}
	v.Editor = *e
	d.reseal(ctx, email, kept, password)
	return v, nil
}

// reseal makes a password as dear to guess as today's are. That it fails is no
// reason to keep anybody out: the next time will do.
func (d *Door) reseal(ctx context.Context, email, kept, password string) {
	if s, err := parseSealed(kept); err != nil || !s.cost.below(d.Passwords.cost()) {
		return
	}
	if s, err := d.Passwords.seal(ctx, password); err == nil {
		_ = d.Store.Reseal(ctx, email, kept, s.String())
	}
}

// SetPassword gives who is visiting another password, ends their sessions in
// other browsers and all their sign-in links. They have to know the one they
// have ([Visit.MustKnow]), else it returns ErrPassword; ErrShort, ErrLong or
// ErrPlain if the new one is not to be taken; ErrBusy.
func (d *Door) SetPassword(ctx context.Context, v *Visit, current, password string, now time.Time) error {
	if err := judge(password, v.Editor.Email, v.Editor.Name); err != nil {
		return err
	}
	if v.MustKnow(now) {
		kept, err := d.Store.Password(ctx, v.Editor.Email)
		if err != nil {
			return err
		}
		switch right, err := d.Passwords.opens(ctx, kept, current); {
		case err != nil:
			return err
		case !right:
			return ErrPassword
		}
	}
	s, err := d.Passwords.seal(ctx, password)
	if err != nil {
		return err
	}
	return d.Store.SetPassword(ctx, v.Editor.Email, s.String(), v.Session.Hash)
}

// MustKnow reports whether who is visiting has to write their password before
// they may have another: not if they have none, nor if a link has just let
// them in.
func (v *Visit) MustKnow(now time.Time) bool { return v.Editor.HasPassword && !v.Session.fresh(now) }

// FirstLink makes a token that lets whoever has it become the owner, once,
// until the returned time and while there are no editors. It returns ErrExists
// if there are some.
func (d *Door) FirstLink(ctx context.Context, now time.Time) (token string, until time.Time, err error) {
	token, until = newToken(), now.Add(LinkFor)
	h, _ := hashOf(token)
	if err := d.Store.AddFirstLink(ctx, h, until, now); err != nil {
		return "", time.Time{}, err
	}
	return token, until, nil
}

// KnockFirst returns ErrLink unless a link lets somebody become the owner. It
// changes nothing.
func (d *Door) KnockFirst(ctx context.Context, token string, now time.Time) error {
	h, ok := hashOf(token)
	if !ok {
		return ErrLink
	}
	until, err := d.Store.FirstLink(ctx, h)
	if err == nil && !now.Before(until) {
		return ErrLink
	}
	return err
}

// EnterFirst makes the owner, with the address, name and password they chose,
// and signs them in. It returns ErrLink if the link does not work, ErrShort,
// ErrLong or ErrPlain if the password is not to be taken, ErrBusy, or that of
// [ParseEmail].
func (d *Door) EnterFirst(ctx context.Context, token string, e Editor, password, userAgent string, now time.Time) (*Visit, error) {
	if err := d.KnockFirst(ctx, token, now); err != nil {
		return nil, err
	}
	email, err := ParseEmail(e.Email)
	if err != nil {
		return nil, err
	}
	e = Editor{Email: email, Name: ParseName(e.Name), Role: RoleOwner, Added: now, LastSeen: now, HasPassword: true}
	if err := judge(password, e.Email, e.Name); err != nil {
		return nil, err
	}
	s, err := d.Passwords.seal(ctx, password)
	if err != nil {
		return nil, err
	}
	v := newVisit(email, ByPassword, userAgent, now)
	v.Editor = e
	link, _ := hashOf(token)
	if err := d.Store.SignInFirst(ctx, link, e, s.String(), v.Session); err != nil {
		return nil, err
	}
	return v, nil
}
