package subscribers

import (
	"context"
	"fmt"
	"time"
)

// An Asker sends letters that ask for confirmation; [Requests] is one.
type Asker interface {
	Ask(ctx context.Context, r Request, now time.Time) (int64, error)
}

// give has rows written, and with an Asker those asked who would be new.
func (im *Importer) give(ctx context.Context, rows []ImportRow, now time.Time, opt ImportOptions, rep *ImportReport) ([]ImportResult, error) {
	if im.Asker == nil {
		return im.Store.Import(ctx, rows, now, opt.DryRun)
	}
	results, err := im.Store.Import(ctx, rows, now, true)
	if err != nil || len(results) != len(rows) {
		return results, err
	}
	var known []ImportRow
	var at []int
	for i, row := range rows {
		if !asks(row, results[i]) {
			known, at = append(known, row), append(at, i)
			continue
		}
		results[i] = ImportResult{Line: row.Line, Fate: New}
		rep.Asked++
		if opt.DryRun {
			continue
		}
		if _, err := im.Asker.Ask(ctx, row.request(), now); err != nil {
			return nil, fmt.Errorf("request: %w", err)
		}
	}
	if opt.DryRun || len(known) == 0 {
		return results, nil
	}
	written, err := im.Store.Import(ctx, known, now, false)
	if err != nil || len(written) != len(known) {
		return written, err
	}
	for j, i := range at {
		results[i] = written[j]
	}
	return results, nil
}

// asks reports whether a reader is to be asked: one who would come to be
// written to, or came by an earlier import and has not confirmed.
func asks(row ImportRow, would ImportResult) bool {
	switch row.Status {
	case "", Active, Pending:
		return len(row.Newsletters) > 0 && (would.Fate == New || would.Fate == Refused && would.Stays == string(Pending))
	}
	return false
}

// request is what a row asks for.
func (row *ImportRow) request() Request {
	return Request{
		Kind: SignUp, Email: row.Email, Name: row.Name, Newsletters: row.Newsletters, Topics: row.Topics, Cities: row.Cities,
		Language: row.Language, Timezone: row.Timezone, Consent: row.Proof(),
	}
}

// Proof is the entry of the log of consents for a row, but for whom it is
// about and when.
func (row *ImportRow) Proof() Consent {
	c := Consent{Act: ActImported, Way: row.Way, Text: row.Consent}
	if c.Way == "" {
		c.Way = oneLine(ByImport+" "+row.File, maxWay)
	}
	if row.Evidence != "" {
		c.Text = clipped(c.Text, maxConsentText-len(row.Evidence)-3) + " (" + row.Evidence + ")"
	}
	return c
}
