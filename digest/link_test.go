package digest_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/templates"
)

func TestParseLink(t *testing.T) {
	for _, c := range []struct {
		edition, release string
		want             digest.Link
		ok               bool
	}{
		{"1", "2", digest.Link{Edition: 1, Release: 2}, true},
		{"142", "999999999999999999", digest.Link{Edition: 142, Release: 999999999999999999}, true},
		{edition: "", release: "1"}, {edition: "1", release: ""}, {edition: "0", release: "1"}, {edition: "1", release: "0"},
		{edition: "01", release: "1"}, {edition: "+1", release: "1"}, {edition: "-1", release: "1"}, {edition: "1", release: " 1"},
		{edition: "1", release: "1 "}, {edition: "1", release: "1\n"}, {edition: "1_0", release: "1"}, {edition: "0x1", release: "1"},
		{edition: "1e3", release: "1"}, {edition: "١", release: "1"}, {edition: "1", release: "1\x00"}, {edition: "1.0", release: "1"},
		{edition: "1000000000000000000", release: "1"}, {edition: "1", release: "9223372036854775808"}, {edition: "1", release: strings.Repeat("1", 5000)},
	} {
		got, ok := digest.ParseLink(c.edition, c.release)
		if got != c.want || ok != c.ok {
			t.Errorf("%q, %q: %v, %v; want %v, %v", c.edition, c.release, got, ok, c.want, c.ok)
		}
	}
}

// Every link has one path, and every path one link.
func TestLinkAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Int64Range(1, 999_999_999_999_999_999)
		l := digest.Link{Edition: number.Draw(t, "edition"), Release: number.Draw(t, "release")}
		parts := strings.Split(l.Path(), "/")
		if len(parts) != 4 || parts[1] != "r" {
			t.Fatalf("%v has the path %s", l, l.Path())
		}
		if got, ok := digest.ParseLink(parts[2], parts[3]); got != l || !ok {
			t.Fatalf("%s is read as %v, %v", l.Path(), got, ok)
		}
	})
}

func FuzzParseLink(f *testing.F) {
	f.Add("1", "2")
	f.Add("", "0")
	f.Add("99999999999999999999", "-1")
	f.Add("1/2", "../3")
	f.Fuzz(func(t *testing.T, edition, release string) {
		l, ok := digest.ParseLink(edition, release)
		if !ok {
			if l != (digest.Link{}) {
				t.Fatalf("%q, %q is no link, and yet %v", edition, release, l)
			}
			return
		}
		if l.Edition < 1 || l.Release < 1 || l.Path() != "/r/"+edition+"/"+release {
			t.Fatalf("%q, %q is read as %v", edition, release, l)
		}
	})
}

// numbers count links for a press, or do not answer.
type numbers struct {
	n   int64
	err error
}

func (n numbers) CountLinks(context.Context, string) (int64, error) { return n.n, n.err }

// counted is a letter of everything that there can be in one: three articles,
// so that one is the lead, a reminder, a notice, and the strip of conferences.
func counted() wire {
	now := time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC)
	event := func(id, url string, status content.Status) *content.Event {
		return &content.Event{ID: id, Slug: id, Name: "Conference " + id, City: "London", URL: url, Days: days("2031-06-02"), Zone: "UTC", Status: status, Announced: now, Changed: now}
	}
	w := wire{}
	for n, url := range []string{"https://example.com/long/address/of/one?a=b&c=d", "http://example.com/not-safe", "https://office.example/articles/of-our-own"} {
		id := fmt.Sprint("article-", n+1)
		w.entries = append(w.entries, content.Entry{Release: content.Release{N: int64(n + 101), Kind: content.KindArticle, Item: id, At: now}, State: content.Public, Latest: true,
			Article: &content.Article{ID: id, Title: "The " + id, Slug: id, URL: url, Access: content.Free, Published: now}})
	}
	w.entries = append(w.entries,
		content.Entry{Release: content.Release{N: 104, Kind: content.KindReminder, Item: "paris", Rule: "42d", At: now}, Event: event("paris", "https://events.example/paris", content.Confirmed)},
		content.Entry{Release: content.Release{N: 105, Kind: content.KindNotice, Item: "oslo", Rule: content.RuleCancelled, At: now}, Event: event("oslo", "", content.Cancelled)})
	return w
}

