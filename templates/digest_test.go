package templates

import (
	"encoding/base64"
	"flag"
	"fmt"
	"mime/quotedprintable"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with a file of testdata, which -update rewrites.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", name, diff)
	}
}

// small returns an edition as short as one usually is.
func small(d Digest) Digest {
	d.Articles, d.Headlines, d.Notices, d.Reminders, d.More = d.Articles[:1], nil, nil, nil, 0
	d.Events = d.Events[:1]
	return d
}

func TestLetterGolden(t *testing.T) {
	s := load(t, nil)
	for name, d := range map[string]Digest{"en": small(sampleFull()), "ar": small(sampleRTL()), "reminder": sampleMinimal()} {
		html, text, err := s.Digest(d)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".html", html)
		golden(t, name+".txt", text)
		for _, f := range LintMail(html, text) {
			if !f.Warning {
				t.Errorf("%s: %v", name, f)
			}
		}
	}
}

func TestSoloReminderIsTheHeadline(t *testing.T) {
	html, text, err := load(t, nil).Digest(sampleMinimal())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(html, ">Example London is in two weeks</h1>") || !strings.Contains(html, ">Example London</h2>") {
		t.Errorf("the reminder is not the headline:\n%s", html)
	}
	if strings.Contains(html, "Coming up") {
		t.Error("a section of its own has a heading beside the headline")
	}
	if !strings.HasPrefix(text, "The Example Lead\n\nExample London is in two weeks\n===") {
		t.Errorf("text:\n%s", text)
	}
	d := sampleMinimal()
	d.Lead = sampleFull().Lead
	if d.Solo() != nil {
		t.Error("a reminder beside an article is alone")
	}
	d = sampleMinimal()
	d.Notices, d.Reminders = sampleFull().Notices, nil
	if got := d.Solo(); got == nil || got.Name != "Example Oslo" {
		t.Errorf("Solo() = %v for one notice", got)
	}
	d.Reminders = sampleFull().Reminders
	if d.Solo() != nil {
		t.Error("two are alone")
	}
}

