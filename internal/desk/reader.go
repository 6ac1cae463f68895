package desk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

const (
	// lettersPerPage is how many editions the page of a reader tells of, and
	// mostLetterPages how many such pages there are.
	lettersPerPage  = 20
	mostLetterPages = 50
	// itemsNamed is how much of a letter it names.
	itemsNamed = 12
	// longestNote is the most letters of what an editor says about an act.
	longestNote = 500
)

// readerID is the number in the address of a reader's page.
func readerID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, web.NotFound
	}
	return id, nil
}

// reader shows everything that is known of a reader.
func (d *Desk) reader(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	return d.showReader(w, r, visit, http.StatusOK, "", "")
}

// showReader is reader after an act, too: wrong is what was wrong with the
// note.
func (d *Desk) showReader(w http.ResponseWriter, r *http.Request, visit *editors.Visit, code int, note, wrong string) error {
	id, err := readerID(r)
	if err != nil {
		return err
	}
	a, err := d.Readers.Account(r.Context(), id)
	if err != nil {
		return err
	}
	l, now, reader := d.Locale(), time.Now(), &a.Subscriber
	p := &templates.DeskReaderPage{
		DeskFrame: d.frame(r, visit, l.Message("desk.reader.title", "n", strconv.FormatInt(id, 10))), Back: "/desk/readers",
		Address: reader.Email, Note: note, Wrong: wrong,
	}
	may := visit.Editor.Role.May(editors.RoleEditor)
	if !may {
		p.Address = subscribers.Mask(reader.Email)
	}
	p.State, p.Warn = d.stateOf(l, reader, now)
	p.Facts = d.readerFacts(l, reader, may)
	if p.Notes, err = d.hindrances(r.Context(), l, reader, now); err != nil {
		return err
	}
	if p.Subscriptions, err = d.subscriptions(r.Context(), l, a.Subscriptions); err != nil {
		return err
	}
	if p.Waits, err = d.waits(r.Context(), l, id); err != nil {
		return err
	}
	if err := d.letters(r, l, id, p); err != nil {
		return err
	}
	for i := range a.Consents {
		p.Log = append(p.Log, d.consent(l, &a.Consents[i], may))
	}
	if may {
		d.offerActs(l, a, p, now)
	}
	if visit.Editor.Role.May(editors.RoleOwner) {
		p.Erase = readerPath(id, "/erase")
	}
	return d.Private(w, r, code, p)
}

// readerFacts are what a reader is and has chosen.
func (d *Desk) readerFacts(l *i18n.Locale, reader *subscribers.Subscriber, may bool) []templates.DeskFact {
	var facts []templates.DeskFact
	fact := func(key, value, dir string) {
		facts = append(facts, templates.DeskFact{Label: l.Message(key), Value: value, Dir: dir})
	}
	if may && reader.Name != "" {
		fact("desk.reader.name", reader.Name, "auto")
	}
	fact("desk.reader.since", d.moment(l, reader.Since), "")
	all := l.Message("desk.found.all")
	fact("desk.reader.topics", cmp.Or(strings.Join(reader.Topics, " · "), all), "auto")
	fact("desk.reader.cities", cmp.Or(strings.Join(reader.Cities, " · "), all), "auto")
	tongue := d.Catalog.First(d.Publication.Language).Name()
	if reader.Language != "" {
		tongue = d.Catalog.First(reader.Language, d.Publication.Language).Name()
	}
	fact("desk.reader.language", tongue, "auto")
	zone := reader.Timezone
	if zone == "" {
		zone = d.wishes().OwnZone(l)
	}
	fact("desk.reader.zone", zone, "auto")
	return facts
}

