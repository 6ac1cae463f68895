package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	msgauth "github.com/emersion/go-msgauth/dkim"

	"github.com/standfirst/standfirst/internal/smtptest"
	"github.com/standfirst/standfirst/mailer"
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

// TestSignedLetters: with a key in the configuration every letter that leaves,
// test letters too, is signed so that the printed record verifies it.
func TestSignedLetters(t *testing.T) {
	inFolder(t)
	s := &smtptest.Server{Keep: true}
	host, port, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conf, err := os.ReadFile("config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(conf), "dir: articles", "{dir: articles, settle: 0s}", 1) + fmt.Sprintf(`  transport: smtp
  smtp: {host: %q, port: %d, tls: none}
  dkim: [{selector: s1, key_file: var/dkim.pem}, {selector: e1, key_file: var/e1.pem}]
`, host, port)
	for name, text := range map[string]string{
		"config.yaml":      text,
		"articles/rota.md": "---\ntitle: The handover is the röta\ndate: 2024-05-07\n---\nWords.\n",
		"readers.csv":      "email,name\njane@example.net,Jane\nzoe@example.net,Zoë\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, errs := command(t, exitUsage, "sync")
	wants(t, errs, "config.yaml:12:35: there is no key at var/dkim.pem (standfirst dkim new --selector s1 --out var/dkim.pem makes one)", "config.yaml:12:75: ")

	records := map[string]string{}
	for _, args := range [][]string{{"dkim", "new", "--json"}, {"dkim", "new", "--ed25519", "--selector", "e1", "--out", "var/e1.pem", "--json"}} {
		out, _ := command(t, exitDone, args...)
		var got struct{ Name, Value string }
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		records[got.Name] = got.Value
	}
	command(t, exitDone, "sync")
	command(t, exitDone, "subscribers", "import", "readers.csv")
	command(t, exitDone, "send", "weekly", "--test", "editor@example.net")
	command(t, exitDone, "send", "weekly", "--yes")
	if n := len(s.Letters()); n != 3 {
		t.Fatalf("%d letters arrived, want 3", n)
	}
	for _, l := range s.Letters() {
		found, err := msgauth.VerifyWithOptions(bytes.NewReader(l.Data), &msgauth.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
			return []string{records[name]}, nil
		}})
		if err != nil || len(found) != 2 {
			t.Fatalf("%s: %d signatures (%v)\n%.2000s", l.To, len(found), err, l.Data)
		}
		for _, v := range found {
			if v.Err != nil || v.Domain != "letters.example.com" {
				t.Errorf("%s: signature of %s: %v", l.To, v.Domain, v.Err)
			}
		}
	}

	// A file that is no key is a mistake with a place.
	if err := os.WriteFile("var/e1.pem", []byte("a key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs = command(t, exitUsage, "sync")
	wants(t, errs, "config.yaml:12:75: var/e1.pem is not a key to sign with (the file holds no PEM block)")
	out, _ := command(t, exitFailed, "check", "--offline")
	wants(t, out, "dkim", "config.yaml:12:75: var/e1.pem is not a key to sign with")
}

// TestCaughtWithoutKey: a key that only one machine has is no reason not to
// try things out on another.
func TestCaughtWithoutKey(t *testing.T) {
	inFolder(t)
	conf, err := os.OpenFile("config.yaml", os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = conf.WriteString("  dkim: {selector: s1, key_file: secret/dkim.pem}\n")
		conf.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	out, _ := command(t, exitDone, "check")
	wants(t, out, "there is no key at secret/dkim.pem: caught letters lack its signature")
	command(t, exitDone, "dkim", "new", "--out", "secret/dkim.pem")
	out, _ = command(t, exitDone, "check")
	wants(t, out, "letters are signed; the key is s1._domainkey.letters.example.com")
}

func TestPublished(t *testing.T) {
	want := mailer.DKIMRecord{Name: "s1._domainkey.example.com", Value: "v=DKIM1; k=rsa; p=AbC+/="}
	for _, tc := range []struct {
		found []string
		wrong string
	}{
		{[]string{want.Value}, ""},
		{[]string{"p=AbC+/="}, ""},
		{[]string{"v=DKIM1;t=s; p = AbC \t+/=;"}, ""},
		{[]string{"v=spf1 -all", want.Value}, ""},
		{nil, "there is none"},
		{[]string{""}, "there is none"},
		{[]string{"v=DKIM2; p=AbC+/="}, "there is none"},
		{[]string{"v=DKIM1; p="}, "it says that the key is not used any more"},
		{[]string{"v=DKIM1; k=rsa; p=abc+/="}, "it is of another key"},
		{[]string{"v=DKIM1; k=ed25519; p=AbC+/="}, "it is of another key"},
	} {
		if wrong := published(tc.found, want); wrong != tc.wrong {
			t.Errorf("%q: got %q, want %q", tc.found, wrong, tc.wrong)
		}
	}
}
