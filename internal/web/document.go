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
	Modified time.Time // of its content, in whole seconds; grows with every change

	// Sheet is the document in pieces, with its items; nil for what has none.
	Sheet *feed.Sheet
	// Self is the address that the document gives itself.
	Self string
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
		Format: format, Title: f.Title, Sheet: sheet, Self: f.Self(format), Archive: f.Page != "",
		Modified: f.Updated.UTC().Truncate(time.Second),
	}
	sum := sheet.Sum()
	d.ETag = `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	if !d.Archive {
		d.Body = sheet.Bytes()
	}
	return d, nil
}

// after moves the date of a document on where its bytes have changed and the
// date has not: an article that was withdrawn leaves no later one behind. The
// date stays where the bytes have.
func (d *Document) after(was *Document) {
	switch {
	case was == nil:
	case was.ETag == d.ETag:
		d.Modified = was.Modified
	case !d.Modified.After(was.Modified):
		d.Modified = was.Modified.Add(time.Second)
	}
}
