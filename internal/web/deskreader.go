package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

const (
	// deskLetters is how many editions the page of a reader tells of, and
	// mostLetterPages how many such pages there are.
	deskLetters     = 20
	mostLetterPages = 50
	// deskItems is how much of a letter it names.
	deskItems = 12
	// longestNote is the most letters of what an editor says about an act.
	longestNote = 500
)

// readerID is the number in the address of a reader's page.
func readerID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, notFound
	}
	return id, nil
}

// deskReader shows everything that is known of a reader.
func (s *Server) deskReader(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	return s.showReader(w, r, visit, http.StatusOK, "", "")
}

// showReader is deskReader after an act, too: wrong is what was wrong with the
// note.
func (s *Server) showReader(w http.ResponseWriter, r *http.Request, visit *editors.Visit, code int, note, wrong string) error {
	id, err := readerID(r)
	if err != nil {
		return err
	}
	a, err := s.Readers.Account(r.Context(), id)
	if err != nil {
		return err
	}
	l, now, reader := s.locale(), time.Now(), &a.Subscriber
	p := &templates.DeskReaderPage{
		DeskFrame: s.deskFrame(r, visit, l.Message("desk.reader.title", "n", strconv.FormatInt(id, 10))), Back: "/desk/readers",
		Address: reader.Email, Note: note, Wrong: wrong,
	}
	may := visit.Editor.Role.May(editors.RoleEditor)
	if !may {
		p.Address = subscribers.Mask(reader.Email)
	}
	p.State, p.Warn = s.stateOf(l, reader, now)
	p.Facts = s.readerFacts(l, reader, may)
	if p.Notes, err = s.hindrances(r.Context(), l, reader, now); err != nil {
		return err
	}
	if p.Subscriptions, err = s.deskSubscriptions(r.Context(), l, a.Subscriptions); err != nil {
		return err
	}
	if p.Waits, err = s.deskWaits(r.Context(), l, id); err != nil {
		return err
	}
	if err := s.deskLetters(r, l, id, p); err != nil {
		return err
	}
	for i := range a.Consents {
		p.Log = append(p.Log, s.deskConsent(l, &a.Consents[i], may))
	}
	if may {
		s.deskActs(l, a, p, now)
	}
	if visit.Editor.Role.May(editors.RoleOwner) {
		p.Erase = readerPath(id, "/erase")
	}
	return s.private(w, r, code, p)
}

// readerFacts are what a reader is and has chosen.
func (s *Server) readerFacts(l *i18n.Locale, reader *subscribers.Subscriber, may bool) []templates.DeskFact {
	var facts []templates.DeskFact
	fact := func(key, value, dir string) {
		facts = append(facts, templates.DeskFact{Label: l.Message(key), Value: value, Dir: dir})
	}
	if may && reader.Name != "" {
		fact("desk.reader.name", reader.Name, "auto")
	}
	fact("desk.reader.since", s.moment(l, reader.Since), "")
	all := l.Message("desk.found.all")
	fact("desk.reader.topics", cmp.Or(strings.Join(reader.Topics, " · "), all), "auto")
	fact("desk.reader.cities", cmp.Or(strings.Join(reader.Cities, " · "), all), "auto")
	tongue := s.Catalog.First(s.Publication.Language).Name()
	if reader.Language != "" {
		tongue = s.Catalog.First(reader.Language, s.Publication.Language).Name()
	}
	fact("desk.reader.language", tongue, "auto")
	zone := reader.Timezone
	if zone == "" {
		zone = s.ownZone(l)
	}
	fact("desk.reader.zone", zone, "auto")
	return facts
}

