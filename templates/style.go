package templates

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// font is what the machine has: web fonts reach few mail programs.
const font = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"

// styleSource is every style a letter may name. Inline styles are the contract
// with mail programs: what stands here must work in all of them, and what they
// do not know stands in the <style> of mail/digest.gohtml. {name} is a token.
//
// Word, inside Outlook for Windows, honours padding on table cells only, so
// paragraphs and headings keep their distance by margins.
var styleSource = map[string]string{
	"body":      "margin:0;padding:0;width:100%;background-color:{bg};" + font,
	"preheader": "display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px;color:{bg};mso-hide:all;",
	"ground":    "background-color:{bg};",
	"outer":     "padding:16px 8px;background-color:{bg};",
	"frame":     "border-collapse:separate;max-width:{width}px;margin:0 auto;" + font,

	"top":   "padding:0 24px 12px;color:{muted};font-size:14px;line-height:21px;",
	"card":  "background-color:{surface};border:1px solid {line};",
	"first": "padding:24px 24px 24px;border-top-width:0;border-bottom-width:0;",
	"lead":  "padding:0 24px 32px;border-top-width:0;border-bottom-width:0;",
	"part":  "padding:28px 24px;border-bottom-width:0;",
	"tiles": "padding:28px 24px 20px;border-bottom-width:0;",
	"note":  "padding:24px 24px 32px;border-top-width:0;border-bottom-width:0;",
	"last":  "padding:24px;border-radius:0 0 10px 10px;",
	"below": "padding:20px 24px 8px;color:{muted};font-size:14px;line-height:21px;",

	"bar":   "border-radius:10px 10px 0 0;background-color:{accent};font-size:1px;line-height:5px;mso-line-height-rule:exactly;",
	"strip": "padding:28px 24px 16px;border-bottom-width:0;",
	"row":   "padding:12px 0;border-top:1px solid {line};",

	"leaf":      "border-collapse:separate;margin:0 auto;background-color:{surface};border:1px solid {line};border-radius:8px;",
	"leafmonth": "padding:3px 0;border-radius:7px 7px 0 0;background-color:{accent};",
	"leafdays":  "padding:5px 0 6px;",

	"h1lead":     "margin:4px 0 10px;color:{text};font-size:32px;line-height:38px;font-weight:700;",
	"standfirst": "margin:0 0 12px;color:{text};font-size:18px;line-height:28px;",
	"intro":      "margin:10px 0 0;color:{text};font-size:16px;line-height:25px;",
	"rowtitle":   "margin:0;color:{text};font-size:16px;line-height:24px;font-weight:700;",
	"h3row":      "margin:0;color:{text};font-size:16px;line-height:24px;font-weight:700;",

	"brand":     "margin:0 0 2px;color:{text};font-size:20px;line-height:26px;font-weight:700;",
	"brandlink": "color:{text};text-decoration:none;",
	"logo":      "display:block;margin:0 0 10px;border:0;font-size:16px;line-height:22px;color:{text};",
	"h1":        "margin:18px 0 12px;color:{text};font-size:32px;line-height:38px;font-weight:700;",
	"h2":        "margin:4px 0 12px;color:{text};font-size:22px;line-height:28px;font-weight:700;",
	"h2s":       "margin:4px 0 6px;color:{text};font-size:20px;line-height:26px;font-weight:700;",
	"h3":        "margin:0 0 4px;color:{text};font-size:18px;line-height:24px;font-weight:700;",
	"headlink":  "color:{text};text-decoration:underline;",
	"p":         "margin:0 0 10px;color:{text};font-size:16px;line-height:25px;",
	"p0":        "margin:0;color:{text};font-size:16px;line-height:25px;",
	"item":      "margin:0 0 14px;color:{text};font-size:16px;line-height:25px;",
	"meta":      "margin:0;color:{muted};font-size:14px;line-height:21px;",
	"meta6":     "margin:6px 0 0;color:{muted};font-size:14px;line-height:21px;",
	"meta10":    "margin:10px 0 0;color:{muted};font-size:14px;line-height:21px;",
	"small":     "color:{muted};font-size:14px;line-height:21px;",
	"topic":     "margin:0;color:{topic};font-size:14px;line-height:20px;font-weight:700;",
	"gap":       "padding:17px 0 0;font-size:1px;line-height:1px;mso-line-height-rule:exactly;",
	"link":      "color:{accent};text-decoration:underline;",
	"img":       "display:block;width:100%;height:auto;border:0;border-radius:8px;font-size:16px;line-height:24px;color:{text};background-color:{sunken};",
	"imglead":   "max-width:{lead}px;",
	"imgthumb":  "max-width:160px;",
	"thumb":     "display:inline-block;vertical-align:top;width:100%;max-width:180px;",
	"side":      "display:inline-block;vertical-align:top;width:100%;max-width:{side}px;",
	"btntd":     "border-radius:6px;background-color:{accent};mso-padding-alt:13px 22px;",
	"btn":       "display:inline-block;padding:13px 22px;border-radius:6px;background-color:{accent};color:{on-accent};font-size:16px;line-height:20px;font-weight:700;text-decoration:none;",

	"tile":     "border-collapse:separate;margin:0 0 12px;background-color:{sunken};border:1px solid {line};border-radius:8px;",
	"notice":   "border-collapse:separate;margin:0 0 12px;background-color:{warn-bg};border:1px solid {line};border-radius:8px;",
	"tiledate": "padding:16px 8px;",
	"tiletext": "padding:14px 12px 16px;",
	"mon":      "margin:0;color:{on-accent};font-size:14px;line-height:18px;font-weight:700;",
	"day":      "margin:0;color:{text};font-size:18px;line-height:24px;font-weight:700;",
	"warn":     "margin:0 0 4px;color:{warn};font-size:16px;line-height:24px;font-weight:700;",
}

