package desk

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// Readers is what the pages of readers ask for, as [subscribers.Store] and
// [digest.Account] say where nothing else is said.
type Readers interface {
	web.Accounts
	subscribers.Lister
	Subscriber(ctx context.Context, id int64) (*subscribers.Subscriber, error)
	Leave(ctx context.Context, id int64, newsletter string, how subscribers.Consent, now time.Time) error
	Return(ctx context.Context, id int64, newsletter string, how subscribers.Consent, now time.Time) error
	PauseUntil(ctx context.Context, id int64, until time.Time, how subscribers.Consent, now time.Time) error
	SetProfile(ctx context.Context, id int64, p subscribers.Profile, how subscribers.Consent, now time.Time) error
	AskPreferences(ctx context.Context, email, language string, now time.Time) error
	Erase(ctx context.Context, id int64, how subscribers.Consent, now time.Time) error

	// FindReaders answers a query; it looks only so far that a page may wait.
	FindReaders(ctx context.Context, q subscribers.Query, now time.Time) (subscribers.Found, error)
	Tally(ctx context.Context, now time.Time) (subscribers.Tally, error)
	// Unconfirmed returns who signed up and has not confirmed, the last first.
	Unconfirmed(ctx context.Context, text string, limit int) ([]subscribers.Request, error)
	// Suppression returns why an address is not written to; empty: it may be.
	Suppression(ctx context.Context, email string) (reason string, since time.Time, err error)
	Waits(ctx context.Context, subscriber int64) ([]subscribers.Wait, error)
	LastLetters(ctx context.Context, readers []int64, editions int) (map[int64]digest.LastLetter, error)
}

const (
	// readersPerPage is how many readers a page lists.
	readersPerPage = 50
	// searchPatience is how long a page looks for readers.
	searchPatience = 40 * time.Millisecond
	// longestSearch is the most letters of a text that is looked for.
	longestSearch = 100
	// lastLooked is how many editions are looked at for readers' last letters.
	lastLooked = 84
)

// asked is the state, in forms, of who signed up and has not confirmed.
const asked = "asked"

// A sieve is what the page of readers is asked for.
type sieve struct {
	text, state, newsletter, topic, city string
	before                               int64
}

// sieveOf reads it from a request. Who may look only does not search by text:
// trying addresses out would tell who reads us.
func sieveOf(r *http.Request, may bool) sieve {
	q := r.URL.Query()
	v := sieve{
		state: q.Get("state"), newsletter: web.OneLine(q.Get("newsletter"), longestSearch),
		topic: web.OneLine(q.Get("topic"), longestSearch), city: web.OneLine(q.Get("city"), longestSearch),
	}
	if may {
		v.text = web.OneLine(q.Get("q"), longestSearch)
	}
	if n, err := strconv.ParseInt(q.Get("before"), 10, 64); err == nil && n > 0 {
		v.before = n
	}
	return v
}

// to is the address of the page with what is asked for, from a number on.
func (v sieve) to(before int64) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": v.text, "state": v.state, "newsletter": v.newsletter, "topic": v.topic, "city": v.city} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if before > 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	if len(q) == 0 {
		return "/desk/readers"
	}
	return "/desk/readers?" + q.Encode()
}

// query is what is asked for in the words of the store.
func (v sieve) query() subscribers.Query {
	q := subscribers.Query{
		Text: v.text, Newsletter: v.newsletter, Topic: v.topic, City: v.city,
		Before: v.before, Limit: readersPerPage, Patience: searchPatience,
	}
	if status := subscribers.Status(v.state); status.Valid() {
		q.Status = status
	}
	q.Paused = v.state == "paused"
	return q
}

// readers lists readers.
func (d *Desk) readers(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	l, now := d.Locale(), time.Now()
	may := visit.Editor.Role.May(editors.RoleEditor)
	v := sieveOf(r, may)
	p := &templates.DeskReadersPage{
		DeskFrame: d.frame(r, visit, l.Message("desk.frame.readers")),
		Search:    may, Text: v.text, Masked: !may, Newsletters: d.sieveNewsletters(l, v),
	}
	p.Topics, p.Cities = sieveOptions(l, d.wishes().Topics, v.topic), sieveOptions(l, d.wishes().Cities, v.city)
	if may {
		p.Import = "/desk/import"
	}
	if visit.Editor.Role.May(editors.RoleOwner) {
		p.Export = "/desk/readers/export"
	}
	d.countStates(r, l, v, p)
	var err error
	if v.state == asked {
		err = d.listUnconfirmed(r, l, v, p, now)
	} else {
		err = d.listReaders(r, l, v, p, now)
	}
	if err != nil {
		return err
	}
	if v.before > 0 {
		p.Newest = v.to(0)
	}
	return d.Private(w, r, http.StatusOK, p)
}

