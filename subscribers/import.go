package subscribers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
)

// NoConsent is recorded with readers whose import did not say how we know
// that they want our letters.
const NoConsent = "import, none stated"

// An Importer brings readers in from a CSV file.
type Importer struct {
	Store       ImportStore
	Newsletters []string // the names there are

	// Consent is recorded with each new reader of whom the file does not say
	// how we know; empty: [NoConsent].
	Consent string

	// File is the name of the file, for the log of consents, and because
	// Mailchimp says nowhere else who has unsubscribed. Empty: unknown.
	File string

	// Topic returns the topic that a tag of another product means, or nothing.
	// Nil: tags are no topics.
	Topic func(tag string) string

	// Asker, if there is one, is asked to write to new readers instead of
	// taking the file's word: they come when they confirm. Those the file says
	// have left, bounced or complained are imported as such.
	Asker Asker
}

// ImportOptions change how an import runs. The zero value is right for most.
type ImportOptions struct {
	DryRun   bool                                   // answer the same, write nothing, ask nobody
	Progress func(*ImportReport)                    // called after every batch with the counts so far; not to be kept
	Refused  func(e *RowError, raw []string)        // called for each refused row and its fields, none when it is damaged; in no strict order of lines
	Opened   func(m Mapping, header []string) error // called once the header is understood
}

// An ImportReport is what became of a file, or would: then it is all that a
// page needs to ask whether to go on. The counts add up: Rows = New + Changed +
// Same + Refused.
type ImportReport struct {
	DryRun   bool           `json:"dry_run"`
	Mapping  Mapping        `json:"mapping"`
	Encoding string         `json:"encoding"` // UTF-8, UTF-16 or Windows-1252
	Rows     int            `json:"rows"`     // without the header and empty lines
	New      int            `json:"new"`
	Asked    int            `json:"asked"` // of New: they come when they confirm
	Changed  int            `json:"changed"`
	Same     int            `json:"same"`
	Refused  int            `json:"refused"`
	Stay     map[string]int `json:"stay"`            // of Refused, not the file's fault: by [ImportResult].Stays
	Ignored  []string       `json:"ignored_columns"` // those of Mapping.Unused
	Refusals []*RowError    `json:"refusals"`        // the first [MaxRefusals]
	Notes    []*RowError    `json:"notes"`           // what is worth knowing of rows that were taken; as many at most
	First    []ImportRow    `json:"-"`               // the first [MaxFirst] rows that could be read
}

// MaxFirst is how many rows a report shows as they were understood.
const MaxFirst = 5

// MaxRefusals is how many refused rows a report holds; the others are counted,
// and told to [ImportOptions].Refused.
const MaxRefusals = 10_000

// Check tells what an import would do, and writes nothing.
func (im *Importer) Check(ctx context.Context, r io.Reader, now time.Time) (*ImportReport, error) {
	return im.Import(ctx, r, now, ImportOptions{DryRun: true})
}

// Import reads r and gives its rows to the store, [ImportBatch] at a time,
// each batch in a transaction of its own. A row that cannot be taken is
// reported and does not stop the others. The report says how far an import
// came also when there is an error, or ctx ended; to run it again is safe, and
// goes on where it ended.
func (im *Importer) Import(ctx context.Context, r io.Reader, now time.Time, opt ImportOptions) (*ImportReport, error) {
	rep := newReport(opt)
	in, err := im.open(r)
	if err != nil {
		return rep, fmt.Errorf("import: %w", err)
	}
	rep.Mapping = in.Mapping
	rep.Ignored = append(rep.Ignored, in.Mapping.Unused...)
	if opt.Opened != nil {
		if err := opt.Opened(in.Mapping, in.header); err != nil {
			return rep, err
		}
	}
	err = im.run(ctx, in, in.Rows(), now, opt, rep)
	rep.Encoding = in.Encoding()
	return rep, err
}

// Add brings in readers of whom there is only the address, for all
// newsletters, as [Importer.Import] does. The lines of the report are the
// places in emails, from 1.
func (im *Importer) Add(ctx context.Context, emails []string, now time.Time, opt ImportOptions) (*ImportReport, error) {
	rep := newReport(opt)
	in := im.reader()
	in.columns, in.names = []string{"email"}, []string{"email"}
	rows := func(yield func(ImportRow, error) bool) {
		for i, email := range emails {
			in.raw = []string{email}
			row, err := in.row(in.raw, i+1)
			row.Way = ByCommand
			if !yield(row, err) {
				return
			}
		}
	}
	return rep, im.run(ctx, in, rows, now, opt, rep)
}

