package digest

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// A Press writes the letters of editions for the mailer. It implements
// [mailer.Press].
type Press struct {
	Store       PressStore
	Newsletters func(name string) (*Newsletter, error)
	Templates   *templates.Set
	Catalog     *i18n.Catalog
	Publication Publication
	From        mailer.Address
	ReplyTo     mailer.Address
	Tokens      *subscribers.Tokens
	Key         []byte // of Message-IDs; must stay the same for ever

	// Calendar writes events as iCalendar with METHOD:PUBLISH, the same for
	// the same events; nothing if it cannot write any of them. Nil: no letter
	// has events attached, whatever its newsletter says.
	Calendar func(events []content.Event) []byte

	// Pictures knows which pictures of articles are kept: letters show no
	// others. Nil: they show what articles name, from wherever that is.
	Pictures PictureStore

	// Links counts how often links of letters are followed. Nil: nothing is
	// counted, and links are the items' own addresses.
	Links LinkStore

	masters masters
}

// A LinkStore knows editions whose links are counted.
type LinkStore interface {
	// CountLinks writes down that clicks on the links of an edition's letters
	// are counted, and returns the number that links name it by.
	CountLinks(ctx context.Context, edition string) (int64, error)
}

var _ mailer.Press = (*Press)(nil)

// A PressStore is what writing letters asks of a database.
type PressStore interface {
	Version(ctx context.Context, edition string, n int) (*Version, error)
	// EditionChanges returns what an editor has changed of a published edition.
	EditionChanges(ctx context.Context, edition string) (*Changes, error)
	AddVersion(ctx context.Context, v Version) (int, error)
	EntriesByNumber(ctx context.Context, numbers []int64) ([]content.Entry, error)
	Coming(ctx context.Context, now time.Time) ([]content.Event, error)
	// Recipients returns these readers in no particular order, each with Since
	// of their subscription to the newsletter; unknown ones are left out.
	Recipients(ctx context.Context, newsletter string, ids []int64) ([]subscribers.Subscriber, error)
	// ContentStamp differs whenever articles or events have changed.
	ContentStamp(ctx context.Context) (string, error)
}

// The holes of a letter.
const (
	holeWhy         = "why"
	holeNear        = "near"
	holePreferences = "preferences"
	holeUnsubscribe = "unsubscribe"
)

// stripLength is how many coming conferences a letter shows.
const stripLength = 6

// Master returns the letter of a version as it is now, or was a moment ago.
// What no longer holds is left out, which makes another version;
// mailer.ErrEmpty says that nothing is left. A template that fails and a
// newsletter that is not in the configuration wrap mailer.ErrWords; other
// errors are the store's, and pass.
func (p *Press) Master(ctx context.Context, edition string, version int, now time.Time) (*mailer.Master, error) {
	return p.masters.of(ctx, versionKey{edition, version}, now, p.Store.ContentStamp, func() (*mailer.Master, error) {
		return p.write(ctx, edition, version, now)
	})
}

// write writes the letter of a version.
func (p *Press) write(ctx context.Context, edition string, version int, now time.Time) (*mailer.Master, error) {
	v, entries, err := p.current(ctx, edition, version, now)
	if err != nil {
		return nil, err
	}
	changes, err := p.Store.EditionChanges(ctx, edition)
	if err != nil {
		return nil, fmt.Errorf("edition %s: %w", edition, err)
	}
	l, err := p.letter(ctx, NewsletterOf(edition), edition, v.Language, entries, now)
	if err != nil {
		return nil, err
	}
	l.edit(changes)
	if p.Links != nil {
		if l.Number, err = p.Links.CountLinks(ctx, edition); err != nil {
			return nil, fmt.Errorf("edition %s: %w", edition, err)
		}
	}
	l.Why, l.Near = mailer.Hole(holeWhy), mailer.Hole(holeNear)
	l.Preferences = p.Publication.URL + "/preferences/" + mailer.Hole(holePreferences)
	l.Unsubscribe = p.Publication.URL + "/unsubscribe/" + mailer.Hole(holeUnsubscribe)
	m, err := p.master(l)
	if err != nil {
		return nil, fmt.Errorf("edition %s: %w", edition, err)
	}
	m.Version = v.N
	return m, nil
}

