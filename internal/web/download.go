package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/subscribers"
)

// A file is everything that is kept about a reader, as the reader gets it.
type file struct {
	Publication string                `json:"publication"`
	Made        time.Time             `json:"made"`
	Reader      fileReader            `json:"reader"`
	Newsletters []fileOrder           `json:"newsletters"`
	Log         []subscribers.Consent `json:"log"`
	Requests    []subscribers.Request `json:"requests"`
	Letters     []subscribers.Letter  `json:"letters"`
	Editions    []fileEdition         `json:"editions"`
}

type fileReader struct {
	Email    string     `json:"email"`
	Name     string     `json:"name"`
	Topics   []string   `json:"topics"`
	Cities   []string   `json:"cities"`
	Language string     `json:"language"`
	Timezone string     `json:"timezone"`
	Status   string     `json:"status"`
	Paused   *time.Time `json:"paused_until"`
	Since    time.Time  `json:"since"`
	Consent  string     `json:"consent"`
}

type fileOrder struct {
	Newsletter string     `json:"newsletter"`
	Since      time.Time  `json:"since"`
	Left       *time.Time `json:"left"`
	Bookmark   int64      `json:"bookmark"`
}

type fileEdition struct {
	Edition string        `json:"edition"`
	State   string        `json:"state"`
	Reason  string        `json:"reason,omitempty"`
	At      *time.Time    `json:"at"`
	Code    int           `json:"code,omitempty"` // of the receiving server
	Items   []digest.Item `json:"items"`
}

// mostEditions is how many editions the file tells of: decades of them.
const mostEditions = 10_000

// Accounts is where everything is that is kept about readers, as
// [subscribers.Requests] and [digest.Account] say.
type Accounts interface {
	Account(ctx context.Context, id int64) (*subscribers.Account, error)
	History(ctx context.Context, subscriber int64, limit int) ([]digest.Row, error)
}

// AccountFile is everything that is kept about a reader as JSON, for them to
// keep.
func (f *Frame) AccountFile(ctx context.Context, from Accounts, reader int64, now time.Time) ([]byte, error) {
	account, err := from.Account(ctx, reader)
	if err != nil {
		return nil, err
	}
	rows, err := from.History(ctx, reader, mostEditions)
	if err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(fileOf(f.Publication.Title, account, rows, now), "", "  ")
	return append(b, '\n'), err
}

// download gives a reader everything that is kept about them.
func (s *Server) download(w http.ResponseWriter, r *http.Request, h *holder, _ url.Values) error {
	b, err := s.AccountFile(r.Context(), s.Readers, h.reader.ID, time.Now())
	if err != nil {
		return err
	}
	s.Log.Info("reader downloaded their data", "subscriber", h.reader.ID)
	KeepPrivate(w.Header())
	w.Header().Set("Content-Disposition", `attachment; filename="my-data.json"`)
	Write(w, r, http.StatusOK, "application/json; charset=utf-8", b)
	return nil
}

func fileOf(publication string, a *subscribers.Account, rows []digest.Row, now time.Time) *file {
	s := a.Subscriber
	f := &file{
		Publication: publication, Made: now.UTC().Truncate(time.Second),
		Reader: fileReader{
			Email: s.Email, Name: s.Name, Topics: full(s.Topics), Cities: full(s.Cities), Language: s.Language, Timezone: s.Timezone,
			Status: string(s.Status), Paused: when(s.Paused), Since: s.Since.UTC(), Consent: s.Consent,
		},
		Newsletters: []fileOrder{}, Log: full(a.Consents), Requests: full(a.Requests), Letters: full(a.Letters), Editions: []fileEdition{},
	}
	for _, sub := range a.Subscriptions {
		f.Newsletters = append(f.Newsletters, fileOrder{sub.Newsletter, sub.Since.UTC(), when(sub.Left), sub.Bookmark})
	}
	for _, row := range rows {
		f.Editions = append(f.Editions, fileEdition{row.Edition, string(row.State), row.Reason, when(row.At), row.Code, full(row.Items)})
	}
	return f
}

// full is a list that is written as a list, also if there is nothing in it.
func full[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// when is a moment that may not have been.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
