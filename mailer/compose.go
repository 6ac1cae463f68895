package mailer

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// Compose writes a message as it goes over the wire: CRLF line ends, 7-bit, no
// line longer than RFC 5322 allows, and complete, so that nothing can fail any
// more once a server has said 354.
//
// List mail, which has an Unsubscribe URL, gets the fields of RFC 2369, 2919
// and 8058; every letter says that no person wrote it (RFC 3834). A [*ToError]
// concerns this reader only; any other error is a
// mistake in what all letters of an edition share.
func Compose(m *Message) ([]byte, error) {
	var h head
	if err := h.identity(m); err != nil {
		return nil, err
	}
	if err := h.list(m); err != nil {
		return nil, err
	}
	h.raw("Auto-Submitted", "auto-generated")
	h.raw("X-Auto-Response-Suppress", "All")
	if err := h.body(m); err != nil {
		return nil, err
	}
	return h.Bytes(), nil
}

// A ToError is the fault of one letter's own To address.
type ToError struct{ Err error }

func (e *ToError) Error() string { return "to: " + e.Err.Error() }

// Unwrap returns what is wrong with the address.
func (e *ToError) Unwrap() error { return e.Err }

// identity writes who, to whom, when and what.
func (h *head) identity(m *Message) error {
	from, err := m.From.ASCII()
	if err != nil {
		return fmt.Errorf("from: %w", err)
	}
	to, err := m.To.ASCII()
	if err != nil {
		return &ToError{err}
	}
	if m.Date.IsZero() {
		return errors.New("date: not set")
	}
	if !isMessageID(m.MessageID) {
		return errors.New("message-id: not of the form local@domain")
	}
	h.raw("Date", m.Date.Format(time.RFC1123Z))
	h.phrase("From", m.From.Name, from, 0)
	if m.ReplyTo.Email != "" {
		reply, err := m.ReplyTo.ASCII()
		if err != nil {
			return fmt.Errorf("reply-to: %w", err)
		}
		h.phrase("Reply-To", m.ReplyTo.Name, reply, 0)
	}
	// Python 3.11 reads a space into a name of two encoded words (gh-92081);
	// clipped, it is one.
	h.phrase("To", m.To.Name, to, maxName)
	h.text("Subject", m.Subject)
	h.raw("Message-ID", "<"+m.MessageID+">")
	return nil
}