// current returns a version without what no longer holds, as a version of its
// own, and its entries.
func (p *Press) current(ctx context.Context, edition string, version int, now time.Time) (*Version, []content.Entry, error) {
	v, err := p.Store.Version(ctx, edition, version)
	if err != nil {
		return nil, nil, fmt.Errorf("edition %s: version %d: %w", edition, version, err)
	}
	entries, err := p.entries(ctx, v.Items, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("edition %s: %w", edition, err)
	}
	entries = holding(entries, now)
	if len(entries) == 0 {
		return nil, nil, mailer.ErrEmpty
	}
	if len(entries) == len(v.Items) {
		return v, entries, nil
	}
	v.Items = nil
	for i := range entries {
		v.Items = append(v.Items, item(&entries[i]))
	}
	if v.N, err = p.Store.AddVersion(ctx, *v); err != nil {
		return nil, nil, fmt.Errorf("edition %s: version: %w", edition, err)
	}
	return v, entries, nil
}

// entries fetches items in their order, from extra those that are not on the
// wire yet.
func (p *Press) entries(ctx context.Context, items []Item, extra []content.Entry) ([]content.Entry, error) {
	numbers := make([]int64, len(items))
	for i, it := range items {
		numbers[i] = it.N
	}
	found, err := p.Store.EntriesByNumber(ctx, numbers)
	if err != nil {
		return nil, fmt.Errorf("wire: %w", err)
	}
	for _, e := range extra {
		if slices.Contains(numbers, e.N) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b content.Entry) int {
		return slices.Index(numbers, a.N) - slices.Index(numbers, b.N)
	})
	return found, nil
}

// holding returns the entries that may still be given.
func holding(entries []content.Entry, now time.Time) []content.Entry {
	var held []content.Entry
	for i := range entries {
		if ok, _ := entries[i].Holds(now); ok {
			held = append(held, entries[i])
		}
	}
	return held
}

func (p *Press) letter(ctx context.Context, newsletter, edition, language string, entries []content.Entry, now time.Time) (*Letter, error) {
	n, err := p.newsletter(newsletter)
	if err != nil {
		return nil, err
	}
	coming, err := p.Store.Coming(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("coming events: %w", err)
	}
	if len(coming) > stripLength {
		coming = coming[:stripLength]
	}
	pictures, err := PicturesOf(ctx, p.Pictures, entries)
	if err != nil {
		return nil, err
	}
	return &Letter{
		Pictures: pictures, Counted: p.Links != nil,
		Publication: p.Publication, Newsletter: n, Edition: edition,
		Entries: entries, Coming: coming, Words: p.Words(language), At: now,
	}, nil
}

// Words returns the wording of a language, the publication's if empty.
func (p *Press) Words(language string) *Wording {
	if language == "" {
		language = p.Publication.Language
	}
	return &Wording{Locale: p.Catalog.For(language), Site: p.Publication.URL, Zone: p.Publication.Zone, Own: p.Publication.Language}
}

// newsletter returns a newsletter of the configuration. When that does not
// have it any more, trying again later is of no use: mailer.ErrWords.
func (p *Press) newsletter(name string) (*Newsletter, error) {
	n, err := p.Newsletters(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", mailer.ErrWords, err)
	}
	return n, nil
}

func (p *Press) master(l *Letter) (*mailer.Master, error) {
	d := l.View()
	html, text, err := p.Templates.Digest(d)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", mailer.ErrWords, err)
	}
	return &mailer.Master{
		From: p.From, ReplyTo: p.ReplyTo,
		Subject: d.Subject, HTML: html, Text: text,
		ListID:      l.Newsletter.Name + "." + p.Domain(),
		ListName:    l.Newsletter.Title,
		ListArchive: p.Publication.URL + "/archive",
		Calendar:    p.calendar(l),
	}, nil
}

