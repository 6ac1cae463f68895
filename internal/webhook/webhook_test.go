package webhook

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func secret(t testing.TB, text string) Secret {
	t.Helper()
	s, err := ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The example that the libraries of Standard Webhooks share; Python's hmac says
// the same.
const (
	knownSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	knownID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	knownBody      = `{"test": 2432232314}`
	knownTime      = 1614265330
	knownSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

func TestSign(t *testing.T) {
	known, other := secret(t, knownSecret), secret(t, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
	at := time.Unix(knownTime, 999)
	if got := Sign([]Secret{known}, knownID, at, []byte(knownBody)); got != knownSignature {
		t.Errorf("signature %s, want %s", got, knownSignature)
	}
	both := Sign([]Secret{other, known}, knownID, at, []byte(knownBody))
	if first, second, ok := strings.Cut(both, " "); !ok || second != knownSignature || first == second || !strings.HasPrefix(first, "v1,") {
		t.Errorf("two secrets sign %q", both)
	}
}

func TestParseSecret(t *testing.T) {
	for text, ok := range map[string]bool{
		knownSecret:                                    true,
		NewSecret():                                    true,
		"whsec_" + strings.Repeat("AAAA", 8):           true,  // 24 bytes
		"whsec_" + strings.Repeat("AAAA", 7):           false, // 21
		"whsec_" + strings.Repeat("AAAA", 21) + "AA==": true,  // 64
		"whsec_" + strings.Repeat("AAAA", 22):          false, // 66
		strings.TrimPrefix(knownSecret, "whsec_"):      false,
		knownSecret + "!":                              false,
		"whsec_":                                       false,
		"":                                             false,
	} {
		s, err := ParseSecret(text)
		if (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
		if err != nil && text != "" && strings.Contains(err.Error(), text) && text != "whsec_" {
			t.Errorf("the error shows the secret: %v", err)
		}
		if shown := fmt.Sprintf("%v %+v %#v %s", s, s, s, slog.AnyValue(s).Resolve()); shown != "(secret) (secret) (secret) (secret)" {
			t.Errorf("it shows: %s", shown)
		}
	}
	if one, other := NewSecret(), NewSecret(); one == other {
		t.Error("a new secret is not new")
	}
}

func TestCompose(t *testing.T) {
	at := time.Date(2026, 11, 24, 9, 0, 0, 120e6, time.FixedZone("", 3600))
	e, err := Compose(ReaderLeft, at, Left{Reader: Reader{7, "a&b@example.com"}, Newsletters: []string{"weekly"}, All: true, Why: Unwanted, Way: "one-click"})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"type":"reader.left","timestamp":"2026-11-24T08:00:00.120Z","data":{"reader":{"id":7,"email":"a&b@example.com"},` +
		`"newsletters":["weekly"],"all":true,"why":"left","way":"one-click"}}`
	if d := cmp.Diff(want, string(e.Body)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if e.Reader != 7 || e.Type != ReaderLeft || !e.At.Equal(at) || !strings.HasPrefix(e.ID, "msg_") || len(e.ID) < 26 {
		t.Errorf("event %+v", e)
	}
	other, err := Compose(EditionPublished, at, Published{})
	if err != nil || other.ID == e.ID || other.Reader != 0 {
		t.Errorf("another: %+v, %v", other, err)
	}
	var erased map[string]map[string]map[string]any
	gone, err := Compose(ReaderLeft, at, Left{Reader: Reader{ID: 7}, Why: Erased})
	if err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(gone.Body, &erased) // type and timestamp are no objects
	if _, ok := erased["data"]["reader"]["email"]; ok || gone.Reader != 7 {
		t.Errorf("who was erased: %s", gone.Body)
	}
}

func TestRoster(t *testing.T) {
	r := &Roster{Endpoints: []Endpoint{
		{URL: "https://a.example/1", Events: Types()},
		{URL: "https://a.example/2", Events: []Type{ReaderLeft}},
		{URL: "https://b.example:8443/secret", Events: []Type{EditionFinished}},
	}}
	a, b, c := r.Endpoints[0].Key(), r.Endpoints[1].Key(), r.Endpoints[2].Key()
	if a == b || strings.Contains(c, "secret") || len(a) != 24 {
		t.Errorf("keys %s %s %s", a, b, c)
	}
	for what, want := range map[Type][]string{ReaderLeft: {a, b}, EditionFinished: {a, c}, ReaderBounced: {a}, Test: nil} {
		if d := cmp.Diff(want, r.Wanting(what)); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	if (*Roster)(nil).Wanting(ReaderLeft) != nil {
		t.Error("none want something")
	}
	if h := r.Endpoints[2].Host(); h != "b.example:8443" {
		t.Errorf("host %s", h)
	}
}
