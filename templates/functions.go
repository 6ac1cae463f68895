package templates

import (
	"errors"
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"github.com/standfirst/standfirst/internal/i18n"
)

// functions is what templates may call; doc.go tells their authors. A nil
// locale is for parsing only.
func (s *Set) functions(locale *i18n.Locale) template.FuncMap {
	return template.FuncMap{
		"css": s.sheet.style,
		"tok": s.sheet.token,
		"t": func(key string, pairs ...any) (string, error) {
			if locale == nil {
				return "", errors.New("no language")
			}
			return locale.Format(key, pairs...)
		},
		"dots": func(parts ...string) string {
			if locale == nil {
				return dots(parts...)
			}
			apart := make([]string, len(parts))
			for i, p := range parts {
				apart[i] = locale.Isolate(p)
			}
			return dots(apart...)
		},
		"paragraphs": paragraphs,
		"darkrules":  func() template.CSS { return s.sheet.dark },
		"pad":        pad,
		"logo":       s.theme.logo,
		"asset":      s.Asset,
		"narrower":   narrower,
		"webcal":     webcal,
		"wrap":       wrap,
		"underline":  underline,
		"section":    section,
		"rule":       rule,
		"raw":        func(s string) template.HTML { return template.HTML(s) },
	}
}

// logo returns the image above the title, nil if there is none.
func (th Theme) logo() *Image {
	if th.Logo == "" {
		return nil
	}
	width := th.LogoWidth
	if width == 0 {
		width = 160
	}
	return &Image{URL: th.Logo, Width: width}
}

// narrower returns the width attribute of an image that fits its place.
func narrower(width int, place string) (string, error) {
	room, err := strconv.Atoi(place)
	if err != nil {
		return "", fmt.Errorf("a place's width is a number of pixels, not %q", place)
	}
	if width <= 0 || width > room {
		width = room
	}
	return strconv.Itoa(width), nil
}

// webcal makes the address of a calendar one that calendar programs follow.
// html/template would take the scheme for a danger.
func webcal(address string) template.URL {
	address = link(address)
	for _, scheme := range []string{"https://", "http://"} {
		if rest, ok := strings.CutPrefix(address, scheme); ok {
			return template.URL("webcal://" + rest)
		}
	}
	return ""
}
