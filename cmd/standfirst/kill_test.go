package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/standfirst/standfirst/internal/smtptest"
)

// TestKilled kills the real program with SIGKILL while it sends an edition to
// a real mail server, and starts it again, until the edition is sent. Nobody is
// lost, everybody is written to under one Message-ID, and what comes twice is
// at most what was in hand: a letter for each session and kill.
func TestKilled(t *testing.T) {
	if world() == "" {
		t.Skip("no /proc here: after each kill a lease would last its minute")
	}
	t.Parallel()
	const sessions = 10
	kills, readers := 20, 2400
	if testing.Short() {
		kills, readers = 4, 600
	}
	relay := newRelay(t)
	p := newPaper(t, relay.mail(sessions))
	p.readers(readers)
	var published struct{ Edition string }
	p.json(&published, "send", "weekly", "--yes", "--detach", "--json")

	rnd := rand.New(rand.NewPCG(20261124, 8))
	out := new(bytes.Buffer)
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "kill\tafter\tletters\trepeats\tbound\t")
	for kill := 1; kill <= kills; kill++ {
		// Most lives end while letters are on their way; some before the first
		// of them, while the program still finds out where it was.
		letters := relay.taken() + rnd.IntN(2*readers*9/10/kills)
		patience := 5 * time.Second
		if kill%7 == 0 {
			letters, patience = readers*kills, time.Duration(rnd.IntN(300))*time.Millisecond
		}
		began := time.Now()
		life := p.start("serve")
		relay.wait(letters, patience)
		time.Sleep(time.Duration(rnd.IntN(8000)) * time.Microsecond)
		life.kill()
		n := relay.taken()
		fmt.Fprintf(table, "%d\t%s\t%d\t%d\t%d\t\n", kill, time.Since(began).Round(time.Millisecond), n, relay.repeats(), kill*sessions)
	}
	last := p.start("serve")
	began := time.Now()
	var edition struct {
		State                                string
		Planned, Sent, Failed, Skipped, Open int
	}
	for deadline := time.Now().Add(time.Minute); edition.State != "sent"; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the edition is not sent after a minute: %+v\n%s", edition, last.stderr())
		}
		p.json(&edition, "editions", "show", published.Edition, "--json")
	}
	last.kill()
	fmt.Fprintf(table, "\t%s\t%d\t%d\t%d\t\n", time.Since(began).Round(time.Millisecond), relay.taken(), relay.repeats(), kills*sessions)
	table.Flush()
	t.Logf("%d readers, %d sessions\n%s", readers, sessions, out)

	if edition.Planned != readers || edition.Sent != readers {
		t.Errorf("the edition says %+v of %d readers", edition, readers)
	}
	relay.check(t, readers, kills*sessions)
}

// TestKilledByHand is the same for send: who runs it again after a crash
// neither waits for the dead nor gets stuck on what they left.
func TestKilledByHand(t *testing.T) {
	if world() == "" {
		t.Skip("no /proc here: after the kill a lease would last its minute")
	}
	t.Parallel()
	const sessions, readers = 4, 300
	relay := newRelay(t)
	p := newPaper(t, relay.mail(sessions))
	p.readers(readers)
	first := p.start("send", "weekly", "--yes")
	relay.wait(readers/3, 10*time.Second)
	first.kill()

	// One reader's server puts the letter off that may have come already. What
	// is new since waits for the outcome; the command does not.
	relay.putOff("reader0299@example.com")
	p.write("paper/articles/Four.md", "---\ntitle: Four\ndate: 2024-05-06\n---\n\nThe article called Four.\n")
	began := time.Now()
	out, code := p.run("send", "weekly", "--yes", "--json")
	t.Logf("exit %d after %s: %s", code, time.Since(began).Round(time.Millisecond), out)
	if code != exitPartly {
		t.Errorf("exit %d, want %d: somebody waits", code, exitPartly)
	}
	var all []struct {
		State               string
		Planned, Sent, Open int
	}
	p.json(&all, "editions", "--json")
	if len(all) != 2 {
		t.Fatalf("editions: %+v", all)
	}
	if now, was := all[0], all[1]; now.Sent != readers-1 || now.Open != 0 || was.Sent != readers-1 || was.Open != 1 {
		t.Errorf("editions: %+v", all)
	}
	relay.mu.Lock()
	defer relay.mu.Unlock()
	again := 0
	for reader, ids := range relay.by {
		if want := 2; len(ids) != want && reader != "reader0299@example.com" {
			t.Errorf("%s has letters under %d Message-IDs, want %d", reader, len(ids), want)
		}
		for _, n := range ids {
			again += n - 1
		}
	}
	if len(relay.by) != readers-1 || again > sessions {
		t.Errorf("%d readers, %d letters again", len(relay.by), again)
	}
}

// A relay is a mail server that takes some milliseconds for each letter and
// counts them.
type relay struct {
	host string
	port int

	mu      sync.Mutex
	letters int
	off     string                    // this reader is asked to come back later
	by      map[string]map[string]int // reader, Message-ID
	more    chan struct{}
}

