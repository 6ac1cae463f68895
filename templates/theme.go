package templates

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
)

// A Theme is what a publication may choose about its looks without touching a
// template. The zero value is our own look.
type Theme struct {
	Accent     string // links and buttons on light ground, #rrggbb
	AccentDark string // the same on dark ground, #rrggbb
	Logo       string // absolute URL of a PNG, JPEG or GIF shown above the title; empty: the title alone
	LogoWidth  int    // CSS pixels at which Logo is shown; the file should be twice as wide. 0: 160
	Width      int    // CSS pixels of a letter, 480 to 720. 0: 600
}

// Logo returns the address of the theme's logo, empty if it has none.
func (s *Set) Logo() string { return s.theme.Logo }

// The palette that letters and pages share. Every pair that carries text has
// at least 4.5:1 (WCAG 2.2 AA) in both schemes; the tests hold it.
var (
	light = palette{
		bg: "#f3f4f6", surface: "#ffffff", sunken: "#f8f9fb", text: "#17202c", muted: "#4d5a6b",
		line: "#d5dbe3", accent: "#1a56c4", onAccent: "#ffffff", topic: "#8a3b0f", warn: "#734700", warnBG: "#fdf1d7",
	}
	dark = palette{
		bg: "#0f141b", surface: "#18202a", sunken: "#202a36", text: "#e9eef5", muted: "#b3bfcd",
		line: "#344152", accent: "#9cc0ff", onAccent: "#0b1a33", topic: "#ffb48a", warn: "#f2c26b", warnBG: "#352708",
	}
)

type palette struct {
	bg, surface, sunken, text, muted, line, accent, onAccent, topic, warn, warnBG string
}

// colours returns the token names of {{tok "…"}}.
func (p palette) colours() map[string]string {
	return map[string]string{
		"bg": p.bg, "surface": p.surface, "sunken": p.sunken, "text": p.text, "muted": p.muted, "line": p.line,
		"accent": p.accent, "on-accent": p.onAccent, "topic": p.topic, "warn": p.warn, "warn-bg": p.warnBG,
	}
}

// minContrast is WCAG 2.2's AA for text below 24 px.
const minContrast = 4.5

// Check returns every reason not to use the theme, joined: a colour that
// nobody can read on the ground it stands on comes with the figure it reaches.
func (th Theme) Check() error {
	_, _, err := th.palettes()
	var errs []error
	if err != nil {
		errs = append(errs, err)
	}
	if th.Width != 0 && (th.Width < 480 || th.Width > 720) {
		errs = append(errs, fmt.Errorf("theme width: %d is not between 480 and 720 pixels", th.Width))
	}
	if th.LogoWidth < 0 || th.LogoWidth > 480 {
		errs = append(errs, fmt.Errorf("theme logo_width: %d is not between 1 and 480 pixels", th.LogoWidth))
	}
	if th.Logo != "" {
		if err := logo(th.Logo); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func logo(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("theme logo: %q is not an absolute URL; mail programs need one", s)
	}
	if !mailImage(u.Path) {
		return fmt.Errorf("theme logo: %q: mail programs show PNG, JPEG and GIF only", s)
	}
	return nil
}

// palettes returns the light and dark palette with the theme's accents in
// them, or why these cannot be used.
func (th Theme) palettes() (l, d palette, err error) {
	l, d = light, dark
	var errs []error
	if th.Accent != "" {
		l.accent = th.Accent
		errs = append(errs, legible("accent", th.Accent, [][2]string{
			{"the white of a letter", l.surface}, {"the grey around it", l.bg}, {"an event's tile", l.sunken},
			{"a notice", l.warnBG}, {"the text of a button", l.onAccent},
		}))
	}
	if th.AccentDark != "" {
		d.accent = th.AccentDark
		errs = append(errs, legible("accent_dark", th.AccentDark, [][2]string{
			{"the dark of a letter", d.surface}, {"the dark around it", d.bg}, {"an event's tile", d.sunken},
			{"a notice", d.warnBG}, {"the text of a button", d.onAccent},
		}))
	}
	return l, d, errors.Join(errs...)
}

// legible checks one colour against those it meets and reports the worst.
func legible(key, colour string, against [][2]string) error {
	c, err := parseColour(colour)
	if err != nil {
		return fmt.Errorf("theme %s: %w", key, err)
	}
	worst, where := math.Inf(1), ""
	for _, a := range against {
		o, _ := parseColour(a[1])
		if r := contrast(c, o); r < worst {
			worst, where = r, a[0]+" ("+a[1]+")"
		}
	}
	if worst < minContrast {
		return fmt.Errorf("theme %s: %s has %.2f:1 against %s; text needs %.1f:1", key, colour, math.Floor(worst*100)/100, where, minContrast)
	}
	return nil
}

// rgb is a colour of sRGB, 0 to 255 each.
type rgb [3]uint8

func parseColour(s string) (rgb, error) {
	h := strings.TrimPrefix(s, "#")
	if len(h) == 3 {
		h = string([]byte{h[0], h[0], h[1], h[1], h[2], h[2]})
	}
	n, err := strconv.ParseUint(h, 16, 32)
	if err != nil || len(h) != 6 || len(s) == len(h) {
		return rgb{}, fmt.Errorf("%q is not a colour like #1a56c4", s)
	}
	return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}, nil
}

// contrast is the ratio of WCAG 2.2, from 1 to 21, the same either way round.
func contrast(a, b rgb) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c rgb) float64 {
	var l float64
	for i, weight := range [3]float64{0.2126, 0.7152, 0.0722} {
		v := float64(c[i]) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		l += weight * v
	}
	return l
}
