package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestOwnSignature(t *testing.T) {
	me := owner()
	if !strings.Contains(me, fmt.Sprintf(" %d", os.Getpid())) {
		t.Errorf("%q does not name the process", me)
	}
	if dead(me) {
		t.Errorf("%q is called dead, and reads this", me)
	}
}

// TestDead asks about a process that runs, that was killed and not waited for,
// and that is gone.
func TestDead(t *testing.T) {
	if world() == "" {
		t.Skip("no /proc here: nobody is ever called dead")
	}
	other := exec.Command("sleep", "60")
	if err := other.Start(); err != nil {
		t.Skip("no sleep command here: ", err)
	}
	pid := other.Process.Pid
	began, ok := beginning(pid)
	if !ok {
		t.Fatal("a process that runs has no beginning")
	}
	sign := func(pid int, world, began string) string { return fmt.Sprintf("host %d %s.%s", pid, world, began) }
	itself := sign(pid, world(), began)
	if dead(itself) {
		t.Error("a living process is called dead")
	}
	for _, c := range []struct {
		what, owner string
		want        bool
	}{
		{"an older process of the same number", sign(pid, world(), "1"), true},
		{"another boot", sign(pid, "0e2f6c51-8d1f.1", "1"), false},
		{"another container", sign(pid, world()+"0", "1"), false},
		{"a machine without /proc", fmt.Sprintf("host %d", pid), false},
		{"no process", sign(0, world(), "1"), false},
		{"a group", sign(-pid, world(), "1"), false},
		{"no number", "host x " + world() + ".1", false},
		{"nobody", "", false},
	} {
		if got := dead(c.owner); got != c.want {
			t.Errorf("%s: dead(%q) = %v", c.what, c.owner, got)
		}
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for began != "never" && !t.Failed() {
		if began, ok = beginning(pid); !ok {
			t.Error("a process that nobody waited for is gone")
		}
	}
	if !dead(itself) {
		t.Error("a killed process that nobody waited for lives on")
	}
	_ = other.Wait()
	if !dead(itself) {
		t.Error("a killed process lives on")
	}
}
