package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

const (
	// largestImport is the most bytes a file of readers may have: about a
	// million rows.
	largestImport = 64 << 20
	// mostIntakes is how many files may wait to be decided about.
	mostIntakes = 5
	// intakeLife is how long one is kept after anybody did anything with it.
	intakeLife = time.Hour
)

// errIntakes says that mostIntakes wait.
var errIntakes = errors.New("several files wait to be decided about")

// Imports takes in files of readers: each is checked, shown, and imported when
// an editor says so, one at a time, beside whatever browsers do. A file belongs
// to the process that it was given to; where several serve the pages, whoever
// stands before them must send an editor to the same one, or readers are
// imported by command.
//
// Its fields are set before Run and not changed afterwards.
type Imports struct {
	// Folder is where files lie while they are needed, an hour at most. Nobody
	// else may look into it. It is made if it is not there.
	Folder      string
	Store       subscribers.ImportStore
	Asker       subscribers.Asker
	Newsletters []string
	// Topics returns what knows the topics of articles by any spelling.
	Topics func(context.Context) (func(tag string) string, error)
	Note   func(context.Context, LogEntry) error
	Log    *slog.Logger

	once  sync.Once
	ready chan struct{} // there is something to do

	mu   sync.Mutex
	all  map[string]*intake
	next []string // IDs, in the order in which they are to be looked at
}

// An intake is one file on its way in. What changes is guarded by Imports.mu.
type intake struct {
	id, name, by string
	path         string
	size         int64
	tags         bool // are topics

	state   string // one of templates.Import…
	touched time.Time
	rows    int   // read so far
	read    int64 // bytes
	report  *subscribers.ImportReport
	why     error // what ended it
	ask     bool  // new readers are asked first
	source  string
}

// busy reports whether nobody may touch the files.
func (in *intake) busy() bool {
	return in.state == templates.ImportWaits || in.state == templates.ImportChecking || in.state == templates.ImportImporting
}

// refused is the name of the file of refused rows.
func (in *intake) refused() string { return in.path + ".refused" }

func (im *Imports) init() {
	im.once.Do(func() { im.ready, im.all = make(chan struct{}, 1), map[string]*intake{} })
}

// Run checks and imports what it is given, until ctx ends. An import that is
// interrupted so has saved what it had read.
func (im *Imports) Run(ctx context.Context) error {
	im.init()
	tidy := time.NewTicker(intakeLife / 6)
	defer tidy.Stop()
	im.tidy(time.Now())
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tidy.C:
			im.tidy(time.Now())
		case <-im.ready:
			for id := im.pop(); id != "" && ctx.Err() == nil; id = im.pop() {
				im.work(ctx, id)
			}
		}
	}
}

// take keeps a file that was read to the folder, and has it checked.
func (im *Imports) take(in *intake, now time.Time) error {
	im.init()
	im.mu.Lock()
	defer im.mu.Unlock()
	waiting := 0
	for _, other := range im.all {
		if other.state != templates.ImportDone && other.state != templates.ImportFailed {
			waiting++
		}
	}
	if waiting >= mostIntakes {
		return errIntakes
	}
	in.id, in.state, in.touched = rand.Text(), templates.ImportWaits, now
	im.all[in.id] = in
	im.push(in.id)
	return nil
}

// push has an intake looked at. im.mu is held.
func (im *Imports) push(id string) {
	im.next = append(im.next, id)
	select {
	case im.ready <- struct{}{}:
	default:
	}
}

func (im *Imports) pop() string {
	im.mu.Lock()
	defer im.mu.Unlock()
	if len(im.next) == 0 {
		return ""
	}
	id := im.next[0]
	im.next = im.next[1:]
	return id
}

// find returns an intake as it is now; ok is false if there is none.
func (im *Imports) find(id string) (in intake, ok bool) {
	im.mu.Lock()
	defer im.mu.Unlock()
	if found := im.all[id]; found != nil {
		return *found, true
	}
	return intake{}, false
}

// list returns all intakes, those that were touched last first.
func (im *Imports) list() []intake {
	im.mu.Lock()
	defer im.mu.Unlock()
	var out []intake
	for _, in := range im.all {
		out = append(out, *in)
	}
	slices.SortFunc(out, func(a, b intake) int {
		if c := b.touched.Compare(a.touched); c != 0 {
			return c
		}
		return strings.Compare(a.id, b.id)
	})
	return out
}

// decide has a checked file imported. Whoever decides twice finds it under way.
func (im *Imports) decide(id string, ask bool, source string, now time.Time) {
	im.mu.Lock()
	defer im.mu.Unlock()
	in := im.all[id]
	if in == nil || in.state != templates.ImportChecked {
		return
	}
	in.state, in.ask, in.source, in.touched = templates.ImportWaits, ask, source, now
	in.rows, in.read = 0, 0
	im.push(id)
}

// discard forgets a file that nobody is working on, and reports whether it did.
func (im *Imports) discard(id string) bool {
	im.mu.Lock()
	defer im.mu.Unlock()
	in := im.all[id]
	if in == nil || in.busy() {
		return false
	}
	im.forget(in)
	return true
}

// forget removes an intake with its files. im.mu is held.
func (im *Imports) forget(in *intake) {
	delete(im.all, in.id)
	for _, name := range []string{in.path, in.refused()} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			im.Log.Warn("a file of readers could not be removed", "err", err)
		}
	}
}

