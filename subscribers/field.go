package subscribers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// What one field may hold.
const (
	maxName = 200 // runes, also of a topic and a city
	maxList = 200
)

// A draft is a row on its way to be one.
type draft struct {
	ImportRow
	first, last     string
	confirmed, left time.Time
	none            bool // for no newsletter, and says so
}

// field reads one field, which is as to us.
func (in *Reader) field(d *draft, as, f string) *RowError {
	if as == "" || as == asNothing {
		return nil
	}
	if as == "consent" { // words as they were shown, with their lines
		return d.consent(f)
	}
	if f = tidy(f); f == "" {
		return nil
	}
	if i := strings.IndexFunc(f, unicode.IsControl); i >= 0 {
		return &RowError{Reason: "there is a control character in it"}
	}
	var err *RowError
	switch as {
	case "email":
		email, e := ParseAddress(f)
		if wrong := (*AddressError)(nil); errors.As(e, &wrong) {
			return &RowError{Reason: wrong.Reason, Hint: wrong.Hint}
		}
		d.Email = email
	case "name":
		d.Name, err = short(f)
	case asFirst:
		d.first, err = short(f)
	case asLast:
		d.last, err = short(f)
	case asDetails:
		d.first = detailed(f)
	case "topics":
		d.Topics, err = items(f)
	case asTags:
		d.Topics = in.topics(d.Topics, f)
	case "cities":
		d.Cities, err = items(f)
	case "newsletters":
		err = in.newsletters(d, f)
	case "timezone":
		d.Timezone, err = in.zone(f)
	case asZone:
		d.Timezone = in.likelyZone(f)
	case "language":
		tag, e := language.Parse(f[:min(len(f), 64)])
		if e != nil || len(f) > 64 {
			return &RowError{Reason: quoted(f) + " is not a language", Hint: "like en, de or pt-BR"}
		}
		d.Language = tag.String()
	case "status":
		err = in.status(d, f)
	case "since":
		d.Since, err = moment(f)
	case "paused_until":
		d.Paused, err = moment(f)
	case asDate:
		if t, ok := parseMoment(f); ok && d.Since.IsZero() {
			d.Since = t
		}
	case asConfirmed:
		d.confirmed, _ = parseMoment(f)
	case asLeftAt:
		d.left, _ = parseMoment(f)
	case asGone:
		return &RowError{Reason: "this reader was deleted there"}
	}
	return err
}

// consent reads how we know that the reader wants this.
func (d *draft) consent(f string) *RowError {
	f = strings.TrimFunc(f, blank)
	if len(f) > maxConsentText {
		return &RowError{Reason: fmt.Sprintf("longer than %d bytes", maxConsentText)}
	}
	if strings.ContainsFunc(f, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return &RowError{Reason: "there is a control character in it"}
	}
	d.Consent = f
	return nil
}

// finish brings together what several fields say.
func (in *Reader) finish(d *draft) {
	if d.Name == "" {
		d.Name = tidy(d.first + " " + d.last)
	}
	if graver(in.Mapping.Every, d.Status) {
		d.Status = in.Mapping.Every
	}
	if len(d.Newsletters)+len(d.Left) == 0 && !d.none {
		d.Newsletters, d.Unstated = slices.Clone(in.im.Newsletters), true
	}
	if in.product == &ours {
		return
	}
	var said []string
	if !d.Since.IsZero() {
		said = append(said, "since "+d.Since.Format(time.DateOnly))
	}
	if !d.confirmed.IsZero() {
		said = append(said, "confirmed "+d.confirmed.Format(time.DateOnly))
		if d.Since.IsZero() {
			d.Since = d.confirmed
		}
	}
	if d.Status == Left && !d.left.IsZero() {
		said = append(said, "unsubscribed "+d.left.Format(time.DateOnly))
		d.Ended = map[string]time.Time{}
		for _, n := range d.Newsletters {
			d.Ended[n] = d.left
		}
	}
	if len(said) > 0 {
		d.Evidence = "at " + in.product.name + " " + strings.Join(said, ", ")
	}
}

// status reads a status, in our words or in those of the product. The gravest
// of several counts.
func (in *Reader) status(d *draft, f string) *RowError {
	word := strings.ToLower(f)
	status := Status(word)
	if in.product != &ours {
		known := false
		if status, known = in.product.statuses[word]; !known {
			return &RowError{Reason: quoted(f) + " at " + in.product.name + " is like no status here", Hint: "leave the row out, or write it in a file of ours"}
		}
	}
	if !status.Valid() {
		return &RowError{Reason: quoted(f) + " is not a status", Hint: "pending, active, unsubscribed, bounced or complained; empty is active"}
	}
	if graver(status, d.Status) {
		d.Status = status
	}
	return nil
}

