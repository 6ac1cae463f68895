package subscribers

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// A RefusedWriter writes the refused rows of an import as a file with the same
// columns and two more, line and reason, so that they can be mended and
// imported again. Of a row that was too damaged to have fields there is only
// the reason; it must be mended in the first file.
type RefusedWriter struct {
	out   *csv.Writer
	width int // without line and reason
	keep  []int
	every bool
}

// NewRefusedWriter begins a file of refused rows. header is that of the file
// which is imported, and m what was understood of it.
func NewRefusedWriter(w io.Writer, m Mapping, header []string) (*RefusedWriter, error) {
	rw := &RefusedWriter{out: csv.NewWriter(w)}
	var columns []string
	for i, h := range header {
		if !slices.Contains(notices, foldHeader(h)) { // of an earlier such file
			rw.keep = append(rw.keep, i)
			columns = append(columns, guard(h))
		}
	}
	// What is known by the name of the file must be known by this one too.
	if mark := m.mark(header); mark != "" {
		columns, rw.every = append(columns, mark), true
	}
	rw.width = len(columns)
	return rw, rw.write(append(columns, notices...))
}

// Write writes a row with the reason why it was refused.
func (rw *RefusedWriter) Write(e *RowError, raw []string) error {
	record := make([]string, 0, rw.width+len(notices))
	for _, i := range rw.keep {
		f := ""
		if i < len(raw) {
			f = guard(unguard(raw[i]))
		}
		record = append(record, f)
	}
	if rw.every {
		record = append(record, "")
	}
	return rw.write(append(record, strconv.Itoa(e.Line), guard(e.told())))
}

func (rw *RefusedWriter) write(record []string) error {
	if err := rw.out.Write(record); err != nil {
		return fmt.Errorf("refused rows: %w", err)
	}
	return nil
}

// Flush writes what is still in memory.
func (rw *RefusedWriter) Flush() error {
	rw.out.Flush()
	if err := rw.out.Error(); err != nil {
		return fmt.Errorf("refused rows: %w", err)
	}
	return nil
}
