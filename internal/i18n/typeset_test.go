package i18n

import (
	"regexp"
	"testing"

	"golang.org/x/text/language"
)

func TestTypeset(t *testing.T) {
	tests := []struct{ lang, in, want string }{
		{"fr", "Annulé : {event}", "Annulé\u00a0: {event}"},
		{"fr-CA", "Lire « {title} »", "Lire «\u00a0{title}\u00a0»"},
		{"fr", "Quoi ? Rien ; tout ! {n} %", "Quoi\u00a0? Rien\u00a0; tout\u00a0! {n}\u00a0%"},
		{"fr", "à 15:04, {a}:{b}, a :b", "à 15:04, {a}:{b}, a :b"},
		{"de", "Was : {event}", "Was : {event}"},
	}
	for _, tt := range tests {
		if got := typeset(language.MustParse(tt.lang), tt.in); got != tt.want {
			t.Errorf("typeset(%s, %q) = %q, want %q", tt.lang, tt.in, got, tt.want)
		}
	}
}

// TestOneFormOfAddress: who is tu on one page is not usted on the next.
func TestOneFormOfAddress(t *testing.T) {
	others := map[string]*regexp.Regexp{
		"de": regexp.MustCompile(`\b([Dd]u|[Dd]ir|[Dd]ich|[Dd]eine?[mnrs]?)\b`),
		"es": regexp.MustCompile(`(?i)\b(usted|compruebe|copie|elija|escriba)\b`),
		"fr": regexp.MustCompile(`(?i)(^| )(tu|toi|ta|tes) `),
	}
	for tag, other := range others {
		for name, m := range BuiltIn().files[tag].messages {
			for _, text := range m.forms {
				if word := other.FindString(text); word != "" {
					t.Errorf("%s: %s says %q: %s", tag, name, word, text)
				}
			}
		}
	}
}

// TestOneVocabulary holds each language to one word for what arrives in an
// inbox: pages, letters and the desk are read by the same people.
func TestOneVocabulary(t *testing.T) {
	others := map[string]*regexp.Regexp{
		"de": regexp.MustCompile(`\bBriefe?n?s?\b|Nachricht`),
		"es": regexp.MustCompile(`(?i)\bcartas?\b`),
		"fr": regexp.MustCompile(`(?i)\b(une|la|cette|quelle|votre|chaque|des|vos|de|aucune) lettres?\b|courriel|d[eu] e-mail|\b[Ll]e e-mail`),
	}
	for tag, other := range others {
		for name, m := range BuiltIn().files[tag].messages {
			for _, text := range m.forms {
				if word := other.FindString(text); word != "" {
					t.Errorf("%s: %s says %q: %s", tag, name, word, text)
				}
			}
		}
	}
}
