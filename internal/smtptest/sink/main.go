// Sink runs the test mail server as a process of its own, for tests that kill
// programs: it says where it listens on its first line, then one line for
// each letter it has taken, written before the letter is answered.
//
//	127.0.0.1:39021
//	taken <message-id> <recipient>
//
// It ends when its standard input does, so it never outlives a test.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/standfirst/standfirst/internal/smtptest"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "where to listen")
	wait := flag.Duration("wait", 0, "before the final dot is answered")
	flag.Parse()
	if err := run(*listen, *wait, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "sink: error:", err)
		os.Exit(1)
	}
}

func run(listen string, wait time.Duration, in io.Reader, out io.Writer) error {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	say := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(out, format+"\n", args...)
	}
	s := &smtptest.Server{
		Taken: func(l smtptest.Letter) { say("taken %s %s", l.MessageID, l.To) },
		Script: func(e smtptest.Event) smtptest.Answer {
			a := smtptest.ByAddress(e)
			if e.Phase == "data" && a == (smtptest.Answer{}) {
				a.Wait = wait
			}
			return a
		},
	}
	say("%s", l.Addr())
	s.Serve(l)
	defer s.Close()
	_, err = io.Copy(io.Discard, in)
	return err
}