// tidy removes what is too old: intakes of this process, and what processes
// left behind that were killed.
func (im *Imports) tidy(now time.Time) {
	im.mu.Lock()
	defer im.mu.Unlock()
	mine := map[string]bool{}
	for _, in := range im.all {
		if !in.busy() && now.Sub(in.touched) >= intakeLife {
			im.forget(in)
			continue
		}
		mine[in.path], mine[in.refused()] = true, true
	}
	entries, err := os.ReadDir(im.Folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		im.Log.Warn("the folder of imports could not be read", "err", err)
	}
	for _, e := range entries {
		name := filepath.Join(im.Folder, e.Name())
		info, err := e.Info()
		if err != nil || mine[name] || now.Sub(info.ModTime()) < intakeLife || !strings.HasPrefix(e.Name(), intakePrefix) {
			continue
		}
		if err := os.Remove(name); err != nil {
			im.Log.Warn("a file of readers could not be removed", "err", err)
		}
	}
}

// intakePrefix begins the names of files in the folder.
const intakePrefix = "import-"

// receive reads a file into the folder. More than largestImport bytes are an
// error of kind *http.MaxBytesError's meaning: errTooLarge; the rest of the
// file is not kept.
func (im *Imports) receive(r io.Reader) (path string, size int64, err error) {
	if err := os.MkdirAll(im.Folder, 0o700); err != nil {
		return "", 0, fmt.Errorf("file of readers: %w", err)
	}
	f, err := os.CreateTemp(im.Folder, intakePrefix+"*") // for nobody but us: 0600
	if err != nil {
		return "", 0, fmt.Errorf("file of readers: %w", err)
	}
	size, err = io.Copy(f, io.LimitReader(r, largestImport+1))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil && size > largestImport {
		err = errTooLarge
	}
	if err != nil {
		_ = os.Remove(f.Name()) // else tidy does
		return "", 0, fmt.Errorf("file of readers: %w", err)
	}
	return f.Name(), size, nil
}

// errTooLarge says that a file has more than largestImport bytes.
var errTooLarge = errors.New("too large")

// work checks a file, or imports it.
func (im *Imports) work(ctx context.Context, id string) {
	im.mu.Lock()
	in := im.all[id]
	if in == nil {
		im.mu.Unlock()
		return
	}
	decided := in.report != nil
	in.state = templates.ImportChecking
	if decided {
		in.state = templates.ImportImporting
	}
	job := *in
	im.mu.Unlock()

	if decided {
		im.tell(ctx, &job, "began to import readers", "")
	}
	rep, err := im.run(ctx, in, &job, decided)
	state := templates.ImportChecked
	switch {
	case decided:
		state = templates.ImportDone
		detail := fmt.Sprintf("%d rows: %d new (%d asked first), %d changed, %d the same, %d left out", rep.Rows, rep.New, rep.Asked, rep.Changed, rep.Same, rep.Refused)
		if err != nil {
			detail += "; it ended early"
		}
		im.tell(ctx, &job, "imported readers", detail)
	case err != nil:
		state = templates.ImportFailed
	}
	if told := (*subscribers.RowError)(nil); err != nil && !errors.As(err, &told) {
		im.Log.Error("import failed", "err", err)
	}
	im.mu.Lock()
	defer im.mu.Unlock()
	in.state, in.report, in.why, in.touched = state, rep, err, time.Now()
	if decided { // what was imported is not needed again
		if err := os.Remove(in.path); err != nil {
			im.Log.Warn("a file of readers could not be removed", "err", err)
		}
	}
}

// tell writes what came of an import into the log of the desk: also when the
// program is about to end.
func (im *Imports) tell(ctx context.Context, in *intake, what, detail string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if !strings.Contains(in.name, "@") { // the log names no addresses
		detail = strings.TrimPrefix(in.name+"; "+detail, "; ")
	}
	err := im.Note(ctx, LogEntry{At: time.Now(), Who: in.by, What: what, Subject: "readers", Detail: strings.TrimSuffix(detail, "; ")})
	if err != nil {
		im.Log.Error("the log of the desk could not be written", "err", err)
	}
}

// run reads the file of an intake. job is a copy of it that nobody else
// changes.
func (im *Imports) run(ctx context.Context, in, job *intake, decided bool) (rep *subscribers.ImportReport, err error) {
	rep = &subscribers.ImportReport{}
	f, err := os.Open(job.path)
	if err != nil {
		return rep, fmt.Errorf("file of readers: %w", err)
	}
	defer f.Close()
	engine := &subscribers.Importer{Store: im.Store, Newsletters: im.Newsletters, File: job.name, Consent: job.source}
	if !decided || job.ask {
		engine.Asker = im.Asker
	}
	if job.tags {
		if engine.Topic, err = im.Topics(ctx); err != nil {
			return rep, err
		}
	}
	left, err := os.OpenFile(job.refused(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return rep, fmt.Errorf("refused rows: %w", err)
	}
	defer left.Close()
	var out *subscribers.RefusedWriter
	var failed error
	meter := &counted{Reader: f}
	rep, err = engine.Import(ctx, meter, time.Now(), subscribers.ImportOptions{
		DryRun: !decided,
		Progress: func(r *subscribers.ImportReport) {
			im.mu.Lock()
			defer im.mu.Unlock()
			in.rows, in.read = r.Rows, meter.n
		},
		Opened: func(m subscribers.Mapping, header []string) (err error) {
			out, err = subscribers.NewRefusedWriter(left, m, header)
			return err
		},
		Refused: func(e *subscribers.RowError, raw []string) {
			if failed == nil {
				failed = out.Write(e, raw)
			}
		},
	})
	if out != nil && failed == nil {
		failed = out.Flush()
	}
	if err == nil {
		err = failed
	}
	return rep, err
}

// counted knows how much was read.
type counted struct {
	io.Reader
	n int64
}

// Read implements io.Reader.
func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += int64(n)
	return n, err
}
