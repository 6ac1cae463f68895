package feed

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed/lint"
)

func TestBody(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"kept", `<p class="x">A &amp; <em>b</em><br>c</p>`, `<p class="x">A &amp; <em>b</em><br/>c</p>`},
		{"end of a section of XML", `<p>a ]]> b</p>`, `<p>a ]]&gt; b</p>`},
		{"control characters", "<p>a\x00\x1fb\u0085\ufffe\ufffdc</p>", `<p>abc</p>`},
		{"control characters, referred to", `<p>a&#1;&#xFFFE;&#x9f;b</p>`, `<p>aŸb</p>`},
		{"not UTF-8", "<p>a\xff\xc3b</p>", `<p>ab</p>`},
		{"Windows lines", "<pre>a\r\nb</pre>", "<pre>a\nb</pre>"},
		{"script", `<p>a<script>alert("</p>")</script><style>p{}</style></p>`, `<p>a</p>`},
		{"handlers", `<p onclick="x()" style="color:red">a</p>`, `<p>a</p>`},
		{"script in an address", `<p><a href="java&#x01;script:x()">a</a> <a href=" JAVASCRIPT:x()">b</a></p>`, `<p><a>a</a> <a>b</a></p>`},
		{"frames, forms and drawings", `<p>a</p><iframe src="https://x.example/"></iframe><form><p>b</p></form><svg><script>x</script></svg>`, `<p>a</p>`},
		{"comments", `<p>a<!-- b --></p>`, `<p>a</p>`},
		{"elements nobody knows", `<blog><p>a</p></blog>`, `<p>a</p>`},
		{"relative", `<a href="../b?c#d">x</a><img src="/i.png">`, `<a href="https://example.com/b?c#d">x</a><img src="https://example.com/i.png" alt=""/>`},
		{"without scheme", `<img src="//cdn.example/i.png" alt="i">`, `<img src="https://cdn.example/i.png" alt="i"/>`},
		{"in the page", `<a href="#note">1</a>`, `<a href="https://example.com/a/post#note">1</a>`},
		{"several sources", `<img src="i.png" alt="" srcset="i.png 1x, /big,w_2.png 2x,data:image/png;base64,AA 3x">`,
			`<img src="https://example.com/a/i.png" alt="" srcset="https://example.com/a/i.png 1x, https://example.com/big,w_2.png 2x"/>`},
		{"picture without address", `<p>a<img alt="gone"><img src="data:image/png;base64,AA"></p>`, `<p>a</p>`},
		{"other languages' addresses", `<a href="https://bücher.example/straße?q=ä">x</a>`, `<a href="https://xn--bcher-kva.example/stra%C3%9Fe?q=%C3%A4">x</a>`},
		{"a password in an address", `<a href="https://ann:secret@example.com/">x</a>`, `<a href="https://example.com/">x</a>`},
		{"tags left open", `<p>a<b>c<p>d`, `<p>a<b>c</b></p><p><b>d</b></p>`},
		{"tags closed that were not open", `a</div></p>b`, `a<p></p>b`},
		{"right to left, emoji", `<p dir="rtl">שלום 👩‍👧 עולם</p>`, `<p dir="rtl">שלום 👩‍👧 עולם</p>`},
		{"empty", " \n", ""},
		{"empty paragraphs", "<p> </p><p><br></p>", ""},
		{"only a picture", `<p><img src="i.png" alt="i"></p>`, `<p><img src="https://example.com/a/i.png" alt="i"/></p>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, body(c.src, "https://example.com/a/post")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestText(t *testing.T) {
	for src, want := range map[string]string{
		"  a\r\n\tb ":              "a b",
		"a\x00\x1b[31mb":           "a[31mb",
		"a\u0080\u009f\ufffdb\xff": "ab",
		"<b>bold</b> & co":         "<b>bold</b> & co",
		"🧑‍💻 שלום":                 "🧑‍💻 שלום",
	} {
		if got := text(src); got != want {
			t.Errorf("text(%q) = %q, want %q", src, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	got := authors([]content.Author{
		{Name: " Ann\nWriter ", URL: "/ann"}, {Name: "Ann Writer"}, {Name: "Bob <bob@example.com>"}, {Name: "eve@example.com"},
		{Name: "dan@example.com (Dan)"}, {Name: ""}, {Name: "(fay@example.com)"}, {Name: "(G) H (I)"}, {Name: "("},
	})
	want := []content.Author{{Name: "Ann Writer"}, {Name: "Bob"}, {Name: "Dan"}, {Name: "(G) H (I)"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("authors (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"AI", "C", "C++"}, categories([]string{" AI", "ai", "", "C", "C++"})); diff != "" {
		t.Errorf("categories (-want +got):\n%s", diff)
	}
}

func TestLink(t *testing.T) {
	for ref, want := range map[string]string{
		"https://example.com/a b":         "https://example.com/a%20b",
		"HTTPS://Example.com/ü?q=ü#ü":     "https://Example.com/%C3%BC?q=%C3%BC#%C3%BC",
		"https://münchen.example/":        "https://xn--mnchen-3ya.example/",
		"http://[::1]:8080/a[1]":          "http://[::1]:8080/a%5B1%5D",
		"http://[2001:DB8::1]":            "http://[2001:DB8::1]",
		"http://[fe80::1%25eth0]/":        "",
		"http://[x]/":                     "",
		"http://[::1":                     "",
		"https://ann:secret@example.com/": "https://example.com/",
		"javascript:alert(1)":             "",
		"//example.com/":                  "",
		"/a":                              "",
		"https:///a":                      "",
		"https:example.com":               "",
		"":                                "",
		"ftp://example.com/":              "",
		"https://example.com/\u202e\x00a": "https://example.com/%E2%80%AEa",
		"https://example.com/?a=\"><script>&b=<>'": "https://example.com/?a=%22%3E%3Cscript%3E&b=%3C%3E'",
	} {
		if got := link(ref); got != want {
			t.Errorf("link(%q) = %q, want %q", ref, got, want)
		}
	}
	here := Publication{Title: "Here", URL: "http://[::1]:8080"}
	f := Articles(here, Scope{}, []content.Entry{nasty(1)}, Options{FullText: true})
	if got := f.Self(RSS); got != "http://[::1]:8080/feed.rss" {
		t.Errorf("a feed at an address of IPv6 says that it is %q", got)
	}
	for _, format := range f.Formats() {
		spotless(t, format, write(t, f, format))
	}
}

func TestSegment(t *testing.T) {
	for name, want := range map[string]string{
		"AI": "ai", "Platform  Engineering": "platform-engineering", "AI/ML": "ai-ml", "C": "c", "C++": "c++", "C#": "c%23", ".NET": ".net",
		"..": "--", "Führung": "f%C3%BChrung", "a%2Fb": "a%252fb", "": "", "#": "-", "R&D": "r%26d", "👩‍👧": "%F0%9F%91%A9-%F0%9F%91%A7",
	} {
		if got := Segment(name); got != want {
			t.Errorf("Segment(%q) = %q, want %q", name, got, want)
		}
	}
}

// nasty is an article in which everything that can be wrong is.
func nasty(n int64) content.Entry {
	return entry(n, content.Article{
		ID: "ä:/" + string(rune('a'+n)), Slug: "../ö", URL: "javascript:alert(1)",
		Title:      "5 < 6 & \x00]]> &amp; 👩‍👧 \u202eשלום\u0085\ufffe\xff",
		Standfirst: "a <img src=x onerror=alert(1)> & b ]]>\x1b",
		Body: "<p>]]> \x00\ufffe\xff<script>x()</script><a href='/rel'>r</a><a href=//p.example>p</a><img srcset='a 1x, b 2x' src=x onerror=y>" +
			"<div><table><p>open" + strings.Repeat("<span>", 300),
		Authors: []content.Author{{Name: "<Ann> & ]]> co\x00", URL: "ftp://x"}, {Name: "Bob <b@example.com>"}},
		Topics:  []string{"R&D <x>", "", "\x01", "a]]>b"},
		Image:   content.Image{URL: "//no.scheme/i.png", Alt: "\x00"},
		Lang:    "no such thing", Access: content.Free,
		Published: time.Date(99999, 1, 1, 0, 0, 0, 0, time.UTC), Updated: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC),
	})
}

// TestHostile: every feed of hostile articles is spotless, and all formats
// tell the same story. Equal timestamps come for free: all dates are broken.
func TestHostile(t *testing.T) {
	var entries []content.Entry
	for n := range int64(5) {
		e := nasty(n + 1)
		e.At = at("2026-06-01T00:00:00Z")
		entries = append(entries, e)
	}
	huge := nasty(6)
	huge.Article.Body = "<p>" + strings.Repeat("words & <b>more</b> words ", 40_000) + "</p>"
	entries = append(entries, huge)

	f := Articles(lead, Scope{}, entries, Options{FullText: true})
	var want []seen
	for _, format := range []Format{RSS, Atom, JSON} {
		doc := write(t, f, format)
		spotless(t, format, doc)
		got := read(t, format, doc)
		for i := range got {
			got[i].Image, got[i].Summary = "", ""
		}
		if want == nil {
			want = got
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s is not as RSS (-rss +%[1]s):\n%s", format, diff)
		}
	}
}

// TestTagsInTitles: a title about HTML is shown as it is, in every format.
// Validators suspect it whatever the escaping, and only of that.
func TestTagsInTitles(t *testing.T) {
	const title = "Why <b>bold</b> is not <strong>, R&amp;D"
	e := entry(1, content.Article{ID: "a", Title: title, Standfirst: "x"})
	f := Articles(lead, Scope{}, []content.Entry{e}, Options{})
	for _, format := range []Format{RSS, Atom, JSON} {
		doc := write(t, f, format)
		for _, found := range lint.Check(string(format), doc, now) {
			if found.Rule != "ContainsHTML" && found.Rule != "ContainsUndeclaredHTML" {
				t.Errorf("%s: %v", format, found)
			}
		}
		if got := read(t, format, doc)[0].Title; got != title {
			t.Errorf("%s: title %q", format, got)
		}
	}
}

func FuzzFeed(f *testing.F) {
	f.Add("Title", "Standfirst", "<p>Body</p>", "Ann", "Topic", "https://example.com/")
	f.Add("]]>\x00&lt;b", "\xff<", "<p>]]>\ufffe<a href=x>", "a@b.c", "\u0085", "//x")
	f.Add("", "", "<table><a><b><table><a>", "<", "..", "http://[::1")
	f.Add("", "", "<textarea><plaintext><svg><p><style></svg><img src=x>", "", "", "mailto:x")
	f.Fuzz(func(t *testing.T, title, standfirst, body, author, topic, address string) {
		e := entry(1, content.Article{
			ID: topic + title, Title: title, Standfirst: standfirst, Body: body, Slug: author, URL: address, Lang: topic, Access: content.Free,
			Authors: []content.Author{{Name: author, URL: address}}, Topics: []string{topic, author}, Image: content.Image{URL: address, Alt: title},
		})
		pub := lead
		pub.Title, pub.Description = title, standfirst
		articles := Articles(pub, Scope{Topic: topic}, []content.Entry{e}, Options{FullText: true})
		diary := Events(pub, Scope{}, []content.Event{{
			ID: title, Name: title, City: topic, Place: body, URL: address, Zone: author, Days: events()[0].Days, Announced: at("2026-01-01T00:00:00Z"),
		}}, Options{})
		for _, f := range []*Feed{articles, diary} {
			for _, format := range f.Formats() {
				doc, err := f.Write(format)
				if err != nil {
					t.Fatalf("%s: %v", format, err)
				}
				if !utf8.Valid(doc) {
					t.Errorf("%s is not UTF-8", format)
				}
				for _, found := range lint.Check(string(format), doc, now) {
					switch found.Rule {
					case "ContainsHTML", "ContainsUndeclaredHTML": // see TestTagsInTitles
					case "NotHtml": // a table in a link in a table is not worth a third parser
						t.Logf("%s: %v", format, found)
					default:
						t.Errorf("%s: %v", format, found)
					}
				}
			}
		}
	})
}
