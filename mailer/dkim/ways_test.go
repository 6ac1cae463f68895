package dkim_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/standfirst/standfirst/mailer/dkim"
)

// one returns a signer for each key, because go-msgauth reads the clock once
// for each signature.
func one(t testing.TB) map[string]*dkim.Signer {
	t.Helper()
	m := map[string]*dkim.Signer{}
	for i, k := range keys() {
		s, err := dkim.New(domain, dkim.Key{Selector: fmt.Sprintf("s%d", i+1), Signer: k})
		if err != nil {
			t.Fatal(err)
		}
		m[fmt.Sprintf("s%d", i+1)] = s
	}
	return m
}

// TestNoDoubt: the two ways do not part, however long the names are.
func TestNoDoubt(t *testing.T) {
	long := strings.Repeat("a", 60)
	for _, names := range [][2]string{{"a.b", "s"}, {domain, "s1"}, {long + "." + long + "." + long + ".example.com", long + "." + long}} {
		for _, k := range keys() {
			s, err := dkim.New(names[0], dkim.Key{Selector: names[1], Signer: k})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Doubt(); err != nil {
				t.Errorf("%s: %v", names, err)
			}
		}
	}
}

// TestSpoilt: what would tell the two ways apart is found before a letter is
// signed.
func TestSpoilt(t *testing.T) {
	for name, s := range one(t)["s1"].Spoilt() {
		if err := s.TryOut(); err == nil {
			t.Errorf("%s: not found", name)
		}
	}
}