func newRelay(t *testing.T) *relay {
	r := &relay{by: make(map[string]map[string]int), more: make(chan struct{}, 1)}
	server := &smtptest.Server{
		Script: func(e smtptest.Event) smtptest.Answer {
			if e.Phase != "data" {
				return r.greylist(e)
			}
			return smtptest.Answer{Wait: time.Duration(2+e.Conn%5) * time.Millisecond}
		},
		Taken: r.take,
	}
	var err error
	if r.host, r.port, err = server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return r
}

// mail is the part of config.yaml that leads here.
func (r *relay) mail(sessions int) string {
	return fmt.Sprintf(`{transport: smtp, sessions: %d, smtp: {host: %q, port: %d, tls: none}, from: The Lead <news@example.com>}`,
		sessions, r.host, r.port)
}

// putOff answers a reader's letters with "later" from now on.
func (r *relay) putOff(reader string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.off = reader
}

func (r *relay) greylist(e smtptest.Event) smtptest.Answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Phase == "rcpt" && e.To == r.off {
		return smtptest.Answer{Code: 451, Enhanced: [3]int{4, 7, 1}}
	}
	return smtptest.Answer{}
}

func (r *relay) take(l smtptest.Letter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.letters++
	if r.by[l.To] == nil {
		r.by[l.To] = make(map[string]int)
	}
	r.by[l.To][l.MessageID]++
	select {
	case r.more <- struct{}{}:
	default:
	}
}

func (r *relay) taken() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.letters
}

// repeats counts the letters that somebody had already.
func (r *relay) repeats() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.letters - len(r.by)
}

// wait returns when so many letters have come, or patience is over.
func (r *relay) wait(letters int, patience time.Duration) {
	over := time.After(patience)
	for r.taken() < letters {
		select {
		case <-r.more:
		case <-over:
			return
		}
	}
}

// check sees that everybody has the letter, under one Message-ID, and that not
// more than bound came twice.
func (r *relay) check(t *testing.T, readers, bound int) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if lost := readers - len(r.by); lost != 0 {
		t.Errorf("%d readers are lost", lost)
	}
	for reader, ids := range r.by {
		if len(ids) != 1 {
			t.Errorf("%s has letters under %d Message-IDs", reader, len(ids))
		}
	}
	if repeats := r.letters - len(r.by); repeats > bound {
		t.Errorf("%d letters came again, more than %d", repeats, bound)
	}
}

// A paper is a publication in a folder of its own, and the real program.
type paper struct {
	*testing.T
	dir, program string
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

func newPaper(t *testing.T, mail string) *paper {
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	p := &paper{t, t.TempDir(), program}
	p.write("config.yaml", `
publication: {title: The Lead, url: "http://localhost:8080", timezone: Europe/London, address: 1 Example Street}
content: [{dir: paper, settle: 0s}]
newsletters: {weekly: {title: The Weekly, schedule: "0 4 1 1 *"}}
web: {listen: "127.0.0.1:0"}
mail: `+mail+"\n")
	for _, title := range []string{"One", "Two", "Three"} {
		p.write("paper/articles/"+title+".md", "---\ntitle: "+title+"\ndate: 2024-05-06\n---\n\nThe article called "+title+".\n")
	}
	return p
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
		fmt.Fprintf(&csv, "reader%04d@example.com\n", i)
	}
	p.write("readers.csv", csv.String())
	if out, code := p.run("subscribers", "import", "readers.csv"); code != 0 {
		p.Fatalf("exit %d: %s", code, out)
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
	t   *testing.T
	cmd *exec.Cmd
	err *bytes.Buffer
	end sync.Once
}

func (p *paper) start(args ...string) *life {
	p.Helper()
	l := &life{t: p.T, cmd: exec.Command(p.program, args...), err: new(bytes.Buffer)}
	l.cmd.Dir, l.cmd.Stderr = p.dir, l.err
	if err := l.cmd.Start(); err != nil {
		p.Fatal(err)
	}
	p.Cleanup(l.kill)
	return l
}

// kill ends it the hard way.
func (l *life) kill() {
	l.end.Do(func() {
		_ = l.cmd.Process.Kill()
		_ = l.cmd.Wait()
	})
}

// stderr ends it, and returns what it said.
func (l *life) stderr() string {
	l.kill()
	return l.err.String()
}

// TestKilledWhileExpanding kills send before all readers are found, at several
// moments; whoever runs it again finishes the edition, with no serve running.
func TestKilledWhileExpanding(t *testing.T) {
	if world() == "" {
		t.Skip("no /proc here: after the kill a lease would last its minute")
	}
	t.Parallel()
	const sessions, readers = 4, 6000
	relay := newRelay(t)
	p := newPaper(t, relay.mail(sessions))
	p.readers(readers)
	for _, after := range []int{1, 200, 600} { // letters at the relay: pages of readers are still to come
		send := p.start("send", "weekly", "--yes")
		relay.wait(after, 20*time.Second)
		send.kill()
	}
	out, code := p.run("send", "weekly", "--yes", "--json")
	if code != exitDone && code != exitNothing {
		t.Errorf("exit %d: %s", code, out)
	}
	relay.mu.Lock()
	defer relay.mu.Unlock()
	for reader, ids := range relay.by {
		if len(ids) != 1 {
			t.Errorf("%s has letters under %d Message-IDs", reader, len(ids))
		}
	}
	if len(relay.by) != readers {
		t.Errorf("%d of %d readers have a letter", len(relay.by), readers)
	}
}