func newReport(opt ImportOptions) *ImportReport {
	return &ImportReport{
		DryRun: opt.DryRun, Encoding: "UTF-8", Mapping: Mapping{Used: []Column{}, Unused: []string{}},
		Stay: map[string]int{}, Ignored: []string{}, Refusals: []*RowError{}, Notes: []*RowError{},
	}
}

// A batch is rows on their way to the store.
type batch struct {
	rows []ImportRow
	raw  [][]string // of each, when somebody wants to know
}

// run writes rows in batches and counts what becomes of them.
func (im *Importer) run(ctx context.Context, in *Reader, rows iter.Seq2[ImportRow, error], now time.Time, opt ImportOptions, rep *ImportReport) error {
	b := &batch{rows: make([]ImportRow, 0, ImportBatch)}
	flush := func() error {
		if err := im.write(ctx, b, now, opt, rep); err != nil {
			return err
		}
		b.rows, b.raw = b.rows[:0], b.raw[:0]
		if opt.Progress != nil {
			opt.Progress(rep)
		}
		return nil
	}
	for row, err := range rows {
		if refused := (*RowError)(nil); errors.As(err, &refused) {
			rep.Rows++
			rep.refuse(refused, in.Raw(), opt)
			continue
		}
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		im.sign(&row)
		if len(rep.First) < MaxFirst {
			rep.First = append(rep.First, row)
		}
		b.rows = append(b.rows, row)
		if opt.Refused != nil {
			b.raw = append(b.raw, in.Raw())
		}
		if len(b.rows) == ImportBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// sign says with a row how we know that the reader wants this.
func (im *Importer) sign(row *ImportRow) {
	if row.Consent == "" {
		row.Consent = im.Consent
	}
	if row.Consent == "" {
		row.Consent = NoConsent
	}
	row.File = im.File
}

// write gives one batch to the store and counts the answers.
func (im *Importer) write(ctx context.Context, b *batch, now time.Time, opt ImportOptions, rep *ImportReport) error {
	if len(b.rows) == 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	first, last := b.rows[0].Line, b.rows[len(b.rows)-1].Line
	results, err := im.give(ctx, b.rows, now, opt, rep)
	if err != nil && ctx.Err() != nil {
		return ctx.Err() // whatever it looked like to the store
	}
	if err != nil {
		return fmt.Errorf("import of lines %d to %d: %w", first, last, err)
	}
	if len(results) != len(b.rows) {
		return fmt.Errorf("import of lines %d to %d: %d answers for %d rows", first, last, len(results), len(b.rows))
	}
	for i, res := range results {
		rep.Rows++
		note := &RowError{Line: res.Line, Reason: res.Why}
		switch res.Fate {
		case New:
			rep.New++
			if meant := Suggest(b.rows[i].Email); meant != "" && note.Reason == "" {
				note.Column, note.Reason = "email", "the domain looks like a slip"
				note.Hint = "did you mean " + meant[strings.LastIndexByte(meant, '@')+1:] + "?"
			}
		case Changed:
			rep.Changed++
		case Same:
			rep.Same++
		case Refused:
			var raw []string
			if i < len(b.raw) {
				raw = b.raw[i]
			}
			if res.Stays != "" {
				rep.Stay[res.Stays]++
			}
			rep.refuse(note, raw, opt)
			continue
		default:
			return fmt.Errorf("import of line %d: the store answers %q", res.Line, res.Fate)
		}
		if note.Reason != "" && len(rep.Notes) < MaxRefusals {
			rep.Notes = append(rep.Notes, note)
		}
	}
	return nil
}

func (rep *ImportReport) refuse(e *RowError, raw []string, opt ImportOptions) {
	rep.Refused++
	if len(rep.Refusals) < MaxRefusals {
		rep.Refusals = append(rep.Refusals, e)
	}
	if opt.Refused != nil {
		opt.Refused(e, raw)
	}
}
