package editors

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestParseEmail(t *testing.T) {
	for in, want := range map[string]string{
		"maya@example.com":                 "maya@example.com",
		"  Maya@Example.COM ":              "maya@example.com",
		"maya.o'neill+desk@example.com":    "maya.o'neill+desk@example.com",
		"мая@example.com":                  "мая@example.com",
		"Maya <maya@example.com>":          "",
		"maya@example.com, ed@example.com": "",
		`"maya desk"@example.com`:          "",
		"maya":                             "",
		"maya@":                            "",
		"@example.com":                     "",
		"":                                 "",
		"maya@example.com\r\nBcc: ed@example.com": "",
		"ma\x00ya@example.com":                    "",
		strings.Repeat("m", 250) + "@example.com": "",
	} {
		got, err := ParseEmail(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
}

func TestRoles(t *testing.T) {
	for _, tt := range []struct {
		role, act Role
		want      bool
	}{
		{RoleOwner, RoleOwner, true}, {RoleOwner, RoleEditor, true}, {RoleOwner, RoleViewer, true},
		{RoleEditor, RoleOwner, false}, {RoleEditor, RoleEditor, true}, {RoleEditor, RoleViewer, true},
		{RoleViewer, RoleOwner, false}, {RoleViewer, RoleEditor, false}, {RoleViewer, RoleViewer, true},
		{"", RoleViewer, false}, {"root", RoleViewer, false}, {RoleOwner, "anything", false},
	} {
		if got := tt.role.May(tt.act); got != tt.want {
			t.Errorf("%q may what %q may: %v", tt.role, tt.act, got)
		}
	}
	if _, err := ParseRole("Owner"); err == nil {
		t.Error("a role that is not one was read")
	}
	if r, err := ParseRole("viewer"); r != RoleViewer || err != nil {
		t.Errorf("viewer: %q, %v", r, err)
	}
}

func TestFirstRole(t *testing.T) {
	one := []Editor{{Email: "a@example.com", Role: RoleViewer}}
	for _, tt := range []struct {
		wish  Role
		known []Editor
		want  Role
	}{{"", nil, RoleOwner}, {RoleViewer, nil, RoleViewer}, {"", one, RoleEditor}, {RoleOwner, one, RoleOwner}} {
		if got := firstRole(tt.wish, tt.known); got != tt.want {
			t.Errorf("wish %q among %d: %q, want %q", tt.wish, len(tt.known), got, tt.want)
		}
	}
}

func TestMayBecome(t *testing.T) {
	owner, second := Editor{Email: "o@example.com", Role: RoleOwner}, Editor{Email: "p@example.com", Role: RoleOwner}
	editor, fixed := Editor{Email: "e@example.com", Role: RoleEditor}, Editor{Email: "c@example.com", Role: RoleOwner, Configured: true}
	for _, tt := range []struct {
		email string
		role  Role // empty: to go
		all   []Editor
		want  error
	}{
		{"e@example.com", "", []Editor{owner, editor}, nil},
		{"o@example.com", "", []Editor{owner, editor}, ErrLastOwner},
		{"o@example.com", "", []Editor{owner, second, editor}, nil},
		{"o@example.com", "", []Editor{owner}, ErrLastOwner},
		{"x@example.com", "", []Editor{owner}, ErrNotFound},
		{"x@example.com", "", nil, ErrNotFound},
		{"c@example.com", "", []Editor{owner, fixed}, ErrConfigured},
		{"o@example.com", "", []Editor{owner, fixed}, nil},
		{"e@example.com", RoleViewer, []Editor{owner, editor}, nil},
		{"e@example.com", RoleOwner, []Editor{owner, editor}, nil},
		{"o@example.com", RoleEditor, []Editor{owner, editor}, ErrLastOwner},
		{"o@example.com", RoleOwner, []Editor{owner, editor}, nil},
		{"o@example.com", RoleViewer, []Editor{owner, second}, nil},
		{"c@example.com", RoleEditor, []Editor{owner, fixed}, ErrConfigured},
		{"x@example.com", RoleEditor, []Editor{owner}, ErrNotFound},
	} {
		got := mayBecome(tt.email, tt.role, tt.all)
		if tt.role == "" {
			got = mayGo(tt.email, tt.all)
		}
		if !errors.Is(got, tt.want) {
			t.Errorf("%s of %d to %q: %v, want %v", tt.email, len(tt.all), tt.role, got, tt.want)
		}
	}
}

func TestParseName(t *testing.T) {
	for in, want := range map[string]string{
		"Maya Okafor":            "Maya Okafor",
		"  Maya\r\n\tOkafor ":    "Maya Okafor",
		"M\x00a\u202eya\xff":     "Maya",
		strings.Repeat("é ", 80): strings.TrimSpace(strings.Repeat("é ", 50)),
		"":                       "",
	} {
		if got := ParseName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestHowLong: half an hour, and two weeks after the last visit.
func TestHowLong(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	l := Link{Until: now.Add(LinkFor)}
	if !l.Works(now.Add(30*time.Minute-1)) || l.Works(now.Add(30*time.Minute)) {
		t.Error("a link does not work for half an hour")
	}
	s := Session{Began: now.AddDate(0, -6, 0), Seen: now}
	if !s.Lives(now.AddDate(0, 0, 14).Add(-1)) || s.Lives(now.AddDate(0, 0, 14)) {
		t.Error("a session does not hold for two weeks after the last visit")
	}
	s.Way = ByLink
	s.Began = now
	if v := (Visit{Session: s, Editor: Editor{HasPassword: true}}); v.MustKnow(now.Add(LinkFor-1)) || !v.MustKnow(now.Add(LinkFor)) {
		t.Error("a link does not stand for a forgotten password for half an hour")
	}
	if v := (Visit{Session: Session{Began: now, Way: ByPassword}, Editor: Editor{HasPassword: true}}); !v.MustKnow(now) {
		t.Error("who came by a password may change it without")
	}
	if v := (Visit{Session: Session{Way: ByPassword}}); v.MustKnow(now) {
		t.Error("a password has to be known where there is none")
	}
	if s.stale(now.Add(time.Hour-1)) || !s.stale(now.Add(time.Hour)) {
		t.Error("a visit is not noted once an hour")
	}
}

func TestTokens(t *testing.T) {
	a, b := newToken(), newToken()
	if a == b || len(a) != 43 {
		t.Fatalf("tokens %q and %q", a, b)
	}
	h, ok := hashOf(a)
	again, _ := hashOf(a)
	if !ok || h != again || strings.Contains(a, h.ID()) {
		t.Errorf("hash of a token: %v, %v", h, ok)
	}
	// The last letter of 43 has two bits to spare: another spelling of the same
	// bytes must not be the same token.
	for _, bad := range []string{"", "x", a + "A", a[:42], a[:42] + "B", a[:42] + "=", strings.Repeat("é", 43), a + "\n"} {
		if g, ok := hashOf(bad); ok && bad != a && g == h {
			t.Errorf("%q passes for %q", bad, a)
		}
	}
	if _, ok := hashOf(a + "\n"); ok {
		t.Error("a token with a line break")
	}
}

func TestAgent(t *testing.T) {
	for in, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64)": "Mozilla/5.0 (X11; Linux x86_64)",
		"a\x00b\nc\xff\u202ed":            "abcd",
		strings.Repeat("é", 500):          strings.Repeat("é", 200),
	} {
		if got := agent(in); got != want {
			t.Errorf("%q: got %q", in, got)
		}
	}
}

// FuzzToken: of all that strangers may put into a link or cookie, only the one
// spelling of a token is that token.
func FuzzToken(f *testing.F) {
	for _, seed := range []string{"", newToken(), strings.Repeat("A", 43), strings.Repeat("A", 42) + "B", "%00", strings.Repeat("=", 43)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if _, ok := hashOf(token); !ok {
			return
		}
		b, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || len(b) != 32 || base64.RawURLEncoding.EncodeToString(b) != token {
			t.Errorf("%q passes for a token", token)
		}
	})
}

// FuzzParseEmail: what is taken is one line, is taken again, and stays what it
// is.
func FuzzParseEmail(f *testing.F) {
	for _, seed := range []string{"maya@example.com", "Maya <m@example.com>", "m@[127.0.0.1]", "İ@example.com", "a@b\r\nc", "ſ@example.com"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		email, err := ParseEmail(s)
		if err != nil {
			return
		}
		again, err := ParseEmail(email)
		if err != nil || again != email {
			t.Errorf("%q became %q and then %q, %v", s, email, again, err)
		}
		if strings.ContainsAny(email, "\r\n\x00 ,;<>") || !utf8.ValidString(email) || strings.Count(email, "@") != 1 {
			t.Errorf("%q became %q", s, email)
		}
	})
}
