//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// resident returns the most memory that a process had, in bytes.
func resident(s *os.ProcessState) int64 {
	use, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" { // the others count in KiB
		return int64(use.Maxrss)
	}
	return int64(use.Maxrss) << 10
}
