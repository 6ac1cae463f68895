package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/templates"
)

// nextEdition shows what the next edition of a newsletter would be, why, and
// what an editor may change of it.
func (d *Desk) nextEdition(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	n, g, err := d.glanced(r, visit)
	if err != nil {
		return err
	}
	v, err := d.nextPage(r, visit, n, g)
	if err != nil {
		return err
	}
	return d.Private(w, r, http.StatusOK, v)
}

// nextPage is the page of a newsletter's next edition as it stands.
func (d *Desk) nextPage(r *http.Request, visit *editors.Visit, n *digest.Newsletter, g glance) (*templates.DeskNextPage, error) {
	l, now, ctx := d.Locale(), time.Now(), r.Context()
	draft, err := d.Sends.Drafts.Draft(ctx, n.Name)
	if err != nil {
		return nil, err
	}
	found, counted, err := d.outlook(ctx, n.Name)
	if err != nil {
		return nil, err
	}
	v := &templates.DeskNextPage{
		DeskFrame: d.frame(r, visit, n.Title), At: "/desk/newsletters/" + n.Name, Newsletter: n.Title,
		Goes: goes(l, n, now), MayEdit: visit.Editor.Role.May(editors.RoleEditor), Revision: strconv.FormatInt(draft.Revision, 10),
		Counted: l.Message("desk.sends.counting"), Tester: visit.Editor.Email,
	}
	v.MayPutIn = v.MayEdit && n.Carries(content.KindArticle)
	v.Menu[0].Current = true // one of the next sends
	if v.State, err = d.sendState(r, l, n, draft, found.value, now); err != nil {
		return nil, err
	}
	v.Subject.Value, v.Preheader.Value, v.Intro.Value = draft.Subject, draft.Preheader, draft.Intro
	if draft.Revision > 0 && draft.By != "" {
		v.Changed = l.Message("desk.sends.changed", "editor", draft.By, "time", d.moment(l, draft.At))
	}
	if v.Tested, v.TestedTone, err = d.lastTest(r, l, n, draft); err != nil {
		return nil, err
	}
	if err := d.approval(r, v, n, draft); err != nil {
		return nil, err
	}
	if err := d.searched(r, v); err != nil {
		return nil, err
	}
	if err := d.heldBack(ctx, v); err != nil {
		return nil, err
	}
	if v.Counting = !counted; !counted {
		return v, nil
	}
	o := found.value
	v.Counted = l.Message("desk.sends.counted", "time", l.Clock(found.at.In(d.Publication.Zone)))
	if o.Draft.Revision != draft.Revision {
		v.Counted = l.Message("desk.sends.counting_again", "time", l.Clock(found.at.In(d.Publication.Zone)))
	}
	v.Span = d.span(l, n, o)
	if o.Planned > 0 {
		v.To, v.Versions = l.Message("desk.readers", "n", o.Planned), l.Message("desk.versions", "n", len(o.Versions))
		if o.None > 0 {
			v.Without = l.Message("desk.without", "n", o.None)
		}
	}
	since, err := d.since(r, l, n)
	if err != nil {
		return nil, err
	}
	d.groups(v, l, o, draft, since)
	d.leftOut(v, l, o, draft)
	v.Checks = d.checksOf(l, o)
	return v, d.letterShown(r, v, l, n, g)
}

// letterShown puts the letter of a glance on the page.
func (d *Desk) letterShown(r *http.Request, v *templates.DeskNextPage, l *i18n.Locale, n *digest.Newsletter, g glance) error {
	m, o, ok, err := d.letterOf(r.Context(), n.Name, g)
	if err != nil {
		return err
	}
	for _, tab := range []struct{ show, key string }{{asLetter, "html"}, {asText, "text"}, {asPhone, "phone"}, {asDark, "dark"}, {asBare, "bare"}} {
		to := g
		to.show = tab.show
		v.Looks = append(v.Looks, templates.Link{Label: l.Message("desk.next.show_" + tab.key), URL: v.At + to.query(), Current: tab.show == g.show})
	}
	all, known, err := d.outlook(r.Context(), n.Name)
	if err != nil {
		return err
	}
	if known {
		for i := range all.value.Versions {
			pv := &all.value.Versions[i]
			if i == mostVersions {
				break
			}
			v.As = append(v.As, templates.DeskAs{
				Value:  "v" + strconv.Itoa(i+1),
				Label:  l.Message("desk.next.version", "number", strconv.Itoa(i+1), "language", d.Catalog.For(pv.Language).Name(), "n", pv.Readers),
				Chosen: g.reader == 0 && g.version == i+1,
			})
		}
	}
	v.Show = g.show
	if g.reader != 0 {
		v.As = append(v.As, templates.DeskAs{Value: "r" + strconv.FormatInt(g.reader, 10), Label: l.Message("desk.next.reader", "number", strconv.FormatInt(g.reader, 10)), Chosen: true})
	}
	switch {
	case !ok:
		return nil
	case m == nil && g.reader != 0:
		v.NoLetter = l.Message("desk.next.nothing_for_reader")
		for _, it := range passed(o.Plan) {
			v.Reasons = append(v.Reasons, templates.NextFact{Label: o.pieces[it.N].Title, Text: why(l, it.Why)})
		}
	case m == nil && g.version > 1:
		return web.NotFound
	case m == nil:
		v.NoLetter = l.Message("desk.next.no_letter")
	case g.show == asText:
		v.Text = web.Shown(m.Text)
	default:
		v.Frame, v.Phone = v.At+"/preview"+g.query(), g.show == asPhone
	}
	d.lines(v, l, m)
	return nil
}

