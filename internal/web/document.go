package web

import (
	"encoding/base64"
	"io"
	"time"

	"github.com/standfirst/standfirst/feed"
)

// A Document is one feed in one format. It is never changed.
type Document struct {
	Format feed.Format
	Title  string
	// Body is the whole document; nil for a page of the archive, which is kept
	// in pieces that it shares: see Bytes and WriteTo, which serve for both.
	Body     []byte
	ETag     string    // strong, of the bytes as they are
	Modified time.Time // in whole seconds; grows with every change. Zero in the archive

	// Sheet is the document in pieces, with its items; nil for what has none.
	Sheet *feed.Sheet
	// Self is the address that the document gives itself, and Hubs are where
	// its changes are told (WebSub).
	Self string
	Hubs []string
	// Archive tells that this is a page of the archive (RFC 5005): few ask for
	// it, so it is compressed when somebody does.
	Archive bool
	// Immutable tells that these bytes are found at this path for ever: another
	// content would have another path.
	Immutable bool
}

// Len returns how many bytes the document has.
func (d *Document) Len() int {
	if d.Body == nil && d.Sheet != nil {
		return d.Sheet.Len()
	}
	return len(d.Body)
}

// Bytes returns the whole document, which must not be changed.
func (d *Document) Bytes() []byte {
	if d.Body == nil && d.Sheet != nil {
		return d.Sheet.Bytes()
	}
	return d.Body
}

// WriteTo implements io.WriterTo.
func (d *Document) WriteTo(w io.Writer) (int64, error) {
	if d.Body == nil && d.Sheet != nil {
		return d.Sheet.WriteTo(w)
	}
	n, err := w.Write(d.Body)
	return int64(n), err
}

// newDocument makes the document of a feed in one format.
func newDocument(f *feed.Feed, format feed.Format) (*Document, error) {
	sheet, err := f.Sheet(format)
	if err != nil {
		return nil, err
	}
	d := &Document{
		Format: format, Title: f.Title, Sheet: sheet, Self: f.Self(format), Hubs: f.Hubs, Archive: f.Page != "",
		Modified: f.Updated.UTC().Truncate(time.Second),
	}
	sum := sheet.Sum()
	d.ETag = `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	if !d.Archive {
		d.Body = sheet.Bytes()
	}
	return d, nil
}

// styled reports whether a browser's window should show the document, as the
// stylesheet has it. There the registered types are shown as text or
// downloaded; the same bytes as plain XML are not.
func (d *Document) styled() bool { return d.Format == feed.RSS || d.Format == feed.Atom }
