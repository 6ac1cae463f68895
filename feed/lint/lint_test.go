package lint

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 6, 10, 12, 0, 0, 0, time.UTC)

const goodRSS = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xmlns:ev="http://purl.org/rss/1.0/modules/event/">
<channel>
<title>News</title>
<link>https://example.com/</link>
<description>All of it</description>
<language>en-gb</language>
<lastBuildDate>Tue, 02 Jun 2026 09:00:00 +0000</lastBuildDate>
<ttl>60</ttl>
<image><url>https://example.com/l.png</url><title>News</title><link>https://example.com/</link><width>100</width></image>
<atom:link rel="self" type="application/rss+xml" href="https://example.com/feed.rss"/>
<item>
<title>Cats &#x26; dogs</title>
<link>https://example.com/a</link>
<description>Short</description>
<content:encoded><![CDATA[<p>Long <a href="https://example.com/b">link</a> <img src="https://example.com/i.png" alt=""></p>]]></content:encoded>
<guid isPermaLink="false">tag:example.com,2026:article/a</guid>
<pubDate>Tue, 02 Jun 2026 09:00:00 +0000</pubDate>
<dc:creator>Ann</dc:creator>
<category>Pets</category>
<enclosure url="https://example.com/a.mp3" length="10" type="audio/mpeg"/>
<media:content url="https://example.com/i.png" medium="image"/>
<ev:startdate>2026-12-01</ev:startdate>
</item>
<item><title>Two</title><link>https://example.com/2</link><guid isPermaLink="false">tag:example.com,2026:article/b</guid></item>
</channel>
</rss>
`

const goodAtom = `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xml:lang="en">
<title type="text">News</title>
<id>tag:example.com,2026:feed</id>
<updated>2026-06-02T09:00:00Z</updated>
<link rel="self" href="https://example.com/feed.atom"/>
<link rel="alternate" type="text/html" href="https://example.com/"/>
<author><name>Example</name></author>
<entry>
<title type="text">Cats &#x26; dogs</title>
<id>tag:example.com,2026:article/a</id>
<published>2026-06-01T09:00:00Z</published>
<updated>2026-06-02T09:00:00.000001Z</updated>
<link rel="alternate" type="text/html" href="https://example.com/a"/>
<author><name>Ann</name><uri>https://example.com/ann</uri></author>
<category term="Pets"/>
<summary type="text">Short</summary>
<content type="html">&lt;p&gt;Long&lt;/p&gt;</content>
</entry>
<entry>
<title type="text">Two</title>
<id>tag:example.com,2026:article/b</id>
<updated>2026-06-02T09:00:00.000002Z</updated>
<link rel="alternate" type="text/html" href="https://example.com/b"/>
<summary type="text">Short too</summary>
</entry>
</feed>
`

const goodJSON = `{"version": "https://jsonfeed.org/version/1.1", "title": "News", "language": "en",
"home_page_url": "https://example.com/", "feed_url": "https://example.com/feed.json", "next_url": "https://example.com/2.json",
"hubs": [{"type": "WebSub", "url": "https://hub.example.com/"}],
"items": [
{"id": "tag:example.com,2026:article/a", "url": "https://example.com/a", "title": "Cats & dogs", "summary": "Short",
"content_html": "<p>Long</p>", "date_published": "2026-06-02T09:00:00Z", "authors": [{"name": "Ann"}], "tags": ["Pets"],
"attachments": [{"url": "https://example.com/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 10}]},
{"id": "b", "content_text": "Two"}]}
`

const goodOPML = `<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Feeds</title><dateModified>Tue, 02 Jun 2026 09:00:00 +0000</dateModified></head><body>
<outline text="Topics"><outline type="rss" text="AI" title="AI" xmlUrl="https://example.com/ai.rss" htmlUrl="https://example.com/ai" language="en"/>
<outline type="rss" text="Pay" title="Pay" xmlUrl="https://example.com/pay.rss"/></outline></body></opml>
`

var goodICS = strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:20251026T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1@example.com
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20260602
DTEND;VALUE=DATE:20260604
SUMMARY:London
STATUS:CONFIRMED
END:VEVENT
BEGIN:VEVENT
UID:2@example.com
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260105T100000
DTEND;TZID=Europe/Berlin:20260105T110000
SUMMARY:Berlin
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n")

var good = map[string]string{"rss": goodRSS, "atom": goodAtom, "json": goodJSON, "opml": goodOPML, "ics": goodICS}

func TestGoodFeeds(t *testing.T) {
	for format, doc := range good {
		for _, f := range Check(format, []byte(doc), now) {
			t.Errorf("%s: %v", format, f)
		}
	}
}

// Each fault is put into a good document and must be found by its rule.
var faults = []struct{ format, old, new, rule string }{
	{"rss", "</channel>", "", "SAXError"},
	{"rss", "<title>Two</title>", "<title>Tw\x01o</title>", "SAXError"},
	{"rss", "<title>Two</title>", "<title>Two & three</title>", "SAXError"},
	{"rss", "</rss>", "</rss><rss/>", "SAXError"},
	{"rss", "</rss>", "</rss>more", "SAXError"},
	{"rss", "<ttl>", "<x:ttl/><ttl>", "SAXError"},
	{"rss", `url="https://example.com/a.mp3"`, `url="https://example.com/a.mp3" url="x"`, "SAXError"},
	{"rss", `<rss `, `<!DOCTYPE rss><rss `, "ObsoleteNamespace"},
	{"rss", `xmlns:ev="`, `xmlns:odd="https://odd.example/" xmlns:ev="`, "UnknownNamespace"},
	{"rss", `version="2.0"`, `version="0.91"`, "InvalidRSSVersion"},
	{"rss", "channel>", "canal>", "MissingChannel"},
	{"rss", "<description>All of it</description>", "", "MissingElement"},
	{"rss", "<title>News</title>\n", "<title></title>\n", "NotBlank"},
	{"rss", "<title>Two</title>", "<title> </title>", "NotBlank"},
	{"rss", "<language>en-gb</language>", "", "MissingDCLanguage"},
	{"rss", "en-gb", "British English", "InvalidLanguage"},
	{"rss", `<atom:link rel="self" type="application/rss+xml" href="https://example.com/feed.rss"/>`, "", "MissingAtomSelfLink"},
	{"rss", `<item>`, `<atom:link rel="self" href="https://example.com/x"/><item>`, "DuplicateAtomLink"},
	{"rss", `<atom:link rel="self"`, `<atom:link rel="current" href="https://example.com/x"/><atom:link rel="current" href="https://example.com/y"/><atom:link rel="self"`, "DuplicateAtomLink"},
	{"rss", `<atom:link rel="self"`, `<atom:link rel="prev-archive" href="https://example.com/feed.rss"/><atom:link rel="self"`, "InvalidArchive"},
	{"rss", `<atom:link rel="self"`, `<atom:link rel="next-archive" href="https://example.com/2.rss"/><atom:link rel="self"`, "InvalidArchive"},
	{"rss", `<ttl>`, `<fh:archive xmlns:fh="http://purl.org/syndication/history/1.0"/><ttl>`, "InvalidArchive"},
	{"rss", `<ttl>`, `<fh:archive xmlns:fh="http://purl.org/syndication/history/1.0"/><fh:complete xmlns:fh="http://purl.org/syndication/history/1.0"/><ttl>`, "InvalidArchive"},
	{"atom", `<link rel="self"`, `<link rel="next-archive" href="https://example.com/2.atom"/><link rel="self"`, "InvalidArchive"},
	{"rss", `href="https://example.com/feed.rss"`, ``, "MissingHref"},
	{"rss", `type="application/rss+xml"`, `type="rss"`, "InvalidMIMEType"},
	{"rss", "<ttl>60</ttl>", "<ttl>-1</ttl>", "InvalidPositiveInteger"},
	{"rss", "<ttl>60</ttl>", "<ttl>60</ttl><ttl>61</ttl>", "DuplicateElement"},
	{"rss", "<ttl>60</ttl>", "<cloud>x</cloud>", "UnexpectedText"},
	{"rss", "<ttl>60</ttl>", "<textInput/>", "AvoidTextInput"},
	{"rss", "<ttl>60</ttl>", "<subtitle>x</subtitle>", "UndefinedElement"},
	{"rss", "<ttl>60</ttl>", "<managingEditor>Ann Writer</managingEditor>", "InvalidContact"},
	{"rss", "<ttl>60</ttl>", "<managingEditor>ann@example.com</managingEditor>", "MissingRealName"},
	{"rss", "</channel>", "<copyright>x</copyright></channel>", "MisplacedItem"},
	{"rss", "<width>100", "<width>600", "InvalidWidth"},
	{"rss", "<title>News</title><link>", "<title>Other</title><link>", "ImageLinkDoesntMatch"},
	{"rss", "<title>Two</title>", "", "ItemMustContainTitleOrDescription"},
	{"rss", `<guid isPermaLink="false">tag:example.com,2026:article/b</guid>`, "", "MissingGuid"},
	{"rss", "article/b</guid>", "article/a</guid>", "DuplicateValue"},
	{"rss", ` isPermaLink="false"`, "", "InvalidPermalink"},
	{"rss", `isPermaLink="false"`, `isPermaLink="no"`, "InvalidBooleanAttribute"},
	{"rss", "tag:example.com,2026:article/b", "17", "NotSufficientlyUnique"},
	{"rss", "tag:example.com,2026:article/b", "tag:example.com:8443,2026:article/b", "InvalidTAG"},
	{"rss", "tag:example.com,2026:article/b", "urn:uuid:1", "InvalidUUID"},
	{"rss", "<link>https://example.com/2</link>", "<link>/2</link>", "InvalidFullLink"},
	{"rss", "<link>https://example.com/2</link>", "<link></link>", "InvalidFullLink"},
	{"rss", "<link>https://example.com/2</link>", "<link>https://example.com/ä</link>", "InvalidFullLink"},
	{"rss", "<link>https://example.com/2</link>", "<link>https:///2</link>", "InvalidFullLink"},
	{"rss", "<title>Two</title>", "<title>Two &lt;b>fat&lt;/b></title>", "ContainsHTML"},
	{"rss", "Cats &#x26; dogs", "Cats &amp;amp; dogs", "ContainsHTML"},
	{"rss", "Tue, 02 Jun 2026 09:00:00 +0000</pubDate>", "Mon, 02 Jun 2026 09:00:00 +0000</pubDate>", "IncorrectDOW"},
	{"rss", "Tue, 02 Jun 2026 09:00:00 +0000</pubDate>", "2026-06-02</pubDate>", "InvalidRFC2822Date"},
	{"rss", "Tue, 02 Jun 2026 09:00:00 +0000</pubDate>", "Tue, 02 Jun 26 09:00:00 +0000</pubDate>", "InvalidRFC2822Date"},
	{"rss", "Tue, 02 Jun 2026 09:00:00 +0000</pubDate>", "Thu, 01 Jan 1970 00:00:00 +0000</pubDate>", "ImplausibleDate"},
	{"rss", "Tue, 02 Jun 2026 09:00:00 +0000</pubDate>", "Fri, 12 Jun 2026 09:00:00 GMT</pubDate>", "ImplausibleDate"},
	{"rss", "<dc:creator>Ann", "<author>ann@example.com (Ann)</author><dc:creator>Ann", "DuplicateItemSemantics"},
	{"rss", "<dc:creator>Ann", "<dc:creator>Ann &lt;ann@example.com>", "ContainsEmail"},
	{"rss", "<enclosure ", `<enclosure url="https://example.com/b.mp3" length="1" type="audio/mpeg"/><enclosure `, "DuplicateEnclosure"},
	{"rss", ` length="10"`, "", "MissingAttribute"},
	{"rss", `length="10"`, `length="ten"`, "InvalidIntegerAttribute"},
	{"rss", "<category>", "<source>Elsewhere</source><category>", "MissingAttribute"},
	{"rss", "<description>Short</description>", "", "NeedDescriptionBeforeContent"},
	{"rss", `href="https://example.com/b"`, `href="/b"`, "ContainsRelRef"},
	{"rss", `href="https://example.com/b"`, `href="javascript:x()"`, "SecurityRisk"},
	{"rss", `src="https://example.com/i.png" alt`, `src="//example.com/i.png" alt`, "ContainsRelRef"},
	{"rss", ` alt=""`, ` srcset="/i.png 2x"`, "ContainsRelRef"},
	{"rss", ` alt=""`, ` onerror="x()"`, "SecurityRiskAttr"},
	{"rss", "<p>Long", "<script>x()</script><p>Long", "SecurityRisk"},
	{"rss", "<p>Long", "<blog><p>Long", "NotHtml"},
	{"rss", "</p>]]>", "]]>", "NotHtml"},
	{"rss", "</p>]]>", "</div></p>]]>", "NotHtml"},
	{"rss", "<p>Long", strings.Repeat("<b>", 1001) + "<p>Long", "NotHtml"},
	{"rss", "Pets", "Pets\u0085", "BadCharacters"},
	{"rss", "Pets", "\uFFFD", "BadCharacters"},
	{"rss", "<ev:startdate>2026-12-01", "<ev:startdate>December", "InvalidW3CDTFDate"},

	{"atom", `<feed xmlns="http://www.w3.org/2005/Atom"`, `<feed xmlns="http://purl.org/atom/ns#"`, "UndefinedElement"},
	{"atom", `feed`, `food`, "UndefinedElement"},
	{"atom", "</author>\n<entry>", "</author>\n<content>x</content><entry>", "UndefinedElement"},
	{"atom", "<updated>2026-06-02T09:00:00Z</updated>\n", "", "MissingElement"},
	{"atom", "<updated>2026-06-02T09:00:00Z</updated>", "<updated></updated>", "NotBlank"},
	{"atom", "2026-06-02T09:00:00Z", "2026-06-02 09:00", "InvalidRFC3339Date"},
	{"atom", "2026-06-02T09:00:00Z", "0001-01-01T00:00:00Z", "ImplausibleDate"},
	{"atom", "2026-06-01T09:00:00Z</published>", "2026-06-03T09:00:00Z</published>", "UpdatedBeforePublished"},
	{"atom", `<link rel="self" href="https://example.com/feed.atom"/>`, "", "MissingSelf"},
	{"atom", `rel="alternate" type="text/html" href="https://example.com/b"/>`, `href="https://example.com/b"/><link href="https://example.com/c"/>`, "DuplicateAtomLink"},
	{"atom", "<author><name>Example</name></author>", "", "MissingElement"},
	{"atom", "<name>Ann</name>", "", "MissingElement"},
	{"atom", "<name>Ann</name>", "<name>Ann &lt;ann@example.com></name>", "ContainsEmail"},
	{"atom", "article/b</id>", "article/a</id>", "DuplicateEntries"},
	{"atom", "00.000002Z", "00.000001Z", "DuplicateUpdated"},
	{"atom", ` term="Pets"`, "", "MissingAttribute"},
	{"atom", ` xml:lang="en"`, "", "MissingDCLanguage"},
	{"atom", `<summary type="text">Short</summary>`, `<summary type="text/plain">Short</summary>`, "InvalidTextType"},
	{"atom", `<summary type="text">Short</summary>`, `<summary>A &lt;em>word&lt;/em></summary>`, "ContainsUndeclaredHTML"},
	{"atom", `<summary type="text">Short too</summary>`, "", "MissingTextualContent"},
	{"atom", `<link rel="alternate" type="text/html" href="https://example.com/b"/>`, "", "MissingContentOrAlternate"},
	{"atom", "<id>tag:example.com,2026:feed</id>", "<id>feed</id>", "InvalidFullLink"},

	{"json", `"title": "News",`, "", "MissingTitle"},
	{"json", `]}` + "\n", "", "InvalidJSON"},
	{"json", `]}` + "\n", "]} {}", "InvalidJSON"},
	{"json", "News", "N\xffws", "InvalidJSON"},
	{"json", "version/1.1", "version/1", "InvalidVersion"},
	{"json", `"language": "en",`, "", "MissingElement"},
	{"json", `"language": "en"`, `"language": "English please"`, "InvalidLanguage"},
	{"json", `"items"`, `"entries"`, "MissingItems"},
	{"json", `"tags": ["Pets"]`, `"tags": "Pets"`, "InvalidType"},
	{"json", `"tags": ["Pets"]`, `"tags": [1]`, "InvalidType"},
	{"json", `"title": "Cats & dogs"`, `"title": 1`, "InvalidType"},
	{"json", `{"id": "b", "content_text": "Two"}`, `"b"`, "InvalidType"},
	{"json", `"id": "b"`, `"id": ""`, "MissingId"},
	{"json", `"id": "b"`, `"id": 17`, "MissingId"},
	{"json", `"id": "b"`, `"id": "tag:example.com,2026:article/a"`, "DuplicateValue"},
	{"json", `, "content_text": "Two"`, "", "MissingContent"},
	{"json", `"summary": "Short"`, `"summary": "<p>Short</p>"`, "ContainsHTML"},
	{"json", `https://example.com/a"`, `/a"`, "InvalidFullLink"},
	{"json", `https://example.com/2.json`, `https://example.com/feed.json`, "NextIsSelf"},
	{"json", `"2026-06-02T09:00:00Z"`, `"June 2"`, "InvalidRFC3339Date"},
	{"json", `"id": "b"`, `"banner_": "x", "id": "b"`, "UndefinedElement"},
	{"json", `"authors": [{"name": "Ann"}]`, `"author": {"name": "Ann"}`, "DeprecatedAuthor"},
	{"json", `{"name": "Ann"}`, `{}`, "MissingElement"},
	{"json", `{"name": "Ann"}`, `{"name": "Ann <ann@example.com>"}`, "ContainsEmail"},
	{"json", `"type": "WebSub", `, "", "MissingElement"},
	{"json", `, "mime_type": "audio/mpeg"`, "", "MissingElement"},
	{"json", `"size_in_bytes": 10`, `"duration_in_seconds": 10.5`, "InvalidInteger"},
	{"json", "Two", `\u0001`, "BadCharacters"},
	{"json", "<p>Long</p>", `<img src='a.png'>`, "ContainsRelRef"},

	{"opml", `version="2.0"`, `version="3.0"`, "InvalidOPMLVersion"},
	{"opml", "head>", "kopf>", "MissingElement"},
	{"opml", ` text="Topics"`, ``, "MissingAttribute"},
	{"opml", ` xmlUrl="https://example.com/pay.rss"`, ``, "MissingXmlURL"},
	{"opml", ` title="Pay"`, ``, "MissingTitleAttr"},
	{"opml", `type="rss" `, ``, "MissingOutlineType"},
	{"opml", `pay.rss`, `ai.rss`, "DuplicateValue"},
	{"opml", `https://example.com/ai.rss`, `ai.rss`, "InvalidFullLink"},
	{"opml", "Tue, 02", "Wed, 02", "IncorrectDOW"},

	{"ics", "\r\n", "\n", "MissingCRLF"},
	{"ics", "SUMMARY:London", "SUMMARY:" + strings.Repeat("x", 70), "LineTooLong"},
	{"ics", "London", "Lon\x07don", "BadCharacters"},
	{"ics", "London", "Lon\xffdon", "InvalidUTF8"},
	{"ics", "SUMMARY:London\r\n", "\r\n", "BlankLine"},
	{"ics", "SUMMARY:London", "SUMMARY", "NotAProperty"},
	{"ics", "BEGIN:VCALENDAR", "BEGIN:VCARD", "NotACalendar"},
	{"ics", "BEGIN:VCALENDAR", "NAME:x\r\nBEGIN:VCALENDAR", "NotACalendar"},
	{"ics", "END:STANDARD", "END:DAYLIGHT", "Unbalanced"},
	{"ics", "END:VCALENDAR\r\n", "", "Unbalanced"},
	{"ics", "VERSION:2.0", "VERSION:1.0", "InvalidVersion"},
	{"ics", "PRODID:-//Example//EN\r\n", "", "MissingProperty"},
	{"ics", "UID:1@example.com\r\n", "", "MissingProperty"},
	{"ics", "STATUS:CONFIRMED", "STATUS:CONFIRMED\r\nSTATUS:CANCELLED", "DuplicateProperty"},
	{"ics", "STATUS:CONFIRMED", "STATUS:POSTPONED", "InvalidStatus"},
	{"ics", "UID:2@", "UID:1@", "DuplicateValue"},
	{"ics", "20260604", "20260602", "EndNotAfterStart"},
	{"ics", "DTEND;VALUE=DATE:20260604", "DTEND:20260604T000000Z", "MixedTypes"},
	{"ics", "20260602", "20260631", "InvalidDate"},
	{"ics", "DTSTAMP:20260101T000000Z", "DTSTAMP:20260101T000000", "NotUTC"},
	{"ics", ";TZID=Europe/Berlin", "", "FloatingTime"},
	{"ics", ";TZID=Europe/Berlin", ";TZID=Europe/Paris", "UnknownTZID"},
	{"ics", "VERSION:2.0", "VERSION:2.0\r\nMETHOD:REQUEST", "InvalidMethod"},
	{"ics", "VERSION:2.0", "VERSION:2.0\r\nMETHOD:PUBLISH", "MissingProperty"},
	{"ics", "VERSION:2.0", "VERSION:2.0\r\nMETHOD:PUBLISH\r\nNAME:Events", "NamedMessage"},
	{"ics", "BEGIN:VCALENDAR\r\n", "BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nMETHOD:PUBLISH\r\n", "DuplicateProperty"},
	{"ics", "VERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VTIMEZONE", "VERSION:2.0\r\nPRODID:-//Example//EN\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\nUID:3@example.com\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260101T000000Z\r\nATTENDEE:mailto:ada@example.com\r\nEND:VEVENT\r\nBEGIN:VTIMEZONE", "AttendeeOfPublished"},
}

func TestFaults(t *testing.T) {
	fired := map[string]bool{"Unreadable": true, "TooLarge": true}
	for _, f := range faults {
		bad := strings.ReplaceAll(good[f.format], f.old, f.new)
		if bad == good[f.format] {
			t.Errorf("%s: %q is not in the good document", f.format, f.old)
			continue
		}
		var rules []string
		for _, got := range Check(f.format, []byte(bad), now) {
			rules = append(rules, got.Rule)
		}
		if !strings.Contains(fmt.Sprint(rules)+" ", f.rule) {
			t.Errorf("%s: %q for %q: found %v, want %s", f.format, f.new, f.old, rules, f.rule)
		}
		fired[f.rule] = true
	}
	fired["UnknownFormat"] = len(Check("cdf", nil, now)) == 1
	fired["MissingComponent"] = len(Check("ics", []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"), now)) == 1

	for _, rule := range rulesInSource(t) {
		if !fired[rule] {
			t.Errorf("no fault shows that %s is found", rule)
		}
	}
}

// rulesInSource returns the names of all rules, as the code spells them.
func rulesInSource(t *testing.T) []string {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	call := regexp.MustCompile(`l\.(?:fail|warn|plain|self)\(.*?"([A-Z][A-Za-z0-9]+)"`)
	var rules []string
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(src), -1) {
			if m[1] != strings.ToUpper(m[1]) { // VEVENT is a place, not a rule
				rules = append(rules, m[1])
			}
		}
	}
	if len(rules) < 60 {
		t.Fatalf("found only %d rules in the source", len(rules))
	}
	return rules
}

func TestDeepDocument(t *testing.T) {
	deep := strings.Repeat("<a>", maxDepth+1) + strings.Repeat("</a>", maxDepth+1)
	if got := Check("rss", []byte(deep), now); len(got) != 1 || got[0].Rule != "SAXError" {
		t.Errorf("found %v, want one SAXError", got)
	}
}

func TestFindingsHaveLines(t *testing.T) {
	bad := strings.Replace(goodRSS, "<link>https://example.com/2</link>", "<link>/2</link>", 1)
	got := Check("rss", []byte(bad), now)
	want := `25: error: item 2 link: "/2" is not an absolute URL (InvalidFullLink)`
	if len(got) != 1 || got[0].String() != want {
		t.Errorf("found %v, want %s", got, want)
	}
}

func FuzzCheck(f *testing.F) {
	for format, doc := range good {
		f.Add(format, []byte(doc))
	}
	f.Add("rss", []byte("<rss version='2.0'><channel><item><guid>"))
	f.Add("ics", []byte("BEGIN:VCALENDAR\r\n x\r\nDTSTART"))
	f.Fuzz(func(t *testing.T, format string, doc []byte) {
		for _, found := range Check(format, doc, now) {
			if found.Rule == "Unreadable" {
				t.Error(found)
			}
		}
	})
}
