package config

import (
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/language"
)

const day = 24 * time.Hour

// longest is the longest duration that makes sense here.
const longest = 10 * 366 * day

var units = map[string]time.Duration{
	"w": 7 * day, "d": day, "h": time.Hour, "m": time.Minute, "s": time.Second, "ms": time.Millisecond,
}

// parseDuration reads durations as [time.ParseDuration] does, of whole numbers,
// with d for 24 hours and w for 7 days: "42d", "1h30m", "0".
func parseDuration(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	var total time.Duration
	for rest := s; ; {
		digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if digits < 0 && rest != "" {
			return 0, fmt.Errorf("%s has no unit", quote(s))
		}
		if digits < 1 {
			return 0, fmt.Errorf("%s is not a duration", quote(s))
		}
		number, after := rest[:digits], rest[digits:]
		end := strings.IndexAny(after, "0123456789")
		if end < 0 {
			end = len(after)
		}
		unit, ok := units[after[:end]]
		n, err := strconv.ParseInt(number, 10, 32)
		if !ok {
			return 0, fmt.Errorf("%s is not a duration", quote(s))
		}
		if err != nil || time.Duration(n) > longest/unit {
			return 0, fmt.Errorf("%s is longer than ten years", quote(s))
		}
		if total += time.Duration(n) * unit; total > longest {
			return 0, fmt.Errorf("%s is longer than ten years", quote(s))
		}
		if rest = after[end:]; rest == "" {
			return total, nil
		}
	}
}

// duration reads a duration of at least least.
func (r *reader) duration(to *time.Duration, least time.Duration) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		if !ok {
			return
		}
		d, err := parseDuration(v)
		switch {
		case err != nil:
			r.wrong(n, err.Error(), "like 30d, 6h or 2m: w, d, h, m, s")
		case d < least:
			r.wrong(n, quote(v)+" is too short", "at least "+least.String())
		default:
			*to = d
		}
	}
}

// number reads a whole number between least and most.
func (r *reader) number(to *int, least, most int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		if !ok {
			return
		}
		i, err := strconv.Atoi(v)
		if err != nil || i < least || i > most {
			r.wrong(n, fmt.Sprintf("%s is not a whole number from %d to %d", quote(n.Value), least, most), "")
			return
		}
		*to = i
	}
}

// rate reads a number a second.
func (r *reader) rate(to *float64) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		if !ok {
			return
		}
		f, err := strconv.ParseFloat(v, 64)
		if err != nil || !(f >= 0 && f <= 1e6) {
			r.wrong(n, quote(n.Value)+" is not a number of letters a second", "like 20 or 0.5; 0 is no limit")
			return
		}
		*to = f
	}
}

// truth reads true or false.
func (r *reader) truth(to *bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		if !ok {
			return
		}
		switch strings.ToLower(v) {
		case "true", "yes", "on":
			*to = true
		case "false", "no", "off":
			*to = false
		default:
			r.wrong(n, quote(n.Value)+" is neither true nor false", "")
		}
	}
}

// zone reads the IANA name of a time zone.
func (r *reader) zone(to **time.Location) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		if !ok {
			return
		}
		z, err := time.LoadLocation(v)
		if err != nil || v == "" || v == "Local" {
			r.wrong(n, quote(n.Value)+" is not a time zone", "like Europe/London, America/New_York or UTC")
			return
		}
		*to = z
	}
}

// tongue reads a language.
func (r *reader) tongue(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		if !ok {
			return
		}
		tag, err := language.Parse(v[:min(len(v), 64)])
		if err != nil || len(v) > 64 {
			r.wrong(n, quote(n.Value)+" is not a language", "like en, de or pt-BR")
			return
		}
		*to = tag.String()
	}
}

// site reads where a site is, absolute and without a slash at its end.
func (r *reader) site(to *string) func(*yaml.Node) {
	return r.url("site", func(n *yaml.Node, u *url.URL) {
		if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
			r.wrong(n, quote(n.Value)+" has more than a host and a path", "like https://example.com")
			return
		}
		*to = strings.TrimRight(u.String(), "/")
	})
}

// picture reads where a picture is, absolute.
func (r *reader) picture(to *string) func(*yaml.Node) {
	return r.url("picture", func(_ *yaml.Node, u *url.URL) { *to = u.String() })
}

// url reads an absolute address of the web. Only on this machine may it go
// without encryption.
func (r *reader) url(what string, take func(*yaml.Node, *url.URL)) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		if !ok {
			return
		}
		u, err := url.Parse(v)
		switch {
		case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
			r.wrong(n, quote(n.Value)+" is not the address of a "+what, "it begins with https://")
		case u.User != nil:
			r.wrong(n, "there is a user in this address", "leave it out")
		case u.Scheme == "http" && !local(u.Hostname()):
			r.wrong(n, quote(n.Value)+" is not encrypted", "https://; http:// is for localhost only")
		default:
			take(n, u)
		}
	}
}

// local reports whether a host is this machine.
func local(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// address reads a mail address with or without a name.
func (r *reader) address(to *Address) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		if !ok {
			return
		}
		a, err := mail.ParseAddress(v)
		if err != nil {
			r.wrong(n, quote(n.Value)+" is not a mail address", "like The Example Lead <news@example.com>")
			return
		}
		*to = Address{a.Name, a.Address}
	}
}

var rrggbb = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// colour reads #rrggbb.
func (r *reader) colour(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		switch {
		case !ok:
		case !rrggbb.MatchString(v):
			r.wrong(n, quote(n.Value)+" is not a colour", `like "#1a56c4", in quotes`)
		default:
			*to = strings.ToLower(v)
		}
	}
}

// listen reads host:port.
func (r *reader) listen(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		if !ok {
			return
		}
		_, port, err := net.SplitHostPort(v)
		if p, perr := strconv.Atoi(port); err != nil || perr != nil || p < 0 || p > 65535 {
			r.wrong(n, quote(n.Value)+" is not an address to listen on", "like 127.0.0.1:8080, or :8080 for everybody")
			return
		}
		*to = v
	}
}
