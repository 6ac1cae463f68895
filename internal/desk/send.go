package desk

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/templates"
)

// TypedAbove is how many readers may be sent to without saying how many they
// are.
const TypedAbove = 1000

const (
	sealLasts  = time.Hour      // of a page that asks
	askedLasts = 24 * time.Hour // of what one editor asks of another
)

// An offer is what a page to send now stands by: its signature comes back with
// the button, so that what is sent is what was shown. A double press brings the
// same key, so it sends once.
type offer struct {
	Newsletter string `json:"newsletter"`
	Editor     string `json:"editor"`
	Readers    int    `json:"readers"`
	Revision   int64  `json:"revision"` // of the draft
	Key        string `json:"key"`
	At         int64  `json:"at"` // Unix seconds
}

// seal writes an offer for a hidden field, signed.
func (d *Desk) seal(o offer) string {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err) // strings and numbers
	}
	return base64.RawURLEncoding.EncodeToString(append(d.sealOf(b), b...))
}

func (d *Desk) sealOf(b []byte) []byte {
	mac := hmac.New(sha256.New, d.Tokens.Key)
	mac.Write([]byte("send now\x00")) // no token begins like this
	mac.Write(b)
	return mac.Sum(nil)
}

// unseal reads an offer; ok is false if it is not ours, or too old.
func (d *Desk) unseal(field string, now time.Time) (o offer, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(field)
	if err != nil || len(b) < sha256.Size || !hmac.Equal(b[:sha256.Size], d.sealOf(b[sha256.Size:])) {
		return o, false
	}
	if err := json.Unmarshal(b[sha256.Size:], &o); err != nil {
		return o, false
	}
	age := now.Sub(time.Unix(o.At, 0))
	return o, age > -time.Minute && age < sealLasts
}

// Drifted reports whether a number of readers is no longer the one that was
// shown: it differs by more than one in a hundred.
func Drifted(shown, now int) bool {
	off := shown - now
	return max(off, -off)*100 > shown
}

// typed reports whether somebody typed a number, whatever sets its thousands
// apart.
func typed(text string, n int) bool {
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		}
		return -1
	}, text)
	return digits == strconv.Itoa(n)
}

// A plea is a send that waits for a second editor.
type plea struct {
	By       string    `json:"by"` // an editor's address
	Name     string    `json:"name"`
	Readers  int       `json:"readers"`
	Revision int64     `json:"revision"`
	At       time.Time `json:"at"`
}

// asked returns what an editor asks of another about the draft of a revision,
// nil if nobody does.
func (d *Desk) asked(r *http.Request, newsletter string, revision int64, now time.Time) (*plea, error) {
	text, err := d.Sends.Setting(r.Context(), "send asked "+newsletter)
	if err != nil || text == "" {
		return nil, err
	}
	var a plea
	if err := json.Unmarshal([]byte(text), &a); err != nil || a.By == "" || a.Revision != revision || now.Sub(a.At) > askedLasts {
		return nil, nil
	}
	return &a, nil
}

// ask writes down that an editor asks, or with an empty plea that none does.
func (d *Desk) ask(r *http.Request, newsletter string, a plea) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return d.Sends.SetSetting(r.Context(), "send asked "+newsletter, string(b))
}

// NeedsTwo reports whether a send to so many wants a second editor.
func (d *Desk) NeedsTwo(readers int) bool {
	return d.SecondPersonAbove > 0 && readers > d.SecondPersonAbove
}

// askToSend shows what sending now would do, with a button that says it.
func (d *Desk) askToSend(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	n, err := d.NewsletterOf(r)
	if err != nil {
		return err
	}
	v, err := d.sendPage(r, visit, n, nil)
	if err != nil {
		return err
	}
	return d.Private(w, r, http.StatusOK, v)
}

