package desk

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/fetch"
)

// sites answers for the whole web.
type sites func(*http.Request) (*http.Response, error)

func (s sites) RoundTrip(r *http.Request) (*http.Response, error) { return s(r) }

// A page never waits for another site, asks once, and asks again when what is
// known is old.
func TestElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		asked := map[string]int{}
		e := &Elsewhere{Client: &http.Client{Transport: sites(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			asked[r.URL.String()]++
			mu.Unlock()
			time.Sleep(3 * time.Second)
			rec := httptest.NewRecorder()
			switch r.URL.Path {
			case "/gone":
				rec.WriteHeader(http.StatusGone)
			case "/no-robots":
				rec.WriteHeader(http.StatusForbidden)
			case "/no-head":
				if r.Method == http.MethodHead {
					rec.WriteHeader(http.StatusNotFound)
				}
			case "/away":
				return nil, http.ErrServerClosed
			}
			return rec.Result(), nil
		})}}
		list := []string{"https://x.example/", "https://x.example/gone", "https://x.example/no-robots", "https://x.example/no-head", "https://x.example/away"}
		began := time.Now()
		for range 3 {
			if dead, waiting := e.ask(list, time.Now()); len(dead) > 0 || waiting != len(list) {
				t.Errorf("%v are dead, %d are waited for", dead, waiting)
			}
		}
		if time.Since(began) > 0 {
			t.Error("a page waited")
		}
		time.Sleep(time.Minute)
		dead, waiting := e.ask(list, time.Now())
		if d := cmp.Diff([]string{list[1], list[4]}, dead); d != "" || waiting > 0 {
			t.Errorf("%d are waited for; dead (-want +got)\n%s", waiting, d)
		}
		want := map[string]int{list[0]: 1, list[1]: 2, list[2]: 1, list[3]: 2, list[4]: 2} // by HEAD, and then by GET
		if d := cmp.Diff(want, asked); d != "" {
			t.Errorf("asked (-want +got)\n%s", d)
		}
		time.Sleep(answerLasts)
		if _, waiting := e.ask(list[:1], time.Now()); waiting != 1 {
			t.Error("what is old is believed")
		}
		synctest.Wait()
		time.Sleep(time.Minute)
	})
}

// However many links there are, few are asked at once; the others have their
// turn when somebody looks again.
func TestElsewhereFewAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most int
		e := &Elsewhere{}
		e.Client = &http.Client{Transport: sites(func(r *http.Request) (*http.Response, error) {
			e.mu.Lock()
			now++
			most = max(most, now)
			e.mu.Unlock()
			time.Sleep(time.Second)
			e.mu.Lock()
			now--
			e.mu.Unlock()
			return httptest.NewRecorder().Result(), nil
		})}
		var list []string
		for i := range 30 {
			list = append(list, "https://x.example/"+string(rune('a'+i)))
		}
		for range 10 {
			e.ask(list, time.Now())
			time.Sleep(2 * time.Second)
		}
		if _, waiting := e.ask(list, time.Now()); waiting > 0 || most > mostQuestions {
			t.Errorf("%d are waited for, %d were asked at once", waiting, most)
		}
	})
}

// What leads into our own network is not asked, wherever it stands.
func TestElsewhereIsNotHere(t *testing.T) {
	touched := false
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { touched = true }))
	defer srv.Close()
	e := &Elsewhere{Client: fetch.New(fetch.Options{Redirects: 5, Timeout: time.Second})}
	if e.answers(srv.URL) || e.answers("http://169.254.169.254/latest/meta-data") || touched {
		t.Error("it was")
	}
}
