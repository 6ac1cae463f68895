package i18n

import (
	"regexp"

	"golang.org/x/text/language"
)

// French sets its tall marks apart, by a space that no line may break at. In a
// message file it is written as an ordinary one, which everybody can see.
var (
	spaceBefore = regexp.MustCompile(`(\S) ([:;?!»%](?:[\s,.)]|$))`)
	spaceAfter  = regexp.MustCompile(`« (\S)`)
)

// typeset returns a message of a file as it is printed.
func typeset(lang language.Tag, text string) string {
	if base, _ := lang.Base(); base.String() != "fr" {
		return text
	}
	text = spaceBefore.ReplaceAllString(text, "$1"+nbsp+"$2")
	return spaceAfter.ReplaceAllString(text, "«"+nbsp+"$1")
}