// A sheet is the styles of one theme, ready to be put into letters.
type sheet struct {
	css  map[string]template.CSS
	tok  map[string]string
	dark template.CSS
}

// newSheet fills the tokens into every style. Widths inside a letter follow
// from its own: 24 px and a border on each side, a picture of 160, and for the
// text beside it what is left at a window exactly as wide as the letter, which
// loses another 16.
func newSheet(th Theme) (*sheet, error) {
	l, d, err := th.palettes()
	if err != nil {
		return nil, err
	}
	width := th.Width
	if width == 0 {
		width = 600
	}
	tok := l.colours()
	for name, px := range map[string]int{"width": width, "lead": width - 48, "side": width - 248, "word-side": width - 228} {
		tok[name] = strconv.Itoa(px)
	}
	s := &sheet{css: map[string]template.CSS{}, tok: tok, dark: template.CSS(darkRules(d))}
	pairs := make([]string, 0, 2*len(tok))
	for name, value := range tok {
		pairs = append(pairs, "{"+name+"}", value)
	}
	fill := strings.NewReplacer(pairs...)
	for name, source := range styleSource {
		s.css[name] = template.CSS(fill.Replace(source))
	}
	return s, nil
}

// style and token answer {{css}} and {{tok}}.
func (s *sheet) style(name string) (template.CSS, error) {
	if v, ok := s.css[name]; ok {
		return v, nil
	}
	return "", fmt.Errorf("no style is named %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(s.css)), ", "))
}

func (s *sheet) token(name string) (string, error) {
	if v, ok := s.tok[name]; ok {
		return v, nil
	}
	return "", fmt.Errorf("no token is named %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(s.tok)), ", "))
}

// darkRules are the same rules twice: for programs that ask the system, and
// for Outlook's, which mark what they have recoloured ([data-ogsc] for text,
// [data-ogsb] for grounds). Mail programs that ignore both show a letter whose
// light colours survive being inverted.
func darkRules(d palette) string {
	grounds := [][2]string{{".bg", d.bg}, {".card", d.surface}, {".tile", d.sunken}, {".notice", d.warnBG}, {".btn", d.accent}}
	inks := [][2]string{{".t", d.text}, {".m", d.muted}, {".k", d.topic}, {".w", d.warn}, {".a", d.accent}, {"a.btn", d.onAccent}, {".o", d.onAccent}}
	var system, outlook strings.Builder
	write := func(mark, property string, rules [][2]string) {
		for _, r := range rules {
			fmt.Fprintf(&system, "%s{%s:%s!important}\n", r[0], property, r[1])
			fmt.Fprintf(&outlook, "[%s] %s{%s:%s!important}\n", mark, r[0], property, r[1])
		}
	}
	write("data-ogsb", "background-color", grounds)
	write("data-ogsc", "color", inks)
	write("data-ogsc", "border-color", [][2]string{{".line", d.line}})
	return "@media (prefers-color-scheme:dark){\n" + system.String() + "}\n" + outlook.String()
}
