package digest_test

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// Only what somebody must mend is said to be the words' fault; a store that
// does not answer passes. The mailer pauses the edition for the one and waits
// for the other.
func TestPressErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newsletter(t, "a", "0 8 * * *", "UTC")
		o := newOffice(t, n)
		defer o.db.Close()
		o.reader("r", "", "a")
		o.write()
		o.sync()
		e, err := o.publisher.Publish(t.Context(), digest.Request{Newsletter: "a", Hand: true, Key: "1"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.publisher.Expand(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			name  string
			spoil func(*digest.Press)
			words bool
		}{
			{"template", func(p *digest.Press) {
				p.Templates, err = templates.Load(fstest.MapFS{"mail/lead.gohtml": {Data: []byte(`{{index .Title 9999}}`)}}, templates.Theme{}, p.Catalog)
				if err != nil {
					t.Fatal(err)
				}
			}, true},
			{"newsletter", func(p *digest.Press) {
				p.Newsletters = (&digest.Publisher{}).Newsletter
			}, true},
			{"store", func(p *digest.Press) { p.Store = away{p.Store} }, false},
		} {
			p := o.press(t)
			tc.spoil(p)
			_, err := p.Master(t.Context(), e.ID, 1, time.Now())
			if err == nil || errors.Is(err, mailer.ErrWords) != tc.words {
				t.Errorf("%s: Master says %v", tc.name, err)
			}
			if tc.name == "template" {
				continue // has no part in values
			}
			_, err = p.Values(t.Context(), e.ID, []mailer.Delivery{{Subscriber: 1}}, time.Now())
			if err == nil || errors.Is(err, mailer.ErrWords) != tc.words {
				t.Errorf("%s: Values says %v", tc.name, err)
			}
		}
		if _, err := o.press(t).Master(t.Context(), e.ID, 1, time.Now()); err != nil {
			t.Errorf("unspoilt: %v", err)
		}
	})
}

func (o *office) press(t *testing.T) *digest.Press {
	t.Helper()
	return pressOf(t, o.db, o.publisher.Newsletters...)
}

func pressOf(t *testing.T, store digest.PressStore, newsletters ...*digest.Newsletter) *digest.Press {
	t.Helper()
	catalog, problems := i18n.Load(nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	set, err := templates.Load(nil, templates.Theme{}, catalog)
	if err != nil {
		t.Fatal(err)
	}
	return &digest.Press{
		Store: store, Newsletters: (&digest.Publisher{Newsletters: newsletters}).Newsletter, Templates: set, Catalog: catalog,
		Publication: digest.Publication{Title: "The Office", URL: "https://office.example", Address: "1 Street", Language: "en", Zone: time.UTC},
		From:        mailer.Address{Email: "news@office.example"},
		Tokens:      &subscribers.Tokens{Key: make([]byte, 32)}, Key: make([]byte, 32),
	}
}

// away is a store whose database has gone.
type away struct{ digest.PressStore }

var errAway = errors.New("server closed the connection unexpectedly")

func (away) Coming(context.Context, time.Time) ([]content.Event, error) { return nil, errAway }
func (away) Recipients(context.Context, string, []int64) ([]subscribers.Subscriber, error) {
	return nil, errAway
}
