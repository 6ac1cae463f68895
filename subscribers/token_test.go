package subscribers

import (
	"errors"
	"math"
	"regexp"
	"strings"
	"testing"
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