// TestDoubtful: when the ways have parted, letters are signed all the same.
func TestDoubtful(t *testing.T) {
	want := errors.New("they part")
	s := both(t).Doubtful(want)
	if !errors.Is(s.Doubt(), want) {
		t.Errorf("doubt: %v", s.Doubt())
	}
	raw, err := s.Append(nil, letters(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range verify(t, raw) {
		if v.Err != nil {
			t.Error(v.Err)
		}
	}
}

// TestShort: our letters go the short way, all of them, and what it writes is
// what go-msgauth writes, byte for byte.
func TestShort(t *testing.T) {
	for selector, s := range one(t) {
		for i, raw := range append(letters(t), digest(t)) {
			if !same(t, s, raw) {
				t.Errorf("%s: letter %d goes the long way", selector, i)
			}
		}
	}
}

// same signs a letter both ways, and reports whether the short one took it.
func same(t interface {
	Fatalf(string, ...any)
	Errorf(string, ...any)
}, s *dkim.Signer, raw []byte) bool {
	want, wantErr := s.Long([]byte("before"), raw)
	var now time.Time
	if wantErr == nil {
		var err error
		if now, err = dkim.Stamped(want); err != nil {
			t.Fatalf("%v", err)
		}
	}
	got, ok, err := s.Short([]byte("before"), raw, now)
	switch {
	case !ok:
		if string(got) != "before" || err != nil {
			t.Errorf("not taken, and yet: %v, %q", err, got)
		}
	case wantErr != nil || err != nil:
		t.Errorf("short: %v; long: %v\n%q", err, wantErr, raw)
	default:
		if d := cmp.Diff(string(want), string(got)); d != "" {
			t.Errorf("of %q (-long +short)\n%s", raw, d)
		}
	}
	return ok
}

// TestLong: letters of other forms are not for the short way, and what can be
// signed of them is.
func TestLong(t *testing.T) {
	const signed, refused = true, false
	s := both(t)
	for name, tt := range map[string]struct {
		letter string
		want   bool
	}{
		"bare LF in body":       {"From: a\r\n\r\nx\ny\r\n", signed},
		"bare CR in body":       {"From: a\r\n\r\nx\ry\r\n", signed},
		"CR CR LF":              {"From: a\r\n\r\nx\r\r\n", signed},
		"LF begins the body":    {"From: a\r\n\r\n\nx\r\n", signed},
		"no body":               {"From: a\r\n\r\n", signed},
		"no CRLF at end":        {"From: a\r\n\r\nx", signed},
		"LF at end":             {"From: a\r\n\r\nx\n", signed},
		"CR at end":             {"From: a\r\n\r\nx\r", signed},
		"twice":                 {"To: b\r\nFrom: a\r\nTO: c\r\n\r\nx\r\n", signed},
		"bare LF in header":     {"From: a\nTo: b\r\n\r\nx\r\n", refused},
		"bare CR in header":     {"From: a\rTo: b\r\n\r\nx\r\n", refused},
		"header ends with LFs":  {"From: a\n\nTo: b\r\n\r\nx\r\n", refused},
		"header after the body": {"\r\nFrom: a\r\n\r\nx\r\n", refused},
		"folded first":          {" From: a\r\nFrom: a\r\n\r\nx\r\n", refused},
		"space in a name":       {"From: a\r\nSubject : b\r\n\r\nx\r\n", refused},
		"no name":               {"From: a\r\n: b\r\n\r\nx\r\n", refused},
		"a name in UTF-8":       {"From: a\r\n\u017fubject: b\r\n\r\nx\r\n", refused},
		"signed":                {"dkim-signature: v=1\r\nFrom: a\r\n\r\nx\r\n", refused},
		"no From":               {"To: a\r\n\r\nx\r\n", refused},
	} {
		if _, ok, _ := s.Short(nil, []byte(tt.letter), time.Unix(0, 0)); ok {
			t.Errorf("%s: goes the short way", name)
		}
		raw, err := s.Append(nil, []byte(tt.letter))
		if (err == nil) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			continue
		}
		for _, v := range verify(t, raw) {
			if v.Err != nil {
				t.Errorf("%s: %v", name, v.Err)
			}
		}
	}
}

// TestSame: on letters put together from all that a header may have, the short
// way is the long one, or not taken.
func TestSame(t *testing.T) {
	s := one(t)["s2"]
	names := []string{
		"From", "from", "FROM", "To", "tO", "Subject", "Date", "Message-ID", "MESSAGE-id", "MIME-Version", "Content-Type",
		"List-Id", "List-Unsubscribe", "list-unsubscribe-POST", "Feedback-ID", "X-Other", "Received", "Content-Transfer-Encoding",
		"From ", " To", "", "\u017fubject", "DKIM-Signature", "X_!#$%&'*+-/=?^`{|}~",
	}
	value := rapid.StringOfN(rapid.SampledFrom([]rune(" \t:;=<>@\"\\.aZ\u00e9\u00a0\u2028\u0085\v\f\x00\u017f")), 0, 30, -1)
	fold := rapid.SampledFrom([]string{"\r\n ", "\r\n\t", "\r\n \r\n ", "\r\n \t ", " ", "\t"})
	end := rapid.SampledFrom([]string{"\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n\r\n", "\n", "\r", "\r\r\n", ""})
	short, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		// Half of the letters are of the known form, or nearly.
		header := rapid.SliceOfNDistinct(rapid.SampledFrom(names[3:18]), 0, 8, strings.ToLower).Draw(t, "names")
		header = slices.Insert(header, rapid.IntRange(0, len(header)).Draw(t, "place"), rapid.SampledFrom(names[:3]).Draw(t, "From"))
		ending := rapid.Just("\r\n")
		if rapid.Bool().Draw(t, "strange") {
			header, ending = rapid.SliceOfN(rapid.SampledFrom(names), 0, 8).Draw(t, "names"), end
		}
		var b bytes.Buffer
		for _, name := range header {
			b.WriteString(name + ":" + value.Draw(t, "value"))
			for range rapid.IntRange(0, 3).Draw(t, "folds") {
				b.WriteString(fold.Draw(t, "fold") + value.Draw(t, "value"))
			}
			b.WriteString(ending.Draw(t, "end"))
		}
		b.WriteString("\r\n")
		for range rapid.IntRange(0, 5).Draw(t, "lines") {
			b.WriteString(value.Draw(t, "line") + ending.Draw(t, "end"))
		}
		all++
		if same(t, s, b.Bytes()) {
			short++
		}
	})
	if short < all/4 {
		t.Errorf("%d of %d letters went the short way", short, all)
	}
}

func FuzzSame(f *testing.F) {
	for _, raw := range letters(f)[:6] {
		f.Add(raw)
	}
	f.Add([]byte("X: 1\r\nFROM :\ta \r\n\t\r\nSubject:\r\n\r\n\r\n\n\r"))
	s := one(f)["s2"]
	f.Fuzz(func(t *testing.T, raw []byte) { same(t, s, raw) })
}

// TestAllocations: besides what the key itself takes, one for each signature,
// the digest it is handed.
func TestAllocations(t *testing.T) {
	raw := digest(t)
	s, err := dkim.New(domain, dkim.Key{Selector: "s1", Signer: constant{keys()[0]}})
	if err != nil {
		t.Fatal(err)
	}
	dst, err := s.Append(nil, raw)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { dst, err = s.Append(dst[:0], raw) }); n > 1 || err != nil {
		t.Errorf("%v allocations, %v", n, err)
	}
}
