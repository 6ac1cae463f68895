package markup

import (
	"fmt"
	"strings"
)

// MaxMarkdown is the most Markdown that is rendered, in bytes: some 80,000
// words, a novel.
const MaxMarkdown = 512 << 10

// What a Markdown text may hold. Measured with goldmark 1.8.7 on 64 kB without
// a blank line: 32,000 runs of "*a_ " take 1.5 s, 21,000 of "[a](" 1.5 s, 64,000
// levels of ">" 1.4 s, all growing with the square; a table of 21 kB gives 23 MB.
const (
	maxEmphasis = 8000 // runs of * _ ~ between two blank lines
	maxBrackets = 4000 // [ between two blank lines
	maxNesting  = 64   // quotations and lists opened on one line
	maxCells    = 50000
)

// Excess says that a text is, by accident or malice, of a kind that takes
// parsers longer than anyone would wait.
type Excess struct {
	Line int // where, from 1; 0 if it is the whole text
	What string
}

func (e *Excess) Error() string { return e.What }

// inspect refuses what goldmark would need seconds for. It looks at lines, not
// at Markdown, and so errs on the strict side, far from what people write. Code
// between fences is let through, for goldmark does not look into it.
func inspect(src string) error {
	if len(src) > MaxMarkdown {
		return &Excess{What: fmt.Sprintf("the text has %d kB, and %d kB is the most that is rendered", len(src)>>10, MaxMarkdown>>10)}
	}
	var (
		n, emphasis, brackets int
		columns, cells        int
		fence                 string
	)
	for line := range strings.Lines(src) {
		n++
		if fence != "" {
			if closes(line, fence) {
				fence = ""
			}
			continue
		}
		if fence = opens(line); fence != "" {
			emphasis, brackets, columns = 0, 0, 0
			continue
		}
		if strings.TrimSpace(line) == "" {
			emphasis, brackets, columns = 0, 0, 0
			continue
		}
		emphasis += runs(line)
		brackets += strings.Count(line, "[")
		if c := delimiters(line); c > 0 {
			columns = c
		}
		cells += columns
		switch {
		case emphasis > maxEmphasis:
			return &Excess{n, fmt.Sprintf("a paragraph with more than %d marks of emphasis", maxEmphasis)}
		case brackets > maxBrackets:
			return &Excess{n, fmt.Sprintf("a paragraph with more than %d brackets", maxBrackets)}
		case cells > maxCells:
			return &Excess{n, fmt.Sprintf("tables with more than %d cells", maxCells)}
		case nesting(line) > maxNesting:
			return &Excess{n, fmt.Sprintf("more than %d quotations or lists within each other", maxNesting)}
		}
	}
	return nil
}

// opens returns the fence of a block of code if the line opens one.
func opens(line string) string {
	s := strings.TrimRight(line, "\r\n")
	t := strings.TrimLeft(s, " ")
	if len(s)-len(t) > 3 || len(t) < 3 || t[0] != '`' && t[0] != '~' {
		return ""
	}
	rest := strings.TrimLeft(t, t[:1])
	if len(t)-len(rest) < 3 || t[0] == '`' && strings.Contains(rest, "`") {
		return ""
	}
	return t[:len(t)-len(rest)]
}

// closes reports whether the line ends the block of code that fence opened.
func closes(line, fence string) bool {
	t := strings.TrimSpace(line)
	return len(t) >= len(fence) && strings.Trim(t, fence[:1]) == "" && len(line)-len(strings.TrimLeft(line, " ")) <= 3
}

// runs counts the runs of characters that may open or close emphasis.
func runs(line string) int {
	n := 0
	var last byte
	for i := range len(line) {
		c := line[i]
		if (c == '*' || c == '_' || c == '~') && c != last {
			n++
		}
		last = c
	}
	return n
}

// delimiters returns the number of columns if the line may be the one below a
// table's header.
func delimiters(line string) int {
	if strings.Trim(line, " \t\r\n|:->") != "" || !strings.Contains(line, "-") {
		return 0
	}
	return strings.Count(line, "|") + 1
}

// nesting counts the quotations and lists that a line opens.
func nesting(line string) int {
	n := 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == ' ' || c == '\t':
		case c == '>':
			n++
		case (c == '-' || c == '*' || c == '+') && i+1 < len(line) && line[i+1] == ' ':
			n++
		case c >= '0' && c <= '9':
		case (c == '.' || c == ')') && i > 0 && line[i-1] >= '0' && line[i-1] <= '9':
			n++
		default:
			return n
		}
	}
	return n
}
