package main

import (
	"bufio"
	"fmt"
	"io"
	"net/smtp"
	"strings"
	"testing"
)

func TestSink(t *testing.T) {
	in, end := io.Pipe()
	out, say := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run("127.0.0.1:0", 0, in, say)
		say.Close()
	}()
	lines := bufio.NewScanner(out)
	lines.Scan()
	addr := lines.Text()
	sent := make(chan error, 1)
	go func() {
		sent <- smtp.SendMail(addr, nil, "news@example.com", []string{"a@example.com"}, []byte("Message-ID: <1@example.com>\r\n\r\nhi\r\n"))
	}()
	lines.Scan()
	if got, want := lines.Text(), "taken 1@example.com a@example.com"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
	if err := smtp.SendMail(addr, nil, "news@example.com", []string{"550-5.1.1@example.com"}, []byte("x\r\n")); err == nil || !strings.Contains(err.Error(), "550") {
		t.Error(fmt.Errorf("scripted refusal: %v", err))
	}
	end.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
