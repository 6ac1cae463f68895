package desk

import (
	"strings"

	"github.com/standfirst/standfirst/internal/i18n"
)

// whys are the messages for what package digest says of a release that is not
// given; it speaks English.
var whys = map[string]string{
	"left out":                            "out",
	"kept for next time":                  "kept",
	"left out of an earlier edition":      "out_before",
	"the newsletter carries no articles":  "no_articles",
	"the newsletter carries no reminders": "no_reminders",
	"the newsletter carries no notices":   "no_notices",
	"withdrawn":                           "withdrawn",
	"was withdrawn; release it again to bring it back to letters": "was_withdrawn",
	"released again later":                   "again",
	"not in letters":                         "not_in_letters",
	"event cancelled":                        "cancelled",
	"event postponed":                        "postponed",
	"event has begun":                        "begun",
	"event would have begun":                 "begun",
	"event takes place after all":            "after_all",
	"moved again":                            "moved_again",
	"was there before us":                    "before_us",
	"released too long ago":                  "too_old",
	"outside the newsletter's topics":        "own_topics",
	"outside the reader's topics":            "topics",
	"outside the reader's cities":            "cities",
	"was told nothing about this event":      "not_told",
	"was given early":                        "early",
	"a later reminder of the event is there": "later",
	"a later notice of the event is there":   "later",
}

// why says in the editors' language why a release is not given. What has no
// message is said as it is.
func why(l *i18n.Locale, text string) string {
	for _, cut := range []string{"left out", "kept for next time"} {
		if who, ok := strings.CutPrefix(text, cut+" by "); ok {
			return l.Message("desk.why."+whys[cut]+"_by", "editor", who)
		}
	}
	if key := whys[text]; key != "" {
		return l.Message("desk.why." + key)
	}
	return text
}

// mayBePutIn reports whether an editor's putting it in would bring a release to
// readers that is not given for this reason.
func mayBePutIn(text string) bool {
	switch whys[text] {
	case "out_before", "before_us", "too_old", "own_topics":
		return true
	}
	return false
}
