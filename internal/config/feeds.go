package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

func (r *reader) feeds(n *yaml.Node, f *Feeds) {
	var moved, gone *yaml.Node
	r.fields(n, "feeds", []field{
		{key: "full_text", read: r.truth(&f.FullText)},
		{key: "items", read: r.number(&f.Items, 1, 1000)},
		{key: "repeats", read: r.number(&f.Repeats, 0, 1_000_000)},
		{key: "moved", read: func(n *yaml.Node) { moved = n }},
		{key: "gone", read: func(n *yaml.Node) { gone = n }},
		{key: "hub", read: r.hub(&f.Hub)},
	})
	if moved != nil {
		r.path = append(r.path, "moved")
		r.moved(moved, f)
		r.path = r.path[:len(r.path)-1]
	}
	if gone != nil {
		r.gone(gone, f)
	}
}

// hub reads where another hub takes what we publish.
func (r *reader) hub(to *string) func(*yaml.Node) {
	return r.url("hub", func(n *yaml.Node, u *url.URL) {
		if u.Fragment != "" {
			r.wrong(n, quote(n.Value)+" has a fragment, which no server is told", "like https://hub.example.com/")
			return
		}
		*to = u.String()
	})
}

// moved reads where feeds were, and where they are now.
func (r *reader) moved(n *yaml.Node, f *Feeds) {
	f.Moved = map[string]string{}
	targets := map[string]*yaml.Node{} // by where from
	r.pairs(n, "moved", "like /old/path.xml: /feed.rss", func(key, value *yaml.Node) {
		from, ok := r.formerly(key)
		if !ok {
			return
		}
		to, ok := r.scalar(value)
		switch {
		case !ok:
		case !feedAddress.MatchString(to):
			r.wrong(value, quote(to)+" is not the address of a feed of ours", "like /feed.rss, /topics/platform/feed.atom or /events.ics")
		case f.Moved[from] != "":
			r.wrong(key, quote(key.Value)+" stands here a second time", "")
		default:
			f.Moved[from], targets[from] = to, value
		}
	})
	for from, at := range targets {
		to := f.Moved[from]
		path, err := url.PathUnescape(to)
		if err != nil {
			continue
		}
		switch next := f.Moved[path]; next {
		case "":
		case to:
			r.wrong(at, quote(to)+" is said to have moved to itself", "")
		default:
			r.wrong(at, quote(to)+" has moved as well", "lead straight to where it is now: "+next)
		}
	}
}

// gone reads where feeds were that are nowhere now.
func (r *reader) gone(n *yaml.Node, f *Feeds) {
	f.Gone = map[string]bool{}
	r.list(n, "[/old.rss]", func(n *yaml.Node) {
		at, ok := r.formerly(n)
		switch {
		case !ok:
		case f.Gone[at]:
			r.wrong(n, quote(n.Value)+" stands here a second time", "")
		case f.Moved[at] != "":
			r.wrong(n, quote(n.Value)+" is said to have moved", "either moved or gone")
		default:
			f.Gone[at] = true
		}
	})
}

// feedAddress is what the addresses of our feeds look like.
var feedAddress = regexp.MustCompile(`^/(feed\.(rss|atom|json)|(topics|authors)/[^/?#]+/feed\.(rss|atom|json)|events(/[^/?#]+)?\.(ics|rss|atom|json)|feeds\.opml)$`)

// always are pages and feeds there are in every publication.
var always = []string{
	"/", "/articles", "/events", "/archive", "/feeds",
	"/feed.rss", "/feed.atom", "/feed.json", "/events.ics", "/events.rss", "/events.atom", "/events.json", "/feeds.opml",
}

// formerly reads an address that a feed once had: a path, or one with a query,
// without a slash at the end of the path.
func (r *reader) formerly(n *yaml.Node) (at string, ok bool) {
	v, ok := r.scalar(n)
	if !ok {
		return "", false
	}
	u, err := url.Parse(v)
	switch {
	case err == nil && u.Host != "" && u.Scheme != "":
		r.wrong(n, quote(n.Value)+" is more than a path", "leave out "+u.Scheme+"://"+u.Host)
	case err != nil || u.Host != "" || !strings.HasPrefix(u.Path, "/") || u.Fragment != "":
		r.wrong(n, quote(n.Value)+" is not a path", "like /old/path.xml or /?feed=rss2")
	case u.RawQuery == "" && slices.Contains(always, bare(u.Path)):
		r.wrong(n, quote(n.Value)+" is a page or a feed of ours", "name an address that is no longer in use")
	case u.RawQuery != "":
		return bare(u.Path) + "?" + u.RawQuery, true
	default:
		return bare(u.Path), true
	}
	return "", false
}

// bare returns a path without slashes at its end, which make no other feed of
// it.
func bare(path string) string {
	if path = strings.TrimRight(path, "/"); path == "" {
		return "/"
	}
	return path
}
