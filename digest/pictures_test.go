package digest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/picture"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/templates"
)

// A letter shows what is kept and nothing else, and one that is kept a moment
// later is in the letters that are written after it.
func TestLettersShowKeptPictures(t *testing.T) {
	ctx, now := t.Context(), time.Now()
	db, err := store.Open(ctx, "sqlite::memory:")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	defer db.Close()
	n := newsletter(t, "a", "0 8 * * *", "UTC")
	const at = "https://cms.example/uploads/cover.jpg"
	plan, err := db.Sync(ctx, "dir:a", now, func(*content.Known) (*content.Plan, error) {
		p := &content.Plan{Source: "dir:a", At: now}
		for _, id := range []string{"first", "second"} {
			p.Articles = append(p.Articles, content.Change{
				Article: content.Article{ID: id, Source: "dir:a", Slug: id, Title: "The " + id, URL: "https://office.example/" + id, Image: content.Image{URL: at, Alt: "A desk by a window"}},
				New:     true, State: content.Public, Keys: []content.Key{content.Key("dir:a:" + id)},
			})
			p.Releases = append(p.Releases, content.Release{Kind: content.KindArticle, Item: id, At: now})
		}
		return p, nil
	})
	must(err)
	edition := digest.Edition{ID: "a/2026-11-24T08:00", Newsletter: "a", State: digest.Sending, Slot: now, Horizon: 2, Published: now}
	must(db.Publish(ctx, edition, nil))
	v := digest.Version{Edition: edition.ID, Language: "en"}
	for _, r := range plan.Releases {
		v.Items = append(v.Items, digest.Item{N: r.N, Kind: r.Kind, ID: r.Item})
	}
	version, err := db.AddVersion(ctx, v)
	must(err)

	p := pressOf(t, db, n)
	p.Pictures = db
	letter := func(when time.Time) string {
		t.Helper()
		m, err := p.Master(ctx, edition.ID, version, when)
		must(err)
		if !strings.Contains(m.HTML, "The first") || !strings.Contains(m.HTML, "The second") {
			t.Errorf("the letter does not hold its articles: %s", m.HTML)
		}
		return m.HTML
	}
	if html := letter(now); strings.Contains(html, "<img") {
		t.Errorf("a letter shows a picture that is not kept: %s", html)
	}
	must(db.WantPictures(ctx, 10, now))
	claims, err := db.ClaimPictures(ctx, 10, time.Minute, now)
	must(err)
	must(db.SettlePicture(ctx, claims[0], picture.Result{
		Mark: "m", Lead: picture.File{Name: "1.jpg", Width: 1104, Bytes: []byte("1")}, Thumb: picture.File{Name: "2.jpg", Width: 240, Bytes: []byte("2")},
	}, now))
	html := letter(now.Add(2 * time.Second))
	for _, want := range []string{
		`src="https://office.example/img/1.jpg" width="552" alt="A desk by a window"`,
		`src="https://office.example/img/2.jpg" width="160" alt="A desk by a window"`,
	} {
		if strings.Count(html, want) != 1 {
			t.Errorf("the letter does not show %s once: %s", want, html)
		}
	}
	if strings.Contains(html, "cms.example") {
		t.Errorf("somebody else learns who reads: %s", html)
	}
}

func TestShow(t *testing.T) {
	own := content.Image{URL: "https://cms.example/a.jpg", Alt: "A"}
	kept := digest.Pictures{own.URL: {Lead: digest.Print{Name: "1.jpg", Width: 700}, Thumb: digest.Print{Name: "2.png", Width: 320}}}
	for name, tt := range map[string]struct {
		p    digest.Pictures
		of   content.Image
		lead bool
		want templates.Image
	}{
		"nobody keeps any": {nil, own, true, templates.Image{URL: own.URL, Alt: "A"}},
		"not kept yet":     {digest.Pictures{}, own, true, templates.Image{}},
		"none":             {kept, content.Image{}, true, templates.Image{}},
		"lead":             {kept, own, true, templates.Image{URL: "https://lead.example/img/1.jpg", Alt: "A", Width: 700}},
		"card":             {kept, own, false, templates.Image{URL: "https://lead.example/img/2.png", Alt: "A", Width: 320}},
	} {
		if got := tt.p.Show("https://lead.example", tt.of, tt.lead); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}
