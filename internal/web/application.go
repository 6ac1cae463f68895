package web

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// The most characters that are kept, and shown again, of what was typed.
const (
	longestName  = 100
	longestEntry = 320
)

// OneLine makes what a stranger typed fit for one line: white space and what
// cannot be seen become single spaces, and it is cut at limit characters.
func OneLine(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsControl(r) || unicode.IsSpace(r) || r == utf8.RuneError:
			return ' '
		}
		return r
	}, s[:min(len(s), 8*limit)])
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > limit {
		s = strings.TrimSpace(string([]rune(s)[:limit]))
	}
	return s
}

// blank reports whether nothing was typed into a field: who signs people up by
// a program fills in everything, also what nobody sees.
func blank(form url.Values, field string) bool { return strings.TrimSpace(form.Get(field)) == "" }

// apply reads a form to sign up into what the page shows again. Names that are
// not offered are left out.
func (s *Server) apply(form url.Values, f *templates.SignUpForm) {
	f.Email, f.Name = OneLine(form.Get("email"), longestEntry), OneLine(form.Get("name"), longestName)
	asked := form.Has("asked")
	wanted := set(form["newsletter"])
	for i := range f.Newsletters {
		o := &f.Newsletters[i]
		// A form elsewhere that names none, or none that is left, means all.
		o.Taken = wanted[o.Name] || len(f.Newsletters) == 1
	}
	if !asked && len(taken(f.Newsletters)) == 0 {
		for i := range f.Newsletters {
			f.Newsletters[i].Taken = true
		}
	}
	f.Topics, f.Cities = tick(f.Topics, form["topic"], content.TopicKey), tick(f.Cities, form["city"], content.CityKey)
	f.Open = f.Name != "" || len(ticked(f.Topics)) > 0 || len(ticked(f.Cities)) > 0
}

// set holds the first few of values: a form of ours has no more.
func set(values []string) map[string]bool {
	m := make(map[string]bool, min(len(values), mostChoices))
	for _, v := range values[:min(len(values), 2*mostChoices)] {
		m[v] = true
	}
	return m
}

// tick ticks the choices that values name, however they are spelt.
func tick(choices []templates.Choice, values []string, key func(string) string) []templates.Choice {
	wanted := map[string]bool{}
	for _, v := range values[:min(len(values), 2*mostChoices)] {
		if len(v) <= 4*longestEntry {
			wanted[key(v)] = true
		}
	}
	list := make([]templates.Choice, len(choices))
	for i, c := range choices {
		list[i] = templates.Choice{Value: c.Value, Ticked: wanted[key(c.Value)]}
	}
	return list
}

func ticked(choices []templates.Choice) []string {
	var list []string
	for _, c := range choices {
		if c.Ticked {
			list = append(list, c.Value)
		}
	}
	return list
}

// taken returns the names of the newsletters that are wanted.
func taken(orders []templates.Order) []string {
	var list []string
	for _, o := range orders {
		if o.Taken {
			list = append(list, o.Name)
		}
	}
	return list
}

// titles returns what the newsletters that are wanted are called.
func titles(orders []templates.Order) []string {
	var list []string
	for _, o := range orders {
		if o.Taken {
			list = append(list, o.Title)
		}
	}
	return list
}

// judgeAddress returns an address as it is kept, or what is wrong with it in a
// sentence for who typed it.
func (s *Server) judgeAddress(l *i18n.Locale, typed string) (email, wrong string) {
	if typed == "" {
		return "", l.Message("signup.need_address")
	}
	email, err := subscribers.ParseAddress(typed)
	if err != nil {
		local, _, _ := strings.Cut(typed, "@")
		if strings.ContainsFunc(local, func(r rune) bool { return r >= utf8.RuneSelf && unicode.IsLetter(r) }) {
			return "", l.Message("signup.accents")
		}
		return "", l.Message("signup.bad_address")
	}
	_, domain, _ := strings.Cut(email, "@")
	if s.refuses(domain) {
		return "", l.Message("signup.refused", "domain", domain)
	}
	return email, ""
}

// refuses reports whether a domain, or one that it lies below, is refused.
func (s *Server) refuses(domain string) bool {
	for domain != "" {
		if s.Refused[domain] {
			return true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return false
}
