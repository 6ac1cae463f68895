package dkim_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	msgauth "github.com/emersion/go-msgauth/dkim"
	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/mailer/dkim"
	"github.com/standfirst/standfirst/mailer/splice"
)

const domain = "example.com"

// keys are made once: an RSA key takes a while.
var keys = sync.OnceValue(func() [2]*mailer.DKIMKey {
	var k [2]*mailer.DKIMKey
	for i, algorithm := range []string{mailer.RSA, mailer.Ed25519} {
		key, err := mailer.NewDKIMKey(algorithm, 2048)
		if err != nil {
			panic(err)
		}
		k[i] = key
	}
	return k
})

func both(t testing.TB) *dkim.Signer {
	t.Helper()
	s, err := dkim.New(domain, dkim.Key{Selector: "s1", Signer: keys()[0]}, dkim.Key{Selector: "s2", Signer: keys()[1]})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// records are what the DNS says.
func records(t testing.TB) map[string]string {
	t.Helper()
	m := map[string]string{}
	for i, k := range keys() {
		r, err := k.Record(domain, fmt.Sprintf("s%d", i+1))
		if err != nil {
			t.Fatal(err)
		}
		m[r.Name] = r.Value
	}
	return m
}

func verify(t testing.TB, raw []byte) []*msgauth.Verification {
	t.Helper()
	dns := records(t)
	v, err := msgauth.VerifyWithOptions(bytes.NewReader(raw), &msgauth.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		if r, ok := dns[name]; ok {
			return []string{r}, nil
		}
		return nil, fmt.Errorf("no record %s", name)
	}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func message() *mailer.Message {
	return &mailer.Message{
		From: mailer.Address{Name: "The Example Lead", Email: "news@example.com"}, ReplyTo: mailer.Address{Email: "editors@example.com"},
		To: mailer.Address{Name: "Jürgen Groß", Email: "juergen@example.net"}, MessageID: "abc123@example.com",
		Date: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC), Subject: "Größere Änderungen, und was sie uns über Geduld und den Überblick lehren",
		Text: "Dear reader,\n\n.a dot\nFrom here on\ntrailing \n\n\n", HTML: "<p>Dear reader</p>\n",
		ListID: "weekly.example.com", ListName: "The Weekly", ListArchive: "https://example.com/archive",
		FeedbackID: "w4:weekly:digest:lead", Unsubscribe: "https://example.com/unsubscribe/abc",
	}
}

// letters are as they go out: with both parts or one, in both encodings, list
// mail and a letter to one person, and bodies of many lengths.
func letters(t testing.TB) [][]byte {
	t.Helper()
	shapes := []func(*mailer.Message){
		func(*mailer.Message) {},
		func(m *mailer.Message) { m.HTML = "" },
		func(m *mailer.Message) { m.Text = strings.Repeat("Добрый день. ", 500) },
		func(m *mailer.Message) { m.ListID, m.ListArchive, m.FeedbackID, m.Unsubscribe = "", "", "", "" },
		func(m *mailer.Message) { m.Text, m.HTML = "\n\n\n", "" },
		func(m *mailer.Message) { m.Unsubscribe += strings.Repeat("x", 600) },
	}
	for n := range 40 {
		shapes = append(shapes, func(m *mailer.Message) { m.Text = strings.Repeat("a line of words\n", n*23) + strings.Repeat("x", n) })
	}
	var all [][]byte
	for _, change := range shapes {
		m := message()
		change(m)
		raw, err := mailer.Compose(m)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, raw)
	}
	return append(all, spliced(t, all[0]), spliced(t, all[2]))
}

