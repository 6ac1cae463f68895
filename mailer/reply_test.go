package mailer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/textproto"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadReply(t *testing.T) {
	nonsense := textproto.ProtocolError("")
	for _, tc := range []struct {
		said  string
		code  int
		words string
		err   error
		rest  string
	}{
		{said: "250 ok\r\n", code: 250},
		{said: "250 ok\r\n354 go\r\n", code: 250, rest: "354 go\r\n"},
		{said: "250\r\n", code: 250}, // RFC 5321 4.2 wants clients to bear it
		{said: "250 ok\n", code: 250},
		{said: "550 5.1.1 no such user\r\n", code: 550, words: "5.1.1 no such user"},
		{said: "550-5.1.1 no\r\n550-such\r\n550 user\r\n221 bye\r\n", code: 550, words: "5.1.1 no\nsuch\nuser", rest: "221 bye\r\n"},
		{said: "250-a\r\n250-b\r\n250 c\r\n", code: 250},
		{said: "250 " + strings.Repeat("x", 20000) + "\r\n354 go\r\n", code: 250, rest: "354 go\r\n"},
		{said: "", err: io.EOF},
		{said: "250 o", err: io.ErrUnexpectedEOF},
		{said: "250-more\r\n", err: io.ErrUnexpectedEOF},
		{said: "250-a\r\n550 b\r\n", err: nonsense},
		{said: "250-a\r\nb\r\n", err: nonsense},
		{said: "25\r\n", err: nonsense},
		{said: "2500 ok\r\n", err: nonsense},
		{said: "050 ok\r\n", err: nonsense},
		{said: "HTTP/1.1 400 Bad Request\r\n", err: nonsense},
		{said: "\r\n", err: nonsense},
		{said: "\x00\x01\x02\x03\r\n", err: nonsense},
		{said: strings.Repeat("250-again\r\n", 100000), err: errChatter},
		{said: "250 " + strings.Repeat("x", 3<<20), err: errChatter},
	} {
		r := bufio.NewReader(strings.NewReader(tc.said))
		code, words, err := readReply(r)
		var odd textproto.ProtocolError
		if errors.As(err, &odd) {
			err = nonsense
		}
		if code != tc.code || words != tc.words || err != tc.err {
			t.Errorf("%.60q: got %d %q %v, want %d %q %v", tc.said, code, words, err, tc.code, tc.words, tc.err)
		}
		if rest, _ := io.ReadAll(r); err == nil && string(rest) != tc.rest {
			t.Errorf("%.60q: leaves %.60q", tc.said, rest)
		}
	}
}

// Whatever a server says, an answer is read in bounds, in whole lines, and in
// the same way however the bytes arrive.
func FuzzReadReply(f *testing.F) {
	for _, said := range []string{"250 ok\r\n", "250-a\r\n250 b\r\n", "550-5.1.1 a\n550\n", "25", "\x00\r\n", "250-a\r\n251 b\r\n", "421 \xff\xfe\r\n"} {
		f.Add([]byte(said))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		r := bufio.NewReader(bytes.NewReader(said))
		code, words, err := readReply(r)
		left, _ := io.ReadAll(r)
		again, same, erred := readReply(bufio.NewReader(iotest.OneByteReader(bytes.NewReader(said))))
		if again != code || same != words || (err == nil) != (erred == nil) {
			t.Errorf("%d %q, byte by byte %d %q (%v)", code, words, again, same, erred)
		}
		if err != nil {
			if code != 0 || words != "" {
				t.Errorf("%d %q with %v", code, words, err)
			}
			return
		}
		if code < 100 || code > 999 || len(words) > longestWords+len("\n") {
			t.Errorf("%d, %d bytes of words", code, len(words))
		}
		if n := len(said) - len(left); n == 0 || said[n-1] != '\n' || n > longestReply+4096 {
			t.Errorf("read %d bytes", n)
		}
	})
}