// TestBylinesOfTwoDirections: a topic in Arabic does not take the number behind
// it along: "2 · قيادة min read".
func TestBylinesOfTwoDirections(t *testing.T) {
	d := sampleFull()
	d.Headlines = []Article{{Title: "A", URL: "https://example.com/", Topic: "قيادة", ReadingTime: "2 min read"}}
	html, text, err := load(t, nil).Digest(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{html, text} {
		if !strings.Contains(out, "\u2068قيادة\u2069 · 2 min read") {
			t.Errorf("the topic does not stand apart:\n%s", out)
		}
	}
}

// TestPicturesSpeakTheirLanguage: what is said in the place of a picture is in
// the language of its article, and screen readers are told.
func TestPicturesSpeakTheirLanguage(t *testing.T) {
	d := sampleFull()
	image := Image{URL: "https://news.example.com/img/a.png", Alt: "مكتب"}
	a := Article{Lang: "ar", Dir: "rtl", Title: "مقال", URL: "https://example.com/", Image: image}
	d.Lead, d.Articles = &a, []Article{a}
	html, _, err := load(t, nil).Digest(d)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(html, `<img class="tile t" lang="ar" dir="rtl" src="`+image.URL+`"`); n != 2 {
		t.Errorf("%d of 2 pictures have a language:\n%s", n, html)
	}
}

// TestLongWordsBreak: one word of a title does not make the letter wider than a
// telephone.
func TestLongWordsBreak(t *testing.T) {
	html, _, err := load(t, nil).Digest(sampleMinimal())
	if err != nil || !strings.Contains(html, ".bg{overflow-wrap:anywhere;word-break:break-word}") {
		t.Errorf("%v", err)
	}
}

// TestTokensSurvive: what stands for readers' own words passes through
// templates, links and attributes unchanged.
func TestTokensSurvive(t *testing.T) {
	const address, key = "zQx7HqAAqX9z", "zQx7HqABqX9z"
	d := sampleFull()
	d.Why = "You get this because " + address + " is subscribed."
	d.UnsubscribeURL = "https://news.example.com/unsubscribe/" + key
	d.PreferencesURL = "https://news.example.com/preferences/" + key
	html, text, err := load(t, nil).Digest(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{html, text} {
		if strings.Count(out, address) != 1 || strings.Count(out, key) != 2 {
			t.Errorf("%d addresses and %d keys", strings.Count(out, address), strings.Count(out, key))
		}
	}
	if !strings.Contains(html, `href="https://news.example.com/unsubscribe/`+key+`"`) {
		t.Error("the unsubscribe link is not as it was")
	}
}

// hostile is what strangers put into titles.
const hostile = "\"><script>alert('x')</script>{{.Why}}</title></style>\r\nBcc: all@example.com\x00\u202e\ue0001\ue001 ZgotmplZ &amp; <!-- [if mso]>"

// stained fills every text and link of a letter with it.
func stained(s string) Digest {
	d := sampleFull()
	a := Article{Lang: s, Dir: s, Topic: s, Title: s, URL: "javascript:" + s, Standfirst: s, By: s, ReadingTime: s, Access: s, Action: s, Image: Image{URL: "https://example.com/" + s, Alt: s}}
	e := Event{Lang: s, Dir: s, Name: s, URL: "data:text/html," + s, Sentence: s, Text: s, When: s, Where: s, Month: s, Days: s, Price: s, Calendar: "https://example.com/?" + s}
	d.Publication = Publication{Title: s, URL: "javascript:" + s, Address: s}
	for _, p := range []*string{&d.Newsletter, &d.Edition, &d.Date, &d.Subject, &d.Preheader, &d.Headline, &d.Intro, &d.Summary, &d.Why} {
		*p = s
	}
	d.Lead, d.Articles, d.Headlines = &a, []Article{a}, []Article{a}
	d.Reminders, d.Notices, d.Events = []Event{e}, []Event{e}, []Event{e}
	return d
}

func TestHostileTextIsText(t *testing.T) {
	s := load(t, nil)
	html, text, err := s.Digest(stained(hostile))
	if err != nil {
		t.Fatal(err)
	}
	m := readMarkup(html)
	if len(m.broken) > 0 || len(m.named("script")) > 0 || len(m.named("title")) != 1 || len(m.named("style")) != 2 {
		t.Errorf("strangers wrote HTML: %d broken, %d scripts", len(m.broken), len(m.named("script")))
	}
	for _, a := range m.named("a") {
		if !absolute(a.attrs["href"]) {
			t.Errorf("a link leads to %q", a.attrs["href"])
		}
	}
	for _, bad := range []string{"javascript:", "\x00", "\u202e", "\ue000"} {
		if strings.Contains(html, bad) || strings.Contains(text, bad) {
			t.Errorf("%q is in the letter", bad)
		}
	}
	if strings.Contains(text, "\nBcc:") {
		t.Error("a stranger began a line of the text")
	}
}

func FuzzHostileText(f *testing.F) {
	f.Add(hostile)
	f.Add("<b>")
	f.Add("\xff\xfe")
	f.Add(strings.Repeat("😀", 300))
	s, err := Load(nil, Theme{}, nil)
	if err != nil {
		f.Fatal(err)
	}
	count := func(d Digest) int {
		html, text, err := s.Digest(d)
		if err != nil {
			f.Fatal(err)
		}
		if len(html) > Budget || travels(html)+travels(text)+header > Whole {
			f.Errorf("HTML of %d and text of %d bytes", len(html), len(text))
		}
		m := readMarkup(html)
		if len(m.broken) > 0 {
			f.Errorf("%v is broken", m.broken[0].name)
		}
		if !strings.Contains(html, "and 2 more") { // it was too much, and was shortened
			return 0
		}
		return len(m.all)
	}
	want := count(stained("x"))
	f.Fuzz(func(t *testing.T, text string) {
		if tidy(text, longestTitle) == "" || len(paragraphs(text)) != 1 {
			return // leaves its place empty or parts it
		}
		d := stained(text)
		// Whether a URL can be parsed decides if there is a link.
		d.Lead.Image, d.Articles[0].Image = Image{URL: "https://example.com/x", Alt: text}, Image{URL: "https://example.com/x", Alt: text}
		d.Reminders[0].Calendar, d.Notices[0].Calendar, d.Events[0].Calendar = "https://example.com/x", "https://example.com/x", "https://example.com/x"
		if got := count(d); got != want && got != 0 {
			t.Errorf("%d elements, not %d", got, want)
		}
	})
}

// many returns an edition of n articles as long as ours usually are.
func many(n int) Digest {
	d := sampleFull()
	d.Articles, d.Headlines, d.More = nil, nil, 0
	for i := range n {
		d.Articles = append(d.Articles, Article{
			Topic: "Platform", Title: fmt.Sprintf("Article %d: talk about the platform’s budget like a product", i+1), URL: fmt.Sprintf("https://example.com/articles/budget-%d", i+1),
			Standfirst: "One page that explains what a platform costs to people who pay for it, with an example that can be copied and filled in by anyone in an hour.",
			By:         "By Tomás Oliveira and Hannah Weiss", ReadingTime: "5 min read",
			Image: Image{URL: fmt.Sprintf("https://news.example.com/img/0123456789abcdef%d.jpg", i), Alt: "Blocks beside a bar chart"},
		})
	}
	return d
}

func TestFortyArticlesFit(t *testing.T) {
	html, text, err := load(t, nil).Digest(many(40))
	if err != nil {
		t.Fatal(err)
	}
	m := readMarkup(html)
	t.Logf("40 articles: %d KB of HTML, %d KB of text, %d with pictures", len(html)>>10, len(text)>>10, len(m.named("img")))
	if len(html) > Budget {
		t.Errorf("%d bytes", len(html))
	}
	for i := range 40 {
		url := fmt.Sprintf("https://example.com/articles/budget-%d", i+1)
		if !strings.Contains(html, `"`+url+`"`) || !strings.Contains(text, url+"\n") {
			t.Errorf("%s is missing", url)
		}
	}
	if strings.Contains(html, "See everything") {
		t.Error("forty articles do not all fit")
	}
}

// TestSixtyArticlesMakeWay: what does not fit becomes headlines, and then a
// number with a link to all of it, whatever the letters of the language weigh.
func TestSixtyArticlesMakeWay(t *testing.T) {
	for lang, title := range map[string]string{
		"en": "Talk about the platform’s budget like a product, and other things nobody tells you before",
		"ar": "تحدّث عن ميزانية المنصّة كما تتحدّث عن منتج، وعن أشياء أخرى لا يخبرك بها أحد قبل أن تبدأ",
		"ja": "プラットフォームの予算を製品のように語る、そして始める前に誰も教えてくれないこと",
	} {
		d := many(60)
		d.Lang, d.Dir, d.Publication.URL = lang, "", "https://news.example.com/"
		for i := range d.Articles {
			d.Articles[i].Title = fmt.Sprint(title, " ", i+1)
			d.Articles[i].Standfirst = strings.Repeat(title+". ", 3)
		}
		html, text, err := load(t, nil).Digest(d)
		if err != nil {
			t.Fatal(err)
		}
		m := readMarkup(html)
		t.Logf("%s: HTML %d KB, text %d KB, about %d KB on its way, %d with pictures, %d rows", lang, len(html)>>10, len(text)>>10, (travels(html)+travels(text)+header)>>10, len(m.named("img")), strings.Count(html, "border-top:1px"))
		if len(html) > Budget || travels(html)+travels(text)+header > Whole {
			t.Errorf("%s: %d bytes of HTML, %d of text", lang, len(html), len(text))
		}
		if len(m.named("img")) >= 60 || len(m.named("img")) < 1 || strings.Count(html, "border-top:1px") < 10 {
			t.Errorf("%s: cards did not become headlines", lang)
		}
		for i := range 60 {
			if url := fmt.Sprintf("https://example.com/articles/budget-%d\"", i+1); !strings.Contains(html, url) && !strings.Contains(html, d.MoreURL) {
				t.Errorf("%s: %s is missing, and nothing leads to it", lang, url)
			}
		}
	}
	d := many(400)
	html, text, err := load(t, nil).Digest(d)
	if err != nil || len(html) > Budget || !strings.Contains(html, " more<br>") || !strings.Contains(html, d.MoreURL) || !strings.Contains(text, d.MoreURL) {
		t.Errorf("400 articles: %d bytes, %v", len(html), err)
	}
	if found := LintMail(html, text); len(found) > 0 {
		t.Errorf("400 articles: %v", found)
	}
}

// TestTravels: the estimate is never below what a letter's parts become.
func TestTravels(t *testing.T) {
	for _, s := range []string{"", "plain\n", strings.Repeat("a=b ", 900), strings.Repeat("über ", 900), strings.Repeat("مرحبا ", 900), strings.Repeat("é", 900) + strings.Repeat("x", 7300), strings.Repeat("short\n", 500), strings.Repeat("x", 5000)} {
		wire := strings.ReplaceAll(s, "\n", "\r\n")
		var b strings.Builder
		w := quotedprintable.NewWriter(&b)
		if _, err := w.Write([]byte(wire)); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		n := b.Len()
		high := 0
		for i := range len(s) {
			if s[i] >= 0x80 {
				high++
			}
		}
		if high*5 > len(s) { // the mailer takes the shorter one
			e := base64.StdEncoding.EncodedLen(len(wire))
			n = e + (e+75)/76*2
		}
		if got := travels(s); got < n || got > n+n/8+16 {
			t.Errorf("%.20q…: %d bytes estimated, %d on the wire", s, got, n)
		}
	}
}

func TestFit(t *testing.T) {
	a := func(n int) []Article { return make([]Article, n) }
	e := func(n int) []Event { return make([]Event, n) }
	// A card weighs 10, a headline 3, an event 5, the line of what is left 1, the frame 20.
	weigh := func(d Digest) (int, error) {
		n := 20 + 10*len(d.Articles) + 3*len(d.Headlines) + 5*(len(d.Events)+len(d.Reminders)+len(d.Notices))
		if d.More > 0 {
			n++
		}
		return n, nil
	}
	type shape struct{ cards, headlines, more, events, reminders, notices int }
	for _, test := range []struct {
		name  string
		d     Digest
		limit int
		want  shape
	}{
		{"fits", Digest{Articles: a(3), Events: e(1)}, 55, shape{cards: 3, events: 1}},
		{"one card becomes a headline", Digest{Articles: a(3)}, 49, shape{cards: 2, headlines: 1}},
		{"headlines that were there stay", Digest{Articles: a(3), Headlines: a(2)}, 50, shape{cards: 2, headlines: 3}},
		{"headlines make way", Digest{Articles: a(10)}, 41, shape{headlines: 6, more: 4}},
		{"what was left before counts", Digest{Articles: a(4), More: 7}, 31, shape{headlines: 3, more: 8}},
		{"then the strip", Digest{Articles: a(1), Events: e(3), Reminders: e(1)}, 26, shape{more: 1, reminders: 1}},
		{"then reminders, then notices", Digest{Reminders: e(3), Notices: e(2)}, 31, shape{more: 3, notices: 2}},
		{"the frame stays", Digest{Articles: a(1), Reminders: e(1), Notices: e(1)}, 1, shape{more: 3}},
	} {
		var last int
		got, err := Fit(test.d, test.limit, func(d Digest) (int, error) {
			n, err := weigh(d)
			last = n
			return n, err
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, shape{len(got.Articles), len(got.Headlines), got.More, len(got.Events), len(got.Reminders), len(got.Notices)}, cmp.AllowUnexported(shape{})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
		if n, _ := weigh(got); n != last {
			t.Errorf("%s: measured last was %d, returned is %d", test.name, last, n)
		}
	}
}

func TestFitKeepsOrder(t *testing.T) {
	d := Digest{Articles: []Article{{Title: "1"}, {Title: "2"}, {Title: "3"}}, Headlines: []Article{{Title: "4"}}}
	got := shorten(d, 2)
	order := ""
	for _, a := range append(got.Articles, got.Headlines...) {
		order += a.Title
	}
	if order != "1234" || len(d.Headlines) != 1 || d.Headlines[0].Title != "4" {
		t.Errorf("order %s; the original has %v", order, d.Headlines)
	}
}

func TestPreheader(t *testing.T) {
	lead := &Article{Title: "How a team made on-call something people volunteer for"}
	for _, test := range []struct {
		name string
		d    Digest
		want string
	}{
		{"from the titles", Digest{Subject: "S", Lead: lead}, lead.Title},
		{"what an editor wrote", Digest{Subject: "S", Lead: lead, Preheader: "Three reads on rotas and budgets, and a conference."}, "Three reads on rotas and budgets, and a conference."},
		{"lengthened", Digest{Subject: "S", Lead: lead, Preheader: "Three reads."}, "Three reads. · " + lead.Title},
		{"not the subject again", Digest{Subject: lead.Title, Lead: lead, Articles: []Article{{Title: "Talk about the platform’s budget like a product"}}}, "Talk about the platform’s budget like a product"},
		{"cut", Digest{Subject: "S", Preheader: strings.Repeat("four ", 40)}, strings.TrimSpace(strings.Repeat("four ", 27)) + "…"},
	} {
		if got := preheader(test.d); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func BenchmarkDigest(b *testing.B) {
	s, err := Load(nil, Theme{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := s.Digest(sampleFull()); err != nil {
			b.Fatal(err)
		}
	}
}

func TestDigestLeavesItsViewAlone(t *testing.T) {
	d := stained(hostile)
	if _, _, err := load(t, nil).Digest(d); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(stained(hostile), d); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestManyGoroutinesAndLanguages(t *testing.T) {
	s := load(t, nil)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 12 {
				d := sampleMinimal()
				// More regions than a Set keeps templates for.
				d.Lang = fmt.Sprintf("%s-%c%c", []string{"en", "de", "ar", "fr"}[j%4], 'A'+i, 'A'+j)
				html, _, err := s.Digest(d)
				if err != nil || !strings.Contains(html, `lang="`+d.Lang+`"`) {
					t.Errorf("%s: %v", d.Lang, err)
				}
				if _, err := s.Page(&FeedsPage{Page: Page{Lang: d.Lang}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
