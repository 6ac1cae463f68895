package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
)

// TestGaps: what gorilla/feeds leaves out or gets wrong, one by one, in what we
// write with it. Each names what a reader or validator would have stumbled on.
func TestGaps(t *testing.T) {
	opt := Options{FullText: true}
	all := Articles(lead, Scope{}, articles(), opt)
	of := func(a content.Article) *Feed {
		a.ID, a.Access = "x", content.Free
		if a.Published.IsZero() {
			a.Published = at("2026-06-01T00:00:00Z")
		}
		return Articles(lead, Scope{}, []content.Entry{entry(9, a)}, opt)
	}
	nothing := Articles(lead, Scope{}, nil, opt)
	diary := Events(lead, Scope{}, events(), Options{})
	paged := newPress(t, 30).run(Options{Items: 10})

	// has fails unless the document holds all of these; lacks if it holds any.
	has := func(t *testing.T, f *Feed, format Format, wants ...string) {
		t.Helper()
		doc := write(t, f, format)
		spotless(t, format, doc)
		for _, want := range wants {
			if !bytes.Contains(doc, []byte(want)) {
				t.Errorf("%s lacks %s:\n%s", format, want, doc)
			}
		}
	}
	lacks := func(t *testing.T, f *Feed, format Format, patterns ...string) {
		t.Helper()
		doc := write(t, f, format)
		for _, pattern := range patterns {
			if m := regexp.MustCompile(pattern).Find(doc); m != nil {
				t.Errorf("%s holds %q", format, m)
			}
		}
	}
	everywhere := []Format{RSS, Atom, JSON}

	for _, gap := range []struct {
		name string
		test func(t *testing.T)
	}{
		{"1 control characters in CDATA", func(t *testing.T) {
			f := of(content.Article{Title: "a\x01b", Body: "<p>a\x00\x1b\u0085\ufffd\ufffe\xffb ]]> c</p>"})
			has(t, f, RSS, "<![CDATA[<p>ab ]]&gt; c</p>]]>")
			for _, format := range everywhere {
				lacks(t, f, format, "[\x00-\x08\x0b-\x1f\u0080-\u009f\ufffd-\uffff]")
			}
		}},
		{"2 rel=self", func(t *testing.T) {
			has(t, all, RSS, `<atom:link rel="self" type="application/rss+xml" href="https://news.example.com:8443/feed.rss">`)
			has(t, all, Atom, `<link rel="self" type="application/atom+xml" href="https://news.example.com:8443/feed.atom">`)
		}},
		{"3 isPermaLink", func(t *testing.T) { has(t, all, RSS, `<guid isPermaLink="false">tag:example.com,2026:article/a1<`) }},
		{"4 an author without an address", func(t *testing.T) {
			has(t, all, RSS, "<dc:creator>Ann Writer</dc:creator>")
			lacks(t, all, RSS, "<author>", "<managingEditor>")
		}},
		{"5 several authors", func(t *testing.T) {
			has(t, all, RSS, "<dc:creator>Ann Writer, Bob Çelik</dc:creator>")
			has(t, all, Atom, "<name>Ann Writer</name>", "<name>Bob Çelik</name>")
			has(t, all, JSON, `"authors":[{"name":"Ann Writer","url":"https://example.com/ann"},{"name":"Bob Çelik"}]`)
		}},
		{"6 several categories", func(t *testing.T) {
			has(t, all, RSS, "<category>Leadership</category>", "<category>Careers</category>")
			has(t, all, Atom, `<category term="Leadership">`, `<category term="Careers">`)
			has(t, all, JSON, `"tags":["Leadership","Careers"]`)
		}},
		{"7 source", func(t *testing.T) {
			for _, format := range everywhere {
				lacks(t, all, format, "<source", "external_url")
			}
		}},
		{"8 published", func(t *testing.T) { has(t, all, Atom, "<published>2024-02-29T00:00:00Z</published>") }},
		{"9 no empty dates, and none of the clock", func(t *testing.T) {
			f := of(content.Article{Published: time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)})
			lacks(t, f, Atom, "<updated></updated>", "0001-")
			lacks(t, f, RSS, "<pubDate></pubDate>")
			if f.Updated.IsZero() || f.Items[0].Updated.Before(f.Items[0].Published) || nothing.Updated.Year() != 2026 {
				t.Errorf("updated %v, %v; empty %v", f.Updated, f.Items[0].Updated, nothing.Updated)
			}
		}},
		{"10 ids", func(t *testing.T) {
			has(t, all, Atom, "<id>tag:example.com,2026:feed</id>", "<id>tag:example.com,2026:article/a2</id>")
			has(t, all, Atom, `<subtitle type="text">For people who lead`)
			if a, b := write(t, of(content.Article{}), Atom), write(t, of(content.Article{}), Atom); !bytes.Equal(a, b) {
				t.Error("made twice, and different")
			}
		}},
		{"11 language", func(t *testing.T) {
			has(t, all, RSS, "<language>en-gb</language>", "<dc:language>de</dc:language>")
			has(t, all, Atom, `xml:lang="en-GB"`, `<entry xml:lang="de">`)
			has(t, all, JSON, `"language":"en-GB"`, `"language":"de"`)
		}},
		{"12 relative addresses, scripts", func(t *testing.T) {
			f := of(content.Article{URL: "https://example.com/a/b", Body: `<p><a href="../c">c</a><a href="#n">n</a><img src="//cdn.example/i.png" alt="" srcset="i.png 1x, /j.png 2x"><script>x()</script></p>`})
			has(t, f, RSS, `href="https://example.com/c"`, `href="https://example.com/a/b#n"`, `src="https://cdn.example/i.png"`, `srcset="https://example.com/a/i.png 1x, https://example.com/j.png 2x"`)
			for _, format := range everywhere {
				lacks(t, f, format, "<script", `x\(\)`, `lt;script`)
			}
		}},
		{"13 titles are text", func(t *testing.T) {
			f := of(content.Article{Title: "5 < 6 & R&D"})
			has(t, f, RSS, "<title>5 &#x3C; 6 &#x26; R&#x26;D</title>")
			has(t, f, Atom, `<title type="text">5 &#x3C; 6 &#x26; R&#x26;D</title>`)
			has(t, f, JSON, `"title":"5 < 6 & R&D"`)
		}},
		{"14 summaries", func(t *testing.T) {
			f := of(content.Article{Body: "<p>One <b>two</b></p>"})
			has(t, f, JSON, `"summary":"One two"`)
			doc := string(write(t, f, RSS))
			if d, c := strings.Index(doc, "<description>One two"), strings.Index(doc, "<content:encoded>"); d < 0 || c < d {
				t.Errorf("the description is not before the content:\n%s", doc)
			}
			for _, format := range everywhere {
				lacks(t, of(content.Article{}), format, "<description></description>", "<link></link>", `"summary":""`)
			}
		}},
		{"15 pictures are no enclosures", func(t *testing.T) {
			has(t, all, RSS, `<media:content url="https://example.com/hiring.jpg" medium="image">`)
			has(t, all, Atom, `<media:content url="https://example.com/hiring.jpg" medium="image">`)
			has(t, all, JSON, `"image":"https://example.com/hiring.jpg"`)
			for _, format := range everywhere {
				lacks(t, all, format, "enclosure", "attachments")
			}
		}},
		{"16 icon and logo", func(t *testing.T) {
			has(t, all, Atom, "<icon>https://news.example.com/icon.png</icon>", "<logo>https://news.example.com/logo.png</logo>")
			has(t, all, JSON, `"icon":"https://news.example.com/logo.png"`, `"favicon":"https://news.example.com/icon.png"`)
			has(t, all, RSS, "<image>\n      <url>https://news.example.com/logo.png</url>\n      <title>The Example Lead</title>\n      <link>https://news.example.com:8443/</link>\n    </image>")
		}},
		{"17 hubs, pages", func(t *testing.T) {
			f := paged.Feed()
			has(t, f, RSS, `<atom:link rel="hub" href="https://hub.example.com/">`, `<atom:link rel="prev-archive" `)
			has(t, f, Atom, `<link rel="hub" href="https://hub.example.com/">`, `<link rel="prev-archive" `)
			has(t, f, JSON, `"feed_url":"https://news.example.com:8443/feed.json"`, `"hubs":[{"type":"WebSub","url":"https://hub.example.com/"}]`, `"next_url":"https://news.example.com:8443/feed/archive/2-`)
		}},
		{"18 other namespaces", func(t *testing.T) {
			for _, format := range []Format{RSS, Atom} {
				has(t, diary, format, `xmlns:ev="http://purl.org/rss/1.0/modules/event/"`, "<ev:startdate>2026-06-02</ev:startdate>")
				has(t, paged.Page(1), format, `xmlns:fh="http://purl.org/syndication/history/1.0"`, "<fh:archive></fh:archive>")
				lacks(t, all, format, "xmlns:ev", "fh:archive")
				lacks(t, paged.Feed(), format, "xmlns:fh", "fh:")
			}
		}},
		{"19 skipHours, cloud, textInput", func(t *testing.T) { lacks(t, all, RSS, "skip", "cloud", "textInput") }},
		{"20 ttl is left to Cache-Control", func(t *testing.T) { lacks(t, all, RSS, "<ttl>") }},
		{"21 JSON's keys", func(t *testing.T) {
			has(t, nothing, JSON, `"items":[]`)
			lacks(t, all, JSON, `"banner_"`, `"author":`, `"size"`, `"duration`)
		}},
		{"22 JSON without escapes and indents", func(t *testing.T) {
			has(t, all, JSON, `"content_html":"<p>Ask <em>less</em>`)
			lacks(t, all, JSON, `\\u003c`, "\n ")
		}},
		{"23 dates in all formats", func(t *testing.T) {
			f := of(content.Article{Published: time.Date(99999, 1, 1, 0, 0, 0, 5, time.UTC), Updated: time.Date(2026, 6, 1, 9, 0, 0, 5, time.UTC)})
			for _, format := range everywhere {
				spotless(t, format, write(t, f, format))
				lacks(t, f, format, "99999")
			}
			lacks(t, f, JSON, `:\d\d\.\d+Z`)
		}},
		{"24 no needless references", func(t *testing.T) {
			f := of(content.Article{Body: "<p title=\"a\">b 'c'</p>\n<p>d</p>"})
			lacks(t, f, Atom, "&#xA;", "&#34;", "&#39;p")
			has(t, f, Atom, `&lt;p title="a"&gt;`)
		}},
		{"25 the stylesheet", func(t *testing.T) {
			want := xml.Header + `<?xml-stylesheet type="text/css" href="https://news.example.com/feed.css"?>` + "\n<"
			for _, format := range []Format{RSS, Atom} {
				if doc := write(t, all, format); !bytes.HasPrefix(doc, []byte(want)) {
					t.Errorf("%s begins with %.200s", format, doc)
				}
			}
		}},
		{"26 whole or not at all", func(t *testing.T) {
			if b, err := all.Write(OPML); b != nil || err == nil {
				t.Errorf("%d bytes and %v", len(b), err)
			}
		}},
		{"27 no addresses of people", func(t *testing.T) {
			f := of(content.Article{Authors: []content.Author{{Name: "Bob <bob@example.com>"}, {Name: "eve@example.com"}}})
			for _, format := range everywhere {
				lacks(t, f, format, "@", "email")
			}
		}},
		{"28 Atom's own author", func(t *testing.T) {
			has(t, nothing, Atom, "<author>\n    <name>The Example Lead</name>\n  </author>")
			untitled := Articles(Publication{URL: "https://example.com"}, Scope{}, nil, opt)
			has(t, untitled, Atom, "<name>example.com</name>")
		}},
		{"traps of embedding: nothing is there twice", func(t *testing.T) {
			f := of(content.Article{Title: "One", Standfirst: "Two", Body: "<p>Three</p>", Topics: []string{"Four"}, Authors: []content.Author{{Name: "Five"}}})
			for format, once := range map[Format][]string{
				RSS:  {"<item>", "<guid", "<pubDate>", ">One<", ">Two<", "Three", "Four", "Five"},
				Atom: {"<entry>", "<published>", ">One<", ">Two<", "Three", "Four", "Five", `href="https://news.example.com:8443/articles/"`},
				JSON: {`"id"`, `"url":"https://news.example.com:8443/articles/"`, "One", "Two", "Three", "Four", "Five", `"items"`},
			} {
				doc := write(t, f, format)
				for _, s := range once {
					if n := bytes.Count(doc, []byte(s)); n != 1 {
						t.Errorf("%s: %s is there %d times", format, s, n)
					}
				}
				if format == JSON && !json.Valid(doc) {
					t.Error("not JSON")
				}
			}
		}},
	} {
		t.Run(gap.name, gap.test)
	}
}

// TestClosedEverywhere: what is for registered readers is in no document, of
// whatever kind, archives and calendars included.
func TestClosedEverywhere(t *testing.T) {
	for _, access := range []content.Access{content.Metered, content.Registered, "", "gold"} {
		p := newPress(t, 0)
		for n := range int64(25) {
			e := entry(n+1, content.Article{ID: string(rune('a' + n)), Title: "T", Standfirst: "The standfirst.", Body: "<p>secret</p>", Access: access})
			e.Item = e.Article.ID
			p.entries[e.Item] = e
		}
		r := p.run(Options{FullText: true, Items: 10})
		documents := site(t, r)
		if len(documents) != 9 {
			t.Fatalf("%d documents", len(documents))
		}
		for at, doc := range documents {
			if bytes.Contains(doc, []byte("secret")) || bytes.Count(doc, []byte("The standfirst.")) < 10 {
				t.Errorf("access %q: %s gives away the body, or no standfirst", access, at)
			}
		}
		if i := slices.IndexFunc(r.Feed().Items, func(it Item) bool { return it.Content != "" }); i >= 0 {
			t.Errorf("access %q: item %d has content", access, i)
		}
	}
}
