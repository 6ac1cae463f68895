package dir

import (
	"regexp"
	"strings"
)

// A generator stands in for the site generator for which a text was written:
// it resolves what it understands of Hugo's shortcodes, of Liquid and of MDX,
// and takes out what it does not. Code is left as it is.
type generator struct {
	field func(name string) string         // of the front matter
	ref   func(path string) (string, bool) // the URL of another article by its path
	mdx   bool

	misses int // braces and tags of MDX that nothing closed
}

// maxAction is how long one {{…}} may be, in bytes.
const maxAction = 4 << 10

var (
	liquidCode = regexp.MustCompile(`^([ \t]*)\{%-?\s*(?:highlight|codeblock|code)\b\s*([A-Za-z0-9_+#-]*)[^%]*%\}(.*)$`)
	hugoCode   = regexp.MustCompile(`^([ \t]*)\{\{[<%]\s*(?:highlight|code)\b\s*"?(?:lang=)?"?([A-Za-z0-9_+#-]*)[^>%]*[>%]\}\}(.*)$`)
	liquidEnd  = regexp.MustCompile(`\{%-?\s*end(?:highlight|codeblock|code)\s*-?%\}`)
	hugoEnd    = regexp.MustCompile(`\{\{[<%]\s*/\s*(?:highlight|code)\s*[>%]\}\}`)
	comment    = regexp.MustCompile(`(?s)\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}|\{\{[<%]\s*comment\s*[>%]\}\}.*?\{\{[<%]\s*/comment\s*[>%]\}\}|\{\{-?\s*/\*.*?\*/\s*-?\}\}`)
	capture    = regexp.MustCompile(`(?s)\{%-?\s*capture\b.*?\{%-?\s*endcapture\s*-?%\}`)
	rawTags    = regexp.MustCompile(`\{%-?\s*(?:end)?raw\s*-?%\}`)
	literal    = regexp.MustCompile(`\{\{([<%])/\*\s*(.*?)\s*\*/([>%])\}\}`)
	module     = regexp.MustCompile(`^(?:import|export)\b`)
	listItem   = regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)])\s`)
	fenceLine  = regexp.MustCompile("^[ \t>]*(?:[-*+][ \t]+|\\d+[.)][ \t]+)?(`{3,}[^`]*|~{3,}.*)$")
)

// markdown returns the text without templates. Code is found line by line: what
// is between fences, and what is indented below a blank line; the rest is
// handed over in pieces as long as possible, because tags may span lines.
func (g *generator) markdown(src string) string {
	if !g.mdx && !strings.Contains(src, "{") {
		return src
	}
	var out, prose strings.Builder
	flush := func() {
		out.WriteString(g.prose(prose.String()))
		prose.Reset()
	}
	var (
		fence  string         // of the block of code we are in
		until  *regexp.Regexp // end tag of the block of code we are in
		indent string
		blank  = true  // the line before was blank
		inList = false // the last line at the margin was an item of a list
		esm    = false // within import and export lines
	)
	src = capture.ReplaceAllString(outsideFences(src, comment), "")
	for line := range strings.Lines(src) {
		bare := strings.TrimRight(line, "\n")
		switch {
		case until != nil:
			if at := until.FindStringIndex(bare); at != nil {
				if head := bare[:at[0]]; strings.TrimSpace(head) != "" {
					out.WriteString(head + "\n")
				}
				out.WriteString(indent + codeFence + "\n")
				until = nil
				prose.WriteString(bare[at[1]:] + "\n")
				continue
			}
			out.WriteString(unraw(line))
			continue
		case fence != "":
			t := strings.TrimLeft(bare, " \t>")
			if strings.HasPrefix(t, fence) && strings.Trim(t, fence[:1]+" \t") == "" {
				fence = ""
			}
			out.WriteString(unraw(line))
			continue
		}
		if m := fenceLine.FindStringSubmatch(bare); m != nil {
			flush()
			fence = m[1][:len(m[1])-len(strings.TrimLeft(m[1], m[1][:1]))]
			out.WriteString(line)
			blank = false
			continue
		}
		if m, end := blockOf(bare); m != nil {
			flush()
			indent, until = m[1], end
			out.WriteString(indent + codeFence + m[2] + "\n")
			if rest := m[3]; end.MatchString(rest) { // all on one line
				at := end.FindStringIndex(rest)
				out.WriteString(rest[:at[0]] + "\n" + indent + codeFence + "\n" + rest[at[1]:] + "\n")
				until = nil
			} else if strings.TrimSpace(rest) != "" {
				out.WriteString(rest + "\n")
			}
			blank = false
			continue
		}
		if g.mdx && (esm && strings.TrimSpace(bare) != "" || (blank || esm) && module.MatchString(bare)) {
			esm = true
			continue
		}
		esm = false
		switch {
		case strings.TrimSpace(bare) == "":
			blank = true
			prose.WriteString(line)
		case blank && !inList && indented(bare):
			flush()
			out.WriteString(unraw(line)) // and what follows is indented below this one
		default:
			if !indented(bare) {
				inList = listItem.MatchString(bare)
			}
			blank = false
			prose.WriteString(line)
		}
	}
	flush()
	if until != nil { // never closed: the text ends in code
		out.WriteString("\n" + indent + codeFence + "\n")
	}
	return out.String()
}

// codeFence is longer than those that people write, so that code which holds
// fences itself stays in one piece.
const codeFence = "`````"

func blockOf(line string) ([]string, *regexp.Regexp) {
	if m := liquidCode.FindStringSubmatch(line); m != nil {
		return m, liquidEnd
	}
	if m := hugoCode.FindStringSubmatch(line); m != nil {
		return m, hugoEnd
	}
	return nil, nil
}

func indented(line string) bool {
	return strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "\t")
}

