package mailer

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/standfirst/standfirst/mailer/splice"
)

// A print is a letter ready to be sent.
type print struct {
	from, to string
	raw      []byte
}

// A cut is a master taken apart, so that a reader's letter is a copy of its
// pieces and not encoded anew.
type cut struct {
	letter *splice.Letter // nil: letters are written in full
	from   string         // of the envelope
	names  []string       // of the holes, in the order of splice.Values
	list   bool           // letters have an Unsubscribe URL
}

// newCut takes a master apart, and holds letters made of the pieces against
// letters written in full. With an error comes a cut that writes all in full,
// which is also where a master that is wrong is refused.
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
		return new(cut), err
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
	return print{k.from, to, raw}, nil
}

// fits reports whether v has what the letter has a place for, as Compose would
// take it.
func (k *cut) fits(v *Values) bool {
	if len(v.MessageID) > 250 || !messageID.MatchString(v.MessageID) {
		return false
	}
	if !k.list {
		return v.Unsubscribe == ""
	}
	return webURL(v.Unsubscribe) == nil
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

// cuts are those made lately. A version comes once for each of its blocks, and
// taking it apart costs as much as writing some letters.
type cuts struct {
	log *slog.Logger

	mu   sync.Mutex
	kept []kept // the one used last at the end
	size int    // bytes of them all, about
}

type kept struct {
	master Master
	cut    *cut
	size   int
}

// maxCuts is how many bytes of cuts are kept: of a long digest, about a
// hundred versions.
const maxCuts = 32 << 20

// of returns the cut of a master. Whoever comes while it is made waits, and
// mostly for the same one.
func (c *cuts) of(m Master) *cut {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, k := range c.kept {
		if k.master == m {
			c.kept = append(slices.Delete(c.kept, i, i+1), k)
			return k.cut
		}
	}
	made, err := newCut(&m)
	if err != nil {
		c.log.Info("letters are written in full, which takes longer", "subject", m.Subject, "err", err)
	}
	k := kept{m, made, len(m.Subject) + len(m.Text) + len(m.HTML) + 512}
	if made.letter != nil {
		k.size += made.letter.Size()
	}
	c.kept, c.size = append(c.kept, k), c.size+k.size
	for c.size > maxCuts && len(c.kept) > 1 {
		c.size -= c.kept[0].size
		c.kept = slices.Delete(c.kept, 0, 1)
	}
	return made
}
