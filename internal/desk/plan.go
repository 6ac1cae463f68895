package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// Sends are what editors look at and do before letters leave.
type Sends struct {
	Publisher Publisher
	Drafts    Drafts
	Press     Press
	// Deliver sends a test letter, now. Its errors hold no addresses.
	Deliver func(context.Context, *mailer.Message) error
	// Queued is called when an edition was published or approved; nil: whoever
	// sends finds out by itself.
	Queued func()
	// Zones returns the time zones of a newsletter's readers, as
	// [digest.Readers] does.
	Zones func(ctx context.Context, newsletter string) ([]string, error)
	// Reader returns the reader of a number, and ReaderOf that of an address, or
	// subscribers.ErrNotFound.
	Reader   func(ctx context.Context, id int64) (*subscribers.Subscriber, error)
	ReaderOf func(ctx context.Context, email string) (*subscribers.Subscriber, error)
	// Setting and SetSetting keep what one editor asks of another.
	Setting    func(ctx context.Context, name string) (string, error)
	SetSetting func(ctx context.Context, name, value string) error
	// Rate is how many letters leave in a second; 0: as many as the relay takes.
	Rate float64
}

// A Publisher plans and publishes, as [digest.Publisher] does.
type Publisher interface {
	Plan(ctx context.Context, newsletter string, subscriber int64, now time.Time) (*digest.Plan, error)
	Publish(ctx context.Context, req digest.Request, now time.Time) (*digest.Edition, error)
	Approve(ctx context.Context, id string, now time.Time) error
}

// Drafts keeps what editors change, as [digest.Drafts] does.
type Drafts interface {
	Draft(ctx context.Context, newsletter string) (*digest.Draft, error)
	SaveDraft(ctx context.Context, d digest.Draft, now time.Time) (*digest.Draft, error)
	DraftTested(ctx context.Context, newsletter string, revision int64, now time.Time) error
}

// Press writes the letters of plans, as [digest.Press] does.
type Press interface {
	Preview(ctx context.Context, plan *digest.Plan, v *digest.Version, reader *subscribers.Subscriber, now time.Time) (*mailer.Message, error)
}

// An Outlook is what a newsletter's next edition would be, to everybody or to
// one reader.
type Outlook struct {
	*digest.Plan
	Counted     time.Time       // the moment it is the outlook of
	Letter      *mailer.Message // to most readers; nil: nobody would get one
	First, Last time.Time       // when it comes to the first and to the last reader; zero: it has no slot

	size     int // of the letter on its way, in bytes
	findings checks
	pieces   map[int64]piece // what the releases of the plan are about
}

// A piece is what a release is about, in the publication's words.
type piece struct{ Title, URL, Date string }

// most is how many releases that are not given a page names.
const mostPassed = 60

// outlookKey is under which an outlook is kept. That of one reader knows the
// draft's revision, so that it ends with it.
func outlookKey(newsletter string, reader, revision int64) string {
	if reader == 0 {
		return newsletter
	}
	return fmt.Sprintf("%s %d %d", newsletter, reader, revision)
}

// look finds out what the next edition would be.
func (d *Desk) look(ctx context.Context, key string) (*Outlook, error) {
	name, rest, _ := strings.Cut(key, " ")
	id, _, _ := strings.Cut(rest, " ")
	reader, _ := strconv.ParseInt(id, 10, 64)
	now := time.Now()
	plan, err := d.Sends.Publisher.Plan(ctx, name, reader, now)
	if err != nil {
		return nil, err
	}
	o := &Outlook{Plan: plan, Counted: now}
	if o.pieces, err = d.pieces(ctx, plan, now); err != nil {
		return nil, err
	}
	if slot := plan.Newsletter.Next(now); !slot.IsZero() {
		zones, err := d.Sends.Zones(ctx, name)
		if err != nil {
			return nil, err
		}
		o.First, o.Last = plan.Newsletter.Reach(slot, zones)
	}
	if o.Letter, err = d.written(ctx, plan, 1, reader, now); err != nil || o.Letter == nil {
		return o, err
	}
	raw, err := mailer.Compose(o.Letter)
	if err != nil {
		return nil, fmt.Errorf("letter: %w", err)
	}
	o.size = len(raw)
	if reader == 0 {
		o.findings = d.check(o.Letter, len(raw))
	}
	return o, nil
}