// hindrances say why nothing is sent to a reader, if nothing is.
func (s *Server) hindrances(ctx context.Context, l *i18n.Locale, reader *subscribers.Subscriber, now time.Time) ([]string, error) {
	var notes []string
	if reader.PausedAt(now) {
		notes = append(notes, l.Message("desk.reader.paused", "date", l.Day(reader.Paused.In(s.Publication.Zone))))
	}
	reason, since, err := s.Desk.Readers.Suppression(ctx, reader.Email)
	if err != nil {
		return nil, err
	}
	if reason != "" {
		notes = append(notes, l.Message("desk.reader.suppressed", "date", l.Day(since.In(s.Publication.Zone)), "why", word(l, "desk.reader.why_", reason)))
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

// deskSubscriptions say what a reader takes, and how far they have come.
func (s *Server) deskSubscriptions(ctx context.Context, l *i18n.Locale, subs []subscribers.Subscription) ([]templates.DeskSubscription, error) {
	var numbers []int64
	for _, sub := range subs {
		if sub.Bookmark > 0 {
			numbers = append(numbers, sub.Bookmark)
		}
	}
	titles, err := s.releases(ctx, numbers)
	if err != nil {
		return nil, err
	}
	var out []templates.DeskSubscription
	for _, sub := range subs {
		known := slices.ContainsFunc(s.Newsletters, func(n *digest.Newsletter) bool { return n.Name == sub.Newsletter })
		v := templates.DeskSubscription{Name: sub.Newsletter, Title: s.newsletter(sub.Newsletter).Title, Left: !sub.Left.IsZero(), Known: known}
		v.State = l.Message("desk.reader.takes_since", "date", l.Day(sub.Since.In(s.Publication.Zone)))
		if v.Left {
			v.State = l.Message("desk.reader.left", "date", l.Day(sub.Left.In(s.Publication.Zone)))
		}
		number := strconv.FormatInt(sub.Bookmark, 10)
		switch rel, found := titles[sub.Bookmark]; {
		case sub.Bookmark == 0:
			v.Bookmark = l.Message("desk.reader.bookmark_none")
		case !found:
			v.Bookmark = l.Message("desk.reader.bookmark_bare", "n", number)
		default:
			v.Bookmark = l.Message("desk.reader.bookmark", "n", number, "title", rel.title, "date", l.Day(rel.at.In(s.Publication.Zone)))
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
func (s *Server) releases(ctx context.Context, numbers []int64) (map[int64]headline, error) {
	out := map[int64]headline{}
	if len(numbers) == 0 {
		return out, nil
	}
	entries, err := s.Editions.EntriesByNumber(ctx, numbers)
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

func (s *Server) deskWaits(ctx context.Context, l *i18n.Locale, id int64) ([]templates.DeskWait, error) {
	waits, err := s.Desk.Readers.Waits(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []templates.DeskWait
	for _, wait := range waits {
		v := templates.DeskWait{Edition: wait.Edition, Next: l.Message("desk.reader.wait_first", "time", s.moment(l, wait.Due))}
		if wait.Attempts > 0 {
			v.Next = l.Message("desk.reader.wait", "time", s.moment(l, wait.Due), "n", wait.Attempts)
		}
		out = append(out, v)
	}
	return out, nil
}

// deskLetters fills in what editions were to a reader, on the page of them that
// was asked for.
func (s *Server) deskLetters(r *http.Request, l *i18n.Locale, id int64, p *templates.DeskReaderPage) error {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 {
		n = 1
	}
	n = min(n, mostLetterPages)
	rows, err := s.Readers.History(r.Context(), id, n*deskLetters+1)
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
	if len(rows) > n*deskLetters && n < mostLetterPages {
		p.Pages.Older = at(n + 1)
	}
	rows = rows[min(len(rows), (n-1)*deskLetters):min(len(rows), n*deskLetters)]
	var numbers []int64
	for _, row := range rows {
		for _, it := range row.Items[:min(len(row.Items), deskItems)] {
			numbers = append(numbers, it.N)
		}
	}
	titles, err := s.releases(r.Context(), numbers)
	if err != nil {
		return err
	}
	for i := range rows {
		p.Letters = append(p.Letters, s.deskLetter(l, &rows[i], titles))
	}
	return nil
}

// deskLetter says what one edition was to a reader, and why.
func (s *Server) deskLetter(l *i18n.Locale, row *digest.Row, titles map[int64]headline) templates.DeskLetter {
	v := templates.DeskLetter{Edition: row.Edition, State: word(l, "desk.reader.state_", string(row.State)), Warn: row.State == mailer.Failed}
	if !row.At.IsZero() {
		v.When = s.moment(l, row.At)
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
	for _, it := range row.Items[:min(len(row.Items), deskItems)] {
		title := cmp.Or(titles[it.N].title, it.ID)
		switch it.Kind {
		case content.KindReminder:
			title = l.Message("desk.reader.reminder", "title", title)
		case content.KindNotice:
			title = l.Message("desk.reader.notice", "title", title)
		}
		v.Items = append(v.Items, title)
	}
	if more := len(row.Items) - deskItems; more > 0 {
		v.More = l.Message("desk.reader.more_items", "n", more)
	}
	return v
}

// deskConsent says what was agreed to or taken back.
func (s *Server) deskConsent(l *i18n.Locale, c *subscribers.Consent, may bool) templates.DeskConsent {
	v := templates.DeskConsent{
		When: s.moment(l, c.At), What: word(l, "desk.reader.act_", string(c.Act)), Words: c.Text, Lang: c.Language,
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
		titles = append(titles, s.newsletter(n).Title)
	}
	v.Newsletters = l.List(titles)
	return v
}

// deskActs fills in what an editor may do for a reader.
func (s *Server) deskActs(l *i18n.Locale, a *subscribers.Account, p *templates.DeskReaderPage, now time.Time) {
	reader := &a.Subscriber
	h := &holder{reader: reader, subs: a.Subscriptions}
	p.Action, p.Data = readerPath(reader.ID, ""), readerPath(reader.ID, "/data")
	p.Paused, p.Linked = reader.PausedAt(now), !h.silent()
	p.Some = slices.ContainsFunc(a.Subscriptions, func(sub subscribers.Subscription) bool { return sub.Left.IsZero() })
	p.Weeks, p.Tongues, p.Zones = weeks(l), s.tongues(l, reader.Language), zoneOptions(reader.Timezone, s.ownZone(l))
	topics, cities := s.offered()
	p.Topics = choices(topics, reader.Topics, content.TopicKey)
	p.Cities = choices(cities, reader.Cities, content.CityKey)
}

// errNote says that an act wants a note.
var errNote = errors.New("an act wants a note")

// actForReader does for a reader what one of the page's buttons says, at their
// word. Pressed twice, it is done and told once.
func (s *Server) actForReader(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	id, err := readerID(r)
	if err != nil {
		return err
	}
	form, err := formOf(w, r)
	if err != nil {
		return err
	}
	before, err := s.Readers.Account(r.Context(), id)
	if err != nil {
		return err
	}
	l := s.locale()
	how := subscribers.Consent{Way: subscribers.ByDesk, Text: oneLine(form.Get("note"), longestNote)}
	if how.Text != "" {
		how.Language = l.Words
	}
	do, newsletter, _ := strings.Cut(form.Get("do"), ":")
	what, detail, err := s.forReader(r, before, do, newsletter, form, how)
	if errors.Is(err, errNote) {
		return s.showReader(w, r, visit, http.StatusUnprocessableEntity, how.Text, l.Message("desk.reader.note_needed"))
	}
	if err != nil {
		return err
	}
	after, err := s.Readers.Account(r.Context(), id)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(before, after) {
		if err := s.did(r, visit, what, "reader "+strconv.FormatInt(id, 10), detail); err != nil {
			return err
		}
	}
	return seeOther(w, r, readerPath(id, "?done=reader_"+do))
}

// forReader does one act, and says in the words of the log what it was.
func (s *Server) forReader(r *http.Request, a *subscribers.Account, do, newsletter string, form url.Values, how subscribers.Consent) (what, detail string, err error) {
	ctx, now, id := r.Context(), time.Now(), a.Subscriber.ID
	h := &holder{reader: &a.Subscriber, subs: a.Subscriptions}
	switch do {
	case "pause":
		n, wrong := strconv.Atoi(form.Get("weeks"))
		if wrong != nil || n < 1 || n > mostWeeks {
			return "", "", status(http.StatusBadRequest)
		}
		until := now.In(s.Publication.Zone).AddDate(0, 0, 7*n)
		until = time.Date(until.Year(), until.Month(), until.Day(), 0, 0, 0, 0, s.Publication.Zone) // the same whenever it is pressed today
		return "paused", "until " + until.Format(time.DateOnly), s.Readers.PauseUntil(ctx, id, until, how, now)
	case "resume":
		return "ended the break of", "", s.Readers.PauseUntil(ctx, id, time.Time{}, how, now)
	case "leave":
		return "unsubscribed", cmp.Or(newsletter, "from everything"), s.Readers.Leave(ctx, id, newsletter, how, now)
	case "return":
		if how.Text == "" {
			return "", "", errNote
		}
		if newsletter == "" {
			return "", "", status(http.StatusBadRequest)
		}
		return "subscribed again", newsletter, s.Readers.Return(ctx, id, newsletter, how, now)
	case "link":
		return "had the link to their preferences sent to", "", s.Readers.AskPreferences(ctx, a.Subscriber.Email, "", now)
	case "save":
		form["newsletter"] = nil // stays as it is
		for _, n := range s.Newsletters {
			if h.takes(n.Name) {
				form.Add("newsletter", n.Name)
			}
		}
		return "changed the wishes of", "", s.Readers.SetProfile(ctx, id, s.profile(h, form), how, now)
	}
	return "", "", status(http.StatusBadRequest)
}

// giveReaderData gives an editor the file that readers get of themselves.
func (s *Server) giveReaderData(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	id, err := readerID(r)
	if err != nil {
		return err
	}
	account, err := s.Readers.Account(r.Context(), id)
	if err != nil {
		return err
	}
	rows, err := s.Readers.History(r.Context(), id, mostEditions)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(fileOf(s.Publication.Title, account, rows, time.Now()), "", "  ")
	if err != nil {
		return err
	}
	number := strconv.FormatInt(id, 10)
	if err := s.did(r, visit, "downloaded the data of", "reader "+number, ""); err != nil {
		return err
	}
	keepPrivate(w.Header())
	w.Header().Set("Content-Disposition", `attachment; filename="reader-`+number+`.json"`)
	write(w, r, http.StatusOK, "application/json; charset=utf-8", append(b, '\n'))
	return nil
}

// askToErase shows one button.
func (s *Server) askToErase(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	id, err := readerID(r)
	if err != nil {
		return err
	}
	reader, err := s.Readers.Subscriber(r.Context(), id)
	if err != nil {
		return err
	}
	number := strconv.FormatInt(id, 10)
	return s.private(w, r, http.StatusOK, &templates.DeskErasePage{
		DeskFrame: s.deskFrame(r, visit, s.locale().Message("desk.reader.erase_title", "n", number)),
		Number:    number, Address: reader.Email, Action: readerPath(id, "/erase"), Back: readerPath(id, ""),
	})
}

// eraseReader forgets a reader, at their word.
func (s *Server) eraseReader(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	id, err := readerID(r)
	if err != nil {
		return err
	}
	err = s.Readers.Erase(r.Context(), id, subscribers.Consent{Way: subscribers.ByDesk}, time.Now())
	if err != nil && !errors.Is(err, subscribers.ErrNotFound) { // pressed twice: it is done
		return err
	}
	if err == nil {
		if err := s.did(r, visit, "erased", "reader "+strconv.FormatInt(id, 10), ""); err != nil {
			return err
		}
	}
	return seeOther(w, r, "/desk/readers?done=reader_erase")
}