// hindrances say why nothing is sent to a reader, if nothing is.
func (d *Desk) hindrances(ctx context.Context, l *i18n.Locale, reader *subscribers.Subscriber, now time.Time) ([]string, error) {
	var notes []string
	if reader.PausedAt(now) {
		notes = append(notes, l.Message("desk.reader.paused", "date", l.Day(reader.Paused.In(d.Publication.Zone))))
	}
	reason, since, err := d.Readers.Suppression(ctx, reader.Email)
	if err != nil {
		return nil, err
	}
	if reason != "" {
		notes = append(notes, l.Message("desk.reader.suppressed", "date", l.Day(since.In(d.Publication.Zone)), "why", word(l, "desk.reader.why_", reason)))
	}
	return notes, nil
}

// word says a word of the program in a language, and as it is where there are
// no words for it.
func word(l *i18n.Locale, prefix, name string) string {
	if text, err := l.Format(prefix + name); err == nil {
		return text
	}
	return name
}

// subscriptions say what a reader takes, and how far they have come.
func (d *Desk) subscriptions(ctx context.Context, l *i18n.Locale, subs []subscribers.Subscription) ([]templates.DeskSubscription, error) {
	var numbers []int64
	for _, sub := range subs {
		if sub.Bookmark > 0 {
			numbers = append(numbers, sub.Bookmark)
		}
	}
	titles, err := d.releases(ctx, numbers)
	if err != nil {
		return nil, err
	}
	var out []templates.DeskSubscription
	for _, sub := range subs {
		known := slices.ContainsFunc(d.Newsletters, func(n *digest.Newsletter) bool { return n.Name == sub.Newsletter })
		v := templates.DeskSubscription{Name: sub.Newsletter, Title: d.Newsletter(sub.Newsletter).Title, Left: !sub.Left.IsZero(), Known: known}
		v.State = l.Message("desk.reader.takes_since", "date", l.Day(sub.Since.In(d.Publication.Zone)))
		if v.Left {
			v.State = l.Message("desk.reader.left", "date", l.Day(sub.Left.In(d.Publication.Zone)))
		}
		number := strconv.FormatInt(sub.Bookmark, 10)
		switch rel, found := titles[sub.Bookmark]; {
		case sub.Bookmark == 0:
			v.Bookmark = l.Message("desk.reader.bookmark_none")
		case !found:
			v.Bookmark = l.Message("desk.reader.bookmark_bare", "n", number)
		default:
			v.Bookmark = l.Message("desk.reader.bookmark", "n", number, "title", rel.title, "date", l.Day(rel.at.In(d.Publication.Zone)))
		}
		out = append(out, v)
	}
	return out, nil
}

// A headline is what a release was about, and when it became public.
type headline struct {
	title string
	at    time.Time
}

// releases tells of releases by their numbers.
func (d *Desk) releases(ctx context.Context, numbers []int64) (map[int64]headline, error) {
	out := map[int64]headline{}
	if len(numbers) == 0 {
		return out, nil
	}
	entries, err := d.Archive.EntriesByNumber(ctx, numbers)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		switch e := &entries[i]; {
		case e.Article != nil:
			out[e.N] = headline{e.Article.Title, e.At}
		case e.Event != nil:
			out[e.N] = headline{e.Event.Name, e.At}
		}
	}
	return out, nil
}

