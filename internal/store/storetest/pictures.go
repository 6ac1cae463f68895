package storetest

import (
	"strings"
	"sync"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/picture"
)

// shortly is a lease on an address that a test waits for.
const shortly = 200 * time.Millisecond

// illustrated lets articles be what a source shows: an article is known by its
// title, and names a picture at an address.
func (w *world) illustrated(state content.State, pairs ...string) {
	w.Helper()
	w.must(w.write(w.db, func(known *content.Known) (*content.Plan, error) {
		p := &content.Plan{Source: "dir:a", At: w.now}
		for i := 0; i < len(pairs); i += 2 {
			c := change(pairs[i])
			c.Image = content.Image{URL: pairs[i+1], Alt: "A picture"}
			c.State, c.Changed, c.New = state, w.now, known.Articles[c.ID] == nil
			p.Articles = append(p.Articles, c)
			if c.New && state == content.Public {
				p.Releases = append(p.Releases, content.Release{Kind: content.KindArticle, Item: c.ID, At: w.now})
			}
		}
		return p, nil
	}))
}

// wanted takes in what articles name, claims up to most and says what.
func (w *world) wanted(most int) ([]picture.Claim, string) {
	w.Helper()
	w.must(w.db.WantPictures(w.ctx, 500, w.now))
	return w.claimed(w.db, most)
}

func (w *world) claimed(db picture.Store, most int) ([]picture.Claim, string) {
	w.Helper()
	claims, err := db.ClaimPictures(w.ctx, most, shortly, w.now)
	w.must(err)
	var addresses []string
	for _, c := range claims {
		addresses = append(addresses, c.Address)
	}
	return claims, strings.Join(addresses, " ")
}

// printed is a result in which a picture was made; equal names are equal bytes.
func printed(mark, name string) picture.Result {
	return picture.Result{
		Mark:  mark,
		Lead:  picture.File{Name: name + ".jpg", Width: 1104, Height: 736, Bytes: []byte(name + "\x00\xff lead")},
		Thumb: picture.File{Name: name + "-s.jpg", Width: 320, Height: 213, Bytes: []byte(name + "\x00\xff thumb")},
	}
}

func kept(name string) digest.Picture {
	return digest.Picture{Lead: digest.Print{Name: name + ".jpg", Width: 1104}, Thumb: digest.Print{Name: name + "-s.jpg", Width: 320}}
}

func (w *world) pictured(c picture.Claim, r picture.Result) {
	w.Helper()
	w.must(w.db.SettlePicture(w.ctx, c, r, w.now))
}

func (w *world) shown(addresses ...string) digest.Pictures {
	w.Helper()
	p, err := w.db.Pictures(w.ctx, addresses)
	w.must(err)
	return p
}

func (w *world) stamp() string {
	w.Helper()
	s, err := w.db.ContentStamp(w.ctx)
	w.must(err)
	return s
}

