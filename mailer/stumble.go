package mailer

import (
	"errors"
	"io"
	"net"
	"net/textproto"
	"os"
	"regexp"
	"time"
)

// Some servers offer PIPELINING and choke on it, or stand behind something
// that does. What gives them away makes the relay one that is told things step
// by step for a while; letters wait for it, none fails.

// cautious is for how long. An innocent relay that was misjudged costs nobody
// more than speed.
const cautious = time.Hour

// choked judges how the server took a group, and reports whether the same
// letter should be sent again step by step: over this connection, unless it is
// dead by now.
func (s *session) choked(phase Phase, err error) bool {
	switch {
	case err == nil:
		s.relay.proven.Store(true)
	case bewildered(err):
		s.relay.stumbled(err, time.Now())
		s.groups = false
		if !refused(err) {
			s.abandon()
		}
		return true
	case muffled(phase, err, s.relay.proven.Load()):
		s.relay.stumbled(err, time.Now())
	}
	return false
}

var aboutGroups = regexp.MustCompile(`(?i)pipelin|synchroni[sz]ation`)

// bewildered reports whether a refusal is one of groups, not of what was in
// it: it says so, or that the commands are none or not in order. They are.
func bewildered(err error) bool {
	if err == nil {
		return false
	}
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return false
	}
	switch reply.Code {
	case 500, 502, 503:
		return true
	}
	return reply.Code >= 400 && aboutGroups.MatchString(reply.Msg)
}

// muffled reports whether the end of a connection, or silence, may come from a
// group. A relay that has been proven to understand groups may also not hear
// what stands behind a text: that shows in silence where MAIL is answered.
func muffled(phase Phase, err error, proven bool) bool {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe) || refused(err) {
		return false // we broke it off ourselves; or an ordinary answer
	}
	return !proven || phase == PhaseMail && errors.Is(err, os.ErrDeadlineExceeded)
}

// stumbled notes that the relay may have choked on a group.
func (s *SMTP) stumbled(why error, now time.Time) {
	news := !s.wary(now)
	s.caution.Store(now.Add(cautious).UnixNano())
	if news && s.Stumbled != nil {
		s.Stumbled(refusal(PhaseConn, why, "", ""), cautious)
	}
}

// wary reports whether the relay is one to talk to step by step.
func (s *SMTP) wary(now time.Time) bool { return now.UnixNano() < s.caution.Load() }
