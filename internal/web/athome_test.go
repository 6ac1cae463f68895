package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/digest"
)

func TestAtHome(t *testing.T) {
	s := &Server{Frame: Frame{Publication: digest.Publication{URL: "https://news.example"}}}
	for in, want := range map[string]string{
		"<p>Nothing &amp; no picture</p>":                                                      "<p>Nothing &amp; no picture</p>",
		`<p>a<img src="https://news.example/media/a.png" alt="A">b</p>`:                        `<p>a<img src="https://news.example/media/a.png" alt="A">b</p>`,
		`<img src="data:image/png;base64,AAAA" alt="">`:                                        `<img src="data:image/png;base64,AAAA" alt="">`,
		`<p>a<img src="https://elsewhere.example/a.png?b=1&amp;c=2" alt="A &amp; B">b</p>`:     `<p>a<a href="https://elsewhere.example/a.png?b=1&amp;c=2" rel="noopener">A &amp; B</a>b</p>`,
		`<img src="https://elsewhere.example/a.png">`:                                          `<a href="https://elsewhere.example/a.png" rel="noopener">Picture</a>`,
		`<a href="https://x.example/"><img src="https://elsewhere.example/a.png" alt="A"></a>`: `<a href="https://x.example/">A</a>`,
		`<img src="http://news.example/a.png" alt="of another scheme">`:                        `<a href="http://news.example/a.png" rel="noopener">of another scheme</a>`,
		`<img src="https://news.example.evil.example/a.png" alt="&lt;b&gt;">`:                  `<a href="https://news.example.evil.example/a.png" rel="noopener">&lt;b&gt;</a>`,
	} {
		if d := cmp.Diff(want, s.atHome(in, "Picture")); d != "" {
			t.Errorf("%s (-want +got)\n%s", in, d)
		}
	}
}
