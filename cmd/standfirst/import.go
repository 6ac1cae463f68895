package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/subscribers"
)

type subscribersImportCmd struct {
	File         string `arg:"" help:"The CSV file; - is the standard input."`
	DryRun       bool   `help:"Say what would happen, row by row where it is refused, and write nothing."`
	Consent      string `placeholder:"TEXT" help:"How we know that they want it; recorded with each new reader."`
	Confirm      bool   `help:"Write to those who are new instead, and have them confirm. They come when they do."`
	Refused      string `placeholder:"FILE" help:"Write all refused rows to this file, with the reasons, to be mended and imported again."`
	TagsAsTopics bool   `help:"Make topics of another tool's tags and labels, where a topic is called so."`
}

func (c *subscribersImportCmd) Help() string {
	return `The file has a header with any of email, name, topics, cities, newsletters,
timezone, language, status, in any order; only email is needed. Lists are
separated by ";". No newsletters means all, no status means active. It may be
separated by commas, semicolons or tabs, and written in UTF-8, UTF-16 or
Windows-1252.

Files that Mailchimp, Ghost, Substack, Buttondown, listmonk and MailPoet export
are known by their columns, and read with what they say about who has left,
bounced or not confirmed, and since when. Leave Mailchimp's files their names:
nothing else says that a contact never subscribed.

Who left, bounced or was erased is never brought back. To run a file again does
no harm, and goes on where it was interrupted.

Examples:
  standfirst subscribers import readers.csv --dry-run
  standfirst subscribers import readers.csv --consent "Signed up at LDX3, June 2026"
  standfirst subscribers import readers.csv --refused mend.csv
  standfirst subscribers import readers.csv --confirm

Exit codes: 0 imported, with refused rows told; 1 every row was refused, or it
was interrupted.`
}

func (c *subscribersImportCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	im := &subscribers.Importer{Store: a.db, Newsletters: a.names(), Consent: c.Consent}
	if c.Confirm {
		im.Asker = a.db
	}
	if c.TagsAsTopics {
		if im.Topic, err = a.topic(e.ctx); err != nil {
			return err
		}
	}
	in, size := e.stdin, int64(0)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return usage("", "readers: %w", err)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			size = info.Size()
		}
		in, im.File = f, filepath.Base(c.File)
	}
	read := &metered{Reader: in}
	way := newWay(e.stderr, size)
	opt := subscribers.ImportOptions{DryRun: c.DryRun, Progress: func(r *subscribers.ImportReport) { way.tell(r.Rows, read.n) }}
	mend := &mending{name: c.Refused, source: c.File}
	if c.Refused != "" {
		opt.Opened, opt.Refused = mend.begin, mend.row
	}
	rep, err := im.Import(e.ctx, read, time.Now(), opt)
	way.end()
	if failed := mend.end(rep.Refused); failed != nil && err == nil {
		err = failed
	}
	interrupted := errors.Is(err, context.Canceled) && e.ctx.Err() != nil
	if err != nil && !interrupted {
		return err
	}
	if !c.DryRun && rep.New+rep.Changed > 0 {
		if err := a.did(e.ctx, "imported", "readers", fmt.Sprintf("%d new, %d changed", rep.New, rep.Changed)); err != nil {
			return err
		}
	}
	told := e.imported(rep, "row", (*subscribers.RowError).Error)
	if interrupted {
		if !e.json {
			e.printf("the rest was not reached; the same file again goes on from there\n")
		}
		return err
	}
	return told
}

// most is how many rows are told one by one where a person reads it.
const most = 20

// imported tells what became of rows; it fails if all of them were refused.
func (e *env) imported(rep *subscribers.ImportReport, row string, told func(*subscribers.RowError) string) error {
	if e.json {
		if err := e.answer(rep); err != nil {
			return err
		}
	} else {
		if rep.DryRun {
			e.printf("nothing was written: this is what would happen\n")
		}
		e.mapped(rep)
		e.printf("%s: %s new, %s changed, %s the same, %s refused\n", plural(rep.Rows, row), number(rep.New), number(rep.Changed), number(rep.Same), number(rep.Refused))
		switch {
		case rep.Asked > 0 && rep.DryRun:
			e.printf("  to be asked by letter to confirm: %s\n", number(rep.Asked))
		case rep.Asked > 0:
			e.printf("  asked by letter to confirm: %s; they come when they do (one letter a day at most, while standfirst serve runs)\n", number(rep.Asked))
		}
		for _, stay := range []struct{ why, told string }{
			{"unsubscribed", "unsubscribed before: they stay unsubscribed"},
			{"bounced", "bounced before: they are not written to"},
			{"complained", "called a letter spam before: they are not written to"},
			{"pending", "never confirmed: they stay as they are"},
			{"erased", "asked to be erased: they stay erased"},
			{"moved", "gave us another address since: letters go there"},
		} {
			if n := rep.Stay[stay.why]; n > 0 {
				e.printf("  %s %s\n", plural(n, row), stay.told)
			}
		}
		e.rows(rep.Refusals, rep.Refused, "refused; --refused FILE.csv writes all of them, --json tells more", told)
		e.rows(rep.Notes, len(rep.Notes), "worth a look; --json tells more", told)
	}
	if rep.Rows > 0 && rep.Refused == rep.Rows {
		return &coded{exitFailed, errTold, ""}
	}
	return nil
}

