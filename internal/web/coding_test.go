package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"pgregory.net/rapid"
)

// RFC 9110, 12.4.2 and 12.5.3.
func TestNegotiate(t *testing.T) {
	for _, test := range []struct {
		accept []string
		want   coding
	}{
		{nil, identity},
		{[]string{""}, identity},
		{[]string{"gzip"}, gzipped},
		{[]string{"x-gzip"}, gzipped},
		{[]string{"br"}, brotlied},
		{[]string{"GZip"}, gzipped},
		{[]string{"bR"}, brotlied},
		{[]string{"gzip, deflate"}, gzipped},
		{[]string{"gzip, deflate, br, zstd"}, brotlied},
		{[]string{"br,gzip"}, brotlied},
		{[]string{"gzip", "br"}, brotlied}, // two lines
		{[]string{"deflate, zstd"}, identity},
		{[]string{"identity"}, identity},
		{[]string{"identity, gzip"}, gzipped},
		{[]string{"*"}, brotlied},
		{[]string{"*;q=0.1"}, brotlied},
		{[]string{"*;q=0"}, identity}, // nothing we have; better than nothing at all
		{[]string{"*, br;q=0"}, gzipped},
		{[]string{"gzip;q=0"}, identity},
		{[]string{"gzip;q=0.0, br;q=0.000"}, identity},
		{[]string{"gzip;q=0, *"}, brotlied},
		{[]string{"gzip;q=1.0, br;q=0.9"}, gzipped},
		{[]string{"gzip;q=0.5, br;q=0.5"}, brotlied},
		{[]string{"gzip;q=0.5, identity;q=0.7"}, identity},
		{[]string{"gzip;q=0.5, identity;q=0.5"}, gzipped},
		{[]string{"gzip;q=0.001, identity;q=0"}, gzipped},
		{[]string{"identity;q=0"}, identity},
		{[]string{"gzip ; Q=0.2 , br\t;\tq=0.1"}, gzipped},
		{[]string{"gzip;level=9;q=0, br;q=0"}, identity},
		{[]string{"gzip;q=nonsense"}, identity},
		{[]string{"gzip;q=1.5, br;q=2"}, identity},
		{[]string{"gzip;q=-1"}, identity},
		{[]string{"gzip;q=0.1234"}, identity},
		{[]string{",, ,gzip,"}, gzipped},
		{[]string{"gzipped, brr, ;q=1, ="}, identity},
	} {
		if got := negotiate(test.accept); got != test.want {
			t.Errorf("%q: %q, want %q", test.accept, got.token(), test.want.token())
		}
	}
}

// Whatever a client says, it gets nothing that it has forbidden.
func TestNegotiateGivesNothingForbidden(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := map[string]string{}
		var list []string
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"gzip", "br", "identity", "*", "zstd"}), rapid.ID).Draw(t, "names") {
			weights[name] = rapid.SampledFrom([]string{"", ";q=0", ";q=0.000", ";q=0.5", ";q=1"}).Draw(t, "weight")
			list = append(list, name+weights[name])
		}
		forbidden := func(name string) bool {
			q, named := weights[name]
			if !named {
				if q, named = weights["*"]; !named {
					return name != "identity"
				}
			}
			return strings.HasPrefix(q, ";q=0") && q != ";q=0.5"
		}
		got := negotiate([]string{strings.Join(list, ", ")})
		switch {
		case got != identity && forbidden(got.token()):
			t.Fatalf("%q: %s", list, got.token())
		case got == identity && forbidden("identity") && (!forbidden("gzip") || !forbidden("br")):
			t.Fatalf("%q: nothing, though something could be had", list)
		}
	})
}

func decoded(t testing.TB, coding, body string) string {
	t.Helper()
	var r io.Reader = strings.NewReader(body)
	switch coding {
	case "":
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	case "br":
		r = brotli.NewReader(r)
	default:
		t.Fatalf("coding %q", coding)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEncode(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("words and more words; ", 20_000)} {
		for c := range coding(codings) {
			got := c.encode([]byte(text))
			if decoded(t, c.token(), string(got)) != text {
				t.Errorf("%q of %d bytes is not what it was", c.token(), len(text))
			}
			if !bytes.Equal(got, c.encode([]byte(text))) {
				t.Errorf("%q: other bytes for the same", c.token())
			}
			if c != identity && len(text) > 1000 && len(got) > len(text)/10 {
				t.Errorf("%q: %d bytes of %d", c.token(), len(got), len(text))
			}
		}
	}
}
