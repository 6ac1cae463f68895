package main

import (
	"strings"
	"testing"
)

func TestImportTellsItsWay(t *testing.T) {
	var out strings.Builder // no terminal: lines now and then
	w := newWay(&out, 4000)
	for rows := 500; rows <= 250_000; rows += 500 {
		w.tell(rows, int64(rows)/100)
	}
	w.end()
	want := "[=======                       ]  25%  100,000 rows\n[===============               ]  50%  200,000 rows\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	for _, c := range []struct {
		rows       int
		read, size int64
		want       string
	}{
		{0, 0, 10, "[                              ]   0%  0 rows"},
		{1500, 20, 10, "[==============================] 100%  1,500 rows"}, // the file grew
		{1500, 20, 0, "1,500 rows"},
	} {
		if got := bar(c.rows, c.read, c.size); got != c.want {
			t.Errorf("bar(%d, %d, %d) = %q, want %q", c.rows, c.read, c.size, got, c.want)
		}
	}
}
