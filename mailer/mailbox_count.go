package mailer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Count returns how many letters are in the folder; a folder that is not there
// yet has none.
func (m *Mailbox) Count() (int, error) {
	entries, err := os.ReadDir(m.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("mailbox: %w", err)
	}
	n := 0
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".eml"); ok && caughtID.MatchString(id) {
			n++
		}
	}
	return n, nil
}
