package webtest

import (
	"context"
	"fmt"
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

// A Browser is a tab of Chromium that writes down what it complains about.
type Browser struct {
	Ctx context.Context
	T   *testing.T

	mu         sync.Mutex
	complaints []string
}

// NewBrowser starts Chromium. It knows the name news.example for this machine:
// over plain HTTP to a name, unlike to 127.0.0.1, browsers send no
// Sec-Fetch-Site.
func NewBrowser(t *testing.T) *Browser {
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
	b := &Browser{Ctx: ctx, T: t}
	b.Do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
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
func listen[E any](b *Browser, tab *chromedp.Target, event cdp.Event[E], words func(E) string) {
	events := cdp.Events(b.Ctx, tab, event)
	go func() {
		for e, err := range events {
			if err != nil {
				return
			}
			b.complain(words(e))
		}
	}()
}

func (b *Browser) complain(what string) {
	if strings.Contains(what, "https://pictures.example/") {
		return // a picture that is not there; it was allowed to load
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = append(b.complaints, what)
}

// Told returns the complaints since it was asked last.
func (b *Browser) Told() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	told := b.complaints
	b.complaints = nil
	return told
}

// Do takes steps, which must succeed.
func (b *Browser) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.T.Helper()
	if err := chromedp.Do(b.Ctx, steps...); err != nil {
		b.T.Fatal(err)
	}
}

// Leads does what makes another page come, and returns that page's text in an
// element.
func (b *Browser) Leads(sel string, steps ...chromedp.Action[chromedp.Void]) string {
	b.T.Helper()
	if _, err := chromedp.RunResponse(b.Ctx, steps...); err != nil {
		b.T.Fatal(err)
	}
	text, err := chromedp.Run(b.Ctx, chromedp.Text(sel))
	if err != nil {
		b.T.Fatal(err)
	}
	return text
}

// Press presses the button of the form that posts to a path, and returns the
// heading of the page that comes.
func (b *Browser) Press(action string) string {
	b.T.Helper()
	return b.Leads("h1", chromedp.Click(fmt.Sprintf(`form[action=%q] button`, action)))
}

// WithoutScripts keeps the browser from running JavaScript.
func (b *Browser) WithoutScripts() {
	b.T.Helper()
	b.Do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

// Until waits for an element to have a text.
func (b *Browser) Until(sel, want string) {
	b.T.Helper()
	got := ""
	for range 40 {
		text, err := chromedp.Run(b.Ctx, chromedp.Text(sel))
		if got = text; err == nil && strings.TrimSpace(got) == want {
			return
		}
		time.Sleep(250 * time.Millisecond)
	}
	b.T.Fatalf("%s is %q, want %q", sel, got, want)
}
