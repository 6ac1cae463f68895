package mailer

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPostfix sends to Postfix's own test server, whose authors know SMTP
// better than anybody: what it has taken is what was sent, letter for letter,
// with pipelining, without it, and without extensions at all.
func TestPostfix(t *testing.T) {
	sink, err := exec.LookPath("smtp-sink")
	if err != nil {
		if sink, err = exec.LookPath("/usr/sbin/smtp-sink"); err != nil {
			t.Skip("no smtp-sink here: apt-get install postfix")
		}
	}
	for _, flags := range [][]string{nil, {"-p"}, {"-e"}} {
		t.Run("smtp-sink "+strings.Join(flags, " "), func(t *testing.T) {
			const letters = 40
			relay, dumps := postfix(t, sink, flags...)
			session, err := relay.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := map[string][]byte{}
			var list []Envelope
			for i := range letters {
				env := Envelope{From: news, To: fmt.Sprintf("reader%d@example.com", i)}
				m := &Message{
					From: Address{Email: env.From}, To: Address{"Zoë", env.To}, Subject: "Issue 4", Date: noon,
					MessageID: fmt.Sprintf("letter%d@example.com", i),
					Text:      "One line.\n.\n..\n.hidden\n" + strings.Repeat("And another one. ", 99*i),
				}
				if want[env.To], err = Compose(m); err != nil {
					t.Fatal(err)
				}
				list = append(list, env)
			}
			for i, env := range list {
				var next Envelope
				if i+1 < letters && i%7 != 3 {
					next = list[i+1]
				}
				if err := session.Send(t.Context(), env, want[env.To], next); err != nil {
					t.Fatalf("letter %d: %v", i, err)
				}
			}
			if err := session.Close(); err != nil {
				t.Fatal(err)
			}
			files, err := filepath.Glob(filepath.Join(dumps, "*"))
			if err != nil || len(files) != letters {
				t.Fatalf("%d letters were taken, want %d (%v)", len(files), letters, err)
			}
			for _, name := range files {
				took, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				_, rest, _ := bytes.Cut(took, []byte("X-Rcpt-Args: <"))
				to, _, _ := bytes.Cut(rest, []byte(">"))
				text := bytes.ReplaceAll(want[string(to)], []byte("\r\n"), []byte("\n"))
				if text == nil || !bytes.Contains(took, text) {
					t.Errorf("the letter to %q is another:\n%.2000s", to, took)
				}
				delete(want, string(to))
			}
		})
	}
}

// postfix starts the server, and returns where it writes what it takes.
func postfix(t *testing.T, sink string, flags ...string) (relay *SMTP, dumps string) {
	t.Helper()
	// Below /tmp and open to all: as root the server becomes somebody else.
	dumps, err := os.MkdirTemp("", "smtp-sink")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dumps) })
	if err := os.Chmod(dumps, 0o777); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	args := append([]string{"-4", "-d", filepath.Join(dumps, "letter.")}, flags...)
	if os.Geteuid() == 0 {
		args = append(args, "-u", "nobody")
	}
	server := exec.Command(sink, append(args, fmt.Sprintf("127.0.0.1:%d", port), "10")...)
	var said bytes.Buffer
	server.Stderr = &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
			break
		}
		if time.Since(began) > 10*time.Second {
			t.Fatalf("smtp-sink does not listen: %v\n%s", err, said.String())
		}
	}
	return &SMTP{Host: "127.0.0.1", Port: port, Security: NoTLS}, dumps
}
