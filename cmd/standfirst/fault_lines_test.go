package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/smtptest"
	"github.com/standfirst/standfirst/mailer"
)

// lineFaults are all of them. Most fall upon some readers, by their number.
var lineFaults = []lineFault{
	{
		name: "the relay goes away",
		meanwhile: func(x *route) {
			server := x.relay.doors[0].server
			x.relay.wait(len(x.ids)/4, time.Minute)
			server.Leave()
			time.Sleep(x.trouble)
			if err := server.Return(); err != nil {
				x.Error(err)
			}
		},
		roughly: true,
	},
	{
		name: "4xx for everybody for a while",
		script: func(x *route) func(smtptest.Event) smtptest.Answer {
			var since time.Time
			return func(e smtptest.Event) smtptest.Answer {
				if since.IsZero() && x.relay.letters >= len(x.ids)/4 {
					since = time.Now()
				}
				if e.Phase == "rcpt" && !since.IsZero() && time.Since(since) < x.trouble {
					return smtptest.Answer{Code: 451, Enhanced: [3]int{4, 3, 2}}
				}
				return smtptest.Answer{}
			}
		},
	},
	{
		name: "421 every 100 letters",
		script: func(x *route) func(smtptest.Event) smtptest.Answer {
			n := map[string]int{}
			return func(e smtptest.Event) smtptest.Answer {
				n[e.Phase]++
				every := map[string]int{"data": 100, "mail": 70, "rcpt": 90, "ready": 110, "conn": 5}[e.Phase]
				if every > 0 && n[e.Phase]%every == 0 {
					return smtptest.Answer{Code: 421, Enhanced: [3]int{4, 3, 2}}
				}
				return smtptest.Answer{}
			}
		},
	},
	{
		name: "the relay asks to slow down",
		script: func(x *route) func(smtptest.Event) smtptest.Answer {
			asked := 0
			return func(e smtptest.Event) smtptest.Answer {
				if asked < 3 && x.relay.letters >= len(x.ids)/2 && (e.Phase == "rcpt" || e.Phase == "data") {
					asked++
					return map[string]smtptest.Answer{"rcpt": reply(452, 4, 5, 3), "data": reply(454, 4, 7, 0)}[e.Phase]
				}
				return smtptest.Answer{}
			}
		},
	},
	{
		name: "no to some",
		script: func(*route) func(smtptest.Event) smtptest.Answer {
			return byReader(40, map[int]trick{
				1:  {phase: "rcpt", Answer: reply(550, 5, 1, 1)},
				2:  {phase: "rcpt", Answer: reply(550)},
				3:  {phase: "rcpt", Answer: reply(554, 5, 7, 1)},
				4:  {phase: "rcpt", Answer: reply(451, 4, 7, 1), times: 1},
				6:  {phase: "data", Answer: reply(554, 5, 7, 1)},
				7:  {phase: "data", Answer: reply(552, 5, 2, 2)},
				8:  {phase: "data", Answer: reply(451, 4, 3, 0), times: 2},
				10: {phase: "data", Answer: reply(550, 5, 1, 1)},
				11: {phase: "ready", Answer: reply(451, 4, 3, 0), times: 1},
				12: {phase: "rcpt", Answer: reply(556)},
			})
		},
		fate: among(40, map[int]fate{
			1:  {State: mailer.Failed, Reason: mailer.Bounced, Suppressed: true},
			2:  {State: mailer.Failed, Reason: mailer.Refused},
			3:  {State: mailer.Failed, Reason: mailer.PolicyRefused},
			6:  {State: mailer.Failed, Reason: mailer.PolicyRefused},
			7:  {State: mailer.Failed, Reason: mailer.Refused},
			10: {State: mailer.Failed, Reason: mailer.Bounced, Suppressed: true},
			12: {State: mailer.Failed, Reason: mailer.Bounced, Suppressed: true},
		}),
	},
	{
		name: "not now, for ever",
		script: func(*route) func(smtptest.Event) smtptest.Answer {
			return byReader(40, map[int]trick{
				5: {phase: "rcpt", Answer: reply(450, 4, 2, 0)},
				6: {phase: "ready", Answer: reply(451, 4, 3, 0)},
				9: {phase: "data", Answer: reply(452, 4, 3, 1)},
			})
		},
		rules: func(r *mailer.Rules) { r.Patience = 2 * time.Second },
		fate: among(40, map[int]fate{
			5: {State: mailer.Skipped, Reason: mailer.Expired},
			6: {State: mailer.Skipped, Reason: mailer.Expired},
			9: {State: mailer.Skipped, Reason: mailer.Expired},
		}),
	},
	{
		name:   "connections are reset",
		midway: true,
		script: func(*route) func(smtptest.Event) smtptest.Answer {
			drop := smtptest.Answer{Drop: true}
			return byReader(40, map[int]trick{
				1: {phase: "body", Answer: drop, times: 1},
				2: {phase: "data", Answer: drop, times: 1},
				3: {phase: "body", Answer: drop},
				4: {phase: "data", Answer: drop},
				5: {phase: "rcpt", Answer: drop, times: 1},
				6: {phase: "ready", Answer: drop, times: 1},
			})
		},
		fate: among(40, map[int]fate{
			2: {State: mailer.Sent, Copies: 2},
			3: {State: mailer.Failed, Reason: mailer.InDoubt},
			4: {State: mailer.Failed, Reason: mailer.InDoubt, Copies: 2},
		}),
	},
	{
		name:   "the relay hangs",
		midway: true,
		limit:  1500 * time.Millisecond,
		script: func(*route) func(smtptest.Event) smtptest.Answer {
			hang := smtptest.Answer{Hang: true}
			hung := byReader(hangs, map[int]trick{
				1: {phase: "rcpt", Answer: hang, times: 1},
				2: {phase: "ready", Answer: hang, times: 1},
				3: {phase: "body", Answer: hang, times: 1},
				4: {phase: "data", Answer: hang, times: 1},
				5: {phase: "data", Answer: hang},
			})
			return func(e smtptest.Event) smtptest.Answer {
				if e.Phase == "conn" && e.Conn%7 == 6 {
					return hang
				}
				return hung(e)
			}
		},
		fate: among(hangs, map[int]fate{
			4: {State: mailer.Sent, Copies: 2},
			5: {State: mailer.Failed, Reason: mailer.InDoubt, Copies: 2},
		}),
	},
	{
		name:   "the relay talks nonsense",
		midway: true,
		limit:  1500 * time.Millisecond, // the greeting of SSH looks like the first line of several
		script: func(*route) func(smtptest.Event) smtptest.Answer {
			say := func(words string) smtptest.Answer { return smtptest.Answer{Say: words} }
			said := byReader(60, map[int]trick{
				1: {phase: "rcpt", Answer: say("what?\r\n"), times: 1},
				2: {phase: "rcpt", Answer: say("999 hm\r\n"), times: 1},
				3: {phase: "rcpt", Answer: say("\x00\xff\xfe\r\n"), times: 1},
				4: {phase: "rcpt", Answer: say("354 go ahead\r\n"), times: 1},
				5: {phase: "ready", Answer: say("250 go ahead\r\n"), times: 1},
				6: {phase: "ready", Answer: say(strings.Repeat("354-and more\r\n", 100_000)), times: 1},
				7: {phase: "data", Answer: say("354 go on\r\n"), times: 1},
				8: {phase: "data", Answer: say("hm\r\n")},
				9: {phase: "data", Answer: say("250 once\r\n250 twice\r\n250 thrice\r\n"), times: 1},
			})
			return func(e smtptest.Event) smtptest.Answer {
				if e.Phase == "conn" && e.Conn%7 == 6 {
					return say("SSH-2.0-OpenSSH_9.9\r\n")
				}
				return said(e)
			}
		},
		fate: among(60, map[int]fate{
			7: {State: mailer.Sent, Copies: 2},
			8: {State: mailer.Failed, Reason: mailer.InDoubt, Copies: 2},
		}),
	},
	{
		name: "the sender is refused, until somebody mends it",
		script: func(x *route) func(smtptest.Event) smtptest.Answer {
			return func(e smtptest.Event) smtptest.Answer {
				if e.Phase == "rcpt" && x.relay.letters >= len(x.ids)/4 {
					return reply(550, 5, 1, 8)
				}
				return smtptest.Answer{}
			}
		},
		mended: func(x *route) {
			time.Sleep(time.Second) // whoever mends it takes a moment, in which all sessions have heard
			x.relay.says(nil)
		},
	},
}

