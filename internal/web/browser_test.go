package web

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/standfirst/standfirst/internal/webtest"
)

// Without JavaScript, and both where browsers send Sec-Fetch-Site and where
// they do not.
func TestUnsubscribeInABrowser(t *testing.T) {
	s := newSite(t)
	b := webtest.NewBrowser(t)
	b.Do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	u, err := url.Parse(s.url)
	s.Must(err)
	for _, origin := range []string{s.url, "http://news.example:" + u.Port()} {
		link := "/unsubscribe/" + s.Tokens.Leave(s.IDs[webtest.Ada], "weekly")
		b.Do(chromedp.Navigate(origin + link))
		if got := b.Press(link); got != "You are unsubscribed" {
			t.Fatalf("%s: %s", origin, got)
		}
		if _, taken := s.Reader(webtest.Ada); taken != "dates" {
			t.Errorf("%s: takes %q", origin, taken)
		}
		if got := b.Press(link + "/undo"); got != "You are subscribed again" {
			t.Errorf("%s: %s", origin, got)
		}
		if _, taken := s.Reader(webtest.Ada); taken != "dates weekly" {
			t.Errorf("%s: after undo, takes %q", origin, taken)
		}

		b.Do(
			chromedp.Navigate(origin+"/preferences/"+s.Tokens.Preferences(s.IDs[webtest.Ada], "weekly")),
			chromedp.Click(`input[name=topic][value=Platform]`),
		)
		saved := b.Leads(`[role=status]`, chromedp.Click(`button[value=save]`))
		want := map[bool]string{true: "Platform", false: ""}[origin == s.url] // ticked, then unticked
		if reader, _ := s.Reader(webtest.Ada); strings.Join(reader.Topics, " ") != want {
			t.Errorf("%s: topics %q, want %q (%s)", origin, reader.Topics, want, saved)
		}
	}
	for _, c := range b.Told() {
		t.Error(c)
	}
}

// Every page is shown without the browser objecting: no style, picture or
// frame of ours is refused by our own policy.
func TestPagesInABrowser(t *testing.T) {
	s := newSite(t)
	b := webtest.NewBrowser(t)
	for pattern, paths := range s.addresses() {
		for _, path := range paths {
			if got := s.get(path); !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") && pattern != "/feed.rss" && pattern != "/feed.atom" {
				continue
			}
			b.Do(chromedp.Navigate(s.url+path), chromedp.Sleep(50*time.Millisecond)) // complaints come late
			for _, c := range b.Told() {
				t.Errorf("%s: %s", path, c)
			}
		}
	}
}
