package subscribers

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Export writes readers as CSV in UTF-8 with [Columns] as its header, so that
// an import of it into an empty store gives the same readers, but for when
// they came and how we know that they want it. Newsletters that a reader has
// left stand there as NAME:left. It ends with the first error of readers or
// of w.
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

// newsletters writes the subscriptions of a reader. Of one who has left as a
// whole it names what undo would bring back plainly: the status says the rest.
func newsletters(e Entry) string {
	back, subs := Returning(e.Subscriber, e.Subscriptions, "")
	if back.Status == e.Subscriber.Status {
		subs = e.Subscriptions
	}
	var names []string
	for _, s := range subs {
		name := s.Newsletter
		if !s.Left.IsZero() {
			name += ":left"
		}
		names = append(names, name)
	}
	return strings.Join(names, ";")
}

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
