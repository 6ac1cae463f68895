package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// diskFull fills the disk under the database while results are written. What
// cannot be written down is not sent: at most the letter that each session has
// in hand is out. The log says why nothing moves; with room again it goes on by
// itself, and if somebody stops it before, the next start finishes.
func diskFull(f *fault) {
	if os.Getuid() != 0 {
		f.asRoot()
		return
	}
	const sessions = 10
	readers := size(1000, 20_000)
	relay := newRelay(f.T)
	p := newPaper(f.T, relay.mail(sessions))
	disk := newDisk(f.T, filepath.Join(p.dir, "var"), size[int64](16<<20, 64<<20))
	p.readers(readers)
	edition := p.publish()

	serve := p.start("serve")
	relay.wait(readers/20, 10*time.Second)
	disk.fill()
	stuck := f.stands(relay, serve)
	disk.free()
	relay.wait(stuck+readers/10, time.Minute)
	if now := relay.taken(); now < stuck+readers/10 {
		f.Fatalf("with room on the disk again, it stays at %d letters:\n%s", now, serve.err)
	}
	if n := relay.repeats(); n != 0 {
		f.Errorf("%d letters came again without anybody having died", n)
	}

	disk.fill()
	f.stands(relay, serve)
	// What is out and not written down is worth some waiting, but not for ever.
	code, took := serve.stop(time.Minute)
	if code != exitFailed || took > 20*time.Second || !strings.Contains(serve.err.String(), "could not be written") {
		f.Errorf("stopped with exit code %d after %s:\n%s", code, took.Round(time.Millisecond), serve.err)
	}
	relay.killing()
	disk.free()
	serve = p.start("serve")
	said := p.finished(edition, readers, 3*time.Minute, serve)
	lost := relay.check(readers, sessions, sessions)
	f.row(faultRow{"disk full, twice", relay.taken(), lost, relay.repeats(), sessions, said.String()})
}

// asRoot runs this test in a world of its own where we are root and may mount
// things, if this machine allows it.
func (f *fault) asRoot() {
	f.Helper()
	if err := exec.Command("unshare", "-Urm", "true").Run(); err != nil {
		f.Skip("no disk to fill: to mount one takes root, or user namespaces: ", err)
	}
	out, err := exec.Command("unshare", "-Urm", os.Args[0], "-test.v", "-test.run", "^TestFaults$/^disk_full$").CombinedOutput()
	if err != nil {
		f.Fatalf("%v\n%s", err, out)
	}
	f.Logf("%s", out)
}

// stands waits until a process on a full disk sends nothing any more, and sees
// that it says so. It returns how many letters are out.
func (f *fault) stands(relay *relay, serve *life) int {
	f.Helper()
	was := relay.taken()
	for began := time.Now(); ; {
		time.Sleep(1500 * time.Millisecond)
		now := relay.taken()
		if now == was {
			break
		}
		if was = now; time.Since(began) > time.Minute {
			f.Fatalf("the disk is full, and letters go out: %d\n%s", now, serve.err)
		}
	}
	if code, ended := serve.ended(); ended {
		f.Fatalf("ended with %d:\n%s", code, serve.err)
	}
	if log := serve.err.String(); !strings.Contains(log, "disk is full") || strings.Contains(log, "panic") {
		f.Errorf("it does not say why nothing moves:\n%s", log)
	}
	return was
}

// A disk is a small one of its own.
type disk struct {
	t   *testing.T
	dir string
}

// newDisk mounts one at dir, which only root may. It must hold more than a
// journal of 4 MB, which is not made smaller while the program runs.
func newDisk(t *testing.T, dir string, size int64) *disk {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+strconv.FormatInt(size, 10), "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("no disk to fill (to mount one takes root): %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return &disk{t, dir}
}

func (d *disk) filler() string { return filepath.Join(d.dir, "filler") }

// fill leaves no room.
func (d *disk) fill() {
	d.t.Helper()
	file, err := os.OpenFile(d.filler(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer file.Close()
	if _, err := io.Copy(file, zeros{}); !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatalf("the disk should be full: %v", err)
	}
}

// free makes room again.
func (d *disk) free() {
	d.t.Helper()
	if err := os.Remove(d.filler()); err != nil {
		d.t.Fatal(err)
	}
}

// zeros is a file without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
