package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// A worker signs its leases with who it is, so that the next process on this
// machine need not wait for the leases of one that was killed: it knows which
// of their owners are dead. It must never be wrong about that, since the
// letters of a lease that ends early are sent again. A number alone is reused,
// and in a container it is always 1. So a process is known by the boot of the
// kernel, the namespace of its number, and the moment it began:
//
//	web1 4711 0e2f6c51-8d1f.4026531836.1049332
//
// Where there is no /proc nothing is known, nobody is ever called dead, and a
// lease lasts its minute.

// owner signs the leases of this process.
func owner() string {
	host, _ := os.Hostname()
	pid := os.Getpid()
	began, ok := beginning(pid)
	if !ok || world() == "" {
		return fmt.Sprintf("%s %d", host, pid)
	}
	return fmt.Sprintf("%s %d %s.%s", host, pid, world(), began)
}

// dead reports whether the process that signed as owner is certainly gone. Of
// processes on another machine, or in another container, it says no.
func dead(owner string) bool {
	fields := strings.Fields(owner)
	if len(fields) != 3 {
		return false
	}
	here := world()
	began, ok := strings.CutPrefix(fields[2], here+".")
	if here == "" || !ok {
		return false
	}
	var pid int
	if _, err := fmt.Sscan(fields[1], &pid); err != nil || pid <= 0 {
		return false
	}
	if now, ok := beginning(pid); ok {
		return now != began
	}
	// /proc may hide what belongs to others; a signal would still find it.
	p, err := os.FindProcess(pid)
	return err == nil && errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}

// world is where a process number means something: one boot of a kernel, and a
// namespace of numbers in it. It is empty where that cannot be told.
func world() string {
	if self, err := os.Readlink("/proc/self"); err != nil || self != fmt.Sprint(os.Getpid()) {
		return "" // no /proc, or one that counts differently
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil || len(boot) < 13 {
		return ""
	}
	names, err := os.Readlink("/proc/self/ns/pid") // pid:[4026531836]
	if err != nil {
		return ""
	}
	return string(boot[:13]) + "." + strings.Trim(strings.TrimPrefix(names, "pid:"), "[]")
}

// beginning is when a process began, in ticks since the boot; never, for one
// that has ended and is only not yet buried by its parent.
func beginning(pid int) (ticks string, ok bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", false
	}
	// The second field is the name in brackets, in which anything may stand.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:])) // from the third on
	if len(fields) < 20 {
		return "", false
	}
	if strings.Contains("ZXx", fields[0]) {
		return "never", true
	}
	return fields[19], true
}
