package webtest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Tools are the checks, which are kept beside the repository: STANDFIRST_CHECKS
// names their folder, if they are elsewhere.
func Tools(t *testing.T, needed ...string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("the checks from outside take minutes")
	}
	dir := os.Getenv("STANDFIRST_CHECKS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "checks")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "package.json")); err != nil {
		t.Skip("the checks are not beside the repository")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		t.Skipf("the checks want their modules: cd %s && npm ci", dir)
	}
	for _, name := range needed {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("no %s here: apt-get install %s", name, cmp.Or(map[string]string{"node": "nodejs", "java": "default-jre-headless"}[name], name))
		}
	}
	return dir
}

// Check runs one of the tools and fails with what it found.
func Check(t *testing.T, dir string, args ...string) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 19*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		t.Errorf("%s %s:\n%s", args[0], args[1], out)
	} else if err != nil {
		t.Error(err)
	}
	t.Logf("%s: %s", args[1], lines[len(lines)-1])
}