var feedbackID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,200}$`)

// isMessageID accepts what MessageID makes, and what looks like it: a local part
// of letters, digits and . _ ~ + = -, and a domain in A-labels. It is asked of
// every letter.
func isMessageID(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || domain == "" || len(s) > 250 {
		return false
	}
	for i := range len(local) {
		if !alphanumeric(local[i]) && strings.IndexByte("._~+=-", local[i]) < 0 {
			return false
		}
	}
	for i := range len(domain) {
		if !alphanumeric(domain[i]) && (i == 0 || i == len(domain)-1 || domain[i] != '.' && domain[i] != '-') {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// list writes what makes a letter list mail.
func (h *head) list(m *Message) error {
	if m.FeedbackID != "" {
		if !feedbackID.MatchString(m.FeedbackID) {
			return errors.New("feedback-id: only letters, digits and . _ : - may stand there")
		}
		h.raw("Feedback-ID", m.FeedbackID)
	}
	if m.ListID != "" {
		id, err := asciiDomain(m.ListID)
		if err != nil {
			return errors.New("list-id: not of the form name.domain")
		}
		h.phrase("List-Id", m.ListName, id, 0)
	}
	if m.ListArchive != "" {
		if err := webURL(m.ListArchive); err != nil {
			return fmt.Errorf("list-archive: %w", err)
		}
		h.raw("List-Archive", "<"+m.ListArchive+">")
	}
	if m.Unsubscribe != "" {
		if err := webURL(m.Unsubscribe); err != nil {
			return fmt.Errorf("list-unsubscribe: %w", err)
		}
		// RFC 8058 asks for https. A publication on localhost has none, and
		// its letters should look like those it will send.
		h.raw("List-Unsubscribe", "<"+m.Unsubscribe+">")
		h.raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
		h.raw("Precedence", "bulk")
	}
	return nil
}

// webURL refuses what could end a header field or an angle bracket.
func webURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return errors.New("not an http or https URL")
	case !printable(s) || strings.ContainsAny(s, "<> \","):
		return errors.New("a character that must be escaped in a URL")
	case len(s) > 900:
		return errors.New("URL longer than 900 characters")
	}
	return nil
}

// body writes the MIME part of the message, which go-mail knows.
func (h *head) body(m *Message) error {
	text, page := canonical(m.Text), canonical(m.HTML)
	if text == "" && page == "" {
		return errors.New("body: neither text nor HTML")
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	first, kind := text, mail.TypeTextPlain
	if text == "" {
		first, kind = page, mail.TypeTextHTML
	}
	msg.SetBodyWriter(kind, writing(first), mail.WithPartEncoding(encoding(first)))
	if text != "" && page != "" {
		msg.AddAlternativeWriter(mail.TypeTextHTML, writing(page), mail.WithPartEncoding(encoding(page)))
	}
	if err := m.Calendar.attach(msg); err != nil {
		return err
	}
	msg.SetMessageIDWithValue(m.MessageID) // ours is written already; go-mail would draw a random one
	var out bytes.Buffer
	out.Grow(2 * (len(text) + len(page) + len(m.Calendar.Text)))
	if _, err := msg.WriteTo(&out); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	fields, content, ok := bytes.Cut(out.Bytes(), []byte("\r\n\r\n"))
	if !ok {
		return errors.New("body: no end of the header")
	}
	h.Grow(len(content) + 512)
	h.raw("MIME-Version", "1.0")
	keep := false
	for line := range bytes.SplitSeq(fields, []byte("\r\n")) {
		if len(line) > 0 && line[0] != ' ' {
			keep = bytes.HasPrefix(line, []byte("Content-"))
		}
		if keep {
			h.Write(line)
			h.WriteString("\r\n")
		}
	}
	h.WriteString("\r\n")
	h.Write(content)
	if !bytes.HasSuffix(content, []byte("\r\n")) {
		h.WriteString("\r\n")
	}
	return nil
}

func writing(s string) func(io.Writer) (int64, error) {
	return func(w io.Writer) (int64, error) {
		n, err := io.WriteString(w, s)
		return int64(n), err
	}
}

// encoding picks the shorter of the two that survive every relay. More than a
// fifth of bytes beyond ASCII, and quoted-printable is the longer one.
func encoding(s string) mail.Encoding {
	high := 0
	for i := range len(s) {
		if s[i] >= 0x80 {
			high++
		}
	}
	if high*5 > len(s) {
		return mail.EncodingB64
	}
	return mail.EncodingQP
}

// canonical makes s a text of RFC 2045: valid UTF-8, CRLF, one at the end, no
// control characters.
func canonical(s string) string {
	if s == "" {
		return ""
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/40 + 2)
	s = strings.ToValidUTF8(s, "\uFFFD")
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\r' || c == '\n':
			if c == '\r' && i+1 < len(s) && s[i+1] == '\n' {
				i++
			}
			b.WriteString("\r\n")
		case c < ' ' && c != '\t' || c == 0x7F:
		default:
			b.WriteByte(c)
		}
	}
	if !strings.HasSuffix(s, "\n") && !strings.HasSuffix(s, "\r") {
		b.WriteString("\r\n")
	}
	return b.String()
}

// MessageID returns the identity of one edition to one reader: the same on
// every attempt, so that whoever gets a letter twice can tell, and of no use to
// anybody who does not have the key. An empty key is a mistake, but no error.
func MessageID(key []byte, edition string, subscriber int64, domain string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("message-id\x00" + edition + "\x00"))
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(subscriber)))
	sum := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:15])
	if ascii, err := asciiDomain(domain); err == nil {
		domain = ascii
	}
	return strings.ToLower(sum) + "@" + domain
}
