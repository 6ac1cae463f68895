package notes

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// A Writer writes notes. Its fields do not change once it writes; it may be
// used by many goroutines.
type Writer struct {
	Publication templates.Publication // URL of our server, without a slash at its end
	Language    string                // of the publication, BCP 47
	Zone        *time.Location        // in which moments are told
	From        mailer.Address
	ReplyTo     mailer.Address // may be zero
	Templates   *templates.Set
	Catalog     *i18n.Catalog
	Tokens      *subscribers.Tokens
	Key         []byte // of Message-IDs; must stay the same for ever
	Newsletters []Newsletter
	People      People

	// SignIn makes a link that lets an editor in once, until a moment. It
	// returns an error that wraps [ErrMoot] when there is no such editor. Nil:
	// nobody signs in here.
	SignIn func(ctx context.Context, email string, now time.Time) (url string, until time.Time, err error)
	// Latest returns the public page of a newsletter's newest edition, empty if
	// there is none. Nil: there never is.
	Latest func(ctx context.Context, newsletter string) (url string, err error)
}

// A Newsletter is what notes say of one.
type Newsletter struct {
	Name, Title, Description string
	// Next returns a moment of the day on which it comes next, in the zone in
	// which it is that day; the zero time if it comes whenever something is
	// out.
	Next func(now time.Time) time.Time
}

// People is where a Writer looks up whom it writes to.
type People interface {
	// Request returns a request, or subscribers.ErrNoRequest.
	Request(ctx context.Context, id int64) (*subscribers.Request, error)
	// Subscriber returns a reader, or subscribers.ErrNotFound.
	Subscriber(ctx context.Context, id int64) (*subscribers.Subscriber, error)
	// Subscriptions returns all subscriptions of a reader, also those left.
	Subscriptions(ctx context.Context, id int64) ([]subscribers.Subscription, error)
}

// Write writes the letter of a note as it is to go out at now. The Message-ID
// is the same on every attempt; the words are those of the moment. An error
// that wraps [ErrMoot] says that nobody waits for it any more; others are a
// template's, or the database's.
func (w *Writer) Write(ctx context.Context, n *Note, now time.Time) (*mailer.Message, error) {
	m, err := w.write(ctx, n, now)
	if err != nil {
		return nil, fmt.Errorf("%s letter: %w", n.Kind, err)
	}
	return m, nil
}

func (w *Writer) write(ctx context.Context, n *Note, now time.Time) (*mailer.Message, error) {
	l := w.letter(n, now)
	var err error
	switch n.Kind {
	case Confirm:
		err = l.confirm(ctx)
	case Known:
		err = l.known(ctx)
	case Address:
		err = l.address(ctx)
	case AddressChanged:
		l.addressChanged()
	case Preferences:
		err = l.preferences(ctx)
	case Welcome:
		err = l.welcome(ctx)
	case SignIn:
		err = l.signIn(ctx)
	case Test:
		l.test()
	default:
		// A newer program may have queued it, and sends it.
		err = errors.New("this program does not know letters of this kind")
	}
	if err != nil {
		return nil, err
	}
	html, text, err := w.Templates.Note(l.view)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", mailer.ErrWords, err)
	}
	host := w.host()
	return &mailer.Message{
		From: w.From, ReplyTo: w.ReplyTo, To: mailer.Address{Email: n.To},
		MessageID: mailer.MessageID(w.Key, "note "+string(n.Kind)+" "+strconv.FormatInt(n.ID, 10), n.ID, host),
		Date:      now,
		Subject:   l.view.Subject, HTML: html, Text: text,
		ListID: l.list, ListName: l.listName, Unsubscribe: l.view.UnsubscribeURL,
	}, nil
}

// host is the publication's, for Message-IDs and lists.
func (w *Writer) host() string {
	u, err := url.Parse(w.Publication.URL)
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	return u.Hostname()
}

// has reports whether the configuration has a newsletter (still).
func (w *Writer) has(name string) bool { return w.newsletter(name).Name != "" }

// newsletter returns a newsletter by its name, the zero one if there is none.
func (w *Writer) newsletter(name string) (n Newsletter) {
	for _, n := range w.Newsletters {
		if n.Name == name {
			return n
		}
	}
	return n
}
