//go:build unix

package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// PostgreSQL refuses to run as root, so root's tests run it as "postgres", or
// as "nobody".
func account() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, fmt.Errorf("it does not run as root, and there is no user postgres or nobody: %w", errMissing)
}

// unprivileged makes a command run as somebody PostgreSQL accepts, and out of
// reach of an interrupt from the keyboard: what ends the cluster must live.
func unprivileged(cmd *exec.Cmd) error {
	who, err := account()
	if err != nil {
		return err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setpgid: true}
	return nil
}

// owned gives a folder to that somebody.
func owned(dir string) error {
	who, err := account()
	if err != nil || who == nil {
		return err
	}
	return os.Chown(dir, int(who.Uid), int(who.Gid))
}
