package calendar

import (
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
)

// add makes an event of v, beginning when the wall shows so.
func (b *book) add(v *vevent, wall time.Time, keys []content.Key) {
	f := content.FoundEvent{At: content.Position{File: b.name, Line: v.line}}
	f.Name = plain(unescape(b.inLang(v, "SUMMARY")))
	if f.Name == "" {
		b.refuseKey(b.key(v.uid, ""), v.line, "", "the event has no SUMMARY")
		return
	}
	b.place(&f, plain(unescape(b.inLang(v, "LOCATION"))))
	if l := link(v.value("URL")); l != "" {
		f.URL = l
	}
	for _, p := range v.all("CATEGORIES") {
		for _, t := range splitText(p.value) {
			if t = plain(t); t != "" && !slices.Contains(f.Topics, t) && len(f.Topics) < maxTopics {
				f.Topics = append(f.Topics, t)
			}
		}
	}
	f.Status = content.Confirmed
	if v.cancel || strings.EqualFold(strings.TrimSpace(v.value("STATUS")), "CANCELLED") {
		f.Status = content.Cancelled
	}
	b.times(&f, v, wall)
	if v.uid == "" {
		when := f.Days.First.String()
		if !f.Start.IsZero() {
			when = f.Start.Format("20060102T150405Z")
		}
		keys = []content.Key{content.Key(b.opt.Source + ":event/" + short(content.TopicKey(f.Name)) + "/" + when + "/" + short(content.CityKey(f.City)))}
	}
	f.Keys = keys
	b.events = append(b.events, f)
}

// times says when f is: days for days, instants for hours.
func (b *book) times(f *content.FoundEvent, v *vevent, wall time.Time) {
	if v.start.day {
		f.Zone = v.start.clock.zone(wall, b.loc).String()
		first := content.DateOf(wall)
		f.Days = content.Span{First: first, Last: first.AddDays(v.days - 1)}
		return
	}
	at := v.start.clock.instant(wall)
	loc := v.start.clock.zone(at, b.loc)
	if v.start.utc {
		loc = v.zones.floating.zone(at, b.loc)
	}
	f.Zone = loc.String()
	f.Start = at
	first := content.DateOf(at.In(loc))
	f.Days = content.Span{First: first, Last: first}
	if v.length > 0 {
		f.End = v.start.clock.instant(wall.Add(v.length))
		if !f.End.After(at) { // an hour that the clocks skip
			f.End = at.Add(v.length)
		}
		f.Days.Last = content.DateOf(f.End.Add(-time.Nanosecond).In(loc))
	}
}

// inLang returns the text of a property in the language asked for, else the
// first.
func (b *book) inLang(v *vevent, name string) string {
	all := v.all(name)
	if len(all) == 0 {
		return ""
	}
	for _, p := range all {
		if l := p.params["LANGUAGE"]; l != "" && sameLang(l, b.opt.Lang) {
			return p.value
		}
	}
	return all[0].value
}

func sameLang(a, b string) bool {
	a, _, _ = strings.Cut(strings.ToLower(a), "-")
	b, _, _ = strings.Cut(strings.ToLower(b), "-")
	return a == b
}

// place reads LOCATION: an address of the web or a word for it means online;
// before the name of a country stands the city; the rest is the place.
func (b *book) place(f *content.FoundEvent, where string) {
	if l := link(where); l != "" {
		f.Online, f.URL = true, l
		return
	}
	switch strings.ToLower(where) {
	case "online", "virtual", "zoom", "webinar", "remote", "microsoft teams meeting", "google meet":
		f.Online = true
		return
	}
	f.Place = where
	parts := strings.Split(where, ",")
	n := len(parts)
	if n < 2 {
		return
	}
	last := strings.TrimSpace(parts[n-1])
	if !countries[strings.ToLower(last)] && !(len(last) >= 2 && states[withoutDigits(last)]) {
		return
	}
	city := withoutDigits(parts[n-2])
	country := last
	if mark := withoutDigits(last); states[mark] {
		country = "" // DE and CA are countries as well
		if mark != last {
			country = "USA"
		}
	} else if states[city] && n > 2 { // "New York, NY, USA"
		city = withoutDigits(parts[n-3])
	}
	if city == "" {
		return
	}
	f.City, f.Country = city, country
	if content.CityKey(parts[0]) == content.CityKey(city) {
		f.Place = ""
	} else if i := slices.IndexFunc(parts, func(p string) bool { return withoutDigits(p) == city }); i > 0 {
		f.Place = strings.TrimSpace(strings.Join(parts[:i], ","))
	}
}

// withoutDigits drops the words with digits, which are postcodes and numbers
// of houses.
func withoutDigits(s string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(s), func(w string) bool {
		return strings.ContainsAny(w, "0123456789")
	}), " ")
}

// countries are those in which conferences are, in lower case, as locations
// name them; states are the postal marks of the United States.
var (
	countries = set("argentina", "australia", "austria", "bangladesh", "belgium", "brazil", "brasil", "bulgaria", "canada",
		"chile", "china", "colombia", "costa rica", "croatia", "cyprus", "czech republic", "czechia", "denmark", "egypt", "england",
		"estonia", "finland", "france", "georgia", "germany", "deutschland", "ghana", "greece", "hong kong", "hungary", "iceland",
		"india", "indonesia", "ireland", "israel", "italy", "italia", "japan", "kenya", "latvia", "lithuania", "luxembourg", "malaysia",
		"malta", "mexico", "méxico", "morocco", "nepal", "netherlands", "the netherlands", "new zealand", "nigeria", "norway",
		"pakistan", "peru", "philippines", "poland", "portugal", "romania", "scotland", "serbia", "slovakia", "slovenia",
		"south africa", "south korea", "spain", "españa", "sri lanka", "sweden", "switzerland", "schweiz", "taiwan", "thailand",
		"tunisia", "turkey", "türkiye", "uae", "united arab emirates", "uk", "u.k.", "united kingdom", "great britain", "ukraine",
		"united states", "united states of america", "usa", "u.s.a.", "us", "uruguay", "vietnam", "wales")
	states = set("AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD",
		"MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD",
		"TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "DC")
)

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
