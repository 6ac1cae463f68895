package subscribers

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
)

// Export writes readers as CSV in UTF-8 with [Columns] as its header. An import
// of it into an empty store gives the same readers, with the same export. Only
// what means nothing in another store stays behind: numbers, bookmarks, the
// log of consents but for its first words, and the hashes of erased addresses.
// It ends with the first error of readers or of w.
//
// Moments are in UTC. A newsletter stands there as NAME, NAME:left=MOMENT when
// the reader has left it, and with :since=MOMENT after the name when that is
// another one than the reader's own.
//
// A spreadsheet runs what begins with = + - or @. Such a field gets an
// apostrophe in front, which an import takes away again.
func Export(w io.Writer, readers iter.Seq2[Entry, error]) error {
	out := csv.NewWriter(w)
	if err := out.Write(Columns); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	for r, err := range readers {
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		s := r.Subscriber
		record := []string{
			s.Email, s.Name, strings.Join(s.Topics, ";"), strings.Join(s.Cities, ";"),
			newsletters(r), s.Timezone, s.Language, string(s.Status),
			stamp(s.Since), stamp(s.Paused), s.Consent,
		}
		for i, f := range record {
			record[i] = guard(f)
		}
		if err := out.Write(record); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// newsletters writes the subscriptions of a reader.
func newsletters(e Entry) string {
	if len(e.Subscriptions) == 0 {
		return none
	}
	var list []string
	for _, s := range e.Subscriptions {
		item := s.Newsletter
		if !s.Since.Equal(e.Subscriber.Since) && !s.Since.IsZero() {
			item += ":since=" + stamp(s.Since)
		}
		if !s.Left.IsZero() {
			item += ":left=" + stamp(s.Left)
		}
		list = append(list, item)
	}
	return strings.Join(list, ";")
}

// stamp writes a moment; the zero one is empty.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(written)
}

// SpreadsheetSafe makes a field of a table harmless where a spreadsheet would
// run it.
func SpreadsheetSafe(field string) string { return guard(field) }

// guard makes a field harmless in a spreadsheet, and unguard takes that back.
// What begins with apostrophes before such a sign gets one more, so that every
// field comes back as it was.
func guard(f string) string {
	if formula(strings.TrimLeft(f, "'")) {
		return "'" + f
	}
	return f
}

func unguard(f string) string {
	if rest, ok := strings.CutPrefix(f, "'"); ok && formula(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return f
}

// formula reports whether a spreadsheet would run f.
func formula(f string) bool {
	return f != "" && strings.IndexByte("=+-@\t\r", f[0]) >= 0
}