// sendPage is the page to send now. With a plan it is of that, else of the last
// one there is.
func (d *Desk) sendPage(r *http.Request, visit *editors.Visit, n *digest.Newsletter, plan *digest.Plan) (*templates.DeskSendPage, error) {
	l, now, at := d.Locale(), time.Now(), "/desk/newsletters/"+n.Name
	v := &templates.DeskSendPage{
		DeskFrame: d.frame(r, visit, l.Message("desk.send.title", "newsletter", n.Title)), At: at, Newsletter: n.Title,
		Counted: l.Message("desk.sends.counting"), Tester: visit.Editor.Email,
	}
	v.Menu[0].Current = true
	draft, err := d.Sends.Drafts.Draft(r.Context(), n.Name)
	if err != nil {
		return nil, err
	}
	if v.Tested, v.TestedTone, err = d.lastTest(r, l, n, draft); err != nil {
		return nil, err
	}
	held, err := d.Holding(r.Context(), n.Name)
	if err != nil {
		return nil, err
	}
	if held != nil {
		v.Held = l.Message("desk.send.held_"+string(held.State), "edition", held.ID)
		v.HeldURL = at
		if held.State != digest.InReview {
			v.HeldURL = "/desk/editions/" + held.ID
		}
	}
	found, counted, err := d.outlook(r.Context(), n.Name)
	if err != nil || !counted {
		return v, err
	}
	o := found.value
	v.Counted = l.Message("desk.sends.counted", "time", l.Clock(found.at.In(d.Publication.Zone)))
	if plan == nil {
		plan = o.Plan
	} else {
		v.Counted = l.Message("desk.sends.counted", "time", l.Clock(now.In(d.Publication.Zone)))
	}
	if plan.Draft.Revision != draft.Revision { // what is counted is not what would be sent
		v.Counted = l.Message("desk.sends.counting")
		return v, nil
	}
	if o.Letter == nil || plan.Planned == 0 || held != nil {
		v.Nothing = held == nil
		return v, nil
	}
	v.Readers, v.Number = l.Message("desk.readers", "n", plan.Planned), l.Number(plan.Planned)
	v.Title = l.Message("desk.send.ask", "newsletter", n.Title, "n", plan.Planned)
	v.Contains, v.Versions = contains(l, plan), l.Message("desk.versions", "n", len(plan.Versions))
	v.Subject, v.From = o.Letter.Subject, o.Letter.From.Name+" <"+o.Letter.From.Email+">"
	v.Sum = l.Message("desk.send.sum", "all", l.Number(plan.Planned+plan.None), "n", plan.None)
	v.Takes = d.takes(l, plan.Planned, now)
	if next := n.Next(now); !next.IsZero() {
		v.Schedule = l.Message("desk.send.schedule", "time", goes(l, n, now))
	}
	v.Checks = d.checksOf(l, o)
	v.Frame = at + "/preview"
	v.Typed = plan.Planned > TypedAbove
	v.Seal = d.seal(offer{Newsletter: n.Name, Editor: visit.Editor.Email, Readers: plan.Planned, Revision: draft.Revision, Key: strings.ToLower(rand.Text()[:16]), At: now.Unix()})
	v.Button = l.Message("desk.send.button", "n", plan.Planned)
	if d.NeedsTwo(plan.Planned) {
		return v, d.second(r, v, visit, n, plan, now)
	}
	return v, nil
}

// second says how it stands with the second editor.
func (d *Desk) second(r *http.Request, v *templates.DeskSendPage, visit *editors.Visit, n *digest.Newsletter, plan *digest.Plan, now time.Time) error {
	l := d.Locale()
	a, err := d.asked(r, n.Name, plan.Draft.Revision, now)
	switch {
	case err != nil:
		return err
	case a == nil:
		v.Second, v.Button = l.Message("desk.send.second", "n", d.SecondPersonAbove), l.Message("desk.send.button_ask", "n", plan.Planned)
	case a.By == visit.Editor.Email:
		v.Second, v.Button = l.Message("desk.send.second_waits", "time", d.moment(l, a.At)), ""
	default:
		v.Second = l.Message("desk.send.second_you", "editor", a.Name, "time", d.moment(l, a.At))
	}
	return nil
}

// sendNow sends the next edition to everybody who would get it, at once.
func (d *Desk) sendNow(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	n, form, err := d.formFor(w, r)
	if err != nil {
		return err
	}
	now := time.Now()
	of, ok := d.unseal(form.Get("seal"), now)
	if !ok || of.Newsletter != n.Name || of.Editor != visit.Editor.Email {
		return d.sendComesBack(w, r, visit, n, nil, "old")
	}
	if id, err := d.sentWith(r, n, of.Key); err != nil || id != "" {
		return d.sent(w, r, id, err)
	}
	plan, err := d.Sends.Publisher.Plan(r.Context(), n.Name, 0, now)
	if err != nil {
		return err
	}
	switch {
	case plan.Draft.Revision != of.Revision:
		d.ready().plans.changed(n.Name)
		return d.sendComesBack(w, r, visit, n, plan, "changed")
	case Drifted(of.Readers, plan.Planned):
		d.ready().plans.changed(n.Name)
		return d.sendComesBack(w, r, visit, n, plan, "drifted")
	case of.Readers > TypedAbove && !typed(form.Get("readers"), of.Readers):
		return d.sendComesBack(w, r, visit, n, plan, "typed")
	}
	if d.NeedsTwo(plan.Planned) {
		a, err := d.asked(r, n.Name, of.Revision, now)
		if err != nil {
			return err
		}
		if a == nil || a.By == visit.Editor.Email {
			return d.askSecond(w, r, visit, n, a, plan, now)
		}
	}
	return d.publish(w, r, visit, n, of, now)
}

