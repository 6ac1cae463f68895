package push

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/content/markup"
)

// An Event is an event as programs bring it: with days, or with times.
type Event struct {
	Name      string         `json:"name"`
	City      string         `json:"city,omitempty"`
	Country   string         `json:"country,omitempty"`
	Place     string         `json:"place,omitempty"` // the venue
	Online    bool           `json:"online,omitempty"`
	URL       string         `json:"url,omitempty"`
	Topics    []string       `json:"topics,omitempty"`
	First     string         `json:"first,omitempty"` // day, of an all-day event
	Last      string         `json:"last,omitempty"`  // day, inclusive; empty: the first
	Start     string         `json:"start,omitempty"` // RFC 3339, instead of First
	End       string         `json:"end,omitempty"`
	Zone      string         `json:"zone,omitempty"`       // IANA; empty: the publication's
	EarlyBird string         `json:"early_bird,omitempty"` // last day of the early price
	Status    content.Status `json:"status,omitempty"`     // empty: confirmed
}

// Event makes an event fit to be kept. The error is in words for who wrote the
// program that brings it.
func (s *Site) Event(external string, e Event) (Record, error) {
	if err := CheckID(external); err != nil {
		return Record{}, err
	}
	for _, text := range []*string{&e.Name, &e.City, &e.Country, &e.Place, &e.URL, &e.First, &e.Last, &e.Start, &e.End, &e.Zone, &e.EarlyBird} {
		if len(*text) > longestText || !utf8.ValidString(*text) {
			return Record{}, fmt.Errorf("a line is longer than %d bytes, or not UTF-8", longestText)
		}
		*text = markup.Title(*text)
	}
	var err error
	switch {
	case e.Name == "":
		return Record{}, errors.New("name is missing")
	case e.City == "" && !e.Online:
		return Record{}, errors.New("an event is in a city, or online")
	case len(e.Topics) > mostTopics:
		return Record{}, fmt.Errorf("there are more than %d topics", mostTopics)
	}
	if e.URL, err = address("url", e.URL); err != nil {
		return Record{}, err
	}
	for i := range e.Topics {
		if e.Topics[i] = markup.Title(e.Topics[i]); content.TopicKey(e.Topics[i]) == "" {
			return Record{}, errors.New("a topic is empty")
		}
	}
	if e.Zone == "" {
		e.Zone = s.Zone.String()
	}
	switch e.Status {
	case "":
		e.Status = content.Confirmed
	case content.Confirmed, content.Cancelled, content.Postponed:
	default:
		return Record{}, errors.New("status is none of confirmed, cancelled and postponed")
	}
	r := record(Events, external, e)
	if _, err := foundEvent(r, e); err != nil {
		return Record{}, err
	}
	return r, nil
}

// longestEvent is the most days of an event.
const longestEvent = 366

// foundEvent is an event that was made fit, as the source shows it.
func foundEvent(r Record, e Event) (content.FoundEvent, error) {
	f := content.FoundEvent{
		Keys: []content.Key{KeyOf(Events, r.External)}, At: content.Position{File: PlaceOf(Events, r.External)},
		Event: content.Event{
			Name: e.Name, City: e.City, Country: e.Country, Place: e.Place, Online: e.Online, URL: e.URL, Topics: e.Topics, Zone: e.Zone, Status: e.Status,
		},
	}
	zone, err := time.LoadLocation(e.Zone)
	if err != nil || e.Zone == "Local" {
		return f, errors.New("zone is not a name like Europe/London")
	}
	switch {
	case (e.First == "") == (e.Start == ""):
		return f, errors.New("an event has first, or start: days, or times")
	case e.First != "" && e.End != "", e.Start != "" && e.Last != "":
		return f, errors.New("first goes with last, start with end")
	case e.First != "":
		if f.Days.First, err = content.ParseDate(e.First); err != nil {
			return f, fmt.Errorf("first: %w", err)
		}
		f.Days.Last = f.Days.First
		if e.Last != "" {
			if f.Days.Last, err = content.ParseDate(e.Last); err != nil {
				return f, fmt.Errorf("last: %w", err)
			}
		}
	default:
		if f.Start, err = time.Parse(time.RFC3339, e.Start); err != nil {
			return f, errors.New("start: write a time like 2026-06-02T18:00:00+02:00")
		}
		f.Start = f.Start.UTC()
		f.Days.First = content.DateOf(f.Start.In(zone))
		f.Days.Last = f.Days.First
		if e.End != "" {
			if f.End, err = time.Parse(time.RFC3339, e.End); err != nil || !f.End.After(f.Start) {
				return f, errors.New("end: write a time after start, like 2026-06-02T20:00:00+02:00")
			}
			f.End = f.End.UTC()
			f.Days.Last = content.DateOf(f.End.Add(-time.Nanosecond).In(zone))
		}
	}
	if n := f.Days.Last.Sub(f.Days.First); n < 0 || n >= longestEvent {
		return f, errors.New("the last day lies before the first, or more than a year after it")
	}
	if e.EarlyBird != "" {
		if f.EarlyBird, err = content.ParseDate(e.EarlyBird); err != nil {
			return f, fmt.Errorf("early_bird: %w", err)
		}
	}
	return f, nil
}
