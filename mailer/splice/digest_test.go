package splice_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/mailer/splice"
)

// TestOurDigest: the letter of our own templates goes out in pieces, in a
// script of either direction.
func TestOurDigest(t *testing.T) {
	for language, encoding := range map[string]string{"en": "quoted-printable", "ar": "base64"} {
		var texts [2]string
		for i, ext := range []string{"txt", "html"} {
			b, err := os.ReadFile(filepath.Join("..", "..", "templates", "testdata", language+"."+ext))
			if err != nil {
				t.Fatal(err)
			}
			texts[i] = strings.NewReplacer(
				"/preferences/0", "/preferences/"+mailer.Hole("link"),
				"/unsubscribe/0", "/unsubscribe/"+mailer.Hole("greeting"),
				"<body", "<body title='"+mailer.Hole("why")+"'",
			).Replace(string(b))
			if !strings.Contains(texts[i], "/unsubscribe/"+mailer.Hole("greeting")) {
				t.Fatalf("%s.%s: the link to leave is not where it was", language, ext)
			}
		}
		m := master("english", 0)
		m.Text, m.HTML = texts[0], texts[1]
		l := compiled(t, m)
		if err := splice.Verify(l, full(m), splice.Probes(len(names))); err != nil {
			t.Errorf("%s: %v", language, err)
		}
		v := reader("Jane")
		raw, err := l.Render(nil, &v)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(raw), "\r\nContent-Transfer-Encoding: "+encoding+"\r\n") {
			t.Errorf("%s: nothing in %s", language, encoding)
		}
		t.Logf("%s: %d KB, kept as %d KB", language, len(raw)>>10, l.Size()>>10)
	}
}
