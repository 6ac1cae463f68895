package mailer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func catch(t *testing.T, m *Mailbox, letters ...*Message) {
	t.Helper()
	s, err := m.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, l := range letters {
		raw, err := Compose(l)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(t.Context(), Envelope{From: l.From.Email, To: l.To.Email}, raw, Envelope{}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMailbox(t *testing.T) {
	now := noon
	m := &Mailbox{Dir: filepath.Join(t.TempDir(), "var", "mailbox"), Now: func() time.Time { now = now.Add(time.Second); return now }}
	if list, err := m.List(10, ""); err != nil || len(list) != 0 {
		t.Errorf("before the first letter: %v, %v", list, err)
	}
	var all []*Message
	for i := range 5 {
		l := issue()
		l.To.Name, l.Subject = "Jürgen", fmt.Sprintf("Grüße %d", i)
		all = append(all, l)
	}
	catch(t, m, all...)

	list, err := m.List(3, "")
	if err != nil {
		t.Fatal(err)
	}
	var subjects []string
	for _, c := range list {
		subjects = append(subjects, c.Subject)
	}
	rest, err := m.List(3, list[2].ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range rest {
		subjects = append(subjects, c.Subject)
	}
	if d := cmp.Diff([]string{"Grüße 4", "Grüße 3", "Grüße 2", "Grüße 1", "Grüße 0"}, subjects); d != "" {
		t.Errorf("newest first (-want +got)\n%s", d)
	}
	want := Caught{At: noon.Add(5 * time.Second), From: "The Example Lead <news@example.com>", To: "Jürgen <jane@example.net>", Subject: "Grüße 4"}
	if d := cmp.Diff(want, list[0], cmpopts.IgnoreFields(Caught{}, "ID", "Size")); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}

	l, err := m.Letter(list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if l.Text != issue().Text || l.HTML != issue().HTML || l.Value("list-unsubscribe-post") != "List-Unsubscribe=One-Click" {
		t.Errorf("read back: %+v", l)
	}
	if l.Fields[0] != (Field{"Return-Path", "<news@example.com>"}) || l.Fields[1] != (Field{"Delivered-To", "jane@example.net"}) {
		t.Errorf("envelope: %v", l.Fields[:2])
	}
	if int64(len(l.Source)) != l.Size {
		t.Errorf("source of %d bytes, size %d", len(l.Source), l.Size)
	}
}

func TestMailboxKeepsInside(t *testing.T) {
	dir := t.TempDir()
	m := &Mailbox{Dir: filepath.Join(dir, "box")}
	catch(t, m, issue())
	secret := filepath.Join(dir, "secret.eml")
	if err := os.WriteFile(secret, []byte("Subject: secret\r\n\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := "20261124T120000.000000000Z-0123456789abcdef"
	if err := os.Symlink(secret, filepath.Join(m.Dir, link+".eml")); err != nil {
		t.Skip("no symbolic links here")
	}
	for _, id := range []string{"", ".", "..", "../secret", "/etc/passwd", "..\\secret", "x\x00", link + "/../../secret", strings.ToUpper(link)} {
		if _, err := m.Letter(id); !errors.Is(err, ErrNoLetter) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if l, err := m.Letter(link); err == nil {
		t.Errorf("a link led outside: %s", l.Source)
	}
	list, err := m.List(10, "")
	if err != nil || len(list) != 1 {
		t.Errorf("%v %v", list, err)
	}
}

func TestMailboxCollides(t *testing.T) {
	m := &Mailbox{Dir: t.TempDir(), Now: func() time.Time { return noon }}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s, _ := m.Open(context.Background())
			for range 50 {
				if err := s.Send(context.Background(), Envelope{From: news, To: "a@example.com"}, text, Envelope{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if list, err := m.List(1000, ""); err != nil || len(list) != 200 {
		t.Errorf("%d letters of 200: %v", len(list), err)
	}
}

func TestMailboxFull(t *testing.T) {
	m := &Mailbox{Dir: filepath.Join(t.TempDir(), "box")}
	s, err := m.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(m.Dir); err != nil {
		t.Fatal(err)
	}
	err = s.Send(t.Context(), Envelope{From: news, To: "a@example.com"}, text, Envelope{})
	if v := Decide(err, Delivery{}, noon, Rules{}); v.State != Queued || v.Doubt || v.Attempt {
		t.Errorf("the folder is gone: %+v, want the letter tried again", v)
	}
}

func TestCaughtLetters(t *testing.T) {
	for name, tc := range map[string]struct {
		raw  string
		want CaughtLetter
	}{
		"plain":      {"Subject: x\n\nhi\n", CaughtLetter{Fields: []Field{{"Subject", "x"}}, Text: "hi\n"}},
		"no body":    {"Subject: x", CaughtLetter{Fields: []Field{{"Subject", "x"}}}},
		"nothing":    {"", CaughtLetter{}},
		"folded":     {"Subject: a\r\n b\r\n\tc\r\n\r\n", CaughtLetter{Fields: []Field{{"Subject", "a b c"}}}},
		"latin 1":    {"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe", CaughtLetter{Text: "Grüße"}},
		"unknown":    {"Content-Type: text/plain; charset=klingon\r\n\r\n\xff", CaughtLetter{Text: "\uFFFD"}},
		"bad type":   {"Content-Type: ;;;\r\n\r\nx", CaughtLetter{Text: "x"}},
		"cut base64": {"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8gd29", CaughtLetter{Text: "hello "}},
		"attached": {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\nContent-Type: text/calendar; name=e.ics\r\nContent-Disposition: attachment; filename=\"event.ics\"\r\n\r\nBEGIN\r\n--b--\r\n",
			CaughtLetter{Text: "hi", Attached: []Attachment{{"event.ics", "text/calendar", 5}}}},
		"encoded CRLF": {"Subject: =?utf-8?q?a=0D=0AX-Evil:_1?=\r\n\r\n", CaughtLetter{Fields: []Field{{"Subject", "a X-Evil: 1"}}}},
	} {
		got := parseLetter([]byte(tc.raw))
		got.Source = nil
		if tc.want.Fields == nil {
			got.Fields = nil
		}
		if d := cmp.Diff(&tc.want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
}

// Strangers' letters are read in bounded time, whatever they nest.
func FuzzParseLetter(f *testing.F) {
	raw, err := Compose(issue())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(raw))
	f.Add(strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 200))
	f.Add("Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n--\r\n")
	f.Add(strings.Repeat("A: b\r\n", 10000))
	f.Fuzz(func(t *testing.T, raw string) {
		l := parseLetter([]byte(raw))
		if len(l.Fields) > maxFields || len(l.Attached) > maxParts {
			t.Errorf("%d fields, %d attachments", len(l.Fields), len(l.Attached))
		}
		for _, field := range l.Fields {
			if strings.ContainsAny(field.Name+field.Value, "\r\n\x00") {
				t.Errorf("%q is not one line", field)
			}
		}
	})
}
