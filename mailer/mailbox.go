package mailer

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A Mailbox is a transport that catches mail: each letter becomes a file in a
// folder, as it would have gone out, under the two fields that a receiving
// server puts before it (RFC 5321 4.4). Any number of processes may write to
// one folder.
//
// A letter survives the end of the process, but not necessarily that of the
// machine: it is not synced to the disk, although the ledger says that it was
// sent. Nobody waits for caught mail, and a relay keeps this promise itself.
type Mailbox struct {
	Dir string // made when needed
	// Now is when a letter comes in; nil: time.Now.
	Now func() time.Time
}

var _ Transport = (*Mailbox)(nil)

const (
	caughtForm = "20060102T150405.000000000Z" // names sort by time
	maxLetter  = 16 << 20                     // bytes of a letter that are looked at
	maxHead    = 64 << 10                     // bytes of a letter looked at for a list
)

// caughtID is how files are named, and nothing else is ever opened.
var caughtID = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}\.[0-9]{9}Z-[0-9a-f]{16}$`)

// ErrNoLetter is returned for an ID that is none, or whose letter is gone.
var ErrNoLetter = errors.New("no such letter")

// Open prepares the folder.
func (m *Mailbox) Open(ctx context.Context) (Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, &Error{Phase: PhaseConn, Err: err}
	}
	if err := os.MkdirAll(m.Dir, 0o700); err != nil {
		return nil, &Error{Phase: PhaseConn, Err: err}
	}
	return catcher{m}, nil
}

type catcher struct{ m *Mailbox }

// Send writes the letter to a file of its own. What fails leaves none.
func (c catcher) Send(ctx context.Context, e Envelope, msg []byte, _ Envelope) error {
	if err := ctx.Err(); err != nil {
		return &Error{Phase: PhaseMail, Err: err}
	}
	if err := c.write(e.From, e.To, msg); err != nil {
		return &Error{Phase: PhaseData, Err: err} // nothing has been caught: a full disk is a line that was lost
	}
	return nil
}

func (c catcher) write(from, to string, msg []byte) (err error) {
	now := time.Now
	if c.m.Now != nil {
		now = c.m.Now
	}
	root, err := os.OpenRoot(c.m.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	id := now().UTC().Format(caughtForm) + "-" + hex.EncodeToString(random[:])
	part := "." + id + ".part"
	f, err := root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "Return-Path: <%s>\r\nDelivered-To: %s\r\n%s", from, to, msg)
	if err = cmp.Or(err, f.Close()); err == nil {
		err = root.Rename(part, id+".eml")
	}
	if err != nil {
		_ = root.Remove(part)
	}
	return err
}

// Close does nothing: every letter is in its file.
func (catcher) Close() error { return nil }

// A Caught letter is one line of a list.
type Caught struct {
	ID                string // sorts by time
	At                time.Time
	From, To, Subject string // decoded, on one line; not to be trusted
	Size              int64  // bytes
}

// List returns the newest letters first: at most limit of them, older than the
// letter before if that is not empty. A folder that is not there yet is empty.
func (m *Mailbox) List(limit int, before string) ([]Caught, error) {
	root, err := os.OpenRoot(m.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	var list []Caught
	for _, e := range slices.Backward(entries) {
		if len(list) >= limit {
			break
		}
		id, ok := strings.CutSuffix(e.Name(), ".eml")
		if !ok || !caughtID.MatchString(id) || before != "" && id >= before {
			continue
		}
		raw, size, err := read(root, id, maxHead)
		if err != nil {
			continue // taken away meanwhile
		}
		list = append(list, summary(id, raw, size))
	}
	return list, nil
}

// Letter reads a letter by its ID. It returns ErrNoLetter for everything that is
// not the ID of a letter which is there.
func (m *Mailbox) Letter(id string) (*CaughtLetter, error) {
	if !caughtID.MatchString(id) {
		return nil, ErrNoLetter
	}
	root, err := os.OpenRoot(m.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoLetter
	}
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	defer root.Close()
	raw, size, err := read(root, id, maxLetter)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoLetter
	}
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	l := parseLetter(raw)
	l.Caught = summary(id, raw, size)
	return l, nil
}

// read returns at most limit bytes of a letter, and how many it has.
func read(root *os.Root, id string, limit int64) (raw []byte, size int64, err error) {
	f, err := root.Open(id + ".eml")
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	raw, err = io.ReadAll(io.LimitReader(f, limit))
	return raw, info.Size(), err
}

func summary(id string, raw []byte, size int64) Caught {
	c := Caught{ID: id, Size: size}
	c.At, _ = time.Parse(caughtForm, id[:len(caughtForm)])
	for _, f := range fields(raw) {
		switch strings.ToLower(f.Name) {
		case "from":
			c.From = cmp.Or(c.From, f.Value)
		case "to":
			c.To = cmp.Or(c.To, f.Value)
		case "subject":
			c.Subject = cmp.Or(c.Subject, f.Value)
		}
	}
	return c
}
