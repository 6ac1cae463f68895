package content

import (
	"testing"
	"time"
)

// TestSourceRenamed: what was settling, or waited for its day, when its source
// got another name in the configuration is news to readers still, and not the
// baseline of that name; what nobody knew is.
func TestSourceRenamed(t *testing.T) {
	s := newSite(t)
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	a, b, c, d := post("a", 3), post("b", 2), post("c", 1).dated(noon), post("d", 9)
	s.sync(0, folder(a))
	s.sync(minute, folder(a, b, c))
	s.name, s.live = "dir:other", map[string]bool{"dir:other": true}
	s.sync(minute, folder(a, b, c, d))
	if got := s.released(); got != "*A, *D" {
		t.Errorf("renamed: on the wire %s", got)
	}
	s.sync(minute, folder(a, b, c, d))
	s.sync(3*time.Hour, folder(a, b, c, d))
	if got := s.released(); got != "*A, *D, B, C" {
		t.Errorf("settled, and its day: on the wire %s", got)
	}
	for id, k := range s.m.articles {
		if k.Source != s.name {
			t.Errorf("%s belongs to %s", id, k.Source)
		}
	}
}
