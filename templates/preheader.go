package templates

import (
	"html"
	"regexp"
	"strings"
)

var preheaderText = regexp.MustCompile(`class="preheader"[^>]*>([^<]*)<`)

// Preheader returns what an inbox shows of a letter of ours beside its subject,
// without the blanks behind it; empty if it has none.
func Preheader(letter string) string {
	m := preheaderText.FindStringSubmatch(letter)
	if m == nil {
		return ""
	}
	said, _, _ := strings.Cut(html.UnescapeString(m[1]), "\u034f")
	return strings.TrimSpace(said)
}
