package web

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// RFC 9110, 13.1 and 13.2.2.
func TestUnchanged(t *testing.T) {
	const tag = `"abc"`
	modified := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return modified.Add(d).Format(http.TimeFormat) }
	for _, test := range []struct {
		name    string
		headers []string // name, value, name, value …
		want    bool
	}{
		{"asks for it all", nil, false},
		{"has it", []string{"If-None-Match", tag}, true},
		{"has another", []string{"If-None-Match", `"abd"`}, false},
		{"weakly", []string{"If-None-Match", `W/"abc"`}, true},
		{"in a list", []string{"If-None-Match", `"x", W/"y",  "abc"`}, true},
		{"in a list without spaces", []string{"If-None-Match", `"x","abc"`}, true},
		{"in a second line", []string{"If-None-Match", `"x"`, "If-None-Match", tag}, true},
		{"with a comma inside", []string{"If-None-Match", `"a,b", "abc"`}, true},
		{"hidden inside another", []string{"If-None-Match", `"x\"abc\""`}, false},
		{"anything", []string{"If-None-Match", "*"}, true},
		{"a star in a tag", []string{"If-None-Match", `"*"`}, false},
		{"a star after a tag", []string{"If-None-Match", `"x" *y`}, false},
		{"without quotes", []string{"If-None-Match", "abc"}, false},
		{"cut off", []string{"If-None-Match", `"abc`}, false},
		{"empty", []string{"If-None-Match", ""}, false},
		{"empty elements", []string{"If-None-Match", `, ,"abc"`}, true},
		{"lower-case w is no mark", []string{"If-None-Match", `w/"abc"`}, false},

		{"since then", []string{"If-Modified-Since", at(0)}, true},
		{"since later", []string{"If-Modified-Since", at(time.Hour)}, true},
		{"since before", []string{"If-Modified-Since", at(-time.Second)}, false},
		{"as RFC 850 wrote it", []string{"If-Modified-Since", modified.Format("Monday, 02-Jan-06 15:04:05 GMT")}, true},
		{"as asctime writes it", []string{"If-Modified-Since", modified.Format(time.ANSIC)}, true},
		{"since nonsense", []string{"If-Modified-Since", "yesterday"}, false},

		{"the tag wins when it matches", []string{"If-None-Match", tag, "If-Modified-Since", at(-time.Hour)}, true},
		{"the tag wins when it does not", []string{"If-None-Match", `"old"`, "If-Modified-Since", at(time.Hour)}, false},
	} {
		h := http.Header{}
		for i := 0; i < len(test.headers); i += 2 {
			h.Add(test.headers[i], test.headers[i+1])
		}
		if got := unchanged(h, func(have string) bool { return have == tag }, modified.Add(300*time.Millisecond)); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	if unchanged(http.Header{"If-Modified-Since": {at(0)}}, func(string) bool { return false }, time.Time{}) {
		t.Error("what has no date cannot be unchanged since one")
	}
}

// matches reports whether a list of entity tags holds tag, or is "*".
func matches(list, tag string) bool {
	return unchanged(http.Header{"If-None-Match": {list}}, func(have string) bool { return have == tag }, time.Time{})
}

func FuzzMatches(f *testing.F) {
	f.Add(`"abc", W/"d"`, "abc")
	f.Add(`*`, "")
	f.Add(`W/W/"`, "x")
	f.Fuzz(func(t *testing.T, list, tag string) {
		if strings.ContainsRune(tag, '"') {
			return
		}
		tag = `"` + tag + `"`
		if matches(list, tag) && !strings.Contains(list, tag) && strings.Trim(list, " \t,") != "*" && !strings.HasSuffix(strings.TrimRight(list, " \t"), "*") {
			t.Errorf("%q is found in %q", tag, list)
		}
		if !matches(tag, tag) || !matches("W/"+tag, tag) {
			t.Errorf("%q is not found in itself", tag)
		}
	})
}
