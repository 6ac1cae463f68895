// Package picture turns the pictures of articles into pictures that letters and
// pages can show, and sees to it that they are kept.
//
// What an article names as its picture is a stranger's: any number of bytes of
// any kind, at any address, perhaps only for today. Mail programs show JPEG, PNG
// and GIF, and each of them would tell that stranger who reads the letter and
// when. So a picture is fetched once, when its article is found, and judged by
// its first bytes before anything is decoded: how large it is, and how much
// memory it would take. Then it is scaled to twice the width that it is shown
// at, never up; turned as its camera says; and written anew as JPEG or PNG with
// nothing else in it: no place, no date, no thumbnail. Its name is the hash of
// those bytes.
//
// Of what moves only the first picture is taken: a letter that flickers cannot
// be stopped by its reader, and classic Outlook shows no more anyway. AVIF and
// SVG are refused: no pure Go decodes the one, and the other is a document.
//
// The package does not know SQL, letters, or how pictures are served.
package picture

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
)

// The widths of what is kept, in pixels: twice the CSS pixels that a lead and a
// card's picture have. A card's has 160 in a letter, beside its words, and 320
// on a phone, above them. Nothing is scaled up, and what is higher than twice
// its width becomes narrower instead.
const (
	LeadWidth  = 1104
	ThumbWidth = 640
)

// The limits of what is taken from strangers.
const (
	MaxBytes  = 10 << 20   // of a file
	MaxPixels = 50_000_000 // in it
	maxMemory = 256 << 20  // bytes, to decode it
	minSide   = 48         // pixels: what is smaller is a spacer, an icon or somebody's tracker
	maxSide   = 30_000     // pixels; a line of more is no picture
)

// A File is a picture as it is kept and served.
type File struct {
	Name          string // see [Named]
	Width, Height int    // pixels
	Bytes         []byte
}

// Named tells whether a name is one that files have: the hash of their bytes
// and ".jpg" or ".png".
func Named(name string) bool { return names.MatchString(name) }

var names = regexp.MustCompile(`^[0-9a-f]{32}\.(?:jpg|png)$`)

// name is that of a file with these bytes. 128 bits are enough where nobody but
// us chooses the bytes that a name is made of.
func name(b []byte, extension string) string { return Mark(b) + extension }

// Mark is a short mark of bytes: other bytes, another mark.
func Mark(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// A Refusal says why something can be no picture in a letter. To fetch it again
// is of no use.
type Refusal string

// Error says it in words that go on after "the picture cannot be shown:".
func (r Refusal) Error() string { return string(r) }
