// Package readership counts who reads feeds, as far as that can be known
// without knowing anybody: services that fetch a feed for many tell for how
// many, in their User-Agent; of other programs the distinct clients of a day are
// estimated, from a sketch that holds no address.
//
// The package does not know HTTP or where counts are kept.
package readership

import (
	"strconv"
	"strings"
)

// A Program is what a User-Agent says of who fetches a feed.
type Program struct {
	Name string // "Feedly", as people call it; never empty
	Told int    // readers that it fetches for; 0: it does not say
	Kind Kind
}

// Kind is what a program is to a publication.
type Kind int

// The kinds of programs.
const (
	Reader  Kind = iota // a feed reader, or what may be one
	Browser             // a person looked at the feed
	Robot               // a search engine, a checker, a service that reads for nobody
)

// mostTold bounds what is believed: nobody reads one feed for more people.
const mostTold = 100_000_000

// longest is how much of a User-Agent is looked at.
const longest = 512

// known are programs by a word in their User-Agent, in lower case. The first
// that is found counts.
var known = []struct {
	word, name string
	kind       Kind
}{
	{"feedly", "Feedly", Reader}, {"inoreader", "Inoreader", Reader}, {"newsblur", "NewsBlur", Reader},
	{"feedbin", "Feedbin", Reader}, {"theoldreader", "The Old Reader", Reader}, {"bazqux", "BazQux", Reader},
	{"feedhq", "FeedHQ", Reader}, {"newsboat", "Newsboat", Reader}, {"netnewswire", "NetNewsWire", Reader},
	{"reeder", "Reeder", Reader}, {"miniflux", "Miniflux", Reader}, {"freshrss", "FreshRSS", Reader},
	{"tiny tiny rss", "Tiny Tiny RSS", Reader}, {"tt-rss", "Tiny Tiny RSS", Reader}, {"nextcloud-news", "Nextcloud News", Reader},
	{"thunderbird", "Thunderbird", Reader}, {"feedbro", "Feedbro", Reader}, {"quiterss", "QuiteRSS", Reader},
	{"rssguard", "RSS Guard", Reader}, {"akregator", "Akregator", Reader}, {"liferea", "Liferea", Reader},
	{"feeder", "Feeder", Reader}, {"antennapod", "AntennaPod", Reader}, {"vienna", "Vienna", Reader},
	{"newsflash", "NewsFlash", Reader}, {"unread", "Unread", Reader}, {"rssowl", "RSSOwl", Reader},
	{"slackbot", "Slack", Reader}, {"discordbot", "Discord", Robot}, {"feedpress", "FeedPress", Reader},
	{"blogtrottr", "Blogtrottr", Reader}, {"kill the newsletter", "Kill the Newsletter", Reader}, {"yarr", "Yarr", Reader},
	{"commafeed", "CommaFeed", Reader}, {"feedreader", "FeedReader", Reader}, {"elfeed", "Elfeed", Reader},
	{"microsoft outlook", "Outlook", Reader}, {"feedfetcher-google", "Google Feedfetcher", Robot},
	{"googlebot", "Googlebot", Robot}, {"bingbot", "Bing", Robot}, {"yandex", "Yandex", Robot}, {"applebot", "Applebot", Robot},
	{"duckduckbot", "DuckDuckGo", Robot}, {"gptbot", "GPTBot", Robot}, {"claudebot", "ClaudeBot", Robot},
	{"ahrefsbot", "Ahrefs", Robot}, {"semrushbot", "Semrush", Robot}, {"w3c_validator", "W3C validator", Robot}, {"feedvalidator", "W3C validator", Robot},
	{"facebookexternalhit", "Facebook", Robot}, {"curl/", "curl", Robot}, {"wget/", "Wget", Robot},
	{"python-requests", "Python", Robot}, {"feedparser", "Python", Robot}, {"go-http-client", "Go", Robot},
}

// Parse reads a User-Agent, which may be anything. A program that is not known
// has the name that it begins with.
func Parse(agent string) Program {
	agent = strings.TrimSpace(agent[:min(len(agent), longest)])
	lower := strings.ToLower(agent)
	p := Program{Told: told(lower)}
	for _, k := range known {
		if strings.Contains(lower, k.word) {
			p.Name, p.Kind = k.name, k.kind
			return p
		}
	}
	switch {
	case strings.Contains(lower, "bot") || strings.Contains(lower, "spider") || strings.Contains(lower, "crawl"):
		p.Kind = Robot
	case strings.HasPrefix(lower, "mozilla/") && p.Told == 0 && !strings.Contains(lower, "compatible;") &&
		(strings.Contains(lower, "gecko") || strings.Contains(lower, "applewebkit")):
		p.Name, p.Kind = "Browser", Browser
		return p
	}
	if p.Name = first(agent); p.Name == "" {
		p.Name = "Unnamed"
	}
	return p
}

// told returns the number before "subscribers" or "readers".
func told(lower string) int {
	for _, word := range []string{" subscriber", " reader", " users"} {
		before, _, found := strings.Cut(lower, word)
		if !found {
			continue
		}
		digits := len(before)
		for digits > 0 && '0' <= before[digits-1] && before[digits-1] <= '9' {
			digits--
		}
		if n, err := strconv.Atoi(before[digits:]); err == nil && n > 0 {
			return min(n, mostTold)
		}
	}
	for _, sign := range []string{"subscribers=", "subscribers:", "subscribers "} {
		_, after, found := strings.Cut(lower, sign)
		if !found {
			continue
		}
		after = strings.TrimSpace(after)
		digits := 0
		for digits < len(after) && '0' <= after[digits] && after[digits] <= '9' {
			digits++
		}
		if n, err := strconv.Atoi(after[:digits]); err == nil {
			return min(n, mostTold)
		}
	}
	return 0
}

// first is the name that an agent begins with, or the one of what is
// "compatible", as far as it is of letters.
func first(agent string) string {
	if _, after, ok := strings.Cut(agent, "(compatible;"); ok {
		agent = strings.TrimSpace(after)
	}
	end := strings.IndexFunc(agent, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(" ._-", r))
	})
	if end >= 0 {
		agent = agent[:end]
	}
	const most = 40
	return strings.Trim(agent[:min(len(agent), most)], " ._-")
}
