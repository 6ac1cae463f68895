package picture_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/fetch"
	"github.com/standfirst/standfirst/internal/picture"
	"github.com/standfirst/standfirst/internal/store"
)

// A desk is a keeper with a real database, and a real server of pictures on
// this machine, which is allowed here only.
type desk struct {
	*picture.Keeper
	t      *testing.T
	db     *store.DB
	url    string
	asked  atomic.Int64
	folder fstest.MapFS
	log    bytes.Buffer
	n      int
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, folder: fstest.MapFS{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/photo.jpg", func(w http.ResponseWriter, r *http.Request) { w.Write(jpegOf(t, 1200, 800)) })
	mux.HandleFunc("/wrong-type", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Write(jpegOf(t, 400, 300))
	})
	mux.HandleFunc("/page.jpg", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg")
		io.WriteString(w, "<!doctype html><title>Please sign in</title>")
	})
	mux.HandleFunc("/accept", func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "avif") || !strings.Contains(r.Header.Get("Accept"), "image/webp") {
			http.Error(w, "AVIF for you", http.StatusTeapot)
			return
		}
		w.Write(jpegOf(t, 200, 100))
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) {
		w.Write(jpegOf(t, 100, 100))
		for range 11 {
			w.Write(make([]byte, 1<<20))
		}
	})
	mux.HandleFunc("/said-to-be-large", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(picture.MaxBytes+1))
		w.WriteHeader(http.StatusOK)
	})
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/private", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://10.0.0.1/photo.jpg", http.StatusFound)
	})
	mux.HandleFunc("/mail", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://mail.example:25/", http.StatusFound)
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/photo.jpg", http.StatusFound) })
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/busy", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	mux.HandleFunc("/pixel.gif", func(w http.ResponseWriter, r *http.Request) {
		png.Encode(w, image.NewGray(image.Rect(0, 0, 1, 1)))
	})
	mux.HandleFunc("/drawing.svg", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `<svg xmlns="http://www.w3.org/2000/svg"/>`)
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.asked.Add(1)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	d.url = server.URL
	var err error
	d.db, err = store.Open(t.Context(), "sqlite::memory:")
	d.must(err)
	t.Cleanup(func() { d.db.Close() })
	limits := picture.Limits()
	limits.Reach, limits.Timeout = fetch.Locally, 2*time.Second
	d.Keeper = &picture.Keeper{
		Store: d.db, Client: fetch.New(limits), Reach: fetch.Locally, Log: slog.New(slog.NewTextHandler(&d.log, nil)),
		Own: "http://lead.example/media/", Folder: func(address string) (fs.FS, string, bool) {
			name, ok := strings.CutPrefix(address, "http://lead.example/media/lead/")
			return d.folder, name, ok
		},
	}
	return d
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// publish publishes an article for each address.
func (d *desk) publish(addresses ...string) {
	d.t.Helper()
	now := time.Now()
	_, err := d.db.Sync(d.t.Context(), "dir:a", now, func(*content.Known) (*content.Plan, error) {
		p := &content.Plan{Source: "dir:a", At: now}
		for _, at := range addresses {
			d.n++
			id := fmt.Sprint("article ", d.n)
			p.Articles = append(p.Articles, content.Change{
				Article: content.Article{ID: id, Source: "dir:a", Slug: id, Title: id, URL: "https://lead.example/" + id, Image: content.Image{URL: at, Alt: "A picture"}, Changed: now},
				New:     true, State: content.Public, Keys: []content.Key{content.Key("dir:a:" + id)},
			})
			p.Releases = append(p.Releases, content.Release{Kind: content.KindArticle, Item: id, At: now})
		}
		return p, nil
	})
	d.must(err)
}

func (d *desk) round() picture.Tally {
	d.t.Helper()
	tally, err := d.Round(d.t.Context())
	d.must(err)
	return tally
}