// unraw takes out of code what only keeps a template engine from reading it.
func unraw(code string) string {
	if !strings.Contains(code, "{") {
		return code
	}
	return literal.ReplaceAllString(rawTags.ReplaceAllString(code, ""), "{{$1 $2 $3}}")
}

// outsideFences takes out what matches, but for what begins within a block of
// code.
func outsideFences(src string, re *regexp.Regexp) string {
	if !re.MatchString(src) {
		return src
	}
	var out strings.Builder
	at, looked, inCode := 0, 0, false
	for _, m := range re.FindAllStringIndex(src, -1) {
		for looked < m[0] { // line by line up to where it begins
			line := src[looked:]
			if i := strings.IndexByte(line, '\n'); i >= 0 {
				line = line[:i+1]
			}
			if looked+len(line) > m[0] {
				break
			}
			if fenceLine.MatchString(strings.TrimRight(line, "\n")) {
				inCode = !inCode
			}
			looked += len(line)
		}
		if inCode {
			continue
		}
		out.WriteString(src[at:m[0]])
		at = m[1]
		looked = max(looked, at)
	}
	out.WriteString(src[at:])
	return out.String()
}

var (
	rawOpen   = regexp.MustCompile(`^\{%-?\s*raw\s*-?%\}`)
	rawClose  = regexp.MustCompile(`\{%-?\s*endraw\s*-?%\}`)
	kramdown  = regexp.MustCompile(`^\{:[^{}\n]{0,200}\}`)
	hugoAttrs = regexp.MustCompile(`(?m)^\{[.#][^{}\n]{0,200}\}[ \t]*$`)
)

// prose resolves the templates of a text that holds no blocks of code.
func (g *generator) prose(s string) string {
	if !strings.ContainsAny(s, "{<") {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); {
		rest := s[i:]
		switch {
		case rest[0] == '`':
			n := codeSpan(rest)
			out.WriteString(unraw(rest[:n]))
			i += n
		case rest[0] == '\\' && len(rest) > 1:
			out.WriteString(rest[:2])
			i += 2
		case strings.HasPrefix(rest, "{{"):
			n, text := g.action(rest, alone(s, i))
			out.WriteString(text)
			i += n
		case strings.HasPrefix(rest, "{%"):
			if n, inner := rawText(rest); n > 0 {
				out.WriteString(shown(inner))
				i += n
				continue
			}
			n := until(rest, 2, "%}")
			if n == 0 {
				i += 2
				continue
			}
			out.WriteString(g.liquid(strings.Trim(rest[2:n-2], "- \t\n")))
			i += n
		case strings.HasPrefix(rest, "{:") && kramdown.MatchString(rest):
			i += len(kramdown.FindString(rest))
		case g.mdx && (rest[0] == '{' || rest[0] == '<'):
			n, text := g.jsx(rest)
			out.WriteString(text)
			i += n
		default:
			n := strings.IndexAny(rest[1:], "`\\{<")
			if n < 0 {
				n = len(rest) - 1
			}
			out.WriteString(rest[:n+1])
			i += n + 1
		}
	}
	return hugoAttrs.ReplaceAllString(out.String(), "")
}

// rawText is what stands between the raw tag with which s begins and the tag
// that ends it on the same line, and how long all of that is.
func rawText(s string) (n int, inner string) {
	open := rawOpen.FindString(s[:min(len(s), 40)])
	if open == "" {
		return 0, ""
	}
	line := s[len(open):]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	line = line[:min(len(line), maxAction)]
	if !strings.Contains(line, "endraw") {
		return 0, ""
	}
	m := rawClose.FindStringIndex(line)
	if m == nil {
		return 0, ""
	}
	return len(open) + m[1], line[:m[0]]
}

// shown is what an author put between raw tags: if it is a template, it is there
// to be seen, so it is code.
func shown(inner string) string {
	if strings.Contains(inner, "`") || !strings.Contains(inner, "{{") && !strings.Contains(inner, "{%") {
		return inner
	}
	return "`" + inner + "`"
}

// codeSpan is the length of the code that begins with the backticks of s, or
// of these alone if nothing closes them in the paragraph.
func codeSpan(s string) int {
	n := len(s) - len(strings.TrimLeft(s, "`"))
	for i := n; i < len(s) && !strings.HasPrefix(s[i:], "\n\n"); {
		if s[i] != '`' {
			i++
			continue
		}
		run := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
		if run == n {
			return i + run
		}
		i += run
	}
	return n
}

// until is the length of s to the end of the first mark after its first skip
// bytes, 0 if there is none near.
func until(s string, skip int, mark string) int {
	if i := strings.Index(s[skip:min(len(s), maxAction)], mark); i >= 0 {
		return skip + i + len(mark)
	}
	return 0
}

// alone reports whether what begins at i of s begins its line.
func alone(s string, i int) bool {
	for i--; i >= 0 && (s[i] == ' ' || s[i] == '\t'); i-- {
	}
	return i < 0 || s[i] == '\n'
}

// liquid resolves one tag of Liquid.
func (g *generator) liquid(tag string) string {
	name, args, _ := strings.Cut(tag, " ")
	args = strings.Trim(strings.TrimSpace(args), `"'`)
	switch name {
	case "post_url", "link":
		if u, ok := g.ref(args); ok {
			return u
		}
		return "{{unknown}}" // an address that leads nowhere: the link is taken off its text
	case "youtube":
		return filmLink("https://www.youtube.com/watch?v=", args, "")
	case "vimeo":
		return filmLink("https://vimeo.com/", args, "")
	case "embed": // of dev.to
		if u := web(args); u != "" {
			return "<" + u + ">"
		}
	}
	return ""
}
