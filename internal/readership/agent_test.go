package readership

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestParse reads what programs say of themselves.
func TestParse(t *testing.T) {
	for agent, want := range map[string]Program{
		"Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)":                                            {"Feedly", 16, Reader},
		"Mozilla/5.0 (compatible; inoreader/1.0; +https://www.inoreader.com/feed-fetcher; 25 subscribers; )":                                   {"Inoreader", 25, Reader},
		"NewsBlur Feed Fetcher - 1204 subscribers - https://www.newsblur.com/site/1/example (Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7))": {"NewsBlur", 1204, Reader},
		"Feedbin feed-id:1234 - 7 subscribers":                                             {"Feedbin", 7, Reader},
		"Mozilla/5.0 (compatible; theoldreader.com; 3 subscribers; feed-id=0a1b2c)":        {"The Old Reader", 3, Reader},
		"Mozilla/5.0 (compatible; BazQux/2.4; +https://bazqux.com/fetcher; 1 subscribers)": {"BazQux", 1, Reader},
		"Miniflux/2.2.5": {"Miniflux", 0, Reader},
		"Mozilla/5.0 (compatible; Miniflux/2.0.9; +https://miniflux.app)":                                                       {"Miniflux", 0, Reader},
		"FreshRSS/1.26.1 (Linux; https://freshrss.org)":                                                                         {"FreshRSS", 0, Reader},
		"NetNewsWire (RSS Reader; https://netnewswire.com/)":                                                                    {"NetNewsWire", 0, Reader},
		"Newsboat/2.37 (Linux x86_64)":                                                                                          {"Newsboat", 0, Reader},
		"Tiny Tiny RSS/24.01 (https://tt-rss.org/)":                                                                             {"Tiny Tiny RSS", 0, Reader},
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.3.0":                                          {"Thunderbird", 0, Reader},
		"CommaFeed/5.6.1 (https://github.com/Athou/commafeed)":                                                                  {"CommaFeed", 0, Reader},
		"Reeder/5050001 CFNetwork/1568.300.101 Darwin/24.2.0":                                                                   {"Reeder", 0, Reader},
		"Slackbot 1.0 (+https://api.slack.com/robots)":                                                                          {"Slack", 0, Reader},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36": {"Browser", 0, Browser},
		"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0":                                                {"Browser", 0, Browser},
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)":                                              {"Googlebot", 0, Robot},
		"Mozilla/5.0 (compatible; SomeCrawler/1.0; +https://crawler.example)":                                                   {"SomeCrawler", 0, Robot},
		"curl/8.11.0":                      {"curl", 0, Robot},
		"MyReader/1.0 (subscribers: 12)":   {"MyReader", 12, Reader},
		"MyReader 1.0 subscribers=9":       {"MyReader 1.0 subscribers", 9, Reader},
		"Example Reader/3 (no subscriber)": {"Example Reader", 0, Reader},
		"":                                 {"Unnamed", 0, Reader},
		"  \x00<script>":                   {"Unnamed", 0, Reader},
		"Feedly/1.0 (99999999999999999999999 subscribers)":   {"Feedly", 0, Reader},
		"Feedly/1.0 (999999999999 subscribers)":              {"Feedly", mostTold, Reader},
		"Ünïcode Reader/1":                                   {"Unnamed", 0, Reader},
		strings.Repeat("x", 600) + " feedly 16 subscribers":  {strings.Repeat("x", 40), 0, Reader},
		"Feedly/1.0 (-16 subscribers)":                       {"Feedly", 16, Reader},
		"Vienna/9014 (Macintosh; macOS 15.1) AppleWebKit/60": {"Vienna", 0, Reader},
	} {
		if diff := cmp.Diff(want, Parse(agent)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", agent, diff)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)")
	f.Add("Mozilla/5.0 (compatible; x")
	f.Add(" subscriber subscribers=999999999999999999999 reader")
	f.Add("\xff\x00(compatible;\xc3")
	f.Fuzz(func(t *testing.T, agent string) {
		p := Parse(agent)
		if p.Name == "" || len(p.Name) > 40 || p.Told < 0 || p.Told > mostTold || p.Kind < Reader || p.Kind > Robot {
			t.Errorf("%q: %+v", agent, p)
		}
		for _, r := range p.Name {
			if r < ' ' || r > '~' {
				t.Errorf("%q: name %q", agent, p.Name)
			}
		}
		if again := Parse(agent); again != p {
			t.Errorf("%q: %+v, then %+v", agent, p, again)
		}
	})
}
