package mailer

import (
	"bufio"
	"errors"
	"io"
	"net/textproto"
)

// What a server may say in one answer. It needs a line or two.
const (
	longestReply = 64 << 10
	longestWords = 2 << 10 // that are kept
)

// readReply reads one answer, of one line or several (RFC 5321 4.2), and keeps
// the words of refusals only. An answer may be nothing but its code. Errors are
// the connection's, a textproto.ProtocolError for what is no answer, and
// errChatter for one that does not end.
func readReply(r *bufio.Reader) (code int, words string, err error) {
	var kept []byte
	heard := 0
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		long := errors.Is(err, bufio.ErrBufferFull)
		if err != nil && !long {
			return 0, "", torn(err, heard+len(line))
		}
		number, text, more, ok := parseReply(line)
		if !ok || !first && number != code {
			return 0, "", textproto.ProtocolError("not an answer: " + string(line[:min(len(line), 80)]))
		}
		code = number
		if code >= 400 && len(kept) < longestWords {
			if !first {
				kept = append(kept, '\n')
			}
			kept = append(kept, text[:min(len(text), longestWords-len(kept))]...)
		}
		heard += len(line)
		for long {
			line, err = r.ReadSlice('\n')
			if long = errors.Is(err, bufio.ErrBufferFull); err != nil && !long {
				return 0, "", torn(err, heard+len(line))
			}
			if heard += len(line); heard > longestReply {
				return 0, "", errChatter
			}
		}
		if heard > longestReply {
			return 0, "", errChatter
		}
		if !more {
			return code, string(kept), nil
		}
	}
}

// torn tells an answer that breaks off from none.
func torn(err error, heard int) error {
	if heard > 0 && errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// parseReply takes a line of an answer apart. more says that another follows.
func parseReply(line []byte) (code int, text []byte, more, ok bool) {
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, nil, false, false
	}
	for i, c := range line[:3] {
		if c < '0' || c > '9' || i == 0 && c == '0' {
			return 0, nil, false, false
		}
		code = code*10 + int(c-'0')
	}
	if len(line) == 3 {
		return code, nil, false, true
	}
	return code, line[4:], line[3] == '-', true
}

// said turns an answer into an error unless it is as wanted: a code, or its
// first digit.
func said(code int, words string, want int) error {
	if code == want || want < 10 && code/100 == want {
		return nil
	}
	return &textproto.Error{Code: code, Msg: words}
}

// refused reports whether an error is the server's "no" to one thing, after
// which it goes on listening.
func refused(err error) bool {
	var reply *textproto.Error
	return errors.As(err, &reply) && reply.Code >= 400 && reply.Code <= 599 && reply.Code != 421
}