// spliced writes a letter for another reader from its pieces.
func spliced(t testing.TB, raw []byte) []byte {
	t.Helper()
	l, err := splice.Compile(raw, nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err = l.Render(nil, &splice.Values{
		Name: "Иван Петров", Email: "ivan@example.net", MessageID: "abc124@example.com",
		Date: message().Date, Unsubscribe: "https://example.com/unsubscribe/abd",
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestSigned: what we sign verifies, with both keys.
func TestSigned(t *testing.T) {
	s := both(t)
	for i, raw := range letters(t) {
		before := time.Now().Truncate(time.Second)
		got, err := s.Append([]byte("before"), raw)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := bytes.CutPrefix(got, []byte("before"))
		if !ok || !bytes.HasSuffix(got, raw) {
			t.Fatal("the letter was changed")
		}
		verifications := verify(t, got)
		if len(verifications) != 2 {
			t.Fatalf("%d signatures", len(verifications))
		}
		for _, v := range verifications {
			if v.Err != nil || v.Domain != domain || v.Time.Before(before) || v.Time.After(time.Now()) {
				t.Errorf("letter %d: %+v", i, v)
			}
		}
	}
}

// TestCovered: every field that matters, and another From, To or Subject that
// somebody adds.
func TestCovered(t *testing.T) {
	raw, err := both(t).Append(nil, letters(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Date", "From", "Reply-To", "To", "Subject", "Message-ID", "Feedback-ID", "List-Id", "List-Archive",
		"List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "MIME-Version", "Content-Type", "From", "To", "Subject",
	}
	for _, v := range verify(t, raw) {
		if d := cmp.Diff(want, v.HeaderKeys); d != "" {
			t.Errorf("h= (-want +got)\n%s", d)
		}
	}
	head, _, _ := strings.Cut(string(raw), "\r\nDate:")
	for _, tag := range []string{"c=relaxed/simple;", "a=rsa-sha256;", "a=ed25519-sha256;", "s=s1;", "s=s2;", "d=example.com;"} {
		if !strings.Contains(head, tag) {
			t.Errorf("no %s in\n%s", tag, head)
		}
	}
	if strings.Contains(head, " l=") || strings.Contains(head, " x=") {
		t.Errorf("l= or x= in\n%s", head)
	}
	for line := range strings.SplitSeq(head, "\r\n") {
		if len(line) > 998 || strings.TrimSpace(line) == "" {
			t.Errorf("line %q", line)
		}
	}
}

// TestTouched: what the way may do to a letter, and what it may not.
func TestTouched(t *testing.T) {
	raw, err := both(t).Append(nil, letters(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	replace := func(old, new string) func(string) string {
		return func(s string) string {
			if !strings.Contains(s, old) {
				t.Errorf("no %q in the letter", old)
			}
			return strings.Replace(s, old, new, 1)
		}
	}
	add := func(field string) func(string) string { return func(s string) string { return field + "\r\n" + s } }
	for name, tt := range map[string]struct {
		change func(string) string
		valid  bool
	}{
		"nothing":             {func(s string) string { return s }, true},
		"received":            {add("Received: from a by b; Tue, 24 Nov 2026 08:00:01 +0000"), true},
		"folded anew":         {replace("List-Unsubscribe: <", "List-Unsubscribe:\r\n\t <"), true},
		"name in capitals":    {replace("\r\nMessage-ID:", "\r\nMESSAGE-ID:"), true},
		"empty lines at end":  {func(s string) string { return s + "\r\n\r\n" }, true},
		"subject":             {replace("Subject: ", "Subject: x"), false},
		"from":                {replace("<news@", "<evil@"), false},
		"to":                  {replace("<juergen@", "<jurgen@"), false},
		"date":                {replace("08:00:00", "09:00:00"), false},
		"message-id":          {replace("<abc123@", "<abc124@"), false},
		"unsubscribe":         {replace("/unsubscribe/abc", "/unsubscribe/abd"), false},
		"button":              {replace("List-Unsubscribe=One-Click", "List-Unsubscribe=One-click"), false},
		"button away":         {replace("\r\nList-Unsubscribe-Post", "\r\nX-List-Unsubscribe-Post"), false},
		"list":                {replace("<weekly.", "<daily."), false},
		"boundary":            {replace("Content-Type: multipart/alternative;", "Content-Type: multipart/mixed;"), false},
		"mime":                {replace("MIME-Version: 1.0", "MIME-Version: 2.0"), false},
		"another from":        {add("From: <evil@example.org>"), false},
		"another to":          {add("To: <evil@example.org>"), false},
		"another subject":     {add("Subject: evil"), false},
		"body":                {replace("a dot", "a dog"), false},
		"more at the end":     {func(s string) string { return s + "more\r\n" }, false},
		"signature":           {replace("t=1", "t=2"), false},
		"white space in body": {replace("Dear reader,\r\n", "Dear reader, \r\n"), false},
	} {
		valid := 0
		for _, v := range verify(t, []byte(tt.change(string(raw)))) {
			if v.Err == nil {
				valid++
			}
		}
		if tt.valid && valid != 2 || !tt.valid && valid == 2 || !tt.valid && name != "signature" && valid != 0 {
			t.Errorf("%s: %d signatures are valid", name, valid)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := dkim.Key{Selector: "s1", Signer: keys()[1]}
	for name, tt := range map[string]struct {
		domain string
		keys   []dkim.Key
		want   string
	}{
		"no domain":       {"", []dkim.Key{good}, "not a domain"},
		"host":            {"localhost", []dkim.Key{good}, "not a domain"},
		"UTF-8":           {"bücher.example", []dkim.Key{good}, "not a domain"},
		"injection":       {"example.com; s=x", []dkim.Key{good}, "not a domain"},
		"no key":          {domain, nil, "no key"},
		"nil key":         {domain, []dkim.Key{{Selector: "s1"}}, "no key"},
		"no selector":     {domain, []dkim.Key{{Signer: good.Signer}}, "not a selector"},
		"selector breaks": {domain, []dkim.Key{{"s1\r\n", good.Signer}}, "not a selector"},
		"twice":           {domain, []dkim.Key{good, {"S1", good.Signer}}, "two keys"},
		"small":           {domain, []dkim.Key{{"s1", small}}, "1024 bits"},
		"other":           {domain, []dkim.Key{{"s1", other}}, "neither RSA nor Ed25519"},
	} {
		if _, err := dkim.New(tt.domain, tt.keys...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}

func TestAppendRefuses(t *testing.T) {
	s := both(t)
	signed, err := s.Append(nil, letters(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{
		"nothing":     "",
		"no end":      "From: a\r\n",
		"no field":    "From: a\r\nwhat\r\n\r\nx\r\n",
		"no From":     "To: a\r\n\r\nx\r\n",
		"signed once": string(signed),
	} {
		if got, err := s.Append([]byte("before"), []byte(raw)); err == nil || string(got) != "before" {
			t.Errorf("%s: %v, %q", name, err, got)
		}
	}
	broken, err := dkim.New(domain, dkim.Key{Selector: "s1", Signer: failing{keys()[1]}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := broken.Append([]byte("before"), letters(t)[0]); err == nil || string(got) != "before" {
		t.Errorf("a key that fails: %v", err)
	}
}

type failing struct{ crypto.Signer }

func (failing) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, fmt.Errorf("out of order")
}

// TestFiles: keys as OpenSSL writes them, old and new.
func TestFiles(t *testing.T) {
	key := keys()[0].Signer.(*rsa.PrivateKey)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	edwards, err := x509.MarshalPKCS8PrivateKey(keys()[1].Signer.(ed25519.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range [][]byte{
		pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: edwards}),
	} {
		k, err := mailer.ParseDKIMKey(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := dkim.New(domain, dkim.Key{Selector: []string{"s1", "s1", "s2"}[i], Signer: k})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := s.Append(nil, letters(t)[0])
		if err != nil {
			t.Fatal(err)
		}
		if v := verify(t, raw); len(v) != 1 || v[0].Err != nil {
			t.Errorf("file %d: %+v", i, v)
		}
	}
}

// TestTogether: one signer serves all sessions.
func TestTogether(t *testing.T) {
	s, raw := both(t), letters(t)[0]
	done := make(chan []byte)
	for range 4 {
		go func() {
			got, _ := s.Append(nil, raw)
			done <- got
		}()
	}
	for range 4 {
		if v := verify(t, <-done); len(v) != 2 || slices.ContainsFunc(v, func(v *msgauth.Verification) bool { return v.Err != nil }) {
			t.Errorf("%+v", v)
		}
	}
}
