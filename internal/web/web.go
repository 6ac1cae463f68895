// Package web is the site: what people and programs reach over HTTP. It has the
// public pages, the feeds, the pages of one reader and the mailbox of caught
// letters, and the [Frame] that these and all other pages stand in. Parts of the
// site that it does not know, as the editors' desk, are its [Room]s.
//
// GET and HEAD change nothing, whatever the route, but for the hour of an
// editor's last visit: mail scanners follow every link in a letter. (Where a
// publication has the clicks on links counted, a GET of one counts, in memory and
// for nobody in particular: see [Server.Clicks].) What acts is a POST. One that a
// browser sends for another site's page is refused; the one-click POST of RFC
// 8058 comes from a mail service, which names no site, and is let through.
//
// What everybody sees is made when content changes ([Shelf]) or is cached by
// whoever asks; what one reader sees is kept by nobody. Tokens are in paths,
// so no path is ever logged, only the route it took.
//
// The package does not know SQL or SMTP. Words and pages are package
// templates', feeds are package feed's.
package web

import (
	"context"
	"io/fs"
	"net/http"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/clicks"
	"github.com/standfirst/standfirst/internal/readership"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// A Server answers HTTP requests. Its fields are set before Handler is called
// and not changed afterwards.
type Server struct {
	Frame
	// Rooms are the parts of the site that it does not know but has the routes
	// of.
	Rooms []Room

	Shelf    *Shelf
	Content  Content
	Editions Editions
	Links    Links
	Readers  Readers
	Tokens   *subscribers.Tokens

	// Media are the folders whose pictures articles show, by the segment that
	// follows /media/ in their addresses: "lead" and "images/x.png" make
	// /media/lead/images/x.png. A folder of the disk is best an [os.Root]'s,
	// which no link leads out of.
	Media map[string]fs.FS
	// Pictures are those that letters show. Nil: there are none, and pages show
	// what articles name.
	Pictures Pictures
	// Mailbox holds caught letters; nil when letters are really sent.
	Mailbox *mailer.Mailbox
	// Ready tells why requests cannot be served: the database does not answer.
	// Nil: nothing but the shelf is waited for.
	Ready func(context.Context) error
	// Moved are addresses that feeds once had, and where they are now; Gone are
	// those of feeds that have ended. An address is an unescaped path without a
	// slash at its end, with or without a query.
	Moved map[string]string
	Gone  map[string]bool
	// Welcome names the newsletters that greet who begins to take them.
	Welcome []string
	// Refused are domains whose addresses nobody may sign up, as those below
	// them; in A-labels and lower case.
	Refused map[string]bool
	// Strangers limits who signs up, and who guesses; nil: nobody is limited.
	Strangers *Strangers
	// Repeats sends away who fetches a feed again and again; nil: nobody.
	Repeats *Repeats
	// Census counts who fetches feeds; nil: nobody is counted.
	Census *readership.Census
	// Hub takes requests to follow a feed; nil: another hub does.
	Hub Hub
	// Asking sends away a network that asks the hub again and again, whatever
	// program it says it is; nil: none.
	Asking *Repeats
	// Metrics answers /metrics; nil: there is no such page.
	Metrics http.Handler
	// Answered is told of every request, with the route it took ("GET /feeds",
	// "/" for none) and never with its path. It may be nil.
	Answered func(route string, code int, took time.Duration)

	// Clicks counts how often links of letters are followed; nil: nothing is
	// counted, and links lead on all the same.
	Clicks *clicks.Tally

	gallery   gallery
	signposts signposts
}

// Content is where articles and events are read.
type Content interface {
	Articles(ctx context.Context, q content.ArticleQuery) ([]content.Entry, error)
	// ArticleMarks tells which articles are public and whether they are still
	// what they were.
	ArticleMarks(ctx context.Context) ([]content.Mark, error)
	Events(ctx context.Context, q content.EventQuery) ([]content.Event, error)
	// ArticleBySlug returns an article that was ever released, with its body
	// and whatever its state now, or digest.ErrNotFound.
	ArticleBySlug(ctx context.Context, slug string) (*content.Entry, error)
}

// Editions is where past editions are read, as [digest.Editions] says.
type Editions interface {
	Editions(ctx context.Context, newsletter string, limit int) ([]digest.Edition, error)
	Edition(ctx context.Context, id string) (*digest.Edition, error)
	Versions(ctx context.Context, edition string) ([]digest.Version, []int, error)
	EntriesByNumber(ctx context.Context, numbers []int64) ([]content.Entry, error)
}

// Readers is what the readers' pages ask for, as [subscribers.Store] says.
type Readers interface {
	Subscriber(ctx context.Context, id int64) (*subscribers.Subscriber, error)
	Subscriptions(ctx context.Context, id int64) ([]subscribers.Subscription, error)
	Leave(ctx context.Context, id int64, newsletter string, how subscribers.Consent, now time.Time) error
	Return(ctx context.Context, id int64, newsletter string, how subscribers.Consent, now time.Time) error
	PauseUntil(ctx context.Context, id int64, until time.Time, how subscribers.Consent, now time.Time) error
	Erase(ctx context.Context, id int64, how subscribers.Consent, now time.Time) error

	// As [subscribers.Requests] says.
	Ask(ctx context.Context, r subscribers.Request, now time.Time) (int64, error)
	AskPreferences(ctx context.Context, email, language string, now time.Time) error
	Request(ctx context.Context, id int64) (*subscribers.Request, error)
	Confirm(ctx context.Context, id int64, how subscribers.Consent, welcome []string, now time.Time) (subscribers.Confirmed, error)
	SetProfile(ctx context.Context, id int64, p subscribers.Profile, how subscribers.Consent, now time.Time) error
	Account(ctx context.Context, id int64) (*subscribers.Account, error)

	// As [digest.Account] says.
	History(ctx context.Context, subscriber int64, limit int) ([]digest.Row, error)
}
