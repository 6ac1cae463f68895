package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/webtest"
)

// In any hour, however it is begun and whatever went before, no more sign up
// than is said; and never more than a quarter of it at once.
func TestSignUpsOfAnHour(t *testing.T) {
	for _, most := range []int{1, 2, 5, 50, 1000} {
		st, began := NewStrangers(most), time.Now()
		var let []time.Time
		atOnce := 0
		for at := began; at.Before(began.Add(5 * time.Hour)); at = at.Add(time.Second) {
			for range 3 {
				if ok, _ := st.signUps.Allow("", at); ok {
					let = append(let, at)
				}
			}
		}
		for i, at := range let {
			n := 1
			for _, later := range let[i+1:] {
				if later.Sub(at) < time.Hour {
					n++
				}
			}
			if n > most {
				t.Fatalf("%d an hour: %d within one", most, n)
			}
		}
		if want := 5 * most / 2; len(let) < want { // at least half of what is promised, kept up
			t.Errorf("%d an hour: %d in five hours of flood, want %d at least", most, len(let), want)
		}
		later := began.Add(100 * time.Hour)
		for range most {
			if ok, _ := st.signUps.Allow("", later); ok {
				atOnce++
			}
		}
		if want := max(1, most/4); atOnce != want {
			t.Errorf("%d an hour: %d at once, want %d", most, atOnce, want)
		}
	}
}

// Who has as many networks as they like has letters sent to as many strangers
// as the hour allows, which is told once; readers are not kept from their own
// pages by it, and the answer does not tell who reads us.
func TestFloodFromEverywhere(t *testing.T) {
	s := newSite(t)
	var log strings.Builder
	s.Log = slog.New(slog.NewTextHandler(&log, nil))
	s.Proxies, s.Strangers = parsePrefixes(t, "127.0.0.0/8"), NewStrangers(40)
	stamped, codes := s.stamped("newsletter", "weekly"), map[int]int{}
	post := func(path, body string, n int) int {
		return s.do(http.MethodPost, path, body, "Content-Type", "application/x-www-form-urlencoded", "X-Forwarded-For", fmt.Sprintf("2001:db8:%x::7", n)).code
	}
	for i := range 60 {
		email := fmt.Sprintf("victim%d@newcomers.example", i)
		if i%2 == 0 { // who is a reader is counted as who is none
			email = []string{webtest.Ada, webtest.Ben, webtest.Eve}[i/2%3]
		}
		stamped.Set("email", email)
		codes[post("/subscribe", stamped.Encode(), i)]++
	}
	// Of ten that were asked, five are readers: they are told that they are in.
	if want := map[int]int{http.StatusSeeOther: 10, http.StatusTooManyRequests: 50}; cmp.Diff(want, codes) != "" {
		t.Errorf("signing up: %v, want %v", codes, want)
	}
	s.deliver()
	letters := 0
	for i := range 60 {
		letters += s.lettersTo(fmt.Sprintf("victim%d@newcomers.example", i))
	}
	if letters != 5 {
		t.Errorf("%d letters to strangers", letters)
	}
	if code := post("/preferences", form("email", webtest.Ada).Encode(), 100); code != http.StatusSeeOther {
		t.Errorf("a reader who wants their link gets %d", code)
	}
	if n := strings.Count(log.String(), "readers.signups_per_hour"); n != 1 {
		t.Errorf("told %d times that all are refused:\n%s", n, &log)
	}
	if strings.Contains(log.String(), "newcomers.example") {
		t.Errorf("the log tells addresses:\n%s", &log)
	}
	counts := s.Strangers.Counts()
	if counts["asked"] != 10 || counts["hour"]+counts["address"] != 50 {
		t.Errorf("counted %v", counts)
	}
}

// Programs that post forms they have never seen keep nobody out who has.
func TestFloodOfUnreadForms(t *testing.T) {
	s := newSite(t)
	s.Proxies, s.Strangers = parsePrefixes(t, "127.0.0.0/8"), NewStrangers(SignUpsPerHour)
	post := func(body string, n int) int {
		return s.do(http.MethodPost, "/subscribe", body, "Content-Type", "application/x-www-form-urlencoded", "X-Forwarded-For", fmt.Sprintf("2001:db8:%x::7", n)).code
	}
	codes := map[int]int{}
	for i := range 1000 {
		codes[post(form("email", fmt.Sprintf("victim%d@newcomers.example", i), "newsletter", "weekly").Encode(), i)]++
	}
	if codes[http.StatusTooManyRequests] == 0 || codes[http.StatusSeeOther] != 0 {
		t.Errorf("a flood of forms nobody has read: %v", codes)
	}
	if code := post(s.stamped("email", grace, "newsletter", "weekly").Encode(), 5000); code != http.StatusSeeOther {
		t.Errorf("meanwhile somebody who has read the form gets %d", code)
	}
}
