package clicks

import "strings"

// longest is how much of a User-Agent is looked at.
const longest = 512

// scanners are words in the User-Agents of programs that nobody sits before, in
// lower case.
var scanners = []string{
	"bot", "crawl", "spider", "slurp", "scan", "preview", "prefetch", "fetch", "headless", "phantomjs", "monitor", "validator", "linkcheck", "link check",
	"proofpoint", "barracuda", "mimecast", "safelinks", "safebrowsing", "symantec", "messagelabs", "ironport", "fireeye", "trellix", "sophos",
	"trendmicro", "trend micro", "forcepoint", "cloudmark", "avanan", "checkpoint", "vade", "hornetsecurity", "zscaler", "google-safety",
	"googleimageproxy", "yahoomailproxy", "facebookexternalhit", "whatsapp", "embedly", "iframely", "microsoft office",
	"curl/", "wget", "python", "go-http-client", "java/", "okhttp", "httpclient", "axios", "node", "php/", "ruby", "perl", "http_request",
}

// Scanner reports whether a User-Agent, which may be anything, is that of a
// program which follows links by itself. A browser that a scanner drives looks
// like any other and is taken for a person.
func Scanner(agent string) bool {
	if agent == "" {
		return true
	}
	agent = strings.ToLower(agent[:min(len(agent), longest)])
	agent = strings.ReplaceAll(agent, "cubot", "") // a maker of telephones
	for _, word := range scanners {
		if strings.Contains(agent, word) {
			return true
		}
	}
	return false
}