// askSecond writes down that a second editor is asked, once.
func (d *Desk) askSecond(w http.ResponseWriter, r *http.Request, visit *editors.Visit, n *digest.Newsletter, a *plea, plan *digest.Plan, now time.Time) error {
	if a == nil {
		err := d.ask(r, n.Name, plea{By: visit.Editor.Email, Name: named(visit.Editor), Readers: plan.Planned, Revision: plan.Draft.Revision, At: now})
		if err != nil {
			return err
		}
		if err := d.did(r, visit, "asked for a second editor", n.Name, "to send to "+strconv.Itoa(plan.Planned)+" readers"); err != nil {
			return err
		}
	}
	return seeOther(w, r, "/desk/newsletters/"+n.Name+"/send?done=sends_asked")
}

// publish publishes what a page offered.
func (d *Desk) publish(w http.ResponseWriter, r *http.Request, visit *editors.Visit, n *digest.Newsletter, of offer, now time.Time) error {
	e, err := d.Sends.Publisher.Publish(r.Context(), digest.Request{Newsletter: n.Name, Hand: true, Key: of.Key, By: who(visit)}, now)
	var held *digest.HeldError
	switch {
	case err == nil:
	case errors.Is(err, digest.ErrPublished), errors.Is(err, digest.ErrNothing):
		// The same button was pressed twice, or there is nothing any more.
		if id, err := d.sentWith(r, n, of.Key); err != nil || id != "" {
			return d.sent(w, r, id, err)
		}
		d.ready().plans.changed(n.Name)
		return d.sendComesBack(w, r, visit, n, nil, "nothing")
	case errors.As(err, &held):
		return d.sendComesBack(w, r, visit, n, nil, "held")
	default:
		return err
	}
	d.Published(n.Name)
	if err := d.did(r, visit, "sent now", e.ID, "to "+strconv.Itoa(of.Readers)+" readers"); err != nil {
		return err
	}
	if d.SecondPersonAbove > 0 {
		if err := d.ask(r, n.Name, plea{}); err != nil {
			return err
		}
	}
	return d.sent(w, r, e.ID, nil)
}

// sentWith returns the edition that a button's key has sent, empty if none has.
func (d *Desk) sentWith(r *http.Request, n *digest.Newsletter, key string) (string, error) {
	recent, err := d.Archive.Editions(r.Context(), n.Name, 10)
	if err != nil {
		return "", err
	}
	for i := range recent {
		if recent[i].Hand && strings.HasSuffix(recent[i].ID, "-"+key) {
			return recent[i].ID, nil
		}
	}
	return "", nil
}

func (d *Desk) sent(w http.ResponseWriter, r *http.Request, id string, err error) error {
	if err != nil {
		return err
	}
	return seeOther(w, r, "/desk/editions/"+id)
}

// sendComesBack shows the page again, with what has come between.
func (d *Desk) sendComesBack(w http.ResponseWriter, r *http.Request, visit *editors.Visit, n *digest.Newsletter, plan *digest.Plan, what string) error {
	v, err := d.sendPage(r, visit, n, plan)
	if err != nil {
		return err
	}
	v.Wrong = d.Locale().Message("desk.send.wrong_" + what)
	return d.Private(w, r, http.StatusConflict, v)
}

// takes says how long the letters would take, and until when; nothing where
// only the relay sets the pace.
func (d *Desk) takes(l *i18n.Locale, readers int, now time.Time) string {
	rate := d.Sends.Rate
	if rate <= 0 {
		return ""
	}
	long := time.Duration(float64(readers) / rate * float64(time.Second))
	minutes := int((long + time.Minute - 1) / time.Minute)
	return l.Message("desk.send.takes", "n", max(minutes, 1), "rate", l.Number(int(rate*60)), "time", l.Time(now.Add(long).In(d.Publication.Zone)))
}