// hangs is how many readers there are to each way of hanging, which take a
// session's time.
var hangs = size(80, 400)

// A trick is an answer in a phase, so many times for each reader; 0: always.
type trick struct {
	phase string
	times int
	smtptest.Answer
}

// reply is a refusal.
func reply(code int, enhanced ...int) smtptest.Answer {
	a := smtptest.Answer{Code: code}
	copy(a.Enhanced[:], enhanced)
	return a
}

// byReader plays its trick upon every so many-th reader.
func byReader(every int, tricks map[int]trick) func(smtptest.Event) smtptest.Answer {
	return func(e smtptest.Event) smtptest.Answer {
		digits, ok := strings.CutSuffix(strings.TrimPrefix(e.To, "reader"), "@example.com")
		n, err := strconv.Atoi(digits)
		if !ok || err != nil {
			return smtptest.Answer{}
		}
		t, ok := tricks[n%every]
		if !ok || t.phase != e.Phase || t.times > 0 && e.N > t.times {
			return smtptest.Answer{}
		}
		return t.Answer
	}
}

// among is the fate of every so many-th reader; of the others, to be sent one.
func among(every int, fates map[int]fate) func(int) fate {
	return func(reader int) fate {
		if f, ok := fates[reader%every]; ok {
			return f
		}
		return fate{State: mailer.Sent, Copies: 1}
	}
}
