package subscribers

import "strings"

// common are the domains that most readers have, the most frequent first.
// Domains that look like a slip of another one stand here too, so that nobody
// is told that mail.com must mean gmail.com.
var common = strings.Fields(`
	gmail.com googlemail.com outlook.com hotmail.com yahoo.com icloud.com
	live.com aol.com protonmail.com proton.me fastmail.com zoho.com msn.com
	me.com mac.com mail.com email.com ymail.com gmx.com gmx.net gmx.de gmx.at
	gmx.ch web.de t-online.de freenet.de posteo.de mailbox.org yahoo.co.uk
	yahoo.de yahoo.fr hotmail.co.uk hotmail.de hotmail.fr hotmail.it
	outlook.de outlook.fr live.co.uk live.fr live.nl btinternet.com sky.com
	virginmedia.com orange.fr wanadoo.fr laposte.net free.fr libero.it
	comcast.net verizon.net att.net yandex.ru mail.ru qq.com 163.com
	rocketmail.com hey.com tutanota.com tuta.com`)

// Suggest returns what the writer of an address probably meant when its
// domain is a slip of a common one ("ada@gmial.com"), else the empty string.
// It is a question to ask, never a reason to refuse. email is what
// [ParseAddress] returned.
func Suggest(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 1 {
		return ""
	}
	local, domain := email[:at+1], strings.ToLower(email[at+1:])
	for _, c := range common {
		if c == domain {
			return ""
		}
	}
	for _, c := range common {
		if slip(domain, c) {
			return local + c
		}
	}
	if dot := strings.LastIndexByte(domain, '.'); dot > 0 {
		switch domain[dot:] {
		case ".con", ".cmo", ".ocm", ".vom", ".xom", ".comm": // none of them is a top-level domain
			return local + domain[:dot] + ".com"
		}
	}
	return ""
}

// slip reports whether typed is one slip of the finger away from meant: one
// letter more, less, other, or two changed over. In short names a slip makes
// another real domain too easily; there only the letters after the first dot
// may differ.
func slip(typed, meant string) bool {
	if name, _, _ := strings.Cut(meant, "."); len(name) < 5 && !strings.HasPrefix(typed, name+".") {
		return false
	}
	n := min(len(typed), len(meant))
	i := 0
	for i < n && typed[i] == meant[i] {
		i++
	}
	typed, meant = typed[i:], meant[i:]
	switch {
	case len(typed) == len(meant)+1:
		return typed[1:] == meant
	case len(meant) == len(typed)+1:
		return meant[1:] == typed
	case len(typed) != len(meant) || typed == "":
		return false
	case typed[1:] == meant[1:]:
		return true
	}
	return len(typed) > 1 && typed[0] == meant[1] && typed[1] == meant[0] && typed[2:] == meant[2:]
}
