package feed_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
)

func ExampleFeed_RSS() {
	day := time.Date(2026, 6, 2, 9, 0, 0, 0, time.UTC)
	wire := []content.Entry{{
		Release: content.Release{N: 1, Kind: content.KindArticle, At: day},
		State:   content.Public,
		Article: &content.Article{
			ID: "k3v9", URL: "https://example.com/estimates", Title: "Estimates & promises", Standfirst: "Why they are not the same.",
			Authors: []content.Author{{Name: "Ann Writer"}}, Published: day,
		},
	}}
	pub := feed.Publication{Title: "The Example Lead", URL: "https://example.com"}

	doc, err := feed.Articles(pub, feed.Scope{}, wire, feed.Options{}).RSS()
	if err != nil {
		fmt.Println(err)
		return
	}
	_, item, _ := strings.Cut(string(doc), "    <item>\n")
	item, _, _ = strings.Cut(item, "    </item>")
	fmt.Print(item)
	// Output:
	//       <title>Estimates &#x26; promises</title>
	//       <description>Why they are not the same.</description>
	//       <link>https://example.com/estimates</link>
	//       <guid isPermaLink="false">tag:example.com,2026:article/k3v9</guid>
	//       <pubDate>Tue, 02 Jun 2026 09:00:00 +0000</pubDate>
	//       <atom:updated>2026-06-02T09:00:00Z</atom:updated>
	//       <dc:creator>Ann Writer</dc:creator>
}

func ExampleSegment() {
	fmt.Println(feed.Segment("Platform Engineering"), feed.Segment("AI/ML"))
	// Output: platform-engineering ai-ml
}
