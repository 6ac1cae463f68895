package editors

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// An APIToken lets a program act at the desk. The token itself is shown once,
// to the owner who makes it; only its hash is kept.
type APIToken struct {
	Hash   Hash
	Name   string // what the log calls it; of one token only
	Scopes []Scope
	By     string // who made it
	Made   time.Time
	Used   time.Time // zero: never; otherwise right to the hour
}

// Scope says what a token is for. None holds another.
type Scope string

// The scopes.
const (
	ScopeRead    Scope = "read"    // looks at what goes out, and what went out
	ScopeContent Scope = "content" // brings articles and events, and takes them back
	ScopeSend    Scope = "send"    // sends, pauses, resumes and cancels
)

// Scopes are all scopes there are.
var Scopes = []Scope{ScopeRead, ScopeContent, ScopeSend}

// May reports whether the token is for s.
func (t *APIToken) May(s Scope) bool { return slices.Contains(t.Scopes, s) }

// ID is a short name of the token that gives nobody a way in.
func (t *APIToken) ID() string { return t.Hash.ID() }

// Errors of tokens.
var (
	ErrAPIToken = errors.New("no such token")
	ErrName     = errors.New("a token needs a name of its own")
	ErrScope    = errors.New("a token must be for something")
)

// An APITokenStore keeps tokens. Each method is one transaction.
type APITokenStore interface {
	// AddAPIToken keeps a new token, or returns ErrExists if another has its name.
	AddAPIToken(ctx context.Context, t APIToken) error
	// APIToken returns the token of a hash, or ErrAPIToken.
	APIToken(ctx context.Context, h Hash) (*APIToken, error)
	// APITokens returns all tokens by name.
	APITokens(ctx context.Context) ([]APIToken, error)
	// SeeAPIToken notes that a token was used.
	SeeAPIToken(ctx context.Context, h Hash, now time.Time) error
	// RemoveAPIToken ends a token at once, or returns ErrAPIToken.
	RemoveAPIToken(ctx context.Context, h Hash) error
}

// A Gate lets programs in.
type Gate struct{ Store APITokenStore }

// apiPrefix begins every token, so that whoever finds one knows what it is.
const apiPrefix = "sf_"

// Make makes a token. It returns ErrName, ErrScope, or ErrExists.
func (g *Gate) Make(ctx context.Context, name string, scopes []Scope, by string, now time.Time) (secret string, t *APIToken, err error) {
	t = &APIToken{Name: ParseName(name), By: by, Made: now}
	if t.Name == "" {
		return "", nil, ErrName
	}
	for _, s := range Scopes {
		if slices.Contains(scopes, s) {
			t.Scopes = append(t.Scopes, s)
		}
	}
	if len(t.Scopes) == 0 || slices.ContainsFunc(scopes, func(s Scope) bool { return !slices.Contains(Scopes, s) }) {
		return "", nil, ErrScope
	}
	secret = newToken()
	t.Hash, _ = hashOf(secret)
	if err := g.Store.AddAPIToken(ctx, *t); err != nil {
		return "", nil, err
	}
	return apiPrefix + secret, t, nil
}

// Enter tells what token a program has, and notes its use now and then. It
// returns ErrAPIToken if it is none of ours, which is seen without asking the
// store where it has not the form of one.
func (g *Gate) Enter(ctx context.Context, secret string, now time.Time) (*APIToken, error) {
	bare, ours := strings.CutPrefix(secret, apiPrefix)
	h, ok := hashOf(bare)
	if !ours || !ok {
		return nil, ErrAPIToken
	}
	t, err := g.Store.APIToken(ctx, h)
	if err != nil {
		return nil, err
	}
	if now.Sub(t.Used) >= touchAfter {
		if err := g.Store.SeeAPIToken(ctx, h, now); err != nil {
			return nil, err
		}
		t.Used = now
	}
	return t, nil
}

// Revoke ends the token of an ID, and returns its name. It returns ErrAPIToken
// if there is none.
func (g *Gate) Revoke(ctx context.Context, id string) (name string, err error) {
	all, err := g.Store.APITokens(ctx)
	if err != nil {
		return "", err
	}
	for _, t := range all {
		if t.ID() == id {
			return t.Name, g.Store.RemoveAPIToken(ctx, t.Hash)
		}
	}
	return "", ErrAPIToken
}
