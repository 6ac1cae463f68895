package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/standfirst/standfirst/internal/config"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/mailer/dkim"
)

// signing is how letters are signed. The zero value signs none.
type signing struct {
	signer  *dkim.Signer        // nil: not signed here
	records []mailer.DKIMRecord // what the DNS should say of the keys
	shown   []string            // the command that prints each of them
	missing string              // a key file that caught letters can do without
}

// newSigning reads the keys of a configuration. The error is of type
// [config.Mistakes]. Caught letters need no key: the file of a whole team may
// name one that only one machine has.
func newSigning(conf *config.Config) (signing, error) {
	var s signing
	if len(conf.Mail.DKIM) == 0 {
		return s, nil
	}
	from, err := mailer.Address(conf.Mail.From).ASCII()
	if err != nil {
		return s, config.Mistakes{conf.Mistake("mail.from", "letters from it cannot be signed", err.Error())}
	}
	domain := from[strings.LastIndexByte(from, '@')+1:]
	var keys []dkim.Key
	var mistakes config.Mistakes
	for i, k := range conf.Mail.DKIM {
		wrong := func(what, hint string) {
			mistakes = append(mistakes, conf.Mistake(fmt.Sprintf("mail.dkim.%d.key_file", i), what, hint))
		}
		text, err := os.ReadFile(k.File)
		var key *mailer.DKIMKey
		switch {
		case errors.Is(err, fs.ErrNotExist) && conf.Mail.Transport == config.Mailbox:
			s.missing = k.File
			continue
		case errors.Is(err, fs.ErrNotExist):
			wrong("there is no key at "+k.File, fmt.Sprintf("standfirst dkim new --selector %s --out %s makes one", k.Selector, k.File))
			continue
		case err != nil:
			wrong("the key cannot be read", err.Error())
			continue
		}
		if key, err = mailer.ParseDKIMKey(text); err != nil {
			wrong(k.File+" is not a key to sign with", strings.TrimPrefix(err.Error(), "DKIM key: "))
			continue
		}
		record, err := key.Record(domain, k.Selector)
		if err != nil {
			wrong(domain+" cannot have a key", err.Error())
			continue
		}
		keys, s.records = append(keys, dkim.Key{Selector: k.Selector, Signer: key.Signer}), append(s.records, record)
		s.shown = append(s.shown, fmt.Sprintf("standfirst dkim show --selector %s --key %s", k.Selector, k.File))
	}
	if len(mistakes) > 0 {
		return signing{}, mistakes
	}
	if len(keys) == 0 {
		return s, nil
	}
	if s.signer, err = dkim.New(domain, keys...); err != nil {
		return signing{}, config.Mistakes{conf.Mistake("mail.dkim", err.Error(), "")}
	}
	return s, nil
}

// slow tells why letters are signed in a way that takes longer, nil if they are
// not.
func (s *signing) slow() error {
	if s.signer == nil {
		return nil
	}
	return s.signer.Doubt()
}

// over returns a transport whose letters are signed, if any are.
func (s *signing) over(t mailer.Transport) mailer.Transport {
	if s.signer == nil {
		return t
	}
	return &mailer.Signed{Transport: t, Sign: s.signer.Append}
}

// published compares what the DNS has under the name of a key with what should
// be there. It returns what is wrong, "" if nothing is.
func published(found []string, want mailer.DKIMRecord) string {
	wanted := tags(want.Value)
	wrong := "there is none"
	for _, text := range found {
		t := tags(text)
		p, ok := t["p"]
		switch {
		case !ok || t["v"] != "" && t["v"] != "DKIM1":
			continue // something else that stands under the name
		case p == "":
			wrong = "it says that the key is not used any more"
		case p != wanted["p"] || t["k"] != wanted["k"]:
			wrong = "it is of another key"
		default:
			return ""
		}
	}
	return wrong
}

// tags reads a list of tags (RFC 6376, 3.2). White space means nothing in the
// values that are looked at; the algorithm is RSA unless it is named.
func tags(s string) map[string]string {
	t := map[string]string{"k": mailer.RSA}
	for tag := range strings.SplitSeq(s, ";") {
		if name, value, ok := strings.Cut(tag, "="); ok {
			t[strings.TrimSpace(name)] = strings.Join(strings.Fields(value), "")
		}
	}
	return t
}
