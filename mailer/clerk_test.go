package mailer

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
)

// A clerk is a mail server that goes by the book, line by line, and knows the
// fate of each letter beforehand: whatever is tried, and however often, it ends
// the same. The sender's and the reader's address of a letter are the same.
type clerk struct {
	offers   string // keywords, a word each
	fates    map[string]fate
	perConn  int  // transactions of a connection; 0: any number
	farewell bool // after those it says 421, else nothing
	reset    bool // it drops connections as a dying server does
	eager    bool // it answers each line at once, else what it has read together
	lenient  bool // it says 354 though nobody is to get the letter

	mu    sync.Mutex
	taken []receipt
	cut   []receipt // of which only the beginning came, and was asked for
	conns int
	said  []string // the commands it was given
}

// A receipt is a letter that was taken.
type receipt struct{ to, text string }

// A fate is where a letter ends, and how: with a code, dropped, or dropped
// after it was taken ("keep"). The zero fate is to be taken.
type fate struct {
	at   Phase // mail, rcpt, data, body, done
	how  string
	code int
}

// outcome is what a session should tell of such a letter.
func (f fate) outcome() (phase Phase, code int, taken bool) {
	switch {
	case f.at == "":
		return "", 0, true
	case f.how == "":
		phase = f.at
		if phase == PhaseBody {
			phase = PhaseDone
		}
		return phase, f.code, false
	case f.at == PhaseDone:
		return PhaseBody, 0, f.how == "keep"
	}
	return f.at, 0, false
}

// relay lets a clerk work and returns a way to it.
func (k *clerk) relay(t interface{ Fatal(...any) }) (*SMTP, func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var working sync.WaitGroup
	working.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			k.mu.Lock()
			k.conns++
			k.mu.Unlock()
			working.Go(func() {
				defer conn.Close()
				(&window{clerk: k, conn: conn, r: bufio.NewReader(conn), w: bufio.NewWriter(conn)}).serve()
			})
		}
	})
	tr := &SMTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: NoTLS}
	return tr, func() { l.Close(); working.Wait() }
}

// A window is where a clerk serves one client.
type window struct {
	*clerk
	conn  net.Conn
	r     *bufio.Reader
	w     *bufio.Writer
	mails int
	from  string
	to    string
}

func (w *window) say(format string, args ...any) {
	fmt.Fprintf(w.w, format+"\r\n", args...)
	if w.eager || w.r.Buffered() == 0 {
		w.w.Flush()
	}
}

// drop ends the connection; what was said before is heard.
func (w *window) drop() {
	w.w.Flush()
	if w.reset {
		_ = w.conn.(*net.TCPConn).SetLinger(0)
	}
	w.conn.Close()
}

// meet does what a fate says at a phase. It reports whether the letter goes on,
// and whether the connection does.
func (w *window) meet(at Phase) (on, alive bool) {
	f := w.fates[w.from]
	switch {
	case f.at != at:
		return true, true
	case f.how != "":
		w.drop()
		return false, false
	}
	w.say("%d as it was to be", f.code)
	if f.code == 421 {
		w.drop()
	}
	return false, f.code != 421
}

func (w *window) serve() {
	defer w.w.Flush()
	w.say("220 clerk.test")
	for {
		line, err := w.r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSuffix(line, "\r\n")
		w.mu.Lock()
		w.said = append(w.said, line)
		w.mu.Unlock()
		verb, _, _ := strings.Cut(line, " ")
		if !w.command(strings.ToUpper(verb), line) {
			return
		}
	}
}

func (w *window) command(verb, line string) (alive bool) {
	switch verb {
	case "EHLO":
		w.say("250-clerk.test")
		for word := range strings.FieldsSeq(w.offers) {
			w.say("250-%s", strings.ReplaceAll(word, "_", " "))
		}
		w.say("250 HELP")
	case "RSET":
		w.from, w.to = "", ""
		w.say("250 forgotten")
	case "QUIT":
		w.say("221 bye")
		return false
	case "MAIL":
		return w.mail(address(line))
	case "RCPT":
		if w.from == "" {
			w.say("503 MAIL first")
			return true
		}
		on, alive := w.meet(PhaseRcpt)
		if on {
			w.to = address(line)
			w.say("250 known")
		}
		return alive
	case "DATA":
		return w.data()
	default:
		w.say("500 what?")
	}
	return true
}

func address(line string) string {
	_, a, _ := strings.Cut(line, "<")
	a, _, _ = strings.Cut(a, ">")
	return a
}

func (w *window) mail(from string) (alive bool) {
	if w.from != "" {
		w.say("503 one after the other")
		return true
	}
	if w.mails++; w.perConn > 0 && w.mails > w.perConn {
		if w.farewell {
			w.say("421 enough for today")
		}
		w.drop()
		return false
	}
	w.from = from
	on, alive := w.meet(PhaseMail)
	if on {
		w.say("250 go on")
	} else {
		w.from = ""
	}
	return alive
}

func (w *window) data() (alive bool) {
	if w.to == "" && !w.lenient {
		w.say("503 for whom?")
		return true
	}
	if w.to != "" {
		if on, alive := w.meet(PhaseData); !on {
			return alive
		}
	}
	w.say("354 go")
	if w.w.Flush() != nil {
		return false
	}
	if f := w.fates[w.from]; f.at == PhaseBody && w.to != "" {
		if _, err := io.ReadFull(w.r, make([]byte, 100)); err != nil {
			return false
		}
		if f.how == "" {
			w.say("%d no more of this", f.code)
		}
		w.drop()
		return false
	}
	var text strings.Builder
	for {
		line, err := w.r.ReadString('\n')
		if err != nil {
			w.mu.Lock()
			w.cut = append(w.cut, receipt{w.to, text.String() + line})
			w.mu.Unlock()
			return false
		}
		if line == ".\r\n" {
			break
		}
		text.WriteString(strings.TrimPrefix(line, "."))
	}
	f := w.fates[w.from]
	if f.at != PhaseDone || f.how == "keep" {
		w.mu.Lock()
		w.taken = append(w.taken, receipt{w.to, text.String()})
		w.mu.Unlock()
	}
	on, alive := w.meet(PhaseDone)
	if on {
		w.say("250 taken")
	}
	w.from, w.to = "", ""
	return alive
}
