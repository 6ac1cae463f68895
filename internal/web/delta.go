package web

import (
	"encoding/binary"
	"net/http"
	"slices"
	"strings"

	"github.com/standfirst/standfirst/feed"
)

// maxFormer is how many former versions of a document are known: a client that
// asks every hour is up to date with far fewer. They are known since the program
// began: who has an older one, or one of another process, is given the whole.
const maxFormer = 20

// forNobody keeps a delta out of caches, which would give it to those who lack
// more: "im" takes that back for a cache that knows what it is (RFC 3229,
// 10.8). A reader that goes by max-age asks again when it would have.
var forNobody = []string{"no-store, im, max-age=300"}

// A version is what a document held before: the sums of its items, shortened,
// in order.
type version struct {
	tag  string // without a coding
	sums []uint64
}

func short(item feed.Fragment) uint64 { return binary.BigEndian.Uint64(item.Sum[:]) }

// is reports whether a tag is this version's, in whatever coding.
func (v *version) is(tag string) bool {
	core := strings.TrimSuffix(v.tag, `"`)
	rest, ok := strings.CutPrefix(tag, core)
	return ok && (rest == `"` || rest == gzipped.suffix()+`"` || rest == brotlied.suffix()+`"`)
}

// lacks reports whether an item is new since, or was changed.
func (v *version) lacks(item feed.Fragment) bool {
	_, found := slices.BinarySearch(v.sums, short(item))
	return !found
}

// versions returns what the document was before, when old was the last. One
// that has no item in common with what it is now is left out: what is new since
// then is all of it.
func (f *face) versions(old *face) []version {
	if f.Sheet == nil || old.Sheet == nil || len(f.Sheet.Items) == 0 {
		return nil
	}
	last := old.former
	if old.ETag != f.ETag {
		v := version{tag: old.ETag}
		for _, item := range old.Sheet.Items {
			v.sums = append(v.sums, short(item))
		}
		slices.Sort(v.sums)
		last = append([]version{v}, last...)
	}
	var known []version
	for _, v := range last {
		common := slices.ContainsFunc(f.Sheet.Items, func(item feed.Fragment) bool { return !v.lacks(item) })
		if common && v.tag != f.ETag && len(known) < maxFormer {
			known = append(known, v)
		}
	}
	return known
}

// news returns the version after which a client wants the new items alone (RFC
// 3229, and its manipulation "feed"); nil if it wants all, or has a version
// that nobody knows. Of several versions the newest counts.
func (f *face) news(h http.Header) *version {
	if len(f.former) == 0 || len(h["If-None-Match"]) == 0 || !asksForNews(h["A-Im"]) {
		return nil
	}
	newest := len(f.former)
	for tag := range tags(h["If-None-Match"]) {
		for i := range f.former[:newest] {
			if f.former[i].is(tag) {
				newest = i
				break
			}
		}
	}
	if newest == len(f.former) {
		return nil
	}
	return &f.former[newest]
}

// asksForNews reports whether A-IM names the manipulation "feed".
func asksForNews(lines []string) bool {
	for _, line := range lines {
		for element := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(element, ";")
			if strings.EqualFold(strings.Trim(name, " \t"), "feed") {
				return weight(params) > 0
			}
		}
	}
	return false
}
