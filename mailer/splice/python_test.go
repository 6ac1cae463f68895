package splice_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/mailer/field"
	"github.com/standfirst/standfirst/mailer/splice"
)

// TestPython: another language's parser reads the same from both ways of
// writing a letter, and finds nothing wrong with the spliced one.
func TestPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	probes := splice.Probes(len(names))
	for i, h := range hostile {
		v := reader(h)
		v.Holes = []string{hostile[(i+3)%len(hostile)], h, hostile[(i+5)%len(hostile)]}
		probes = append(probes, v)
	}
	var letters [][]byte
	for language := range words {
		m := master(language, 1500)
		m.Subject = words[language] + mailer.Hole("greeting")
		m.Calendar = diary(0)
		l := compiled(t, m)
		naive := full(m)
		for i := range probes {
			spliced, err := l.Render(nil, &probes[i])
			if err != nil {
				t.Fatal(err)
			}
			whole, err := naive(&probes[i])
			if err != nil {
				t.Fatal(err)
			}
			letters = append(letters, spliced, whole)
		}
	}
	in, err := json.Marshal(letters)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-I", filepath.Join("testdata", "read.py"))
	var complaint bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, complaint.Bytes())
	}
	type reading struct {
		Fields        []string
		Parts         [][2]string
		Defects       []string
		Name, Address string
		Count         int
	}
	var readings []reading
	if err := json.Unmarshal(out, &readings); err != nil {
		t.Fatal(err)
	}
	if len(readings) != len(letters) {
		t.Fatalf("%d of %d letters read", len(readings), len(letters))
	}
	for i := 0; i < len(readings); i += 2 {
		got, want := readings[i], readings[i+1]
		v := probes[i/2%len(probes)]
		if len(got.Defects) > 0 {
			t.Errorf("%q: %v\n%s", v.Name, got.Defects, letters[i])
		}
		shown := string(field.Clip(field.AppendLine(nil, v.Name), 45))
		if got.Count != 1 || got.Address != v.Email || got.Name != shown {
			t.Errorf("%q: %d addresses, %q <%s>", v.Name, got.Count, got.Name, got.Address)
		}
		want.Defects, got.Defects = nil, nil
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q (-full +spliced)\n%s", v.Name, d)
		}
	}
	t.Logf("%d pairs read", len(letters)/2)
}