// calendar is the file of events that comes with a letter.
func (p *Press) calendar(l *Letter) mailer.Calendar {
	events := l.told()
	if !l.Newsletter.Attach || p.Calendar == nil || len(events) == 0 {
		return mailer.Calendar{}
	}
	text := p.Calendar(events)
	if len(text) == 0 {
		return mailer.Calendar{}
	}
	name := "event.ics"
	if len(events) > 1 {
		name = l.Newsletter.Name + ".ics"
	}
	return mailer.Calendar{Name: name, Text: string(text)}
}

// Domain is the host of the publication, for list and message IDs.
func (p *Press) Domain() string {
	u, err := url.Parse(p.Publication.URL)
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	return u.Hostname()
}

// Values returns each reader's own words and links in a letter of an edition.
func (p *Press) Values(ctx context.Context, edition string, ds []mailer.Delivery, now time.Time) ([]mailer.Values, error) {
	n, err := p.newsletter(NewsletterOf(edition))
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(ds))
	for i := range ds {
		ids[i] = ds[i].Subscriber
	}
	found, err := p.Store.Recipients(ctx, n.Name, ids)
	if err != nil {
		return nil, fmt.Errorf("recipients of edition %s: %w", edition, err)
	}
	known := make(map[int64]*subscribers.Subscriber, len(found))
	for i := range found {
		known[found[i].ID] = &found[i]
	}
	values := make([]mailer.Values, len(ds))
	o := own{Press: p, edition: edition, newsletter: n, domain: p.Domain(), locales: make(map[string]*i18n.Locale), whys: make(map[string]string), nears: make(map[string]string)}
	for i := range ds {
		s := known[ds[i].Subscriber]
		if s == nil {
			return nil, fmt.Errorf("subscriber %d: %w", ds[i].Subscriber, subscribers.ErrNotFound)
		}
		values[i] = o.values(&ds[i], s, now)
	}
	return values, nil
}

// own is what letters of an edition have in common in which readers find
// their own words.
type own struct {
	*Press
	edition    string
	newsletter *Newsletter
	domain     string
	locales    map[string]*i18n.Locale // by the reader's language
	whys       map[string]string       // of readers alike, with a mark for the address
	nears      map[string]string       // headings, by language and whether cities were chosen
}

// addressMark stands for the address in what is kept for readers alike. It is
// Latin, as addresses are, which matters in Arabic; no message holds it.
const addressMark = "a\x00z"

// whyOf is why for many readers, in lines that fit a plain text: all but the
// address is the same for most.
func (o *own) whyOf(s *subscribers.Subscriber, language string, l *i18n.Locale) string {
	since := ""
	if !s.Since.IsZero() {
		since = s.Since.In(o.Publication.Zone).Format(time.DateOnly)
	}
	key := language + "\x00" + since + "\x00" + strings.Join(s.Topics, "\x01") + "\x00" + strings.Join(s.Cities, "\x01")
	why, ok := o.whys[key]
	if !ok {
		alike := *s
		alike.Email = addressMark
		why = o.why(&alike, o.newsletter, l)
		o.whys[key] = why
	}
	return lines(strings.Replace(why, addressMark, s.Email, 1))
}

func (o *own) values(d *mailer.Delivery, s *subscribers.Subscriber, now time.Time) mailer.Values {
	l := o.locales[d.Language]
	if l == nil {
		l = o.Words(d.Language).Locale
		o.locales[d.Language] = l
	}
	leave := o.Tokens.Leave(d.Subscriber, o.newsletter.Name)
	return mailer.Values{
		To:          d.To,
		MessageID:   mailer.MessageID(o.Key, o.edition, d.Subscriber, o.domain),
		Date:        now,
		Unsubscribe: o.Publication.URL + "/unsubscribe/" + leave,
		Holes: map[string]string{
			holeWhy:         o.whyOf(s, d.Language, l),
			holeNear:        o.nearOf(s, d.Language, l),
			holePreferences: o.Tokens.Preferences(d.Subscriber, o.newsletter.Name),
			holeUnsubscribe: leave,
		},
	}
}

