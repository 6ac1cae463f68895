package mailer

import "testing"

func TestRefusals(t *testing.T) {
	for _, tc := range []struct {
		name    string
		refused func(i int) bool
		stops   int // at which letter; 0: never
	}{
		{"nobody", func(int) bool { return false }, 0},
		{"everybody", func(int) bool { return true }, 10},
		{"every fourth", func(i int) bool { return i%4 == 0 }, 40},
		{"every tenth", func(i int) bool { return i%10 == 0 }, 100},
		{"every twelfth", func(i int) bool { return i%12 == 0 }, 0},
		{"nine, and again much later", func(i int) bool { return i <= 9 || i > 300 && i <= 309 }, 0},
		{"ten, after many that were taken", func(i int) bool { return i > 900 }, 910},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var r refusals
			for i := 1; i <= 2000; i++ {
				if r.add(tc.refused(i)) {
					if i != tc.stops {
						t.Errorf("stops at letter %d, want %d", i, tc.stops)
					}
					return
				}
			}
			if tc.stops != 0 {
				t.Errorf("does not stop, want at %d", tc.stops)
			}
		})
	}
}
