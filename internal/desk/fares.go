package desk

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/templates"
)

// maxFares is how many domains are shown while an edition is sent.
const maxFares = 12

// fares shows how letters fare by domain: the largest ones, and all others
// together.
func (d *Desk) fares(l *i18n.Locale, found finding[*digest.Results], most int) *templates.Fares {
	v := &templates.Fares{AsOf: l.Message("desk.sending.as_of", "time", d.soon(l, found.at, time.Now()))}
	for _, d := range others(found.value.Domains, most) {
		f := templates.Fare{
			Domain: d.Domain, Accepted: l.Number(d.Sent), Open: l.Number(d.Open - d.Waiting), Waiting: l.Number(d.Waiting), Lost: l.Number(d.Failed),
			Answer: written(d.Code, d.Enhanced), Words: l.Message("desk.sending.answer_" + answerKey(d.Code, d.Enhanced)), Warn: d.Code >= 400,
		}
		v.Rows = append(v.Rows, f)
	}
	return v
}

// others puts all but the first domains together.
func others(all []digest.DomainFares, most int) []digest.DomainFares {
	if len(all) <= most {
		return all
	}
	var rest digest.DomainFares
	for _, d := range all[most-1:] {
		rest.Sent, rest.Failed, rest.Skipped = rest.Sent+d.Sent, rest.Failed+d.Failed, rest.Skipped+d.Skipped
		rest.Open, rest.Waiting = rest.Open+d.Open, rest.Waiting+d.Waiting
		if d.At.After(rest.At) {
			rest.At, rest.Code, rest.Enhanced = d.At, d.Code, d.Enhanced
		}
	}
	return append(slices.Clone(all[:most-1]), rest)
}

// written is an answer of a mail server as it came.
func written(code int, enhanced string) string {
	if code == 0 {
		return ""
	}
	return strings.TrimSpace(strconv.Itoa(code) + " " + enhanced)
}

// answerKey names what an answer means (RFC 5321 4.2, RFC 3463). Enhanced codes
// say more than the others.
func answerKey(code int, enhanced string) string {
	class, detail, _ := strings.Cut(enhanced, ".")
	switch {
	case code == 0:
		return "none"
	case code < 400:
		return "ok"
	case slices.Contains([]string{"530", "534", "535", "538"}, strconv.Itoa(code)), enhanced == "5.1.7", enhanced == "5.1.8":
		return "login"
	case detail == "2.2", code == 552 && class == "", code == 452 && (class == "" || detail == "2.2"):
		return "full"
	case detail == "2.3", detail == "3.4", code == 552:
		return "large"
	case code < 500 && (code == 421 || detail == "4.5" || detail == "5.3" || detail == "3.2"):
		return "slow"
	case code < 500 && (strings.HasPrefix(detail, "7.") || code == 450 && class == ""):
		return "grey"
	case code < 500:
		return "later"
	case slices.Contains([]string{"1.1", "1.2", "1.3", "1.6", "1.10", "4.4"}, detail), code == 556:
		return "gone"
	case strings.HasPrefix(detail, "7."):
		return "policy"
	}
	return "no"
}

// reasonKeys are the reasons that have words of their own.
var reasonKeys = []string{
	mailer.Bounced, mailer.PolicyRefused, mailer.Refused, mailer.InDoubt, mailer.BadAddress, mailer.Unwritten,
	mailer.Suppressed, mailer.Left, mailer.Paused, mailer.Superseded, mailer.Cancelled, mailer.Expired, mailer.Erased,
	mailer.Late, mailer.Nothing,
}

// reason says why letters were not accepted, and what happens to their readers.
func reason(l *i18n.Locale, c *digest.ReasonCount) templates.Reason {
	v := templates.Reason{Label: c.Reason, Letters: l.Number(c.Letters)}
	key := c.Reason
	if c.State == mailer.Queued {
		key = "queued"
	}
	if key == "queued" || slices.Contains(reasonKeys, key) {
		v.Label, v.Then = l.Message("desk.results.reason_"+key), l.Message("desk.results.then_"+key)
	}
	if c.Code >= 400 {
		v.Answer, v.Words = written(c.Code, c.Enhanced), l.Message("desk.sending.answer_"+answerKey(c.Code, c.Enhanced))
	}
	return v
}
