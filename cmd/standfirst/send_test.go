package main

import (
	"strings"
	"testing"

	"github.com/standfirst/standfirst/digest"
)

// Whoever sends is told why an edition stopped under their hands, and how it
// goes on.
func TestOnward(t *testing.T) {
	c := &sendCmd{Newsletter: "weekly"}
	for _, tt := range []struct {
		what string
		ed   digest.Edition
		want []string // parts; none: silent
	}{
		{"all tried", digest.Edition{State: digest.Done}, nil},
		{"paused by an editor", digest.Edition{ID: "weekly/1", State: digest.Paused, Reason: "typo"}, []string{"paused (typo)", "standfirst editions resume weekly/1"}},
		{"cancelled", digest.Edition{ID: "weekly/1", State: digest.Cancelled}, []string{"cancelled;", "next edition"}},
		{"put off", digest.Edition{State: digest.Sending, Counts: digest.Counts{Open: 2, Waiting: 2}}, []string{"2 letters were put off", "standfirst explain"}},
	} {
		got := c.onward(&tt.ed)
		if len(tt.want) == 0 && got != "" {
			t.Errorf("%s: %q", tt.what, got)
		}
		for _, part := range tt.want {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %q is not in %q", tt.what, part, got)
			}
		}
	}
}
