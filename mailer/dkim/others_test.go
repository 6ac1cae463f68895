package dkim_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func signedLetters(t *testing.T) [][]byte {
	t.Helper()
	s := both(t)
	var all [][]byte
	for _, raw := range letters(t) {
		signed, err := s.Append(nil, raw)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, signed)
	}
	return all
}

// TestDkimpy: a verifier that shares nothing with the library we sign with.
func TestDkimpy(t *testing.T) {
	python := ""
	for _, name := range []string{"python3", "/usr/bin/python3"} { // the one of the system has Debian's packages
		if exec.Command(name, "-c", "import dkim").Run() == nil {
			python = name
			break
		}
	}
	if python == "" {
		t.Skip("dkimpy is not here: apt-get install python3-dkim")
	}
	in, err := json.Marshal(map[string]any{"keys": records(t), "letters": signedLetters(t)})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, filepath.Join("testdata", "verify.py"))
	var complaint bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, complaint.Bytes())
	}
	var got struct {
		Wrong    []string
		Verified map[string]int
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for _, w := range got.Wrong {
		t.Error(w)
	}
	if want := len(letters(t)); got.Verified["rsa"] != want {
		t.Errorf("%d RSA signatures verified, want %d", got.Verified["rsa"], want)
	}
	t.Logf("verified: %v", got.Verified)
}

// TestOpenDKIM: the milter that many mail servers verify with. Some builds of
// it know no Ed25519.
func TestOpenDKIM(t *testing.T) {
	opendkim, err := exec.LookPath("opendkim")
	if err != nil {
		if opendkim, err = exec.LookPath("/usr/sbin/opendkim"); err != nil {
			t.Skip("opendkim is not here: apt-get install opendkim")
		}
	}
	dir := t.TempDir()
	var dns strings.Builder
	for name, record := range records(t) {
		dns.WriteString(name + " " + record + "\n")
	}
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	conf := write("opendkim.conf", "Mode v\nTestPublicKeys "+write("keys", dns.String())+"\nMinimumKeyBits 1024\n")
	for i, raw := range signedLetters(t) {
		letter := write("letter", string(raw))
		out, err := exec.CommandContext(t.Context(), opendkim, "-x", conf, "-t", letter, "-vv").CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("dkim=pass (2048-bit key)")) || bytes.Contains(out, []byte("dkim=fail")) {
			t.Errorf("letter %d: %v\n%s", i, err, out)
		}
	}
}
