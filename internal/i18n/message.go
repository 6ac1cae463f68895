package i18n

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Message returns the sentence with a key, with its placeholders filled in from
// pairs of a name and a value:
//
//	l.Message("letter.articles", "n", 3)             // 3 articles
//	l.Message("letter.by", "authors", l.List(names)) // By Ada and Grace
//
// Whole numbers are written as [Locale.Number] does and n chooses the plural
// form; anything else is written as fmt.Sprint does. Message never fails: what
// is wrong with the call stays visible in the text, as [Locale.Format] says.
func (l *Locale) Message(key string, pairs ...any) string {
	s, _ := l.Format(key, pairs...)
	return s
}

// Format is Message for those who can do something about a mistake, such as a
// template's author: it also returns an error if there is no such message (the
// text is then the key), or if the pairs are not just what the message needs (a
// placeholder without a value stays as it is).
func (l *Locale) Format(key string, pairs ...any) (string, error) {
	m, lang, ok := l.find(key)
	if !ok {
		return key, fmt.Errorf("message %s: there is none of this name", key)
	}
	values, err := l.values(pairs)
	if err != nil {
		return key, fmt.Errorf("message %s: %w", key, err)
	}
	// The number of form other decides what may be given: the chosen form may
	// well do without the number.
	known := names(m.forms[plural.Other])
	for name := range values {
		if !slices.Contains(known, name) && name != "n" {
			err = fmt.Errorf("message %s: {%s} is not in it", key, name)
		}
	}
	if len(m.forms) > 1 && !values["n"].counted {
		err = fmt.Errorf("message %s: n must be a whole number, to choose a plural form", key)
	}
	text := m.forms[formOf(lang, m, values["n"].number)]
	filled, missing := fill(text, func(name string) (string, bool) {
		v, ok := values[name]
		return v.text, ok
	})
	if missing != "" {
		err = fmt.Errorf("message %s: nothing was given for {%s}", key, missing)
	}
	return filled, err
}

// find returns a message and the language it is in, since that decides the
// plural form.
func (l *Locale) find(key string) (message, language.Tag, bool) {
	for _, f := range l.files {
		if m, ok := f.messages[key]; ok {
			return m, f.lang, true
		}
	}
	return message{}, language.Und, false
}

// A value is what stands for a placeholder.
type value struct {
	text    string
	number  int
	counted bool // it is a number
}

func (l *Locale) values(pairs []any) (map[string]value, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("values come in pairs of a name and a value")
	}
	values := make(map[string]value, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("the name of a value is a string, not %T", pairs[i])
		}
		switch v := pairs[i+1].(type) {
		case int:
			values[name] = value{l.Number(v), v, true}
		case int64:
			values[name] = value{l.Number(int(v)), int(v), true}
		case string:
			values[name] = value{text: l.embed(v)}
		default:
			values[name] = value{text: l.embed(fmt.Sprint(v))}
		}
	}
	return values, nil
}

// formOf chooses the form of m for n by the rules of the language, and other
// where the message does not have it.
func formOf(lang language.Tag, m message, n int) plural.Form {
	const enough = 10_000_000 // the rules look no further than this
	if n < 0 {
		n = -n
	}
	if n >= enough {
		n = n%enough + enough/10
	}
	form := plural.Cardinal.MatchPlural(lang, n, 0, 0, 0, 0)
	if _, ok := m.forms[form]; !ok {
		return plural.Other
	}
	return form
}

// A piece of a message is a text or the name of a placeholder.
type piece struct{ text, name string }

// cut takes a message apart at its placeholders.
func cut(s string) ([]piece, error) {
	var pieces []piece
	for s != "" {
		text, rest, found := strings.Cut(s, "{")
		if strings.Contains(text, "}") {
			return nil, errors.New("a } without its {")
		}
		pieces = append(pieces, piece{text: text})
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !isName(name) {
			return nil, errors.New("a { without its name and }")
		}
		pieces = append(pieces, piece{name: name})
		s = after
	}
	return pieces, nil
}

func isName(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && r != '_' {
			return false
		}
	}
	return s != ""
}

// names returns the placeholders of a message, each once, as they come.
func names(s string) []string {
	var all []string
	pieces, _ := cut(s)
	for _, p := range pieces {
		if p.name != "" && !slices.Contains(all, p.name) {
			all = append(all, p.name)
		}
	}
	return all
}

// fill puts values in and returns the last name that had none.
func fill(s string, of func(string) (string, bool)) (filled, missing string) {
	var b strings.Builder
	pieces, _ := cut(s)
	for _, p := range pieces {
		if p.name == "" {
			b.WriteString(p.text)
		} else if v, ok := of(p.name); ok {
			b.WriteString(v)
		} else {
			b.WriteString("{" + p.name + "}")
			missing = p.name
		}
	}
	return b.String(), missing
}
