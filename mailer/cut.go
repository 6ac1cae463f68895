package mailer

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/standfirst/standfirst/mailer/splice"
)

// A print is a letter ready to be sent.
type print struct {
	from, to string
	raw      []byte
	clear    bool // no line begins with a dot
}

// A cut is a master taken apart, so that a reader's letter is a copy of its
// pieces and not encoded anew.
type cut struct {
	letter *splice.Letter // nil: letters are written in full
	from   string         // of the envelope
	names  []string       // of the holes, in the order of splice.Values
	list   bool           // letters have an Unsubscribe URL
	// page is what Unsubscribe URLs begin with, up to their last slash, of which
	// one was found to be right.
	page atomic.Pointer[string]
}

// newCut takes a master apart, and holds letters made of the pieces against
// letters written in full. With an error, which says why the pieces will not
// do, comes a cut that writes all in full. So it does without one for a master
// that is wrong: whoever writes its letters is told.
func newCut(m *Master) (k *cut, err error) {
	defer func() {
		if v := recover(); v != nil {
			k, err = new(cut), &Panic{v}
		}
	}()
	k = &cut{names: m.holes(), list: m.ListID != ""}
	sample := Values{
		To: Address{Email: "reader@example.com"}, MessageID: "letter@example.com", Date: time.Unix(0, 0),
		Holes: make(map[string]string, len(k.names)),
	}
	if k.list {
		sample.Unsubscribe = "https://example.com/"
	}
	var holes []splice.Hole
	for _, name := range k.names {
		token := Hole(name)
		sample.Holes[name] = token // stays where it is, and Message sees to it that none is damaged
		holes = append(holes, splice.Hole{Name: name, Token: token})
	}
	p, err := full(m, &sample)
	if err != nil {
		return new(cut), nil
	}
	letter, err := splice.Compile(p.raw, holes)
	if err != nil {
		return new(cut), err
	}
	inFull := func(v *splice.Values) ([]byte, error) {
		p, err := full(m, k.values(v))
		return p.raw, err
	}
	if err := splice.Verify(letter, inFull, splice.Probes(len(holes))); err != nil {
		return new(cut), err
	}
	k.letter, k.from = letter, p.from
	return k, nil
}

// values are what a made-up reader has, in our words.
func (k *cut) values(v *splice.Values) *Values {
	to := &Values{
		To: Address{v.Name, v.Email}, MessageID: v.MessageID, Date: v.Date,
		Holes: make(map[string]string, len(k.names)),
	}
	if k.list {
		to.Unsubscribe = v.Unsubscribe
	}
	for i, name := range k.names {
		to.Holes[name] = v.Holes[i]
	}
	return to
}

// print writes the letter to one reader, in room if it is large enough. What
// cannot be put together from pieces is written in full, and refused there if
// it is wrong.
func (k *cut) print(m *Master, v *Values, room []byte) (print, error) {
	if k.letter == nil || !k.fits(v) {
		return full(m, v)
	}
	to, err := v.To.ASCII()
	if err != nil {
		return full(m, v)
	}
	holes := make([]string, len(k.names))
	for i, name := range k.names {
		value, ok := v.Holes[name]
		if !ok {
			return print{}, fmt.Errorf("%w: no value for %q", ErrHole, name)
		}
		holes[i] = value
	}
	raw, err := k.letter.Render(room[:0], &splice.Values{
		Name: v.To.Name, Email: to, MessageID: v.MessageID, Date: v.Date, Unsubscribe: v.Unsubscribe, Holes: holes,
	})
	if err != nil { // ErrValue
		return full(m, v)
	}
	return print{k.from, to, raw, true}, nil
}

// fits reports whether v has what the letter has a place for, as Compose would
// take it.
func (k *cut) fits(v *Values) bool {
	if !isMessageID(v.MessageID) {
		return false
	}
	if !k.list {
		return v.Unsubscribe == ""
	}
	page, token := v.Unsubscribe[:strings.LastIndexByte(v.Unsubscribe, '/')+1], ""
	if token = v.Unsubscribe[len(page):]; isToken(token) && len(v.Unsubscribe) <= 900 {
		if known := k.page.Load(); known != nil && *known == page {
			return true
		}
	}
	if webURL(v.Unsubscribe) != nil {
		return false
	}
	if isToken(token) {
		k.page.Store(&page)
	}
	return true
}

// isToken reports whether s needs no escaping anywhere in a URL.
func isToken(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~':
		default:
			return false
		}
	}
	return s != ""
}

// full writes a letter from the beginning.
func full(m *Master, v *Values) (p print, err error) {
	msg, err := m.Message(*v)
	if err != nil {
		return p, err
	}
	if p.raw, err = Compose(msg); err != nil {
		return p, err
	}
	p.from, _ = msg.From.ASCII() // Compose has checked both
	p.to, _ = msg.To.ASCII()
	return p, nil
}
