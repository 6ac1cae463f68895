package field_test

import (
	"testing"

	"github.com/standfirst/standfirst/mailer/field"
)

func TestAppendLines(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "",
		"one line":             "one line",
		"two \r\n lines":       "two|lines",
		"a\n\nb\n":             "a||b|",
		"tab\there\x00\nthere": "tab here|there",
	} {
		if got := string(field.AppendLines(nil, in, "|")); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
