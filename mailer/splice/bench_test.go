package splice_test

import (
	"testing"

	"github.com/standfirst/standfirst/mailer/splice"
)

// BenchmarkRender writes a letter of 40 to 50 KB to one reader: from pieces,
// and, beside it, in full, as go-mail encodes it after the holes were filled.
func BenchmarkRender(b *testing.B) {
	for _, language := range []string{"english", "russian"} {
		m := master(language, 44<<10)
		l := compiled(b, m)
		naive := full(m)
		v := reader("Иван Петров")
		dst, err := l.Render(nil, &v)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(language+" spliced", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(dst)))
			for b.Loop() {
				if dst, err = l.Render(dst[:0], &v); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(language+" in full", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(dst)))
			for b.Loop() {
				if _, err := naive(&v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCompile is paid once for each version.
func BenchmarkCompile(b *testing.B) {
	for _, language := range []string{"english", "russian"} {
		m := master(language, 44<<10)
		raw := tokens(b, m)
		l := compiled(b, m)
		probes := splice.Probes(len(names))
		b.Run(language, func(b *testing.B) {
			for b.Loop() {
				if _, err := splice.Compile(raw, holes()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(l.Size())/1024, "KB-kept")
		})
		b.Run(language+" verified", func(b *testing.B) {
			for b.Loop() {
				if err := splice.Verify(l, full(m), probes); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
