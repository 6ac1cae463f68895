package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"github.com/standfirst/standfirst/content"
)

// Recurrence rules can describe more occurrences than anybody can count.
const (
	ahead        = 400 * 24 * time.Hour // how far they are unfolded
	maxInstances = 200                  // of one event
	maxTurns     = 200_000              // of all rules of one file
	maxTurnsRule = 50_000               // of one
	maxRule      = 1000                 // bytes
)

// recurring adds the occurrences of v that lie ahead. singles replace some.
func (b *book) recurring(v *vevent, singles []*vevent) {
	walls, err := b.walls(v)
	if err != nil {
		p := v.get("RRULE")
		if p == nil {
			p = v.get("RDATE")
		}
		b.refuse(p.line, 0, "", "%s: %v", p.name, err)
		return
	}
	byWall := make(map[time.Time]*vevent)
	var since []*vevent // they and everything after
	for _, s := range singles {
		wall := v.start.clock.wall(s.of.instant())
		if s.of.day {
			wall = s.of.wall
		}
		if strings.EqualFold(s.get("RECURRENCE-ID").params["RANGE"], "THISANDFUTURE") {
			since = append(since, s)
		}
		byWall[wall] = s
	}
	slices.SortStableFunc(since, func(x, y *vevent) int { return x.of.instant().Compare(y.of.instant()) })

	for _, wall := range walls {
		at := v.start
		at.wall = wall
		keys := []content.Key{b.key(v.uid, v.stamp(at))}
		if s := byWall[wall]; s != nil {
			b.add(s, s.start.wall, keys)
			delete(byWall, wall)
			continue
		}
		from, begin := v, wall
		for _, s := range since {
			if of := v.start.clock.wall(s.of.instant()); !of.After(wall) {
				from, begin = s, wall.Add(s.start.wall.Sub(of))
			}
		}
		b.add(from, begin, keys)
	}
	for _, s := range singles { // moved here from a day that is not unfolded
		wall := v.start.clock.wall(s.of.instant())
		if s.of.day {
			wall = s.of.wall
		}
		if at := s.start.instant(); byWall[wall] == s && !at.Before(b.opt.Now) && at.Before(b.opt.Now.Add(ahead)) {
			b.add(s, s.start.wall, []content.Key{b.key(v.uid, v.stamp(*s.of))})
		}
	}
}

// walls returns when v begins, from shortly before now on.
func (b *book) walls(v *vevent) (walls []time.Time, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the rule cannot be read: %v", p)
		}
	}()
	out := make(map[time.Time]bool)
	for _, p := range v.all("EXDATE") {
		for value := range strings.SplitSeq(p.value, ",") {
			if w, err := v.zones.read(&p, value); err == nil {
				out[b.onWall(v, w)] = true
				if w.day {
					out[w.wall] = true
				}
			}
		}
	}
	length := v.length + time.Duration(v.days)*24*time.Hour
	now := v.start.clock.wall(b.opt.Now)
	from, until := now.Add(-24*time.Hour-length), now.Add(ahead)
	keep := func(t time.Time) {
		day := t.Truncate(24 * time.Hour)
		if t.After(from) && !t.After(until) && !out[t] && !out[day] && !slices.Contains(walls, t) {
			walls = append(walls, t)
		}
	}
	keep(v.start.wall)
	for _, p := range v.all("RDATE") {
		for value := range strings.SplitSeq(p.value, ",") {
			value, _, _ = strings.Cut(value, "/") // the start of a period
			if w, err := v.zones.read(&p, value); err == nil && len(walls) < maxInstances {
				keep(b.onWall(v, w))
			}
		}
	}
	for _, p := range v.all("RRULE") {
		opt, err := readRule(p.value)
		if err != nil {
			return nil, err
		}
		opt.Dtstart = v.start.wall
		if !opt.Until.IsZero() {
			opt.Until = b.until(v, p.value, opt.Until)
		}
		if err := b.turn(opt, until, func(t time.Time) bool {
			keep(t)
			return len(walls) < maxInstances
		}); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(walls, time.Time.Compare)
	return walls, nil
}

// onWall is what the wall of v shows at w.
func (b *book) onWall(v *vevent, w when) time.Time {
	if w.day {
		return w.wall.Add(v.start.wall.Sub(v.start.wall.Truncate(24 * time.Hour)))
	}
	return v.start.clock.wall(w.instant())
}

// until is the end of a rule on the wall of v; a day counts to its end.
func (b *book) until(v *vevent, rule string, t time.Time) time.Time {
	_, after, _ := strings.Cut(strings.ToUpper(rule), "UNTIL=")
	value, _, _ := strings.Cut(after, ";")
	switch {
	case !strings.Contains(value, "T"):
		return t.Add(24*time.Hour - time.Second)
	case strings.HasSuffix(strings.TrimSpace(value), "Z") && !v.start.day:
		return v.start.clock.wall(t)
	}
	return t
}

// turn goes through the occurrences of a rule until they pass the end or each
// says that it is enough.
func (b *book) turn(opt *rrule.ROption, end time.Time, each func(time.Time) bool) error {
	if opt.Until.IsZero() || opt.Until.After(end) {
		opt.Until = end
		if opt.Until.Before(opt.Dtstart) {
			return nil
		}
	}
	rule, err := rrule.NewRRule(*opt)
	if err != nil {
		return err
	}
	next := rule.Iterator()
	for n := range maxTurnsRule {
		if b.left--; b.left < 0 {
			return errors.New("the rules of this file recur too often")
		}
		t, ok := next()
		if !ok && n == 0 { // such as 30 February: it was looked for until the year 9999
			b.left -= maxTurns / 10
		}
		if !ok || t.After(end) || !each(t) {
			return nil
		}
	}
	return errors.New("the rule recurs too often before today")
}

// occurrences lists at most n occurrences of a rule up to the end.
func occurrences(opt *rrule.ROption, end time.Time, n int) (list []time.Time, err error) {
	rule, err := rrule.NewRRule(*opt)
	if err != nil {
		return nil, err
	}
	next := rule.Iterator()
	for len(list) < n {
		t, ok := next()
		if !ok || t.After(end) {
			break
		}
		list = append(list, t)
	}
	return list, nil
}

// readRule reads an RRULE, refusing what would recur within a day.
func readRule(s string) (*rrule.ROption, error) {
	if len(s) > maxRule {
		return nil, fmt.Errorf("the rule has %d characters", len(s))
	}
	opt, err := rrule.StrToROptionInLocation(strings.ToUpper(strings.TrimSpace(s)), time.UTC)
	if err != nil {
		return nil, err
	}
	if opt.Freq > rrule.DAILY || len(opt.Byhour) > 1 || len(opt.Byminute) > 1 || len(opt.Bysecond) > 1 {
		return nil, errors.New("events that recur within a day are not read")
	}
	if opt.Count < 0 || opt.Interval < 0 || opt.Interval > 10_000 {
		return nil, errors.New("the rule does not make sense")
	}
	return opt, nil
}
