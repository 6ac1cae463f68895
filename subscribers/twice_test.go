package subscribers

import (
	"fmt"
	"testing"
)

func TestMet(t *testing.T) {
	m := newMet()
	const n = 50_000
	for i := range n {
		if first := m.line(fmt.Sprintf("r%d@example.com", i), i+2); first != 0 {
			t.Fatalf("address %d stood in line %d", i, first)
		}
	}
	for i := range n {
		if first := m.line(fmt.Sprintf("R%d@Example.com", i), n+i+2); first != i+2 {
			t.Fatalf("address %d stood in line %d, want %d", i, first, i+2)
		}
	}
}