// lines breaks a sentence into lines as the templates' plain text has them. It
// is asked for every letter, and counts letters, not what room they take.
func lines(s string) string {
	const columns = 72
	b := make([]byte, 0, len(s))
	at := 0
	for word := range strings.FieldsFuncSeq(s, breaks) {
		n := utf8.RuneCountInString(word)
		switch {
		case at == 0:
		case at+1+n > columns:
			b = append(b, '\n')
			at = 0
		default:
			b = append(b, ' ')
			at++
		}
		b = append(b, word...)
		at += n
	}
	return string(b)
}

// breaks reports whether a line may end at r. French has spaces where none may.
func breaks(r rune) bool { return unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f' }

// nearOf is near for many readers.
func (o *own) nearOf(s *subscribers.Subscriber, language string, l *i18n.Locale) string {
	key := language
	if len(s.Cities) > 0 {
		key += "\x00"
	}
	heading, ok := o.nears[key]
	if !ok {
		heading = near(s, l)
		o.nears[key] = heading
	}
	return heading
}

// near is the heading above events that come near: to those who chose cities
// they are near.
func near(s *subscribers.Subscriber, l *i18n.Locale) string {
	if len(s.Cities) > 0 {
		return l.Message("letter.near_you")
	}
	return l.Message("letter.reminders")
}

// why tells a reader how the letter came to them.
func (p *Press) why(s *subscribers.Subscriber, n *Newsletter, l *i18n.Locale) string {
	var why, topics, cities string
	if s.Since.IsZero() {
		why = l.Message("letter.why", "address", s.Email, "newsletter", n.Title)
	} else {
		why = l.Message("letter.why_since", "address", s.Email, "newsletter", n.Title, "date", l.Day(s.Since.In(p.Publication.Zone)))
	}
	if len(s.Topics) > 0 {
		topics = l.Message("letter.your_topics", "topics", l.List(s.Topics))
	} else {
		topics = l.Message("letter.all_topics")
	}
	if len(s.Cities) > 0 {
		cities = l.Message("letter.your_cities", "cities", l.List(s.Cities))
	} else {
		cities = l.Message("letter.all_cities")
	}
	return why + " " + topics + " " + cities
}

// Preview writes the letter of a plan's version as it would go out at now, for
// reader or, with nil, for nobody in particular.
func (p *Press) Preview(ctx context.Context, plan *Plan, v *Version, reader *subscribers.Subscriber, now time.Time) (*mailer.Message, error) {
	entries, err := p.entries(ctx, v.Items, plan.Extra)
	if err != nil {
		return nil, err
	}
	if entries = holding(entries, now); len(entries) == 0 {
		return nil, ErrNothing
	}
	l, err := p.letter(ctx, NewsletterOf(v.Edition), v.Edition, v.Language, entries, now)
	if err != nil {
		return nil, err
	}
	if plan.Draft != nil {
		l.edit(&plan.Draft.Changes)
	}
	return p.address(l, v, " preview "+now.UTC().Format(time.RFC3339Nano), reader, now)
}

// address finishes a letter of a version for one reader or, with nil, for
// nobody in particular. mark tells its Message-ID from that of the letter
// itself.
func (p *Press) address(l *Letter, v *Version, mark string, reader *subscribers.Subscriber, now time.Time) (*mailer.Message, error) {
	newsletter := NewsletterOf(v.Edition)
	if reader == nil {
		reader = &subscribers.Subscriber{Email: "reader@" + p.Domain(), Since: now}
	}
	leave := p.Tokens.Leave(reader.ID, newsletter)
	l.Why = p.why(reader, l.Newsletter, p.Words(v.Language).Locale)
	l.Near = near(reader, p.Words(v.Language).Locale)
	l.Preferences = p.Publication.URL + "/preferences/" + p.Tokens.Preferences(reader.ID, newsletter)
	l.Unsubscribe = p.Publication.URL + "/unsubscribe/" + leave
	m, err := p.master(l)
	if err != nil {
		return nil, err
	}
	return m.Message(mailer.Values{
		To:          mailer.Address{Name: reader.Name, Email: reader.Email},
		MessageID:   mailer.MessageID(p.Key, v.Edition+mark, reader.ID, p.Domain()),
		Date:        now,
		Unsubscribe: l.Unsubscribe,
	})
}
