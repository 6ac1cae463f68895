package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/standfirst/standfirst/digest"
)

// A paper is a publication in a folder of its own, and the real program.
type paper struct {
	*testing.T
	dir, program string
	settings     string // more of config.yaml, the same for all its processes
}

// builtIn is the folder of the program that built made.
var builtIn string

// built is the program, made once.
var built = sync.OnceValues(func() (string, error) {
	var err error
	if builtIn, err = os.MkdirTemp("", "standfirst-test"); err != nil {
		return "", err
	}
	file := filepath.Join(builtIn, "standfirst")
	if out, err := exec.Command("go", "build", "-o", file, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return file, nil
})

// titles are the articles of a paper.
var titles = []string{"One", "Two", "Three"}

// newPaper makes one that sends through mail, with more settings if given.
func newPaper(t *testing.T, mail string, settings ...string) *paper {
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	p := &paper{t, t.TempDir(), program, strings.Join(settings, "\n")}
	p.configure("config.yaml", mail)
	for _, title := range titles {
		p.write("paper/articles/"+title+".md", "---\ntitle: "+title+"\ndate: 2024-05-06\n---\n\nThe article called "+title+".\n")
	}
	return p
}

// configure writes a configuration: that of a process with its own way out.
func (p *paper) configure(file, mail string) {
	p.Helper()
	p.write(file, `
publication: {title: The Lead, url: "http://localhost:8080", timezone: Europe/London, address: 1 Example Street}
content: [{dir: paper, settle: 0s}]
newsletters: {weekly: {title: The Weekly, schedule: "0 4 1 1 *"}}
web: {listen: "127.0.0.1:0"}
mail: `+mail+"\n"+p.settings+"\n")
}

func (p *paper) write(name, text string) {
	p.Helper()
	file := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := cmp.Or(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
		p.Fatal(err)
	}
}

// readers brings in n made-up ones.
func (p *paper) readers(n int) {
	p.Helper()
	var csv bytes.Buffer
	csv.WriteString("email\n")
	for i := range n {
		fmt.Fprintln(&csv, address(i))
	}
	p.write("readers.csv", csv.String())
	if out, code := p.run("subscribers", "import", "readers.csv"); code != 0 {
		p.Fatalf("exit %d: %s", code, out)
	}
}

// address is that of a reader by number.
func address(i int) string { return fmt.Sprintf("reader%04d@example.com", i) }

// publish publishes for a serve to send, and returns the edition.
func (p *paper) publish() (edition string) {
	p.Helper()
	var published struct{ Edition string }
	p.json(&published, "send", "weekly", "--yes", "--detach", "--json")
	return published.Edition
}

// An editionState is what the program says of an edition.
type editionState struct {
	State                                string
	Planned, Sent, Failed, Skipped, Open int
}

// String is what of it is not nothing.
func (e editionState) String() string {
	s := fmt.Sprintf("%s: %d sent", e.State, e.Sent)
	for _, part := range []struct {
		n    int
		what string
	}{{e.Failed, "failed"}, {e.Skipped, "skipped"}, {e.Open, "open"}} {
		if part.n > 0 {
			s += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	return s
}

func (p *paper) edition(id string) (e editionState) {
	p.Helper()
	p.json(&e, "editions", "show", id, "--json")
	return e
}

// finished waits until an edition is sent, and insists that it is for all of
// its readers.
func (p *paper) finished(id string, readers int, patience time.Duration, sender *life) editionState {
	p.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		e := p.edition(id)
		switch {
		case e.State == string(digest.Done):
			if e.Planned != readers || e.Sent != readers {
				p.Errorf("the edition says %+v of %d readers", e, readers)
			}
			return e
		case time.Now().After(deadline):
			p.Fatalf("the edition is not sent after %s: %+v\n%s", patience, e, sender.stderr())
		}
	}
}

// run runs a command and returns what it printed, and its exit code.
func (p *paper) run(args ...string) (stdout string, code int) {
	p.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(p.program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.dir, &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		p.Fatal(err)
	}
	if errs.Len() > 0 {
		p.Logf("%v: %s", args, errs.String())
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// json runs a command and reads its answer.
func (p *paper) json(to any, args ...string) {
	p.Helper()
	out, code := p.run(args...)
	if code != 0 {
		p.Fatalf("%v: exit %d", args, code)
	}
	if err := json.Unmarshal([]byte(out), to); err != nil {
		p.Fatalf("%v: %v\n%s", args, err, out)
	}
}

// A life is a process of the program.
type life struct {
	t    *testing.T
	cmd  *exec.Cmd
	err  *words
	over chan struct{} // closed when it has ended
}

func (p *paper) start(args ...string) *life {
	p.Helper()
	l := &life{t: p.T, cmd: exec.Command(p.program, args...), err: new(words), over: make(chan struct{})}
	l.cmd.Dir, l.cmd.Stderr = p.dir, l.err
	if err := l.cmd.Start(); err != nil {
		p.Fatal(err)
	}
	go func() {
		_ = l.cmd.Wait()
		close(l.over)
	}()
	p.Cleanup(l.kill)
	return l
}

// kill ends it the hard way.
func (l *life) kill() {
	_ = l.cmd.Process.Kill()
	<-l.over
}

// stop asks it to end, and returns its exit code and how long it took; it is
// killed when its patience is over.
func (l *life) stop(patience time.Duration) (code int, took time.Duration) {
	l.t.Helper()
	began := time.Now()
	if err := l.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		l.t.Error(err)
	}
	select {
	case <-l.over:
	case <-time.After(patience):
		_ = l.cmd.Process.Signal(syscall.SIGQUIT)
		<-l.over
		l.t.Errorf("asked to stop, it still runs after %s:\n%s", patience, l.err)
	}
	return l.cmd.ProcessState.ExitCode(), time.Since(began)
}

// terminate asks it to end, and sees that it does so well and in time.
func (l *life) terminate(patience time.Duration) {
	l.t.Helper()
	if code, took := l.stop(2 * patience); code != exitDone || took > patience {
		l.t.Errorf("SIGTERM: exit %d after %s\n%s", code, took, l.err)
	}
}

// ended reports whether it has, and with which exit code.
func (l *life) ended() (code int, ok bool) {
	select {
	case <-l.over:
		return l.cmd.ProcessState.ExitCode(), true
	default:
		return 0, false
	}
}

// stderr ends it, and returns what it said.
func (l *life) stderr() string {
	l.kill()
	return l.err.String()
}

// words are what a process says, to be read while it speaks.
type words struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.Write(p)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.String()
}
