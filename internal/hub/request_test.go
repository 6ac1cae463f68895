package hub

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/fetch"
)

const day = 24 * time.Hour

func TestParseRequest(t *testing.T) {
	base := "hub.mode=subscribe&hub.topic=https://lead.example/feed.rss&hub.callback=https://Reader.example/hook%3Fid=1"
	plain := Request{Mode: Subscribe, Feed: "https://lead.example/feed.rss", Callback: "https://Reader.example/hook?id=1", Host: "reader.example", Lease: 10 * day}
	with := func(change func(*Request)) Request { q := plain; change(&q); return q }
	for _, test := range []struct {
		name, form string
		want       Request
	}{
		{"the least", base, plain},
		{"fields of others", base + "&hub.verify=sync&hub.verify_token=x&foo=bar&hub.mode=unsubscribe", plain},
		{"to leave", strings.Replace(base, "=subscribe", "=unsubscribe", 1), with(func(q *Request) { q.Mode = Unsubscribe })},
		{"a secret", base + "&hub.secret=%00%ff+x", with(func(q *Request) { q.Secret = []byte("\x00\xff x") })},
		{"the longest secret", base + "&hub.secret=" + strings.Repeat("x", 199), with(func(q *Request) { q.Secret = []byte(strings.Repeat("x", 199)) })},
		{"a week", base + "&hub.lease_seconds=604800", with(func(q *Request) { q.Lease = 7 * day })},
		{"a minute", base + "&hub.lease_seconds=60", with(func(q *Request) { q.Lease = day })},
		{"a year", base + "&hub.lease_seconds=31536000", with(func(q *Request) { q.Lease = 30 * day })},
		{"an age", base + "&hub.lease_seconds=99999999999999999999999", with(func(q *Request) { q.Lease = 30 * day })},
		{"for ever, as it once was", base + "&hub.lease_seconds=0", plain},
		{"less than nothing", base + "&hub.lease_seconds=-1", plain},
	} {
		t.Run(test.name, func(t *testing.T) {
			form, err := url.ParseQuery(test.form)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ParseRequest(form, fetch.Publicly)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestParseRequestRefuses(t *testing.T) {
	good := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {"https://lead.example/feed.rss"}, "hub.callback": {"https://reader.example/"}}
	for _, test := range []struct{ field, value, why string }{
		{"hub.mode", "", "missing"},
		{"hub.mode", "publish", "by itself"},
		{"hub.mode", "Subscribe", "neither"},
		{"hub.topic", "", "missing"},
		{"hub.topic", "https://lead.example/\x00", "not the address"},
		{"hub.topic", "https://lead.example/\xff", "not the address"},
		{"hub.topic", strings.Repeat("x", 1025), "not the address"},
		{"hub.callback", "", "missing"},
		{"hub.callback", "https://reader.example/" + strings.Repeat("x", 1024), "too long"},
		{"hub.callback", "https://reader.example/\x00", "characters"},
		{"hub.callback", "https://reader.example/ü", "characters"},
		{"hub.callback", "https://reader.example/a b", "characters"},
		{"hub.callback", "https://reader.example/\r\nHost:x", "characters"},
		{"hub.callback", "https://[reader/", "not an address"},
		{"hub.callback", "https://reader.example/%zz", "not an address"},
		{"hub.callback", "ftp://reader.example/", "http"},
		{"hub.callback", "/hook", "http"},
		{"hub.callback", "https://user:pw@reader.example/", "password"},
		{"hub.callback", "https://reader.example:25/", "port"},
		{"hub.callback", "https://reader.example/#", "fragment"},
		{"hub.callback", "http://127.0.0.1/", "this machine"},
		{"hub.callback", "http://[::1]/", "this machine"},
		{"hub.callback", "http://[::ffff:10.0.0.1]/", "private"},
		{"hub.callback", "http://169.254.169.254/latest/meta-data", "link"},
		{"hub.lease_seconds", "ten", "whole number"},
		{"hub.lease_seconds", "1.5", "whole number"},
		{"hub.lease_seconds", "--1", "whole number"},
		{"hub.secret", strings.Repeat("x", 200), "too long"},
	} {
		form := url.Values{}
		for k, v := range good {
			form[k] = v
		}
		form.Set(test.field, test.value)
		_, err := ParseRequest(form, fetch.Publicly)
		var refused *RequestError
		if !errors.As(err, &refused) || refused.Code != 400 || !strings.Contains(refused.Text, test.why) {
			t.Errorf("%s=%.60q: %v, want one with %q", test.field, test.value, err, test.why)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add("hub.mode=subscribe&hub.topic=https://lead.example/feed.rss&hub.callback=https://reader.example/&hub.lease_seconds=5&hub.secret=x")
	f.Add("hub.mode=unsubscribe&hub.topic=x&hub.callback=http://[::ffff:10.0.0.1%25eth0]:80/?&hub.lease_seconds=-9223372036854775808")
	f.Add("hub.mode=subscribe&hub.topic=%00&hub.callback=http%3A%2F%2F0x7f.1%2F")
	f.Fuzz(func(t *testing.T, text string) {
		form, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		q, err := ParseRequest(form, fetch.Publicly)
		if err != nil {
			var refused *RequestError
			if !errors.As(err, &refused) {
				t.Fatalf("%v is no answer", err)
			}
			return
		}
		if q.Lease < shortestLease || q.Lease > longestLease || len(q.Secret) > longestSecret || q.Host == "" || len(q.Callback) > longestAddress {
			t.Fatalf("out of bounds: %+v", q)
		}
		u, err := url.Parse(q.Callback)
		if err != nil || fetch.Publicly.Check(u) != nil || strings.ToValidUTF8(q.Callback, "") != q.Callback {
			t.Fatalf("a callback that cannot be called: %q", q.Callback)
		}
	})
}