// written writes the letter of a plan's version, counted from 1, to a reader or
// to nobody in particular; nil if there is no such letter.
func (d *Desk) written(ctx context.Context, plan *digest.Plan, version int, reader int64, now time.Time) (*mailer.Message, error) {
	if version < 1 || version > len(plan.Versions) {
		return nil, nil
	}
	var who *subscribers.Subscriber
	if reader != 0 {
		var err error
		if who, err = d.Sends.Reader(ctx, reader); err != nil {
			return nil, err
		}
	}
	if who != nil { // what is shown has the words for a reader, and links that are nobody's
		shown := *who
		shown.ID, who = 0, &shown
	}
	m, err := d.Sends.Press.Preview(ctx, plan, &plan.Versions[version-1].Version, who, now)
	if errors.Is(err, digest.ErrNothing) {
		return nil, nil
	}
	return m, err
}

// Outlook returns the latest outlook to all readers of a newsletter. ok is
// false while there is none yet: readers are being counted.
func (d *Desk) Outlook(ctx context.Context, newsletter string) (o *Outlook, ok bool, err error) {
	found, ok, err := d.outlook(ctx, newsletter)
	return found.value, ok, err
}

func (d *Desk) outlook(ctx context.Context, newsletter string) (finding[*Outlook], bool, error) {
	return d.ready().plans.get(ctx, newsletter)
}

// pieces names what a plan speaks of: all that is given, all that an editor has
// changed, and as much of the rest as a page shows.
func (d *Desk) pieces(ctx context.Context, plan *digest.Plan, now time.Time) (map[int64]piece, error) {
	var numbers []int64
	for _, it := range plan.Items {
		numbers = append(numbers, it.N)
	}
	for _, r := range plan.Draft.Out {
		numbers = append(numbers, r.N)
	}
	numbers = append(numbers, plan.Draft.In...)
	for _, it := range passed(plan) {
		numbers = append(numbers, it.N)
	}
	slices.Sort(numbers)
	entries, err := d.Archive.EntriesByNumber(ctx, slices.Compact(numbers))
	if err != nil {
		return nil, err
	}
	named := make(map[int64]piece, len(entries)+len(plan.Extra))
	for _, list := range [][]content.Entry{entries, plan.Extra} {
		for i := range list {
			named[list[i].N] = d.pieceOf(&list[i], now)
		}
	}
	return named, nil
}

func (d *Desk) pieceOf(e *content.Entry, now time.Time) piece {
	w := d.Words(d.Locale())
	switch {
	case e.Article != nil:
		a := w.Article(e.Article)
		return piece{a.Title, a.URL, a.Date}
	case e.Kind == content.KindReminder && e.Event != nil:
		v := w.Reminder(e.Event, now)
		return piece{v.Sentence, v.URL, v.When}
	case e.Event != nil:
		v := w.Notice(e.Event, e.Rule)
		return piece{v.Sentence, v.URL, v.When}
	}
	return piece{Title: strconv.FormatInt(e.N, 10)}
}

// passed are the releases of a plan that are not given, as a page shows them: of
// each what is true for most readers, the newest first.
func passed(plan *digest.Plan) []digest.PlannedItem {
	var list []digest.PlannedItem
	for _, it := range slices.Backward(plan.Passed) { // of one number, the reason of most comes first
		if n := len(list); n > 0 && list[n-1].N == it.N {
			list[n-1] = it
			continue
		}
		if len(list) == mostPassed {
			break
		}
		list = append(list, it)
	}
	return list
}

// Published says that an edition of a newsletter was published, or approved: who
// sends is woken, and what comes next is looked for anew.
func (d *Desk) Published(newsletter string) {
	if q := d.Sends.Queued; q != nil {
		q()
	}
	d.ready().plans.changed(newsletter)
}
