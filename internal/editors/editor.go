// Package editors is about the people at the desk: who they are, how they are
// let in, and how long they may stay.
//
// An editor is let in by a password, or by a link that works once, for half an
// hour, and stays signed in for two weeks after the last visit. Nobody has to
// have a password. While there are no editors, a link of another kind lets
// whoever has it make themselves the owner. What a link or a cookie holds is
// never kept, only its hash, and of a password what argon2id makes of it:
// whoever reads the database finds no way in.
//
// Editors are named by the configuration, which then has the last word about
// them, or added at the desk or by a command.
//
// The package does not know HTTP, SQL or SMTP: how a link reaches its editor,
// where a session's token is carried, and how often somebody may try, is the
// caller's affair.
package editors

import (
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// An Editor is a person who may use the desk.
type Editor struct {
	Email    string // as [ParseEmail] returns it; identifies the editor
	Name     string // may be empty
	Role     Role
	Added    time.Time
	LastSeen time.Time // zero: never signed in; otherwise right to the hour

	HasPassword bool // else links alone let them in
	Configured  bool // the configuration names them, and says their role
}

// Role says what an editor may do.
type Role string

// The roles, from the one that may do everything. Each may do what the next
// one may.
const (
	RoleOwner  Role = "owner"  // people and settings too
	RoleEditor Role = "editor" // edits, tests, sends, pauses
	RoleViewer Role = "viewer" // looks only
)

// roles is the order of the roles.
var roles = []Role{RoleOwner, RoleEditor, RoleViewer}

// ParseRole reads a role as it is written in commands and forms.
func ParseRole(s string) (Role, error) {
	if r := Role(s); slices.Contains(roles, r) {
		return r, nil
	}
	return "", fmt.Errorf("there is no role %.40q; there are %s, %s and %s", s, RoleOwner, RoleEditor, RoleViewer)
}

// May reports whether r may do what is a matter of role. A role we do not know
// may nothing.
func (r Role) May(role Role) bool {
	have, want := slices.Index(roles, r), slices.Index(roles, role)
	return have >= 0 && have <= want // an act of no role is nobody's: want is -1
}

// Errors that callers decide upon.
var (
	ErrNotFound  = errors.New("no such editor")
	ErrExists    = errors.New("is an editor already")
	ErrLastOwner = errors.New("is the only owner, and the desk needs one")
	// ErrConfigured says that the configuration decides, and has to be changed.
	ErrConfigured = errors.New("is named by the configuration")
	// ErrLink says that a sign-in link was used, has expired, or was never ours;
	// which of them is nobody's business.
	ErrLink = errors.New("sign-in link does not work any more")
	// ErrSession says that nobody is signed in by a token.
	ErrSession = errors.New("not signed in")
)

var errEmail = errors.New("that is not an e-mail address")

// ParseEmail reads a bare address and folds it, so that one person is one
// editor however the address is typed.
func ParseEmail(s string) (string, error) {
	s = strings.TrimSpace(s)
	const most = 254 // RFC 5321, 4.5.3.1.3
	if len(s) > most {
		return "", errEmail
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || strings.ContainsAny(s, "\" <>") {
		return "", errEmail
	}
	return strings.ToLower(s), nil
}

// firstRole is the role of an editor who is added to known: the one wished
// for, or else owner for the first and editor for the others.
func firstRole(wish Role, known []Editor) Role {
	switch {
	case wish != "":
		return wish
	case len(known) == 0:
		return RoleOwner
	}
	return RoleEditor
}

// mayGo says whether an editor may be taken out of all. Somebody must stay who
// can let others in.
func mayGo(email string, all []Editor) error {
	return mayBecome(email, "", all)
}

// mayBecome says whether an editor among all may have another role from now
// on, or none.
func mayBecome(email string, role Role, all []Editor) error {
	i := slices.IndexFunc(all, func(e Editor) bool { return e.Email == email })
	switch {
	case i < 0:
		return ErrNotFound
	case all[i].Configured:
		return ErrConfigured
	case all[i].Role != RoleOwner || role == RoleOwner:
		return nil
	}
	for _, e := range all {
		if e.Role == RoleOwner && e.Email != email {
			return nil
		}
	}
	return ErrLastOwner
}

// ParseName makes what somebody calls themselves fit to be kept and shown: one
// line of at most 100 characters.
func ParseName(s string) string {
	const most = 100
	s = printable(strings.Join(strings.Fields(s), " "))
	if r := []rune(s); len(r) > most {
		s = strings.TrimSpace(string(r[:most]))
	}
	return s
}
