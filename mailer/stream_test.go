package mailer

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Whatever a server refuses and wherever it breaks off, streaming makes no
// difference to any letter: it ends as its fate says, step by step or not, and
// the server has taken those that were told to be taken, those that are in
// doubt for that reason, and nothing else.
func TestStreamingMakesNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := &clerk{
			fates:    map[string]fate{},
			perConn:  rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, "perConn"),
			farewell: rapid.Bool().Draw(t, "farewell"),
			reset:    rapid.Bool().Draw(t, "reset"),
			eager:    rapid.Bool().Draw(t, "eager"),
			lenient:  rapid.IntRange(0, 9).Draw(t, "lenient") == 0,
		}
		var posts []post
		for i := range rapid.IntRange(1, 10).Draw(t, "letters") {
			p := drawPost(t, i, k.lenient || k.perConn > 0)
			posts = append(posts, p)
			if p.fate.at != "" {
				k.fates[p.address] = p.fate
			}
		}
		letters := rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(t, "most")
		for _, offers := range []string{"", "PIPELINING"} {
			k.offers, k.taken, k.cut = offers, nil, nil
			if err := mailed(t, k, posts, letters); err != nil {
				t.Fatalf("offering %q: %v", offers, err)
			}
		}
	})
}

// A post is a letter and what is done about it.
type post struct {
	address string
	text    string
	fate    fate
	left    bool // it is announced and then not sent
	mute    bool // the letter after it is not announced
	close   bool // the session is closed after it
}

// drawPost draws one. once says that nothing can be asked a second time over
// the same connection, as is done after an answer that may be meant for a group.
func drawPost(t *rapid.T, i int, once bool) post {
	p := post{address: fmt.Sprintf("reader%d@example.com", i)}
	p.text = fmt.Sprintf("Subject: %d\r\n\r\n.\r\n..to %s\r\n", i, p.address) + strings.Repeat("x\r\n.y\r\n",
		rapid.SampledFrom([]int{20, 20, 20, 3000, 10000, 100000}).Draw(t, "size"))
	if rapid.IntRange(0, 2).Draw(t, "fated") == 0 {
		p.fate.at = rapid.SampledFrom([]Phase{PhaseMail, PhaseRcpt, PhaseData, PhaseBody, PhaseDone}).Draw(t, "at")
		codes := []int{450, 451, 452, 550, 554, 421, 500, 503}
		if once {
			codes = codes[:6]
		}
		switch {
		case rapid.Bool().Draw(t, "refused"):
			p.fate.code = rapid.SampledFrom(codes).Draw(t, "code")
		case p.fate.at == PhaseDone && rapid.Bool().Draw(t, "kept"):
			p.fate.how = "keep"
		default:
			p.fate.how = "drop"
		}
	}
	n := rapid.IntRange(0, 11).Draw(t, "whim")
	p.left, p.mute, p.close = n == 0, n == 1 || n == 2, n == 3
	return p
}

// mailed sends posts as a worker does, and says what is wrong with the result.
func mailed(t *rapid.T, k *clerk, posts []post, letters int) error {
	tr, end := k.relay(t)
	tr.Letters = letters
	tr.proven.Store(true)
	var session Session
	over := func() {
		if session != nil {
			session.Close()
		}
		end()
	}
	defer func() { over() }()
	var want, got []receipt
	for i, p := range posts {
		if p.left {
			continue
		}
		next := Envelope{}
		if i+1 < len(posts) && !p.mute {
			next = Envelope{From: posts[i+1].address, To: posts[i+1].address}
		}
		attempt := func() (err error) {
			if session == nil {
				tr.caution.Store(0) // however it went before, stream again
				if session, err = tr.Open(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			return session.Send(t.Context(), Envelope{From: p.address, To: p.address}, []byte(p.text), next)
		}
		reused := session != nil
		err := attempt()
		if reused && gone(err) {
			session.Close()
			session = nil
			err = attempt()
		}
		var e Error
		if told := (*Error)(nil); errors.As(err, &told) {
			e = *told
		} else if err != nil {
			return err
		}
		phase, code, taken := p.fate.outcome()
		if e.Phase != phase || e.Code != code {
			return fmt.Errorf("letter %d, %+v: got %v", i, p.fate, err)
		}
		if taken {
			want = append(want, receipt{p.address, p.text})
		}
		if err != nil && (e.Code == 0 || e.Code == 421) || p.close {
			session.Close()
			session = nil
		}
	}
	over()
	over = func() {}
	for _, c := range k.cut {
		if c.text != "" {
			return fmt.Errorf("a server that waited for a letter got %.80q", c.text)
		}
	}
	got = slices.Clone(k.taken)
	slices.SortStableFunc(got, func(a, b receipt) int { return cmp.Compare(a.to, b.to) })
	slices.SortStableFunc(want, func(a, b receipt) int { return cmp.Compare(a.to, b.to) })
	if d := gocmp.Diff(want, got, gocmp.AllowUnexported(receipt{})); d != "" {
		return fmt.Errorf("taken (-want +got)\n%.3000s", d)
	}
	return nil
}
