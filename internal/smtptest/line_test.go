package smtptest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// talk says words in one breath, or takes one at each "|" to hear an answer
// that is not 250, and returns what was answered after the greeting and the
// list of extensions.
func talk(t *testing.T, conn net.Conn, words string) (extensions, answers string) {
	t.Helper()
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	r := bufio.NewReader(conn)
	if _, err := r.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "EHLO me\r\n")
	for !strings.Contains(extensions, "\n250 ") {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		extensions += line
	}
	hear := func() (line string, err error) {
		line, err = r.ReadString('\n')
		answers += line[:min(len(line), 3)] + " "
		return line, err
	}
	for i, breath := range strings.Split(words, "|") {
		for i > 0 {
			if line, err := hear(); err != nil || !strings.HasPrefix(line, "250") {
				break
			}
		}
		if _, err := io.WriteString(conn, breath); err != nil {
			t.Error(err)
		}
	}
	for {
		if _, err := hear(); err != nil {
			return extensions, strings.TrimSpace(answers)
		}
	}
}

const envelope = "MAIL FROM:<news@example.com>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n"

// A client that pipelines says a text, its end and the next envelope at once,
// and listens only then; in memory as over a socket.
func TestPipelined(t *testing.T) {
	text := string(letter) + strings.Repeat("a line of a long letter\r\n", 1000) + ".\r\n"
	words := strings.Repeat(envelope+text, 3) + "QUIT\r\n"
	s := new(Server)
	defer s.Close()
	host, port, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	socket, err := net.Dial("tcp", net.JoinHostPort(host, fmt.Sprint(port)))
	if err != nil {
		t.Fatal(err)
	}
	memory, err := s.Dial(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, conn := range []net.Conn{socket, memory} {
		extensions, answers := talk(t, conn, words)
		if !strings.Contains(extensions, "PIPELINING") {
			t.Errorf("offers %q", extensions)
		}
		if d := cmp.Diff(strings.Repeat("250 250 354 250 ", 3)+"221", answers); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
	}
	if n := s.ByRecipient()["a@example.com"]; n != 6 {
		t.Errorf("%d letters", n)
	}
}

func TestAnswers(t *testing.T) {
	for _, tc := range []struct {
		name, phase string
		answer      Answer
		words, want string
		taken       int
	}{
		{"no to DATA", "ready", Answer{Code: 451}, envelope + "|QUIT\r\n", "250 250 451 221", 0},
		{"no to DATA, and once more", "ready", Answer{Code: 554}, envelope + "|" + envelope + "|QUIT\r\n", "250 250 554 250 250 554 221", 0},
		{"gone at DATA", "ready", Answer{Drop: true}, envelope, "250 250", 0},
		{"nonsense at RCPT", "rcpt", Answer{Say: "???\r\n"}, "MAIL FROM:<n@example.com>\r\nRCPT TO:<a@example.com>\r\nQUIT\r\n", "250 ??? 221", 0},
		{"nonsense at DATA", "ready", Answer{Say: "250 go\r\n"}, envelope + string(letter) + ".\r\nQUIT\r\n", "250 250 250 250 221", 1},
		{"nonsense after the dot", "data", Answer{Say: "hm\r\n"}, envelope + string(letter) + ".\r\nQUIT\r\n", "250 250 354 hm\r 221", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &Server{Stepwise: true, Script: func(e Event) Answer {
				if e.Phase == tc.phase {
					return tc.answer
				}
				return Answer{}
			}}
			defer s.Close()
			conn, err := s.Dial(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			extensions, answers := talk(t, conn, tc.words)
			if strings.Contains(extensions, "PIPELINING") || !strings.Contains(extensions, "SIZE") {
				t.Errorf("offers %q", extensions)
			}
			if d := cmp.Diff(tc.want, answers); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if n := len(s.Letters()); n != tc.taken {
				t.Errorf("%d letters taken, want %d", n, tc.taken)
			}
		})
	}
}

// A server that leaves cuts its connections, is not to be reached, and comes
// back where it was.
func TestLeave(t *testing.T) {
	s := new(Server)
	defer s.Close()
	host, port, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	addr := net.JoinHostPort(host, fmt.Sprint(port))
	for range 2 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		r := bufio.NewReader(conn)
		if _, err := r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		s.Leave()
		if _, err := r.ReadByte(); err == nil {
			t.Error("the connection lives on")
		}
		conn.Close()
		if conn, err := net.Dial("tcp", addr); err == nil {
			conn.Close()
			t.Error("still listening")
		}
		if err := s.Return(); err != nil {
			t.Fatal(err)
		}
	}
}