// kept tells how wide what is kept of an address is; 0 if nothing is.
func (d *desk) kept(address string) int {
	d.t.Helper()
	p, err := d.db.Pictures(context.Background(), []string{address})
	d.must(err)
	return p[address].Lead.Width
}

func jpegOf(t testing.TB, w, h int) []byte {
	size := image.Pt(w, h)
	if made, ok := photos.Load(size); ok {
		return made.([]byte)
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = uint8(i*i/7 + i)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	photos.Store(size, b.Bytes())
	return b.Bytes()
}

// photos are what jpegOf has made, by size.
var photos sync.Map

func TestFetched(t *testing.T) {
	for _, tt := range []struct {
		path   string
		width  int
		reason string // why not
	}{
		{"/photo.jpg", 1104, ""},
		{"/wrong-type", 400, ""},
		{"/accept", 200, ""},
		{"/moved", 1104, ""},
		{"/page.jpg", 0, "it is a page, no picture"},
		{"/large", 0, "it has more than 10 MB"},
		{"/said-to-be-large", 0, "it has more than 10 MB"},
		{"/slow", 0, "it took too long"},
		{"/private", 0, "the address 10.0.0.1 is in a private network"},
		{"/mail", 0, "the address has a port that is not of the web"},
		{"/round", 0, "too many redirects"},
		{"/nothing", 0, "the server answers 404 Not Found"},
		{"/busy", 0, "the server answers 503 Service Unavailable"},
		{"/pixel.gif", 0, "it is only 1 × 1 pixels large"},
		{"/drawing.svg", 0, "it is SVG, which mail programs do not show; name a JPEG, PNG or WebP"},
	} {
		t.Run(strings.Trim(tt.path, "/"), func(t *testing.T) {
			d := newDesk(t)
			d.publish(d.url + tt.path)
			tally := d.round()
			if got := d.kept(d.url + tt.path); got != tt.width {
				t.Errorf("what is kept is %d pixels wide, want %d", got, tt.width)
			}
			u, _ := url.Parse(d.url)
			want := picture.Tally{Kept: 1}
			if tt.reason != "" {
				want = picture.Tally{Failed: 1, Why: []picture.Why{{Host: u.Host, Reason: tt.reason, N: 1}}}
			}
			if diff := cmp.Diff(want, tally); diff != "" {
				t.Errorf("tally (-want +got):\n%s", diff)
			}
			asked := d.asked.Load()
			if d.round(); d.asked.Load() != asked {
				t.Error("it was asked for again at once")
			}
		})
	}
}

// A strict client is what serves in production: nothing on this machine, nor in
// its network, is asked.
func TestStrangersReachNothingOfOurs(t *testing.T) {
	d := newDesk(t)
	d.Client, d.Reach = fetch.New(picture.Limits()), fetch.Publicly
	d.publish(d.url+"/photo.jpg", strings.Replace(d.url, "127.0.0.1", "localhost", 1)+"/photo.jpg", "http://[::1]/x.jpg", "http://169.254.169.254/latest/meta-data", "https://user:secret@example.com/x.jpg", "ftp://example.com/x.jpg")
	tally := d.round()
	if d.asked.Load() != 0 || tally.Kept != 0 || tally.Failed != 5 {
		t.Errorf("asked %d times; %+v", d.asked.Load(), tally)
	}
	if text := fmt.Sprint(tally); strings.Contains(text, "secret") {
		t.Errorf("a password is told: %s", text)
	}
}

// A host that is down is asked once in a round, whatever lies there, and what
// others have is fetched meanwhile.
func TestHostIsDown(t *testing.T) {
	d := newDesk(t)
	gone := httptest.NewServer(nil)
	gone.Close()
	var addresses []string
	for i := range 200 {
		addresses = append(addresses, fmt.Sprint(gone.URL, "/", i, ".jpg"))
	}
	d.publish(append(addresses, d.url+"/photo.jpg")...)
	var dialled atomic.Int64
	next := d.Client.Transport
	d.Client.Transport = trips(func(r *http.Request) (*http.Response, error) {
		if "http://"+r.URL.Host == gone.URL {
			dialled.Add(1)
		}
		return next.RoundTrip(r)
	})
	tally := d.round()
	if tally.Kept != 1 || tally.Failed != 200 || len(tally.Why) != 1 {
		t.Errorf("%+v", tally)
	}
	if got, want := tally.Why[0].Error(), "200 pictures were not had: nobody listens there"; !strings.Contains(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if n := dialled.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	again, ok, err := d.db.NextPicture(t.Context(), time.Now())
	if err != nil || !ok || time.Until(again) > time.Minute {
		t.Errorf("tried again at %s, %v, %v", again, ok, err)
	}
}

// trips is what a client sends its requests through.
type trips func(*http.Request) (*http.Response, error)

func (t trips) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// Pictures of our own folders need no server, and follow the file.
func TestOwnFolder(t *testing.T) {
	d := newDesk(t)
	const at = "http://lead.example/media/lead/images/plan.png"
	draw := func(w int, c color.Color) []byte {
		img := image.NewRGBA(image.Rect(0, 0, w, 100))
		for i := range w {
			img.Set(i, i%100, c)
		}
		var b bytes.Buffer
		d.must(png.Encode(&b, img))
		return b.Bytes()
	}
	d.publish(at, "http://lead.example/media/lead/images/none.png")
	if tally := d.round(); tally.Failed != 2 || tally.Why[0].Reason != "there is no such file" {
		t.Errorf("before there is a file: %+v", tally)
	}
	d.folder["images/plan.png"] = &fstest.MapFile{Data: draw(500, color.White), ModTime: time.Now()}
	if tally := d.round(); tally.Kept != 1 || d.kept(at) != 500 {
		t.Errorf("once there is: %+v", tally)
	}
	if tally := d.round(); cmp.Diff(picture.Tally{}, tally) != "" {
		t.Errorf("again: %+v", tally)
	}
	d.folder["images/plan.png"] = &fstest.MapFile{Data: draw(600, color.Black), ModTime: time.Now().Add(time.Second)}
	if tally := d.round(); tally.Kept != 1 || d.kept(at) != 600 {
		t.Errorf("another file below that name: %+v", tally)
	}
	if d.asked.Load() != 0 {
		t.Error("a server was asked")
	}
}

// A round that is broken off gives back what it had in hand, as it was.
func TestBrokenOff(t *testing.T) {
	d := newDesk(t)
	d.publish(d.url + "/slow")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := d.Round(ctx); err != nil {
		t.Fatal(err)
	}
	claims, err := d.db.ClaimPictures(t.Context(), 1, time.Minute, time.Now())
	if err != nil || len(claims) != 1 || claims[0].Attempts != 0 {
		t.Errorf("%+v, %v", claims, err)
	}
}

func TestRun(t *testing.T) {
	d := newDesk(t)
	ctx, cancel := context.WithCancel(t.Context())
	wake, done := make(chan struct{}), make(chan struct{}, 10)
	over := make(chan error)
	go func() { over <- d.Run(ctx, wake, 100*time.Millisecond, func() { done <- struct{}{} }) }()
	wake <- struct{}{}
	<-done // nothing to do
	d.publish(d.url+"/slow", d.url+"/photo.jpg", d.url+"/page.jpg")
	began := time.Now()
	wake <- struct{}{}
	<-done
	if took := time.Since(began); took > 1500*time.Millisecond {
		t.Errorf("whoever waits for pictures waited %s for a slow server", took)
	}
	<-done
	if d.kept(d.url+"/photo.jpg") == 0 {
		t.Error("the round is over, and there is no picture")
	}
	cancel()
	if err := <-over; err != nil {
		t.Error(err)
	}
	log := d.log.String()
	if !strings.Contains(log, "pictures kept") || strings.Count(log, "it is a page, no picture") != 1 || strings.Contains(log, "/page.jpg") {
		t.Errorf("the log tells: %s", log)
	}
}