// listReaders fills in who is found.
func (d *Desk) listReaders(r *http.Request, l *i18n.Locale, v sieve, p *templates.DeskReadersPage, now time.Time) error {
	found, err := d.Readers.FindReaders(r.Context(), v.query(), now)
	if err != nil {
		return err
	}
	var ids []int64
	for i := range found.Readers {
		ids = append(ids, found.Readers[i].ID)
	}
	last, err := d.Readers.LastLetters(r.Context(), ids, lastLooked)
	if err != nil {
		return err
	}
	for i := range found.Readers {
		p.Readers = append(p.Readers, d.readerLine(l, &found.Readers[i], last[ids[i]], p.Masked, now))
	}
	n := len(found.Readers)
	p.Bare = n == 0 && found.Next == 0 && v == (sieve{})
	switch {
	case found.Crowded:
		p.Sum = l.Message("desk.found.crowded", "n", n)
	case v.before > 0: // of this page nobody wants a number
	case found.Next > 0 && found.Looked:
		p.Sum = l.Message("desk.found.found_more", "n", n)
	case !p.Bare:
		p.Sum = l.Message("desk.found.found", "n", n)
	}
	if found.Next > 0 {
		p.Next = v.to(found.Next)
	}
	if !found.Looked {
		p.Further = l.Message("desk.found.further", "n", found.Next)
	}
	return nil
}

func (d *Desk) readerLine(l *i18n.Locale, reader *subscribers.Subscriber, last digest.LastLetter, masked bool, now time.Time) templates.DeskReaderLine {
	line := templates.DeskReaderLine{
		Address: reader.Email, Name: reader.Name, URL: readerPath(reader.ID, ""), Topics: reader.Topics,
		Since: l.Day(reader.Since.In(d.Publication.Zone)),
	}
	line.State, line.Warn = d.stateOf(l, reader, now)
	if masked {
		line.Address, line.Name = subscribers.Mask(reader.Email), ""
	}
	if last.Edition != "" {
		line.Edition, line.Last = last.Edition, l.Day(last.At.In(d.Publication.Zone))
	}
	return line
}

// stateOf says in a word or two how it stands with a reader; warn: they get no
// letters.
func (d *Desk) stateOf(l *i18n.Locale, reader *subscribers.Subscriber, now time.Time) (state string, warn bool) {
	if reader.Status == subscribers.Active && reader.PausedAt(now) {
		return l.Message("desk.found.state_paused"), true
	}
	return l.Message("desk.found.state_" + string(reader.Status)), reader.Status != subscribers.Active
}

// wishes are what readers may choose.
func (d *Desk) wishes() web.Wishes { return web.Wishes{Frame: d.Frame, Shelf: d.Shelf} }

// readerPath is the address of a reader's page, and of what lies below it.
func readerPath(id int64, below string) string {
	return "/desk/readers/" + strconv.FormatInt(id, 10) + below
}

// listUnconfirmed fills in who signed up and has not confirmed.
func (d *Desk) listUnconfirmed(r *http.Request, l *i18n.Locale, v sieve, p *templates.DeskReadersPage, now time.Time) error {
	const most = 1000 // of which the page's other wishes are asked
	list, err := d.Readers.Unconfirmed(r.Context(), v.text, most)
	if err != nil {
		return err
	}
	wants := func(wanted string, has []string, key func(string) string) bool {
		for _, h := range has {
			if key(h) == key(wanted) {
				return true
			}
		}
		return wanted == ""
	}
	same := func(name string) string { return name }
	n := 0
	for i := range list {
		q := &list[i]
		if !wants(v.newsletter, q.Newsletters, same) || !wants(v.topic, q.Topics, content.TopicKey) || !wants(v.city, q.Cities, content.CityKey) {
			continue
		}
		if n++; n > readersPerPage {
			continue
		}
		line := templates.DeskReaderLine{Address: q.Email, Name: q.Name, State: l.Message("desk.found.state_asked"), Warn: true, Since: d.moment(l, q.Made), Topics: q.Topics}
		if p.Masked {
			line.Address, line.Name = subscribers.Mask(q.Email), ""
		}
		p.Readers = append(p.Readers, line)
	}
	p.Sum = l.Message("desk.found.found", "n", n)
	if n > readersPerPage {
		p.Sum = l.Message("desk.found.found_more", "n", readersPerPage)
	}
	return nil
}