// graver reports whether a is the stronger reason not to write to somebody.
func graver(a, b Status) bool {
	order := []Status{"", Active, Pending, Left, Bounced, Complained}
	return slices.Index(order, a) > slices.Index(order, b)
}

// topics adds the tags of another product that are topics here.
func (in *Reader) topics(had []string, f string) []string {
	if in.im.Topic == nil {
		return had
	}
	for _, tag := range tags(f) {
		if topic := in.im.Topic(tag); topic != "" && !slices.Contains(had, topic) && len(had) < maxList {
			had = append(had, topic)
		}
	}
	return had
}

// none is what stands for no newsletter at all, of a reader who is not signed
// up for any and has left none.
const none = ":none"

// newsletters reads newsletters. NAME:left is one the reader has left; after it, or
// after the name, may stand when: NAME:since=2026-01-02:left=2026-11-24.
func (in *Reader) newsletters(d *draft, f string) *RowError {
	list, err := items(f)
	for _, item := range list {
		if item == none {
			d.none = true
			continue
		}
		name, since, ended, left, err := standing(item)
		switch {
		case err != nil:
			return err
		case !slices.Contains(in.im.Newsletters, name) && !(left && bygone(name)):
			return &RowError{Reason: "there is no newsletter " + quoted(name), Hint: "there is: " + strings.Join(in.im.Newsletters, ", ")}
		case left:
			d.Left = append(d.Left, name)
		default:
			d.Newsletters = append(d.Newsletters, name)
		}
		put(&d.Began, name, since)
		put(&d.Ended, name, ended)
	}
	return err
}

// standing reads one newsletter of a row.
func standing(item string) (name string, since, ended time.Time, left bool, err *RowError) {
	name, at, left := strings.Cut(strings.ToLower(item), ":left")
	if at, stated := strings.CutPrefix(at, "="); stated {
		if ended, err = moment(at); err != nil {
			return
		}
	} else if at != "" {
		return name, since, ended, false, &RowError{Reason: quoted(item) + " is not a newsletter"}
	}
	name, at, stated := strings.Cut(name, ":since=")
	if stated {
		since, err = moment(at)
	}
	return
}

// bygone reports whether a newsletter that there is no more may have been
// called so.
func bygone(name string) bool {
	return name != "" && len(name) <= 32 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// put notes a moment, unless it is none.
func put(at *map[string]time.Time, name string, t time.Time) {
	if t.IsZero() {
		return
	}
	if *at == nil {
		*at = map[string]time.Time{}
	}
	(*at)[name] = t
}

// zone checks an IANA name.
func (in *Reader) zone(f string) (string, *RowError) {
	if !in.zones[f] {
		if _, err := time.LoadLocation(f); err != nil || f == "Local" {
			return "", &RowError{Reason: quoted(f) + " is not a time zone", Hint: "like Europe/London or UTC"}
		}
		in.zones[f] = true
	}
	return f, nil
}

// likelyZone is the zone that a product guessed, which it writes in small
// letters: "america/new_york". Empty when there is no such zone.
func (in *Reader) likelyZone(f string) string {
	up := true
	f = strings.Map(func(r rune) rune {
		if up {
			r = unicode.ToUpper(r)
		}
		up = r == '/' || r == '_' || r == '-'
		return r
	}, f)
	zone, err := in.zone(f)
	if err != nil {
		return ""
	}
	return zone
}

// short checks a name.
func short(f string) (string, *RowError) {
	if utf8.RuneCountInString(f) > maxName {
		return "", &RowError{Reason: fmt.Sprintf("longer than %d characters", maxName)}
	}
	return f, nil
}

// items reads a list separated by semicolons.
func items(f string) ([]string, *RowError) {
	var list []string
	for item := range strings.SplitSeq(f, ";") {
		item = strings.TrimFunc(item, blank)
		if utf8.RuneCountInString(item) > maxName {
			return nil, &RowError{Reason: fmt.Sprintf("one of them is longer than %d characters", maxName)}
		}
		if item != "" && !slices.Contains(list, item) {
			list = append(list, item)
		}
	}
	if len(list) > maxList {
		return nil, &RowError{Reason: fmt.Sprintf("more than %d of them", maxList)}
	}
	return list, nil
}

// tidy takes line breaks and doubled spaces out of a field.
func tidy(f string) string {
	return strings.Join(strings.Fields(strings.TrimFunc(f, blank)), " ")
}

// quoted shows a value from a file in a message.
func quoted(s string) string { return fmt.Sprintf("%q", clip(s)) }

// clip shortens a value for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}
