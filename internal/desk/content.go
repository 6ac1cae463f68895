package desk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/readership"
)

// ContentDesk is what editors see and say of sources, articles, events and
// feeds. Errors are digest.ErrNotFound; digest.ErrState and digest.ErrChanged
// where what was meant has changed meanwhile. What is said twice is done once.
type ContentDesk interface {
	Rule(ctx context.Context, source, mark string, r content.Ruling, now time.Time) error
	TakeBack(ctx context.Context, source, mark string) (bool, error)

	ArticleRows(ctx context.Context, f content.ArticleFilter) (rows []content.ArticleRow, total int, err error)
	ArticleFile(ctx context.Context, id string) (*content.ArticleFile, error)
	ReleaseAfter(ctx context.Context, article string, newest int64, now time.Time) (content.Release, error)
	Withdraw(ctx context.Context, article string, now time.Time) error
	BringBack(ctx context.Context, article string, now time.Time) error
	Pin(ctx context.Context, article string, on bool) error
	SetNotInLetters(ctx context.Context, article string, on bool) error

	Events(ctx context.Context, q content.EventQuery) ([]content.Event, error)
	Told(ctx context.Context, after time.Time) (map[string][]content.Release, error)
	Quiet(ctx context.Context) (map[string]bool, error)
	SetQuiet(ctx context.Context, event string, on bool) error

	Readership(ctx context.Context, day time.Time) ([]readership.Count, error)
	Followers(ctx context.Context) (map[string]int, error)
}

// A ContentWatch is the part of the desk that looks after content.
type ContentWatch struct {
	Store ContentDesk
	// Sync reads one source now; accept agrees to what its guards hold. Nil:
	// another process reads the sources.
	Sync func(ctx context.Context, source string, accept bool) (content.Report, error)
	// Changed is called when an editor has changed what feeds show; nil: nobody
	// waits.
	Changed func()
	Remind  []int // days before an event

	syncs    singleflight.Group
	verdicts verdicts
}

// changed tells that something was changed of what is public.
func (c *ContentWatch) changed() {
	if c.Changed != nil {
		c.Changed()
	}
}

// stale reports whether an act came too late: what it was about has changed.
func stale(err error) bool {
	return errors.Is(err, digest.ErrState) || errors.Is(err, digest.ErrChanged)
}

// lead leads back to a page of the desk that says what was done.
func lead(w http.ResponseWriter, r *http.Request, to, did string) error {
	return seeOther(w, r, to+"?did="+url.QueryEscape(did))
}

// acted says what an act led here to say, by the group of messages; empty if
// nothing, or if somebody made the address up.
func (d *Desk) acted(r *http.Request, group string) string {
	key := r.URL.Query().Get("did")
	if key == "" {
		return ""
	}
	text, err := d.Locale().Format("desk." + group + ".did_" + key)
	if err != nil {
		return ""
	}
	return text
}
