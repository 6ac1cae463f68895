package feed

import (
	"crypto/sha256"
	"io"
	"strings"
)

// A Sheet is a feed in one format, in pieces: what stands before the items, the
// items, and what stands behind them. Items that were set as [Galleys] are
// shared by all sheets that hold them. A Sheet is never changed.
type Sheet struct {
	Head  string
	Items []Fragment
	Foot  string

	between string // two items
}

// A Fragment is one item in one format. Equal fragments have equal sums, and
// others have others.
type Fragment struct {
	Text string
	Sum  [sha256.Size]byte
}

func newFragment(text string) Fragment { return Fragment{text, sha256.Sum256([]byte(text))} }

// Len returns how many bytes the whole document has.
func (s *Sheet) Len() int {
	n := len(s.Head) + len(s.Foot) + len(s.between)*max(0, len(s.Items)-1)
	for i := range s.Items {
		n += len(s.Items[i].Text)
	}
	return n
}

// Bytes returns the whole document.
func (s *Sheet) Bytes() []byte {
	b := make([]byte, 0, s.Len())
	s.each(func(piece string) bool {
		b = append(b, piece...)
		return true
	})
	return b
}

// WriteTo implements io.WriterTo.
func (s *Sheet) WriteTo(w io.Writer) (n int64, err error) {
	s.each(func(piece string) bool {
		var written int
		written, err = io.WriteString(w, piece)
		n += int64(written)
		return err == nil
	})
	return n, err
}

// each calls f with the pieces in order, until it returns false.
func (s *Sheet) each(f func(piece string) bool) {
	if !f(s.Head) {
		return
	}
	for i := range s.Items {
		if i > 0 && s.between != "" && !f(s.between) || !f(s.Items[i].Text) {
			return
		}
	}
	f(s.Foot)
}

// Only returns the document with those of its items that are wanted: a whole
// one, as an answer to who has the others already (RFC 3229). It does not say
// that there are no others.
func (s *Sheet) Only(wanted func(Fragment) bool) *Sheet {
	part := *s
	part.Head, part.Items = strings.Replace(s.Head, complete, "", 1), nil
	for _, f := range s.Items {
		if wanted(f) {
			part.Items = append(part.Items, f)
		}
	}
	return &part
}

// complete is the mark of a feed that holds all there is, as both formats
// write it. A text in a feed cannot hold it: there its signs are references.
const complete = "<fh:complete></fh:complete>"

// Sum names the bytes of the document. It is made from the sums of its items,
// so that naming a page of many megabytes costs no more than its head.
func (s *Sheet) Sum() [sha256.Size]byte {
	h := sha256.New()
	io.WriteString(h, s.Head)
	for i := range s.Items {
		h.Write(s.Items[i].Sum[:])
	}
	io.WriteString(h, s.Foot)
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return sum
}

// part cuts a document without items where they belong.
func part(whole, at string) (head, foot string) {
	i := strings.LastIndex(whole, at)
	return whole[:i], whole[i:]
}
