package main

import (
	"os"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == sinkCommand || os.Args[1] == signaturesCommand) {
		main() // a process that the bench started
		return
	}
	os.Exit(m.Run())
}

// TestBench sends to a few readers what is else sent to many, and so verifies
// that each of them gets one letter, their own, as large as is measured with.
func TestBench(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Chdir("../..")
	b := &Bench{Readers: []int{220}, Sessions: []int{4}, Scenarios: []string{plain, manyVersions}, Rounds: 1}
	dir := t.TempDir()
	if err := b.build(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	var err error
	if b.sink, err = startSink(); err != nil {
		t.Fatal(err)
	}
	defer b.sink.close()
	b.rival, _ = findRival() // where it is
	lines, err := b.rounds(t.Context(), dir+"/bench", 220)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		f := l.Runs[0]
		if size := f.size(); size < 40_000 || size > 48_000 {
			t.Errorf("%s: a letter is %.0f bytes, want 40 to 48 KB", l.Scenario, size)
		}
		if f.CPU <= 0 || f.Wall <= 0 {
			t.Errorf("%s: took %s and %s of the CPU", l.Scenario, f.Wall, f.CPU)
		}
		want := map[string]int{plain: 1, manyVersions: versions}[l.Scenario]
		if f.Versions != want {
			t.Errorf("%s: %d versions, want %d", l.Scenario, f.Versions, want)
		}
		if want > 0 && (f.Wait <= 0 || f.Wait > f.Wall) {
			t.Errorf("%s: the first letter came %s after publishing, in a run of %s", l.Scenario, f.Wait, f.Wall)
		}
	}
	var out strings.Builder
	writeTable(&out, lines)
	t.Log("\n" + out.String())
}