var pictureTests = []test{
	{"what the newest articles name is wanted, the newest first, once", func(w *world) {
		w.illustrated(content.Public, "old", "https://x.example/old.png", "none", "", "odd", "/picture.png", "long", "https://x.example/"+strings.Repeat("l", 3000), "new", "https://x.example/new.png")
		w.illustrated(content.Held, "held", "https://x.example/held.png")
		w.illustrated(content.Settling, "fresh", "https://x.example/fresh.png", "fresh too", "https://x.example/new.png")
		w.must(w.db.WantPictures(w.ctx, 3, w.now))
		_, got := w.claimed(w.db, 10)
		w.is("of the three newest", "https://x.example/fresh.png https://x.example/new.png", got)
		_, got = w.wanted(10)
		w.is("the rest", "https://x.example/old.png", got)
		_, got = w.wanted(10)
		w.is("again", "", got)
	}},

	{"a picture that arrives is shown, and letters are written anew", func(w *world) {
		w.illustrated(content.Public, "a", "https://x.example/a.png")
		claims, _ := w.wanted(1)
		before := w.stamp()
		w.is("nothing yet", digest.Pictures{}, w.shown("https://x.example/a.png"))
		w.pictured(claims[0], printed("m1", "one"))
		w.is("shown", digest.Pictures{"https://x.example/a.png": kept("one")}, w.shown("https://x.example/a.png", "", "https://x.example/b.png", "https://x.example/a.png"))
		if w.stamp() == before {
			w.Error("the stamp of content is the same")
		}
		b, err := w.db.Picture(w.ctx, "one-s.jpg")
		w.must(err)
		w.is("bytes", "one\x00\xff thumb", string(b))
		_, err = w.db.Picture(w.ctx, "two.jpg")
		w.fails(err, digest.ErrNotFound)
		_, ok, err := w.db.NextPicture(w.ctx, w.now)
		w.must(err)
		w.is("there is more to do", false, ok)
	}},

	{"one that was not had is tried when it is due, and an old one stays meanwhile", func(w *world) {
		const at = "https://x.example/a.png"
		w.illustrated(content.Public, "a", at)
		claims, _ := w.wanted(1)
		w.pictured(claims[0], picture.Result{Attempts: 1, Due: w.now.Add(time.Minute), Reason: "it took too long"})
		next, ok, err := w.db.NextPicture(w.ctx, w.now)
		w.must(err)
		w.is("next", true, ok && next.Equal(w.now.Add(time.Minute)))
		_, got := w.wanted(1)
		w.is("not before", "", got)
		w.now = w.now.Add(time.Minute)
		claims, got = w.wanted(1)
		w.is("then", at, got)
		w.is("claim", picture.Claim{Address: at, Token: 2, Attempts: 1}, claims[0])
		w.pictured(claims[0], printed("m1", "one"))

		w.now = w.now.Add(time.Hour)
		w.illustrated(content.Public, "a", at) // edited
		claims, got = w.wanted(1)
		w.is("after an edit", at, got)
		w.is("claim", picture.Claim{Address: at, Token: 3, Mark: "m1"}, claims[0])
		stamp := w.stamp()
		w.pictured(claims[0], picture.Result{Attempts: 1, Reason: "the server answers 404"})
		w.is("it stays", digest.Pictures{at: kept("one")}, w.shown(at))
		if w.stamp() != stamp {
			w.Error("nothing has changed, and letters are written anew")
		}
		_, got = w.wanted(1)
		w.is("given up", "", got)

		w.now = w.now.Add(time.Hour)
		w.illustrated(content.Public, "a", at)
		claims, _ = w.wanted(1)
		w.pictured(claims[0], picture.Result{Mark: "m1"})
		w.is("the same bytes", digest.Pictures{at: kept("one")}, w.shown(at))
		if w.stamp() == stamp {
			w.Error("the edit is not seen") // by the sync
		}
	}},

	{"what changes below the same name is looked at again", func(w *world) {
		own := "http://localhost:8080/media/"
		w.illustrated(content.Public, "a", own+"lead/a_1.png", "b", own+"lead/b.png", "c", "https://x.example/c.png", "d", "http://localhost:8080/Media/d.png")
		claims, _ := w.wanted(10)
		for _, c := range claims {
			w.pictured(c, printed("m1", "one"))
		}
		marks, err := w.db.PictureMarks(w.ctx, own)
		w.must(err)
		w.is("marks", map[string]string{own + "lead/a_1.png": "m1", own + "lead/b.png": "m1"}, marks)
		marks, err = w.db.PictureMarks(w.ctx, own+"lead/a%")
		w.must(err)
		w.is("marks", map[string]string{}, marks)
		w.must(w.db.LookAgain(w.ctx, []string{own + "lead/b.png", own + "nothing"}, w.now))
		claims, got := w.wanted(10)
		w.is("again", own+"lead/b.png", got)
		w.pictured(claims[0], printed("m2", "two"))
		w.is("shown", digest.Pictures{own + "lead/b.png": kept("two")}, w.shown(own+"lead/b.png"))
		if _, err := w.db.Picture(w.ctx, "one.jpg"); err != nil {
			w.Error("letters show the old one still:", err)
		}
	}},

	{"an address is in one hand, until its lease ends", func(w *world) {
		w.illustrated(content.Public, "a", "https://x.example/a.png")
		first, _ := w.wanted(1)
		_, got := w.claimed(w.db, 1)
		w.is("leased", "", got)
		w.now = w.now.Add(2 * shortly)
		time.Sleep(2 * shortly)
		second, got := w.claimed(w.db, 1)
		w.is("left behind", "https://x.example/a.png", got)
		w.pictured(second[0], printed("m2", "two"))
		w.pictured(first[0], printed("m1", "one"))
		w.is("whoever has it", digest.Pictures{"https://x.example/a.png": kept("two")}, w.shown("https://x.example/a.png"))
	}},

	{"several processes fetch each picture once", func(w *world) {
		var pairs []string
		for i := range 40 {
			pairs = append(pairs, string(rune('a'+i%26))+string(rune('a'+i/26)), "https://x.example/"+string(rune('a'+i%26))+string(rune('a'+i/26)))
		}
		w.illustrated(content.Public, pairs...)
		var mu sync.Mutex
		var wg sync.WaitGroup
		times := map[string]int{}
		for range 3 {
			db := w.open()
			wg.Go(func() {
				for {
					if err := db.WantPictures(w.ctx, 500, w.now); err != nil {
						w.Error(err)
						return
					}
					claims, err := db.ClaimPictures(w.ctx, 4, time.Hour, w.now)
					if err != nil {
						w.Error(err)
						return
					}
					if len(claims) == 0 {
						return
					}
					for _, c := range claims {
						mu.Lock()
						times[c.Address]++
						mu.Unlock()
						if err := db.SettlePicture(w.ctx, c, printed("m", "same"), w.now); err != nil {
							w.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
		want := map[string]int{}
		for i := 1; i < len(pairs); i += 2 {
			want[pairs[i]] = 1
		}
		w.is("times", want, times)
	}},
}
