package editors

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// cheap is a cost for tests.
var cheap = Cost{Memory: 64, Passes: 1, Lanes: 1}

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		password string
		want     error
	}{
		{"correct horse battery", nil},
		{"12 caracteré", nil},
		{"密码密码很长很长真的很长", nil},
		{"elevenchars", ErrShort},
		{"", ErrShort},
		{"ééééééééééé", ErrShort},
		{strings.Repeat("abcde ", 34), ErrLong},
		{"aaaaaaaaaaaaaaaaaaaa", ErrPlain},
		{"abcabcabcabcabc", ErrPlain},
		{"maya@example.com", ErrPlain},
		{"Maya Okafor 1!", ErrPlain},
		{"MAYA@example.com, who rides", nil},
	} {
		if got := judge(tt.password, "maya@example.com", "Maya Okafor"); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.password, got, tt.want)
		}
	}
}

// TestSeal: what was sealed opens by itself alone, however it is typed.
func TestSeal(t *testing.T) {
	ctx, p := t.Context(), &Passwords{Cost: cheap}
	const password = "café in the morning"
	a, err := p.seal(ctx, password)
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.seal(ctx, password)
	if err != nil || a.String() == b.String() {
		t.Errorf("two people with one password can be told: %v", err)
	}
	if strings.Contains(a.String(), "café") {
		t.Error("the password is kept")
	}
	for typed, want := range map[string]bool{
		password: true, "cafe\u0301 in the morning": true,
		"cafe in the morning": false, "café in the morning ": false, "Café in the morning": false, "": false,
	} {
		if got, err := p.opens(ctx, a.String(), typed); got != want || err != nil {
			t.Errorf("%q: %v, %v", typed, got, err)
		}
	}
	for _, kept := range []string{"", "plain", "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAA$"} {
		for _, typed := range []string{password, "", kept} {
			if got, err := p.opens(ctx, kept, typed); got || err != nil {
				t.Errorf("%q opens %q: %v, %v", typed, kept, got, err)
			}
		}
	}
	old := &Passwords{Cost: Cost{Memory: 32, Passes: 1, Lanes: 2}}
	if c, err := old.seal(ctx, password); err != nil || !c.cost.below(cheap) || cheap.below(c.cost) {
		t.Errorf("an older cost: %v, %v", c, err)
	}
}

// TestPasswordsTakeTurns: however many try, one is looked at; the others wait,
// few of them, and not longer than they care to.
func TestPasswordsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &Passwords{Cost: cheap}
		if _, err := p.opens(t.Context(), "", "x"); err != nil {
			t.Fatal(err)
		}
		p.turn <- struct{}{} // somebody's password is looked at
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var mu sync.Mutex
		told := map[error]int{}
		var all sync.WaitGroup
		for range mostWaiting + 5 {
			all.Go(func() {
				_, err := p.opens(ctx, "", "x")
				mu.Lock()
				defer mu.Unlock()
				told[err]++
			})
		}
		all.Wait()
		if told[ErrBusy] != 5 || told[context.DeadlineExceeded] != mostWaiting {
			t.Errorf("answers: %v", told)
		}
		<-p.turn
		if _, err := p.opens(t.Context(), "", "x"); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func TestSealed(t *testing.T) {
	// The salt and the sum of the reference implementation's own test: what
	// others made, we read.
	const theirs = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	s, err := parseSealed(theirs)
	if err != nil || s.cost != (Cost{64 << 10, 2, 1}) || string(s.salt) != "somesalt" || s.String() != theirs {
		t.Fatalf("%+v, %v", s, err)
	}
	if right, err := (&Passwords{}).opens(t.Context(), theirs, "password"); !right || err != nil {
		t.Errorf("theirs: %v, %v", right, err)
	}
	for _, bad := range []string{
		"", "$", "$$$$$", "password",
		"$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=16$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=065536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=1048577,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=65,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=257$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=7,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=1,keyid=x$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$t=2,m=65536,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO0",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc=",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc\n",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc$",
		theirs + strings.Repeat("A", 300),
	} {
		if s, err := parseSealed(bad); !errors.Is(err, errSealed) {
			t.Errorf("%q was read: %+v", bad, s)
		}
	}
}

// FuzzSealed: whatever stands in the database is read in one spelling only, and
// never asks for more work than we would do.
func FuzzSealed(f *testing.F) {
	for _, seed := range []string{
		"", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=4294967295,t=4294967295,p=255$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=,t=,p=$$", "$argon2id$v=19$m=8,t=1,p=1$\n$\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseSealed(text)
		if err != nil {
			return
		}
		if s.String() != text {
			t.Errorf("%q is written %q", text, s)
		}
		if s.cost.Memory > mostMemory || s.cost.Passes > mostPasses || s.cost.Lanes > mostLanes || s.cost.Passes == 0 || s.cost.Lanes == 0 {
			t.Errorf("%q asks for %+v", text, s.cost)
		}
	})
}
