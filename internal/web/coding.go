package web

import (
	"bytes"
	"compress/gzip"
	"strings"

	"github.com/andybalholm/brotli"
)

// A coding is how the bytes of a document travel (RFC 9110, 8.4).
type coding uint8

// The codings, in the order in which we would rather not give them.
const (
	identity coding = iota
	gzipped
	brotlied

	codings = iota
)

// token is the name of a coding in headers; identity has none there.
func (c coding) token() string { return [codings]string{"", "gzip", "br"}[c] }

// suffix is what distinguishes the entity tag of a document in this coding.
func (c coding) suffix() string { return [codings]string{"", "-gzip", "-br"}[c] }

// brotliQuality is where another step costs much time and saves few bytes: a
// feed of 200 KB takes about 20 ms.
const brotliQuality = 7

// encode returns b in a coding. The same bytes give the same bytes: there is
// neither a name nor a date in them.
func (c coding) encode(b []byte) []byte {
	var out bytes.Buffer
	switch c {
	case gzipped:
		w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is one
		_, _ = w.Write(b)                                       // a Buffer takes everything
		_ = w.Close()
	case brotlied:
		w := brotli.NewWriterLevel(&out, brotliQuality)
		_, _ = w.Write(b)
		_ = w.Close()
	default:
		return b
	}
	return bytes.Clone(out.Bytes()) // without the room to grow
}

// negotiate returns the coding a client likes best, of those it takes: by its
// weights, and where these are equal, the smallest. Who names no coding gets
// the bytes as they are, and so does who takes nothing that we have (RFC 9110,
// 12.5.3).
func negotiate(accept []string) coding {
	const unnamed = -1
	weights, others := [codings]int{unnamed, unnamed, unnamed}, unnamed
	for _, line := range accept {
		for line != "" {
			var element string
			element, line, _ = strings.Cut(line, ",")
			name, params, _ := strings.Cut(element, ";")
			name = strings.Trim(name, " \t")
			q := weight(params)
			switch {
			case strings.EqualFold(name, "gzip"), strings.EqualFold(name, "x-gzip"):
				weights[gzipped] = q
			case strings.EqualFold(name, "br"):
				weights[brotlied] = q
			case strings.EqualFold(name, "identity"):
				weights[identity] = q
			case name == "*":
				others = q
			}
		}
	}
	best, most := identity, max(weights[identity], 0)
	if weights[identity] == unnamed {
		most = max(others, 0)
	}
	for _, c := range [...]coding{gzipped, brotlied} {
		q := weights[c]
		if q == unnamed {
			q = others
		}
		if q > 0 && q >= most {
			best, most = c, q
		}
	}
	return best
}

// weight reads the parameters behind an element of a list: ";q=0.5" is 500, and
// none is 1000. What is no weight is 0, which is on the safe side.
func weight(params string) int {
	for params != "" {
		var p string
		p, params, _ = strings.Cut(params, ";")
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.Trim(name, " \t"), "q") {
			return thousandths(strings.Trim(value, " \t"))
		}
	}
	return 1000
}

// thousandths reads a qvalue: 0 or 1, and up to three digits.
func thousandths(s string) int {
	whole, digits, _ := strings.Cut(s, ".")
	if whole != "0" && whole != "1" || len(digits) > 3 {
		return 0
	}
	n := 0
	for i := range 3 {
		n *= 10
		if i < len(digits) {
			if digits[i] < '0' || digits[i] > '9' {
				return 0
			}
			n += int(digits[i] - '0')
		}
	}
	if whole == "1" {
		if n > 0 {
			return 0
		}
		return 1000
	}
	return n
}
