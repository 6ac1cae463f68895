package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// inFolder makes a new folder with a configuration the working directory.
func inFolder(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	const conf = `publication:
  title: The Test Lead
  url: https://news.example.com
  address: 1 Example Street, London
  timezone: Europe/London
content: [dir: articles]
newsletters: {weekly: {title: The Weekly, schedule: "0 8 * * TUE"}}
mail:
  from: The Test Lead <news@letters.example.com>
`
	if err := os.Mkdir("articles", 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("config.yaml", []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
}

// command runs the program and wants it to end with an exit code.
func command(t *testing.T, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(args, strings.NewReader(""), &out, &errs); got != code {
		t.Fatalf("standfirst %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, &out, &errs)
	}
	return out.String(), errs.String()
}

// wants fails for each of the words that text lacks.
func wants(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("lacks %q:\n%s", w, text)
		}
	}
}

// TestDKIMCommand: a key is made once, kept secret, and its record can be read
// again.
func TestDKIMCommand(t *testing.T) {
	inFolder(t)
	out, _ := command(t, exitDone, "dkim", "new")
	wants(t, out, "wrote a key to var/dkim.pem", `s1._domainkey.letters.example.com. IN TXT ( "v=DKIM1; k=rsa; p=`, "name:  s1._domainkey.letters.example.com\n", "value: v=DKIM1; k=rsa; p=")
	info, err := os.Stat("var/dkim.pem")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file: %v, %v", info.Mode(), err)
	}
	before, err := os.ReadFile("var/dkim.pem")
	if err != nil {
		t.Fatal(err)
	}
	_, errs := command(t, exitFailed, "dkim", "new", "--selector", "s2")
	wants(t, errs, "var/dkim.pem is there already", "hint: standfirst dkim show")
	if after, _ := os.ReadFile("var/dkim.pem"); !bytes.Equal(before, after) {
		t.Error("the key was overwritten")
	}
	shown, _ := command(t, exitDone, "dkim", "show")
	if _, record, _ := strings.Cut(out, "The record"); !strings.HasSuffix(shown, record) {
		t.Errorf("shown otherwise than made:\n%s", shown)
	}

	out, _ = command(t, exitDone, "dkim", "new", "--ed25519", "--out", "e.pem", "--selector", "e1", "--domain", "bücher.example", "--json")
	var got struct {
		File, Name, Type, Value, Zone string
		Strings                       []string
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.File != "e.pem" || got.Name != "e1._domainkey.xn--bcher-kva.example" || got.Type != "TXT" ||
		!strings.HasPrefix(got.Value, "v=DKIM1; k=ed25519; p=") || strings.Join(got.Strings, "") != got.Value {
		t.Errorf("%+v", got)
	}
	for _, args := range [][]string{
		{"dkim", "new", "--bits", "1024"}, {"dkim", "new", "--selector", "no such", "--out", "x.pem"}, {"dkim"},
		{"dkim", "new", "--domain", "localhost", "--out", "x.pem"}, {"dkim", "show", "--selector", "-"},
	} {
		command(t, exitUsage, args...)
	}
	if _, err := os.Stat("x.pem"); err == nil {
		t.Error("a key was written for a record that cannot be")
	}
	_, errs = command(t, exitFailed, "dkim", "show", "--key", "nothing.pem")
	wants(t, errs, "there is no key at nothing.pem", "standfirst dkim new makes one")
	command(t, exitFailed, "dkim", "show", "--key", "config.yaml")
}