func (d *Desk) waits(ctx context.Context, l *i18n.Locale, id int64) ([]templates.DeskWait, error) {
	waits, err := d.Readers.Waits(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []templates.DeskWait
	for _, wait := range waits {
		v := templates.DeskWait{Edition: wait.Edition, Next: l.Message("desk.reader.wait_first", "time", d.moment(l, wait.Due))}
		if wait.Attempts > 0 {
			v.Next = l.Message("desk.reader.wait", "time", d.moment(l, wait.Due), "n", wait.Attempts)
		}
		out = append(out, v)
	}
	return out, nil
}

// letters fills in what editions were to a reader, on the page of them that
// was asked for.
func (d *Desk) letters(r *http.Request, l *i18n.Locale, id int64, p *templates.DeskReaderPage) error {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 {
		n = 1
	}
	n = min(n, mostLetterPages)
	rows, err := d.Readers.History(r.Context(), id, n*lettersPerPage+1)
	if err != nil {
		return err
	}
	at := func(n int) string {
		if n == 1 {
			return readerPath(id, "")
		}
		return readerPath(id, "?page="+strconv.Itoa(n))
	}
	if n > 1 {
		p.Pages.Newer = at(n - 1)
	}
	if len(rows) > n*lettersPerPage && n < mostLetterPages {
		p.Pages.Older = at(n + 1)
	}
	rows = rows[min(len(rows), (n-1)*lettersPerPage):min(len(rows), n*lettersPerPage)]
	var numbers []int64
	for _, row := range rows {
		for _, it := range row.Items[:min(len(row.Items), itemsNamed)] {
			numbers = append(numbers, it.N)
		}
	}
	titles, err := d.releases(r.Context(), numbers)
	if err != nil {
		return err
	}
	for i := range rows {
		p.Letters = append(p.Letters, d.letter(l, &rows[i], titles))
	}
	return nil
}

// letter says what one edition was to a reader, and why.
func (d *Desk) letter(l *i18n.Locale, row *digest.Row, titles map[int64]headline) templates.DeskLetter {
	v := templates.DeskLetter{Edition: row.Edition, State: word(l, "desk.reader.state_", string(row.State)), Warn: row.State == mailer.Failed}
	if !row.At.IsZero() {
		v.When = d.moment(l, row.At)
	}
	var why []string
	if row.Reason != "" {
		why = append(why, word(l, "desk.reader.reason_", row.Reason))
	}
	if row.Attempts > 1 || row.Attempts == 1 && row.State == mailer.Queued {
		why = append(why, l.Message("desk.reader.attempts", "n", row.Attempts))
	}
	if row.Code >= 400 {
		why = append(why, l.Message("desk.reader.answered", "n", strconv.Itoa(row.Code)))
	}
	v.Why = strings.Join(why, "; ")
	for _, it := range row.Items[:min(len(row.Items), itemsNamed)] {
		title := cmp.Or(titles[it.N].title, it.ID)
		switch it.Kind {
		case content.KindReminder:
			title = l.Message("desk.reader.reminder", "title", title)
		case content.KindNotice:
			title = l.Message("desk.reader.notice", "title", title)
		}
		v.Items = append(v.Items, title)
	}
	if more := len(row.Items) - itemsNamed; more > 0 {
		v.More = l.Message("desk.reader.more_items", "n", more)
	}
	return v
}

// consent says what was agreed to or taken back.
func (d *Desk) consent(l *i18n.Locale, c *subscribers.Consent, may bool) templates.DeskConsent {
	v := templates.DeskConsent{
		When: d.moment(l, c.At), What: word(l, "desk.reader.act_", string(c.Act)), Words: c.Text, Lang: c.Language,
	}
	way, file, _ := strings.Cut(c.Way, " ") // "import readers.csv"
	how := []string{word(l, "desk.reader.way_", way)}
	if file != "" {
		how = append(how, file)
	}
	if c.Network != "" && may {
		how = append(how, l.Message("desk.reader.from", "network", c.Network))
	}
	v.How = strings.Join(how, ", ")
	var titles []string
	for _, n := range c.Newsletters {
		titles = append(titles, d.Newsletter(n).Title)
	}
	v.Newsletters = l.List(titles)
	return v
}

// offerActs fills in what an editor may do for a reader.
func (d *Desk) offerActs(l *i18n.Locale, a *subscribers.Account, p *templates.DeskReaderPage, now time.Time) {
	reader := &a.Subscriber
	wishes := d.wishes()
	p.Action, p.Data = readerPath(reader.ID, ""), readerPath(reader.ID, "/data")
	p.Paused, p.Linked = reader.PausedAt(now), !reader.Silent()
	p.Some = slices.ContainsFunc(a.Subscriptions, func(sub subscribers.Subscription) bool { return sub.Left.IsZero() })
	p.Weeks, p.Tongues, p.Zones = wishes.Weeks(l), wishes.Languages(l, reader.Language), wishes.Zones(l, reader.Timezone)
	p.Topics, p.Cities = wishes.Topics(reader.Topics), wishes.Cities(reader.Cities)
}
