package mailer

import (
	"strconv"
	"strings"

	"github.com/wneessen/go-mail/log"
)

// An offer is what a server can do beyond plain SMTP, of what we make use of.
type offer struct {
	pipelining bool // RFC 2920
	size       bool // RFC 1870
	dsn        bool // RFC 3461
	mailMax    int  // transactions of one connection (RFC 9422); 0: as many as we like
}

// parseOffer reads the answer to EHLO, whose first line is a greeting.
// Keywords are written in any case (RFC 5321 2.4).
func parseOffer(ehlo string) (o offer) {
	_, lines, _ := strings.Cut(ehlo, "\n")
	for line := range strings.Lines(lines) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		switch strings.ToUpper(words[0]) {
		case "PIPELINING":
			o.pipelining = true
		case "SIZE":
			o.size = true
		case "DSN":
			o.dsn = true
		case "LIMITS":
			for _, limit := range words[1:] {
				name, value, _ := strings.Cut(limit, "=")
				if n, err := strconv.Atoi(value); err == nil && n > 0 && strings.EqualFold(name, "MAILMAX") {
					o.mailMax = n
				}
			}
		}
	}
	return o
}

// Ears hear what go-mail and the server say while a connection is opened, and
// remember the last answer to EHLO, which go-mail keeps to itself. Nothing of
// it is logged.
type ears struct {
	asked bool
	ehlo  string
}

var _ log.Logger = (*ears)(nil)

// Debugf hears a command or an answer.
func (e *ears) Debugf(l log.Log) {
	if l.Direction == log.DirClientToServer {
		if e.asked = strings.HasPrefix(l.Format, "EHLO"); e.asked {
			e.ehlo = "" // what was offered before TLS may be anybody's words
		}
		return
	}
	if !e.asked || len(l.Messages) != 2 {
		return
	}
	if words, ok := l.Messages[1].(string); ok {
		e.ehlo = words
	}
}

// Infof, Warnf and Errorf are not used for the dialogue.
func (e *ears) Infof(log.Log)  {}
func (e *ears) Warnf(log.Log)  {}
func (e *ears) Errorf(log.Log) {}