// countStates fills in how many readers there are in each state, as they were
// counted last, and the choice of one.
func (d *Desk) countStates(r *http.Request, l *i18n.Locale, v sieve, p *templates.DeskReadersPage) {
	found, known, err := d.ready().tally.get(r.Context(), "")
	if err != nil {
		d.Frame.Log.Warn("readers could not be counted", "err", err)
	}
	tally := found.value
	for _, state := range []struct {
		name  string
		n     int
		never bool // not shown unless there are some
	}{
		{"", tally.All(), false},
		{string(subscribers.Active), tally.Status[subscribers.Active], false},
		{"paused", tally.Paused, false},
		{asked, tally.Asked, false},
		{string(subscribers.Left), tally.Status[subscribers.Left], false},
		{string(subscribers.Bounced), tally.Status[subscribers.Bounced], false},
		{string(subscribers.Complained), tally.Status[subscribers.Complained], false},
		{string(subscribers.Pending), tally.Status[subscribers.Pending], true},
	} {
		if state.never && state.n == 0 && v.state != state.name {
			continue
		}
		label, option := l.Message("desk.found.all"), l.Message("desk.found.any")
		if state.name != "" {
			label = l.Message("desk.found.state_" + state.name)
			option = label
		}
		p.States = append(p.States, templates.Option{Value: state.name, Label: option, Chosen: v.state == state.name})
		if known {
			p.Counts = append(p.Counts, templates.DeskCount{
				Label: label, Number: l.Number(state.n), URL: sieve{state: state.name}.to(0), Current: v.state == state.name,
			})
		}
	}
}

func (d *Desk) sieveNewsletters(l *i18n.Locale, v sieve) []templates.Option {
	list := []templates.Option{{Label: l.Message("desk.found.any"), Chosen: v.newsletter == ""}}
	for _, n := range d.Newsletters {
		list = append(list, templates.Option{Value: n.Name, Label: n.Title, Chosen: n.Name == v.newsletter})
	}
	return list
}

// sieveOptions are the topics or cities to choose one of.
func sieveOptions(l *i18n.Locale, choices func(have []string) []templates.Choice, have string) []templates.Option {
	list := []templates.Option{{Label: l.Message("desk.found.any"), Chosen: have == ""}}
	var haves []string
	if have != "" {
		haves = []string{have}
	}
	for _, c := range choices(haves) {
		list = append(list, templates.Option{Value: c.Value, Label: c.Value, Chosen: c.Ticked})
	}
	if len(list) == 1 {
		return nil
	}
	return list
}

// exportReaders gives all readers as CSV, as they are read from the store.
func (d *Desk) exportReaders(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	// From the first line on they are out, whatever happens then.
	if err := d.did(r, visit, "exported all readers", "readers", ""); err != nil {
		return err
	}
	web.KeepPrivate(w.Header())
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="readers-`+time.Now().In(d.Publication.Zone).Format(time.DateOnly)+`.csv"`)
	w.WriteHeader(http.StatusOK)
	if err := subscribers.Export(w, patiently(w, subscribers.All(r.Context(), d.Readers))); err != nil {
		if r.Context().Err() == nil {
			d.Frame.Log.Error("export of readers ended early", "err", err)
		}
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	return nil
}

// patiently goes through readers, and gives whoever downloads them time as long
// as they read.
func patiently(w http.ResponseWriter, readers iter.Seq2[subscribers.Entry, error]) iter.Seq2[subscribers.Entry, error] {
	const some = 1000
	line := http.NewResponseController(w)
	return func(yield func(subscribers.Entry, error) bool) {
		n := 0
		for entry, err := range readers {
			if n%some == 0 {
				_ = line.SetWriteDeadline(time.Now().Add(time.Minute)) // where it cannot be set there is none
			}
			if n++; !yield(entry, err) {
				return
			}
		}
	}
}
