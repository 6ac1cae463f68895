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
	Consent     string   // recorded with each new reader; empty: [NoConsent]
}

// ImportOptions change how an import runs. The zero value is right for most.
type ImportOptions struct {
	DryRun   bool                // answer the same, write nothing
	Progress func(*ImportReport) // called after every batch with the counts so far; not to be kept
	Refused  func(*RowError)     // called for each refused row, in no strict order of lines
}

// An ImportReport is what became of a file. The counts add up: Rows = New +
// Changed + Same + Refused.
type ImportReport struct {
	DryRun   bool        `json:"dry_run"`
	Rows     int         `json:"rows"` // without the header and empty lines
	New      int         `json:"new"`
	Changed  int         `json:"changed"`
	Same     int         `json:"same"`
	Refused  int         `json:"refused"`
	Ignored  []string    `json:"ignored_columns"` // columns that mean nothing to us
	Refusals []*RowError `json:"refusals"`        // the first [MaxRefusals]
	Notes    []*RowError `json:"notes"`           // what is worth knowing of rows that were taken; as many at most
}

// MaxRefusals is how many refused rows a report holds; the others are counted,
// and told to [ImportOptions].Refused.
const MaxRefusals = 10_000

// Import reads r and gives its rows to the store, [ImportBatch] at a time,
// each batch in a transaction of its own. A row that cannot be taken is
// reported and does not stop the others. The report says how far an import
// came also when there is an error; to run it again is safe.
func (im *Importer) Import(ctx context.Context, r io.Reader, now time.Time, opt ImportOptions) (*ImportReport, error) {
	rep := newReport(opt)
	in, err := NewReader(r, im.Newsletters)
	if err != nil {
		return rep, fmt.Errorf("import: %w", err)
	}
	rep.Ignored = append(rep.Ignored, in.Ignored...)
	return rep, im.run(ctx, in.Rows(), now, opt, rep)
}

// Add brings in readers of whom there is only the address, for all
// newsletters, as [Importer.Import] does. The lines of the report are the
// places in emails, from 1.
func (im *Importer) Add(ctx context.Context, emails []string, now time.Time, opt ImportOptions) (*ImportReport, error) {
	rep := newReport(opt)
	in := newReader(im.Newsletters)
	in.columns = []string{"email"}
	rows := func(yield func(ImportRow, error) bool) {
		for i, email := range emails {
			if !yield(in.row([]string{email}, i+1)) {
				return
			}
		}
	}
	return rep, im.run(ctx, rows, now, opt, rep)
}

func newReport(opt ImportOptions) *ImportReport {
	return &ImportReport{DryRun: opt.DryRun, Ignored: []string{}, Refusals: []*RowError{}, Notes: []*RowError{}}
}

// run writes rows in batches and counts what becomes of them.
func (im *Importer) run(ctx context.Context, rows iter.Seq2[ImportRow, error], now time.Time, opt ImportOptions, rep *ImportReport) error {
	consent := im.Consent
	if consent == "" {
		consent = NoConsent
	}
	batch := make([]ImportRow, 0, ImportBatch)
	flush := func() error {
		if err := im.write(ctx, batch, now, opt, rep); err != nil {
			return err
		}
		batch = batch[:0]
		if opt.Progress != nil {
			opt.Progress(rep)
		}
		return nil
	}
	for row, err := range rows {
		if refused := (*RowError)(nil); errors.As(err, &refused) {
			rep.Rows++
			rep.refuse(refused, opt)
			continue
		}
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		row.Consent = consent
		if batch = append(batch, row); len(batch) == ImportBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// write gives one batch to the store and counts the answers.
func (im *Importer) write(ctx context.Context, batch []ImportRow, now time.Time, opt ImportOptions, rep *ImportReport) error {
	if len(batch) == 0 {
		return ctx.Err()
	}
	first, last := batch[0].Line, batch[len(batch)-1].Line
	results, err := im.Store.Import(ctx, batch, now, opt.DryRun)
	if err != nil {
		return fmt.Errorf("import of lines %d to %d: %w", first, last, err)
	}
	if len(results) != len(batch) {
		return fmt.Errorf("import of lines %d to %d: %d answers for %d rows", first, last, len(results), len(batch))
	}
	for i, res := range results {
		rep.Rows++
		note := &RowError{Line: res.Line, Reason: res.Why}
		switch res.Fate {
		case New:
			rep.New++
			if meant := Suggest(batch[i].Email); meant != "" && note.Reason == "" {
				note.Column, note.Reason = "email", "the domain looks like a slip"
				note.Hint = "did you mean " + meant[strings.LastIndexByte(meant, '@')+1:] + "?"
			}
		case Changed:
			rep.Changed++
		case Same:
			rep.Same++
		case Refused:
			rep.refuse(note, opt)
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

func (rep *ImportReport) refuse(e *RowError, opt ImportOptions) {
	rep.Refused++
	if len(rep.Refusals) < MaxRefusals {
		rep.Refusals = append(rep.Refusals, e)
	}
	if opt.Refused != nil {
		opt.Refused(e)
	}
}
