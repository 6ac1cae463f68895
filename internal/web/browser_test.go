package web

import (
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A browser is a tab of Chromium that writes down what it complains about.
type browser struct {
	ctx context.Context
	t   *testing.T

	mu         sync.Mutex
	complaints []string
}

// newBrowser starts Chromium. It knows the name news.example for this machine:
// over plain HTTP to a name, unlike to 127.0.0.1, browsers send no
// Sec-Fetch-Site.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium here: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP news.example 127.0.0.1"),
		chromedp.Flag("force-prefers-reduced-motion", true), // a click in the midst of a page's transition is lost
	)
	ctx, stop := context.WithTimeout(context.Background(), 90*time.Second)
	t.Cleanup(stop)
	ctx, stopAll := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stopAll)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	b := &browser{ctx: ctx, t: t}
	b.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		listen(b, tab, log.EntryAdded, func(e log.EventEntryAdded) string {
			return fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		})
		listen(b, tab, runtime.ConsoleAPICalled, func(e runtime.EventConsoleAPICalled) string { return fmt.Sprint("console: ", e.Args) })
		listen(b, tab, runtime.ExceptionThrown, func(e runtime.EventExceptionThrown) string { return fmt.Sprint("exception: ", e.ExceptionDetails) })
		_, err := cdp.Call(ctx, tab, log.Enable, cdp.Empty{})
		return err
	}))
	return b
}

// listen writes down every event of a kind, in words.
func listen[E any](b *browser, tab *chromedp.Target, event cdp.Event[E], words func(E) string) {
	events := cdp.Events(b.ctx, tab, event)
	go func() {
		for e, err := range events {
			if err != nil {
				return
			}
			b.complain(words(e))
		}
	}()
}

func (b *browser) complain(what string) {
	if strings.Contains(what, "https://pictures.example/") {
		return // a picture that is not there; it was allowed to load
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = append(b.complaints, what)
}

// told returns the complaints since it was asked last.
func (b *browser) told() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	told := b.complaints
	b.complaints = nil
	return told
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// leads does what makes another page come, and returns that page's text in an
// element.
func (b *browser) leads(sel string, steps ...chromedp.Action[chromedp.Void]) string {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
	text, err := chromedp.Run(b.ctx, chromedp.Text(sel))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

// press presses the button of the form that posts to a path, and returns the
// heading of the page that comes.
func (b *browser) press(action string) string {
	b.t.Helper()
	return b.leads("h1", chromedp.Click(fmt.Sprintf(`form[action=%q] button`, action)))
}

// Without JavaScript, and both where browsers send Sec-Fetch-Site and where
// they do not.
func TestUnsubscribeInABrowser(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t)
	b.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	u, err := url.Parse(s.url)
	s.must(err)
	for _, origin := range []string{s.url, "http://news.example:" + u.Port()} {
		link := "/unsubscribe/" + s.Tokens.Leave(s.readers[ada], "weekly")
		b.do(chromedp.Navigate(origin + link))
		if got := b.press(link); got != "You are unsubscribed" {
			t.Fatalf("%s: %s", origin, got)
		}
		if _, taken := s.reader(ada); taken != "dates" {
			t.Errorf("%s: takes %q", origin, taken)
		}
		if got := b.press(link + "/undo"); got != "You are subscribed again" {
			t.Errorf("%s: %s", origin, got)
		}
		if _, taken := s.reader(ada); taken != "dates weekly" {
			t.Errorf("%s: after undo, takes %q", origin, taken)
		}

		b.do(
			chromedp.Navigate(origin+"/preferences/"+s.Tokens.Preferences(s.readers[ada], "weekly")),
			chromedp.Click(`input[name=topic][value=Platform]`),
		)
		saved := b.leads(`[role=status]`, chromedp.Click(`button[value=save]`))
		want := map[bool]string{true: "Platform", false: ""}[origin == s.url] // ticked, then unticked
		if reader, _ := s.reader(ada); strings.Join(reader.Topics, " ") != want {
			t.Errorf("%s: topics %q, want %q (%s)", origin, reader.Topics, want, saved)
		}
	}
	for _, c := range b.told() {
		t.Error(c)
	}
}

// Every page is shown without the browser objecting: no style, picture or
// frame of ours is refused by our own policy.
func TestPagesInABrowser(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t)
	for pattern, paths := range s.addresses() {
		for _, path := range paths {
			if got := s.get(path); !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") && pattern != "/feed.rss" && pattern != "/feed.atom" {
				continue
			}
			b.do(chromedp.Navigate(s.url+path), chromedp.Sleep(50*time.Millisecond)) // complaints come late
			for _, c := range b.told() {
				t.Errorf("%s: %s", path, c)
			}
		}
	}
}
