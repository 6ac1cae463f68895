package mailer

import (
	"bufio"
	"bytes"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkSession sends letters of 44 KB to a server on this machine that
// does next to nothing with them: step by step, in groups, and streamed.
func BenchmarkSession(b *testing.B) {
	letter := []byte("Subject: hello\r\n\r\n" + strings.Repeat(strings.Repeat("x", 74)+"\r\n", 580))
	env := Envelope{From: "b+mzxw6ytboi0123456789abcd@bounce.example.com", To: "reader.number.12345@example.com"}
	for name, c := range map[string]struct {
		offer string
		next  Envelope
	}{
		"steps":    {"250-STEPS", Envelope{}},
		"groups":   {"250-PIPELINING", Envelope{}},
		"streamed": {"250-PIPELINING", env},
	} {
		b.Run(name, func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			go sink(l, c.offer)
			tr := &SMTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: NoTLS, Letters: 1 << 40}
			s, err := tr.Open(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			b.ReportAllocs()
			before := cpu()
			for b.Loop() {
				if err := s.Send(b.Context(), env, letter, c.next); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
			b.ReportMetric(float64(cpu()-before)/float64(b.N)/1000, "cpu-us/op") // the sink's too
		})
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// sink takes everything, answering together what it has read together.
func sink(l net.Listener, offer string) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			r, w := bufio.NewReaderSize(conn, 128<<10), bufio.NewWriter(conn)
			_, _ = w.WriteString("220 sink\r\n")
			text := false
			for {
				if r.Buffered() == 0 {
					_ = w.Flush()
				}
				line, err := r.ReadSlice('\n')
				switch {
				case err != nil:
					return
				case text:
					if text = !bytes.Equal(line, []byte(".\r\n")); !text {
						_, _ = w.WriteString("250 taken\r\n")
					}
				case bytes.HasPrefix(line, []byte("EHLO")):
					_, _ = w.WriteString("250-sink\r\n" + offer + "\r\n250 SIZE\r\n")
				case bytes.HasPrefix(line, []byte("DATA")):
					text = true
					_, _ = w.WriteString("354 go\r\n")
				default:
					_, _ = w.WriteString("250 ok\r\n")
				}
			}
		}()
	}
}
