package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
	"golang.org/x/net/idna"
)

// limits reads what the providers of some domains take.
func (r *reader) limits(n *yaml.Node, to *[]Limit) {
	first := make(map[string]int) // domain: the line it stands in
	i := -1
	r.list(n, "- {domains: [gmail.com, googlemail.com], rate: 20}", func(n *yaml.Node) {
		var l Limit
		before := len(r.mistakes)
		i++
		r.path = append(r.path, strconv.Itoa(i))
		r.fields(n, "a limit", []field{
			{key: "domains", must: true, read: func(n *yaml.Node) { r.domains(n, first, &l.Domains) }},
			{key: "rate", read: r.rate(&l.Rate)},
			{key: "sessions", read: r.number(&l.Sessions, 1, 500)},
		})
		r.path = r.path[:len(r.path)-1]
		if l.Rate == 0 && l.Sessions == 0 && len(r.mistakes) == before {
			r.wrong(n, "this limit bounds nothing", "it needs a rate, sessions, or both")
		}
		if len(l.Domains) > 0 {
			*to = append(*to, l)
		}
	})
}

// domains reads the domains of a limit, of which none stands in another.
func (r *reader) domains(n *yaml.Node, first map[string]int, to *[]string) {
	r.list(n, "[gmail.com, googlemail.com]", func(n *yaml.Node) {
		var name string
		r.domain(&name)(n)
		if name == "" {
			return
		}
		if line, ok := first[name]; ok {
			r.wrong(n, quote(n.Value)+" stands here a second time", fmt.Sprintf("the first is in line %d", line))
			return
		}
		first[name] = n.Line
		*to = append(*to, name)
	})
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		r.wrong(n, "a limit without domains bounds nothing", "like domains: [gmail.com, googlemail.com]")
	}
}

var domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// domain reads what stands behind the @ of addresses, and turns it into
// A-labels (RFC 5890) in small letters.
func (r *reader) domain(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		if !ok {
			return
		}
		ascii, ok := asDomain(v)
		if !ok {
			hint := "like gmail.com"
			if strings.Contains(v, "@") {
				hint = "only what stands behind the @"
			}
			r.wrong(n, quote(n.Value)+" is not a domain", hint)
			return
		}
		*to = ascii
	}
}

// asDomain returns a domain in A-labels and small letters.
func asDomain(v string) (string, bool) {
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(v, "."))
	ascii = strings.ToLower(ascii)
	return ascii, err == nil && len(ascii) <= 253 && domainName.MatchString(ascii)
}