// mapped tells how a file was understood, where that is not plain.
func (e *env) mapped(rep *subscribers.ImportReport) {
	m := rep.Mapping
	if m.Product != "" {
		var used []string
		for _, c := range m.Used {
			used = append(used, c.Header+" is "+c.As)
		}
		e.printf("read as an export of %s: %s\n", m.Product, strings.Join(used, ", "))
	}
	if len(m.Unused) > 0 {
		e.printf("  columns not used: %s\n", strings.Join(m.Unused, ", "))
	}
	if m.Every != "" {
		e.printf("  everybody in it counts as %s, because %s\n", m.Every, m.Because)
	}
	if m.Caution != "" {
		e.printf("  beware: %s\n", m.Caution)
	}
	if rep.Encoding == "Windows-1252" {
		e.printf("  it is not written in UTF-8; read as Windows-1252, look whether accents are right\n")
	}
}

// rows tells the first of a list, and how many more there are.
func (e *env) rows(list []*subscribers.RowError, total int, what string, told func(*subscribers.RowError) string) {
	for _, row := range list[:min(len(list), most)] {
		e.printf("  %s\n", told(row))
	}
	if more := total - most; more > 0 {
		e.printf("  and %s more %s\n", number(more), what)
	}
}

// topic returns a function that knows the topics of articles by any of their
// spellings.
func (a *app) topic(ctx context.Context) (func(string) string, error) {
	names, err := a.db.Topics(ctx)
	if err != nil {
		return nil, err
	}
	return func(tag string) string { return names[content.TopicKey(tag)] }, nil
}

// A mending is the file of refused rows.
type mending struct {
	name   string // empty: none is wanted
	source string // the file that is imported
	file   *os.File
	out    *subscribers.RefusedWriter
	err    error // the first one
}

func (m *mending) begin(mapping subscribers.Mapping, header []string) error {
	if same(m.name, m.source) {
		return usage("give it another name", "%s is the file that is imported", m.name)
	}
	if m.file, m.err = os.OpenFile(m.name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600); m.err != nil {
		return usage("", "refused rows: %w", m.err)
	}
	m.out, m.err = subscribers.NewRefusedWriter(m.file, mapping, header)
	return m.err
}

// same reports whether two names are of one file.
func same(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

func (m *mending) row(e *subscribers.RowError, raw []string) {
	if m.err == nil {
		m.err = m.out.Write(e, raw)
	}
}

// end finishes the file, and removes it when it would be empty.
func (m *mending) end(refused int) error {
	if m.file == nil {
		return m.err
	}
	if m.err == nil {
		m.err = m.out.Flush()
	}
	if err := m.file.Close(); m.err == nil {
		m.err = err
	}
	if m.err == nil && refused == 0 {
		m.err = os.Remove(m.name)
	}
	if m.err != nil {
		return fmt.Errorf("refused rows: %w", m.err)
	}
	return nil
}

// metered knows how much of a file was read.
type metered struct {
	io.Reader
	n int64
}

func (m *metered) Read(b []byte) (int, error) {
	n, err := m.Reader.Read(b)
	m.n += int64(n)
	return n, err
}

// A way is how far an import has come: a bar on a terminal, else a line now and
// then.
type way struct {
	w    io.Writer
	line *line // nil: no terminal
	size int64 // of the file; 0: not known
	next int   // rows, of the next line
}

// wayLines is after how many rows a line is written where no bar can be.
const wayLines = 100_000

func newWay(w io.Writer, size int64) *way {
	return &way{w: w, line: newLine(w), size: size, next: wayLines}
}

func (w *way) tell(rows int, read int64) {
	if w.line != nil {
		w.line.say("%s", bar(rows, read, w.size))
		return
	}
	if rows >= w.next {
		w.next = rows - rows%wayLines + wayLines
		fmt.Fprintf(w.w, "%s\n", bar(rows, read, w.size))
	}
}

func (w *way) end() { w.line.end() }

// bar writes "[=====     ]  50%  500,000 rows"; of a file of unknown size only
// the rows.
func bar(rows int, read, size int64) string {
	if size == 0 {
		return number(rows) + " rows"
	}
	const width = 30
	part := min(read, size)
	full := int(part * width / size)
	return fmt.Sprintf("[%s%s] %3d%%  %s rows", strings.Repeat("=", full), strings.Repeat(" ", width-full), part*100/size, number(rows))
}