// mostVersions is how many versions a page offers to look at.
const mostVersions = 50

// lines says how the subject and preheader come out.
func (d *Desk) lines(v *templates.DeskNextPage, l *i18n.Locale, m *mailer.Message) {
	v.Subject.Hint, v.Preheader.Hint = l.Message("desk.next.subject_hint"), l.Message("desk.next.preheader_hint")
	if m == nil {
		return
	}
	v.Line = m.Subject
	v.Subject.Hint = l.Message("desk.next.subject_count", "n", utf8.RuneCountInString(m.Subject)) + " " + v.Subject.Hint
	if said := templates.Preheader(m.HTML); said != "" {
		v.Preheader.Now = said
		v.Preheader.Hint = l.Message("desk.next.preheader_count", "n", utf8.RuneCountInString(said)) + " " + v.Preheader.Hint
	}
	v.Subject.Now = m.Subject
}

// since says since when what is new is new.
func (d *Desk) since(r *http.Request, l *i18n.Locale, n *digest.Newsletter) (string, error) {
	recent, err := d.Archive.Editions(r.Context(), n.Name, 5)
	if err != nil {
		return "", err
	}
	for i := range recent {
		if at := recent[i].Published; !at.IsZero() && recent[i].State != digest.Cancelled {
			return l.Message("desk.next.new_since", "date", l.Day(at.In(d.Publication.Zone))), nil
		}
	}
	return l.Message("desk.next.new"), nil
}

