package smtptest

import (
	"strconv"
	"strings"
)

// ByAddress reads what to do from the recipient's local part, or from what
// stands behind its last "+", so that a file of readers is a script:
//
//	temperror            451 4.3.0 at RCPT
//	permerror            554 5.3.0 at RCPT
//	550, 550-5.1.1       this at RCPT
//	data-550-5.7.1       this after the final dot
//	timeout              no answer to RCPT
//	timeout-data         no answer to the final dot; the letter was taken
//	drop-rcpt            the line is lost at RCPT
//	drop-body            the line is lost in the text
//	drop-after-data      the letter was taken, the line is lost before the answer
//
// With "once-" or "twice-" before it, only so many times: "once-451-4.7.1" is
// greylisted. Everything else is taken.
func ByAddress(e Event) Answer {
	local, _, _ := strings.Cut(e.To, "@")
	word := strings.ToLower(local[strings.LastIndexByte(local, '+')+1:])
	times := 0
	if rest, ok := strings.CutPrefix(word, "once-"); ok {
		word, times = rest, 1
	} else if rest, ok := strings.CutPrefix(word, "twice-"); ok {
		word, times = rest, 2
	}
	if times > 0 && e.N > times {
		return Answer{}
	}
	phase, a, ok := parse(word)
	if !ok || phase != e.Phase {
		return Answer{}
	}
	return a
}

func parse(word string) (phase string, a Answer, ok bool) {
	switch word {
	case "temperror":
		return "rcpt", Answer{Code: 451, Enhanced: [3]int{4, 3, 0}}, true
	case "permerror":
		return "rcpt", Answer{Code: 554, Enhanced: [3]int{5, 3, 0}}, true
	case "timeout":
		return "rcpt", Answer{Hang: true}, true
	case "timeout-data":
		return "data", Answer{Hang: true}, true
	case "drop-rcpt":
		return "rcpt", Answer{Drop: true}, true
	case "drop-body":
		return "body", Answer{Drop: true}, true
	case "drop-after-data":
		return "data", Answer{Drop: true}, true
	}
	phase = "rcpt"
	if rest, ok := strings.CutPrefix(word, "data-"); ok {
		phase, word = "data", rest
	}
	number, enhanced, _ := strings.Cut(word, "-")
	code, err := strconv.Atoi(number)
	if err != nil || code < 400 || code > 599 {
		return "", Answer{}, false
	}
	a.Code = code
	for i, part := range strings.SplitN(enhanced, ".", 3) {
		a.Enhanced[i], _ = strconv.Atoi(part)
	}
	return phase, a, true
}
