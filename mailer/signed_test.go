package mailer

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	msgauth "github.com/emersion/go-msgauth/dkim"

	"github.com/standfirst/standfirst/internal/smtptest"
	"github.com/standfirst/standfirst/mailer/dkim"
)

// signs returns a signer with two keys, and what the DNS has of them.
func signs(t *testing.T) (*dkim.Signer, map[string]string) {
	t.Helper()
	var keys []dkim.Key
	records := map[string]string{}
	for selector, algorithm := range map[string]string{"s1": RSA, "e1": Ed25519} {
		key, err := NewDKIMKey(algorithm, 2048)
		if err != nil {
			t.Fatal(err)
		}
		record, err := key.Record("example.com", selector)
		if err != nil {
			t.Fatal(err)
		}
		keys, records[record.Name] = append(keys, dkim.Key{Selector: selector, Signer: key}), record.Value
	}
	signer, err := dkim.New("example.com", keys...)
	if err != nil {
		t.Fatal(err)
	}
	return signer, records
}

// Letters arrive with signatures that somebody else's code verifies.
func TestSigned(t *testing.T) {
	signer, records := signs(t)
	s := &smtptest.Server{Keep: true}
	host, port, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tr := &Signed{Transport: &SMTP{Host: host, Port: port, Security: NoTLS}, Sign: signer.Append}

	session, err := tr.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for i, body := range []string{"short", ".\n.dots\n\nFrom somebody \n\n\n", strings.Repeat("Добрый день. ", 2000)} {
		raw, err := Compose(&Message{
			From: Address{Name: "The Lead", Email: "news@example.com"}, To: Address{Name: "Zoë", Email: "zoe@example.net"},
			MessageID: "m@example.com", Date: time.Unix(int64(i+1), 0), Subject: "Größe", Text: body, HTML: "<p>" + body,
			ListID: "weekly.example.com", Unsubscribe: "https://example.com/u",
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := session.Send(t.Context(), Envelope{From: "news@example.com", To: "zoe@example.net"}, raw, Envelope{}); err != nil {
			t.Fatal(err)
		}
		got := s.Letters()[i].Data
		if !bytes.HasSuffix(got, raw) {
			t.Errorf("letter %d is another one", i)
		}
		verified(t, got, records, 2)
		for _, changed := range [][]byte{
			bytes.Replace(got, []byte("\r\nSubject: "), []byte("\r\nSubject: Not "), 1),
			append(bytes.Clone(got), "one more line\r\n"...),
		} {
			if valid(t, changed, records) != 0 {
				t.Errorf("letter %d was changed, and a signature holds", i)
			}
		}
	}
}

func verified(t *testing.T, raw []byte, records map[string]string, want int) {
	t.Helper()
	if got := valid(t, raw, records); got != want {
		t.Errorf("%d signatures hold, want %d:\n%.2000s", got, want, raw)
	}
}

// valid counts the signatures that hold.
func valid(t *testing.T, raw []byte, records map[string]string) (n int) {
	t.Helper()
	found, err := msgauth.VerifyWithOptions(bytes.NewReader(raw), &msgauth.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		return []string{records[name]}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		if v.Err == nil && v.Domain == "example.com" {
			n++
		}
	}
	return n
}

// A letter that cannot be signed is not sent: the edition waits until somebody
// has mended the key.
func TestCannotSign(t *testing.T) {
	s := new(smtptest.Server)
	host, port, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	broken := errors.New("the key is in a drawer")
	tr := &Signed{
		Transport: &SMTP{Host: host, Port: port, Security: NoTLS},
		Sign:      func(dst, _ []byte) ([]byte, error) { return dst, broken },
	}
	err = Deliver(t.Context(), tr, &Message{
		From: Address{Email: "news@example.com"}, To: Address{Email: "jane@example.net"},
		MessageID: "m@example.com", Date: time.Unix(1, 0), Text: "hello",
	})
	if !errors.Is(err, ErrSigning) || !errors.Is(err, broken) || len(s.Letters()) != 0 {
		t.Errorf("%v, %d letters sent", err, len(s.Letters()))
	}
	v := Decide(err, Delivery{}, time.Unix(1, 0), Rules{})
	if v.State != Queued || v.Attempt || v.Doubt || v.Trip || !strings.Contains(v.Halt, "drawer") {
		t.Errorf("%+v, want the edition halted and the letter as it was", v)
	}
}

// A worker's letters are signed each, those put together from pieces too.
func TestWorkerSigns(t *testing.T) {
	signer, records := signs(t)
	s := &smtptest.Server{Keep: true}
	w := &Worker{
		Ledger: newBook(t, "weekly/1", many(1000, worth), readersOf(1, nastyNames)), Press: new(desk), Sessions: 3,
		Transport: &Signed{Transport: relay(t, s), Sign: signer.Append},
	}
	if err := w.Drain(t.Context(), "weekly/1"); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Letters()); n != worth+len(nastyNames) {
		t.Errorf("%d letters of %d", n, worth+len(nastyNames))
	}
	for _, l := range s.Letters() {
		verified(t, l.Data, records, 2)
	}
}