// groups lists what is given, by kind, with who is given it and why.
func (d *Desk) groups(v *templates.DeskNextPage, l *i18n.Locale, o *Outlook, draft *digest.Draft, since string) {
	for _, kind := range []content.Kind{content.KindNotice, content.KindReminder, content.KindArticle} {
		g := templates.PieceGroup{Kind: string(kind), Label: l.Message("desk.next.group_" + string(kind))}
		var of []digest.PlannedItem
		for _, it := range o.Items {
			if it.Kind == kind {
				of = append(of, it)
			}
		}
		for i, it := range of {
			p := d.piece(o, it.N)
			p.Readers = l.Message("desk.next.given", "n", it.Readers)
			switch it.Offer {
			case digest.OfferKept:
				p.Why = l.Message("desk.next.offer_kept")
			case digest.OfferPutIn:
				p.Why = l.Message("desk.next.offer_in")
			case digest.OfferFirst:
				p.Why = l.Message("desk.next.offer_first")
			default:
				p.Why = since
			}
			p.Lead = kind == content.KindArticle && i == 0
			if v.MayEdit {
				press := func(do, key string) {
					p.Presses = append(p.Presses, templates.Press{Do: do + " " + strconv.FormatInt(it.N, 10), Label: l.Message("desk.next." + key)})
				}
				if i > 0 {
					press(moveUp, "up")
				}
				if i < len(of)-1 {
					press(moveDown, "down")
				}
				if kind == content.KindArticle && i > 0 {
					press(makeLead, "lead")
				}
				if slices.Contains(draft.In, it.N) {
					press(takeAway, "away")
				} else {
					press(keepIt, "keep")
					press(leaveOut, "out")
				}
			}
			g.Pieces = append(g.Pieces, p)
		}
		if len(g.Pieces) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
}

func (d *Desk) piece(o *Outlook, n int64) templates.Piece {
	p := o.pieces[n]
	if p.Title == "" {
		p.Title = strconv.FormatInt(n, 10)
	}
	return templates.Piece{N: strconv.FormatInt(n, 10), Title: p.Title, URL: p.URL, Date: p.Date}
}

// leftOut lists what this edition leaves out by an editor's word, then what is
// passed over.
func (d *Desk) leftOut(v *templates.DeskNextPage, l *i18n.Locale, o *Outlook, draft *digest.Draft) {
	byHand := map[int64]bool{}
	for _, out := range draft.Out {
		byHand[out.N] = true
		p := d.piece(o, out.N)
		text := "left out"
		if out.Keep {
			text = "kept for next time"
		}
		if out.By != "" {
			text += " by " + out.By
		}
		p.Why = why(l, text)
		if v.MayEdit {
			p.Presses = []templates.Press{{Do: putBack + " " + p.N, Label: l.Message("desk.next.back")}}
		}
		v.Out = append(v.Out, p)
	}
	for _, it := range passed(o.Plan) {
		if byHand[it.N] {
			continue
		}
		p := d.piece(o, it.N)
		p.Why = why(l, it.Why)
		if it.Readers > 0 {
			p.Readers = l.Message("desk.next.passed", "n", it.Readers)
		}
		if v.MayEdit && it.Kind == content.KindArticle && mayBePutIn(it.Why) {
			p.Presses = []templates.Press{{Do: putIn + " " + p.N, Label: l.Message("desk.next.in")}}
		}
		v.Passed = append(v.Passed, p)
	}
}

// heldBack lists what sources hold, which is in no letter before an editor
// decides.
func (d *Desk) heldBack(ctx context.Context, v *templates.DeskNextPage) error {
	found, _, err := d.ready().sources.get(ctx, "")
	if err != nil {
		return err
	}
	for _, src := range found.value {
		for _, c := range src.Held {
			if len(v.Held) < mostPassed {
				v.Held = append(v.Held, templates.NextFact{Label: c.Title, Text: c.Reason})
			}
		}
	}
	return nil
}

// searched finds older articles that may be put in.
func (d *Desk) searched(r *http.Request, v *templates.DeskNextPage) error {
	v.Find = web.OneLine(r.URL.Query().Get("find"), 100)
	if v.Find == "" || !v.MayPutIn {
		return nil
	}
	const newest, most = 3000, 12
	all, err := d.Archive.Articles(r.Context(), content.ArticleQuery{Limit: newest})
	if err != nil {
		return err
	}
	l, now, wanted := d.Locale(), time.Now(), strings.ToLower(v.Find)
	for i := range all {
		e := &all[i]
		if e.Article == nil || !strings.Contains(strings.ToLower(e.Article.Title), wanted) {
			continue
		}
		if ok, _ := e.Holds(now); !ok {
			continue
		}
		if len(v.Found) == most {
			v.MoreFound = true
			break
		}
		of := d.pieceOf(e, now)
		p := templates.Piece{N: strconv.FormatInt(e.N, 10), Title: of.Title, URL: of.URL, Date: of.Date}
		p.Presses = []templates.Press{{Do: putIn + " " + p.N, Label: l.Message("desk.next.in")}}
		v.Found = append(v.Found, p)
	}
	return nil
}

// approval says whether the edition wants approving, and how that stands.
func (d *Desk) approval(r *http.Request, v *templates.DeskNextPage, n *digest.Newsletter, draft *digest.Draft) error {
	l := d.Locale()
	if draft.Approved != "" {
		v.Approval = l.Message("desk.next.approved", "edition", draft.Approved)
		return nil
	}
	held, err := d.Holding(r.Context(), n.Name)
	if err != nil || held == nil || held.State != digest.InReview {
		return err
	}
	v.Approval = l.Message("desk.next.waits", "time", d.moment(l, held.Slot))
	if v.MayEdit {
		v.Approve, v.ApproveLabel = held.ID, l.Message("desk.next.approve", "time", d.moment(l, held.Slot))
		if !held.Slot.After(time.Now()) {
			v.ApproveLabel = l.Message("desk.next.approve_now")
		}
	}
	return nil
}

// readerGlance leads from an address, which no URL should hold, to the letter
// of its reader.
func (d *Desk) readerGlance(w http.ResponseWriter, r *http.Request, _ *editors.Visit) error {
	n, form, err := d.formFor(w, r)
	if err != nil {
		return err
	}
	at := "/desk/newsletters/" + n.Name
	reader, err := d.Sends.ReaderOf(r.Context(), strings.TrimSpace(form.Get("address")))
	if err != nil {
		if web.CodeOf(err) == http.StatusNotFound {
			return seeOther(w, r, at+"?wrong=sends_reader")
		}
		return err
	}
	to := glance{version: 1, reader: reader.ID, show: form.Get("show")}
	if _, ok := glanceOf(url.Values{"show": {to.show}}); !ok {
		to.show = asLetter
	}
	return seeOther(w, r, at+to.query()+"#letter")
}

// formFor reads a form about the newsletter that a path names.
func (d *Desk) formFor(w http.ResponseWriter, r *http.Request) (*digest.Newsletter, url.Values, error) {
	n, err := d.NewsletterOf(r)
	if err != nil {
		return nil, nil, err
	}
	form, err := web.FormOf(w, r)
	return n, form, err
}
