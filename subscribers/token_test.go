package subscribers

import (
	"errors"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"
)

var testTokens = &Tokens{Key: []byte("0123456789abcdef0123456789abcdef")}

func TestTokensRoundTrip(t *testing.T) {
	shape := regexp.MustCompile(`^[A-Za-z0-9_-]{40,72}$`)
	for _, id := range []int64{1, 42, 1_000_000, math.MaxInt64} {
		for _, name := range []string{"", "weekly", "a-b-9", strings.Repeat("z", 32)} {
			leave, prefs := testTokens.Leave(id, name), testTokens.Preferences(id, name)
			for _, tok := range []string{leave, prefs} {
				if !shape.MatchString(tok) {
					t.Errorf("token %q is not of %v", tok, shape)
				}
			}
			if gotID, gotName, err := testTokens.ParseLeave(leave); gotID != id || gotName != name || err != nil {
				t.Errorf("ParseLeave = %d, %q, %v; want %d, %q", gotID, gotName, err, id, name)
			}
			if gotID, gotName, err := testTokens.ParsePreferences(prefs); gotID != id || gotName != name || err != nil {
				t.Errorf("ParsePreferences = %d, %q, %v; want %d, %q", gotID, gotName, err, id, name)
			}
			if _, _, err := testTokens.ParseLeave(prefs); !errors.Is(err, ErrToken) {
				t.Errorf("a token for preferences leaves: %v", err)
			}
			if _, _, err := testTokens.ParsePreferences(leave); !errors.Is(err, ErrToken) {
				t.Errorf("a token for leaving opens preferences: %v", err)
			}
		}
	}
}

// The format is in letters that people keep for years.
func TestTokenStays(t *testing.T) {
	const kept = "AWwAAAAAAAAAKqYcCUPwQI-GnjCtddcloZG7xNunweekly"
	if got := testTokens.Leave(42, "weekly"); got != kept {
		t.Errorf("token %s, want %s", got, kept)
	}
}

func TestConfirmToken(t *testing.T) {
	shape := regexp.MustCompile(`^[A-Za-z0-9_-]{40,72}$`)
	for _, kind := range []RequestKind{SignUp, NewAddress} {
		token := testTokens.Confirm(&Request{ID: 42, Kind: kind, Made: noon})
		if !shape.MatchString(token) {
			t.Errorf("token %q is not of %v", token, shape)
		}
		for _, c := range []struct {
			after time.Duration
			want  error
		}{{0, nil}, {RequestLife - time.Second, nil}, {RequestLife, ErrExpired}, {10 * RequestLife, ErrExpired}} {
			gotKind, id, err := testTokens.ParseConfirm(token, noon.Add(c.after))
			if gotKind != kind || id != 42 || err != c.want {
				t.Errorf("after %s: %s, %d, %v; want %s, 42, %v", c.after, gotKind, id, err, kind, c.want)
			}
		}
		for i := range token { // also its moment cannot be changed
			c := byte('1')
			if token[i] == c {
				c = '2'
			}
			if _, _, err := testTokens.ParseConfirm(token[:i]+string(c)+token[i+1:], noon); err != ErrToken {
				t.Fatalf("changed at %d: %v", i, err)
			}
		}
		if _, _, err := testTokens.ParseLeave(token); err != ErrToken {
			t.Errorf("it leaves: %v", err)
		}
		if _, _, err := testTokens.ParsePreferences(token); err != ErrToken {
			t.Errorf("it opens preferences: %v", err)
		}
	}
	for _, other := range []string{"", testTokens.Leave(42, "1800000000"), testTokens.Preferences(42, ""), testTokens.Stamp(noon), testTokens.sign(forSignUp, 42, "soon")} {
		if _, _, err := testTokens.ParseConfirm(other, noon); err != ErrToken {
			t.Errorf("%q confirms: %v", other, err)
		}
	}
}

func TestStamp(t *testing.T) {
	stamp := testTokens.Stamp(noon)
	for _, c := range []struct {
		after time.Duration
		want  error
	}{
		{-time.Hour, ErrTooSoon}, {0, ErrTooSoon}, {2*time.Second - 1, ErrTooSoon}, {2 * time.Second, nil},
		{24 * time.Hour, nil}, {24*time.Hour + 1, ErrExpired},
	} {
		if err := testTokens.ParseStamp(stamp, noon.Add(c.after)); err != c.want {
			t.Errorf("after %s: %v, want %v", c.after, err, c.want)
		}
	}
	for _, bad := range []string{"", stamp[1:], stamp + "0", testTokens.Leave(noon.UnixMilli(), "")} {
		if err := testTokens.ParseStamp(bad, noon.Add(time.Minute)); err != ErrToken {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParseConfirm(f *testing.F) {
	f.Add(testTokens.Confirm(&Request{ID: 42, Kind: SignUp, Made: noon}))
	f.Add(testTokens.Confirm(&Request{ID: 42, Kind: NewAddress, Made: noon}))
	f.Add(testTokens.Stamp(noon))
	f.Fuzz(func(t *testing.T, s string) {
		kind, id, err := testTokens.ParseConfirm(s, noon)
		if err == nil && !strings.HasPrefix(testTokens.Confirm(&Request{ID: id, Kind: kind, Made: noon}), s[:10]) {
			t.Fatalf("%q is read as %s %d", s, kind, id)
		}
	})
}

func TestTokenChanged(t *testing.T) {
	good := testTokens.Leave(42, "weekly")
	bad := []string{"", "x", good[:40], good[:39], good + "x", good[1:], strings.ToUpper(good), good[:20] + "\n" + good[20:], "\n" + good, strings.Repeat("A", 72), strings.Repeat("A", 73)}
	for i := range good {
		c := byte('A')
		if good[i] == c {
			c = 'B'
		}
		bad = append(bad, good[:i]+string(c)+good[i+1:])
	}
	for _, tok := range bad {
		if _, _, err := testTokens.ParseLeave(tok); !errors.Is(err, ErrToken) {
			t.Errorf("ParseLeave(%q): %v", tok, err)
		}
	}
	other := &Tokens{Key: []byte("another key, also long enough")}
	if _, _, err := other.ParseLeave(good); !errors.Is(err, ErrToken) {
		t.Errorf("another key reads the token: %v", err)
	}
}

func TestTokenKey(t *testing.T) {
	short := &Tokens{Key: []byte("short")}
	if _, _, err := short.ParseLeave(testTokens.Leave(1, "")); !errors.Is(err, ErrToken) {
		t.Errorf("a short key reads: %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a short key signs")
		}
	}()
	short.Leave(1, "weekly")
}

func FuzzParseLeave(f *testing.F) {
	f.Add(testTokens.Leave(42, "weekly"))
	f.Add(testTokens.Preferences(42, "weekly"))
	f.Add("")
	f.Add(strings.Repeat("\n", 60))
	f.Fuzz(func(t *testing.T, s string) {
		id, name, err := testTokens.ParseLeave(s)
		if err == nil && testTokens.Leave(id, name) != s {
			t.Fatalf("%q is read as %d, %q, which is written otherwise", s, id, name)
		}
	})
}
