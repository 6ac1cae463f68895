package editors

import (
	"context"
	"time"
)

// A Store keeps editors, links, sessions, and the log of what was done. Each
// method is one transaction.
type Store interface {
	// AddEditor keeps a new editor, or returns ErrExists.
	AddEditor(ctx context.Context, e Editor) error
	// RemoveEditor removes an editor with all links and sessions, unless may
	// says no of all editors there are; nobody enters or leaves meanwhile.
	RemoveEditor(ctx context.Context, email string, may func(all []Editor) error) error
	// SetRole gives an editor another role, unless may says no of all editors
	// there are; nobody enters or leaves meanwhile.
	SetRole(ctx context.Context, email string, role Role, may func(all []Editor) error) error
	// SetEditorName gives an editor another name, or returns ErrNotFound.
	SetEditorName(ctx context.Context, email, name string) error
	// ConfigureEditors makes what decide makes of all editors there are: it
	// keeps some, whether they are new or not, with their names, roles and
	// whether they are configured, and takes others out with all links and
	// sessions.
	ConfigureEditors(ctx context.Context, decide func(all []Editor) Roster) error
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

	// AddFirstLink keeps a link that makes the first editor; ErrExists if there
	// are editors. Such links that ended before now are forgotten.
	AddFirstLink(ctx context.Context, h Hash, until, now time.Time) error
	// FirstLink returns when a link that makes the first editor ends; ErrLink
	// if it is not there, or if there are editors.
	FirstLink(ctx context.Context, h Hash) (until time.Time, err error)
	// SignInFirst keeps the first editor with their sealed password, begins
	// their session and forgets all links that make a first editor. It returns
	// ErrLink if link is not there or ended before s.Began, or if there are
	// editors.
	SignInFirst(ctx context.Context, link Hash, e Editor, sealed string, s Session) error

	// Password returns an editor's sealed password, empty if there is none;
	// ErrNotFound.
	Password(ctx context.Context, email string) (sealed string, err error)
	// SignInSealed begins the session if the editor's sealed password is still
	// this one, or returns ErrPassword. Sessions last seen before stale are
	// forgotten.
	SignInSealed(ctx context.Context, sealed string, s Session, stale time.Time) (*Editor, error)
	// SetPassword keeps a sealed password, and ends all links of the editor and
	// all sessions but one. It returns ErrNotFound.
	SetPassword(ctx context.Context, email, sealed string, keep Hash) error
	// Reseal keeps a sealed password instead of another, if that is still the
	// editor's.
	Reseal(ctx context.Context, email, was, sealed string) error

	// DeskSession returns a session and its editor, or ErrSession.
	DeskSession(ctx context.Context, h Hash) (*Session, *Editor, error)
	// DeskSessions returns an editor's sessions, the last seen first.
	DeskSessions(ctx context.Context, email string) ([]Session, error)
	// SeeDeskSession notes a visit.
	SeeDeskSession(ctx context.Context, h Hash, now time.Time) error
	// EndDeskSession forgets a session, if it is there.
	EndDeskSession(ctx context.Context, h Hash) error
	// EndDeskSessions forgets all sessions of an editor but one.
	EndDeskSessions(ctx context.Context, email string, keep Hash) error

	// Acts returns what the log holds, as q says.
	Acts(ctx context.Context, q ActQuery) ([]Act, error)
}
