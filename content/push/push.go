// Package push is a source of content that programs bring, rather than one
// that we look at: what they brought last, under a name of theirs, is what the
// source shows. Bringing the same twice changes nothing.
//
// What is brought is made fit before it is kept: text is plain, the body holds
// only what markup lets through. What of it becomes public, and when, is
// [content.Reconcile]'s to decide, as with any source.
//
// The package does not know HTTP, SQL, or who may bring something.
package push

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/standfirst/standfirst/content"
)

// Name is the name of the source.
const Name = "api"

// A Kind is what was brought.
type Kind string

// The kinds.
const (
	Articles Kind = "article"
	Events   Kind = "event"
)

// Errors that callers decide upon.
var (
	// ErrNotFound says that nothing was brought under a name, or that it was
	// taken back.
	ErrNotFound = errors.New("nothing was brought under this name")
	// ErrChanged says that it is not what the caller takes it to be.
	ErrChanged = errors.New("it was changed meanwhile")
)

// A Record is something brought, as it is kept.
type Record struct {
	Kind     Kind
	External string // what whoever brought it calls it; see [CheckID]
	N        int64  // grows with each change of any record
	Item     json.RawMessage
	ETag     string // of Item, in quotes, as in RFC 9110
	Baseline bool   // readers know it already: it comes into feeds, not into letters
	Gone     bool   // it was taken back: Item is empty
	At       time.Time
}

// A Status is what became of something brought.
type Status struct {
	ID     string        // of the article or event; empty while no sync has seen it
	Slug   string        // the last part of its address here
	State  content.State // of an article; of an event: Public
	Reason string        // why it is held or withdrawn
}

// A Store keeps what was brought.
type Store interface {
	// Push keeps r, whose N it sets, unless it is there as it is. If is an ETag
	// that must be that of what is there, "*" for any, "none" for nothing;
	// empty: whatever is there. It returns ErrChanged.
	Push(ctx context.Context, r Record, If string, now time.Time) (created, changed bool, err error)
	// Unpush forgets what was brought but its name. It returns ErrNotFound or
	// ErrChanged.
	Unpush(ctx context.Context, kind Kind, external, If string, now time.Time) error
	// Pushed returns what was brought under a name, or ErrNotFound.
	Pushed(ctx context.Context, kind Kind, external string) (*Record, error)
	// PushedList returns what was brought and not taken back, by name, from
	// after one on.
	PushedList(ctx context.Context, kind Kind, after string, limit int) ([]Record, error)
	// PushedAfter returns what was changed after n, in order, with what was
	// taken back.
	PushedAfter(ctx context.Context, n int64) ([]Record, error)
	// PushedStatus tells what became of something brought; the zero Status
	// while nothing has.
	PushedStatus(ctx context.Context, kind Kind, external string) (Status, error)
	// LastPushed is the N of the latest change; 0: there was none.
	LastPushed(ctx context.Context) (int64, error)
}

// KeyOf is by what an article or event is recognised that was brought under a
// name.
func KeyOf(kind Kind, external string) content.Key {
	return content.Key(Name + ":id:" + string(kind) + "/" + external)
}

// PlaceOf is where messages say it stands.
func PlaceOf(kind Kind, external string) string { return string(kind) + " " + external }

// longestID is the most bytes of a name.
const longestID = 200

// CheckID says why a name is none: it has 1 to 200 bytes of UTF-8 that can be
// seen, no blanks, and no slash. It is part of an address, where dots alone lead
// elsewhere.
func CheckID(id string) error {
	bad := func(r rune) bool { return r == '/' || unicode.IsSpace(r) || !unicode.IsPrint(r) }
	if id == "." || id == ".." {
		return errors.New("an external id is more than dots")
	}
	if id == "" || len(id) > longestID || !utf8.ValidString(id) || strings.ContainsFunc(id, bad) {
		return fmt.Errorf("an external id has 1 to %d bytes, without blanks, slashes and what cannot be seen", longestID)
	}
	return nil
}

// record makes what is kept of an item.
func record(kind Kind, external string, item any) Record {
	b, err := json.Marshal(item)
	if err != nil {
		panic("pushed " + string(kind) + ": " + err.Error()) // strings and times only
	}
	return Record{Kind: kind, External: external, Item: b, ETag: `"` + sumOf(b) + `"`}
}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}