// written is the letter of counted as a press that counts links, or does not,
// writes it.
func written(t *testing.T, links digest.LinkStore) (*mailer.Master, *digest.Press) {
	t.Helper()
	n := newsletter(t, "dates", "0 8 * * *", "UTC")
	n.Title = "Dates"
	p := pressOf(t, counted(), n)
	p.Links = links
	m, err := p.Master(t.Context(), "dates/1", 1, time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return m, p
}

var ourLink = regexp.MustCompile(`https://office\.example/r/142/(\d+)`)

// where is what each item leads to without counting.
var where = map[string]string{
	"101": "https://example.com/long/address/of/one?a=b&c=d",
	"102": "https://office.example/articles/article-2",
	"103": "https://office.example/articles/of-our-own",
	"104": "https://events.example/paris",
	"105": "https://office.example/events#oslo",
}

func TestLinksOfLetters(t *testing.T) {
	plain, _ := written(t, nil)
	if found := strings.Contains(plain.HTML+plain.Text, "/r/"); found {
		t.Error("a letter has links of ours that nobody asked for")
	}
	m, p := written(t, numbers{n: 142})
	const told = "Clicks on links are counted in total, never by person."
	for form, c := range map[string]struct {
		counted, plain, told string
		escape               *strings.Replacer
	}{
		"HTML": {m.HTML, plain.HTML, regexp.MustCompile(`<p [^>]*>` + regexp.QuoteMeta(told) + "</p>\n").FindString(m.HTML), strings.NewReplacer("&", "&amp;")},
		"text": {m.Text, plain.Text, "\n" + told + "\n", strings.NewReplacer()},
	} {
		seen := map[string]bool{}
		for _, found := range ourLink.FindAllStringSubmatch(c.counted, -1) {
			seen[found[1]] = true
		}
		want := map[string]bool{}
		for n, address := range where {
			want[n] = true
			if n != "103" && n != "102" && strings.Contains(c.counted, c.escape.Replace(address)) { // our own pages may be meant by others
				t.Errorf("%s: %s is named beside its link", form, address)
			}
		}
		if d := cmp.Diff(want, seen); d != "" {
			t.Errorf("%s: links (-want +got)\n%s", form, d)
		}
		// But for its links and the sentence about them the letter is the same:
		// conferences of the strip, calendars and all that is a reader's own.
		if strings.Count(c.counted, c.told) != 1 || c.told == "" {
			t.Fatalf("%s: the letter does not say that it counts: %s", form, c.counted)
		}
		back := strings.Replace(c.counted, c.told, "", 1)
		back = ourLink.ReplaceAllStringFunc(back, func(link string) string {
			return c.escape.Replace(where[link[strings.LastIndexByte(link, '/')+1:]])
		})
		if d := cmp.Diff(c.plain, back); d != "" {
			t.Errorf("%s (-without counting +with)\n%s", form, d)
		}
	}
	for _, own := range []string{"https://office.example/preferences/", "https://office.example/unsubscribe/", "https://office.example/editions/dates/1", "https://office.example/events/paris.ics", "https://office.example/feeds"} {
		if !strings.Contains(m.HTML, own) || !strings.Contains(m.Text, own) {
			t.Errorf("%s is not as it was", own)
		}
	}
	// An editor who looks at a letter is no reader.
	v, err := p.Store.Version(t.Context(), "dates/1", 1)
	if err != nil {
		t.Fatal(err)
	}
	seen, err := p.Preview(t.Context(), &digest.Plan{}, v, nil, time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(seen.HTML+seen.Text, "/r/") || !strings.Contains(seen.HTML, told) {
		t.Errorf("a preview: %s", seen.Text)
	}
	for _, was := range []bool{true, false} { // what was sent stays as it was, whatever is wished for now
		e := &digest.Edition{ID: "dates/1", Newsletter: "dates", Published: time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC), Counted: was}
		given, err := p.Given(t.Context(), e, 1)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(given.HTML+given.Text, "/r/") || strings.Contains(given.HTML, told) != was {
			t.Errorf("a letter as it was sent, counted %v: %s", was, given.Text)
		}
	}
}

func TestLinksThatCannotBeCounted(t *testing.T) {
	away := errors.New("away")
	p := pressOf(t, counted(), newsletter(t, "dates", "0 8 * * *", "UTC"))
	p.Links = numbers{err: away}
	_, err := p.Master(t.Context(), "dates/1", 1, time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC))
	if !errors.Is(err, away) || errors.Is(err, mailer.ErrWords) {
		t.Errorf("%v: a letter must wait for its links", err)
	}
}

// However long links are, the letter fits.
func TestLettersOfLongLinksFit(t *testing.T) {
	w, first := wire{}, counted().entries[0]
	for n := range 120 {
		e, a := first, *first.Article
		e.N, a.ID, a.URL = int64(1_000_000_000_000+n), fmt.Sprint(n), "https://a.example/"+strconv.Itoa(n)
		e.Item, a.Title, a.Standfirst = a.ID, fmt.Sprintf("Article %d %s", n, strings.Repeat("of many words ", 8)), strings.Repeat("what it is about ", 20)
		e.Article = &a
		w.entries = append(w.entries, e)
	}
	n := newsletter(t, "dates", "0 8 * * *", "UTC")
	n.Title = "Dates"
	p := pressOf(t, w, n)
	p.Publication.URL = "https://office.example/" + strings.Repeat("a-long-way-down/", 12) + "end"
	p.Links = numbers{n: 1_000_000_000_000}
	m, err := p.Master(t.Context(), "dates/1", 1, time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.HTML) > templates.Budget || len(m.HTML) < templates.Budget/2 {
		t.Errorf("%d bytes of HTML, at most %d are allowed", len(m.HTML), templates.Budget)
	}
	if !strings.Contains(m.Text, p.Publication.URL+"/r/1000000000000/1000000000000\n") {
		t.Errorf("the lead's link is not there: %.2000s", m.Text)
	}
}

func TestShareOfClicks(t *testing.T) {
	none, some := &digest.Clicks{}, &digest.Clicks{Total: 8}
	if got, want := []float64{none.Share(0), some.Share(0), some.Share(2), some.Share(8)}, []float64{0, 0, 0.25, 1}; !cmp.Equal(want, got) {
		t.Errorf("%v, want %v", got, want)
	}
}
