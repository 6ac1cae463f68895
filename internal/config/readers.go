package config

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"strings"

	"go.yaml.in/yaml/v4"
)

// ourselves is this machine: what asks from here is a proxy, or us.
func ourselves() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

func (r *reader) readers(n *yaml.Node, to *Readers) {
	var names []string
	var file *yaml.Node
	r.fields(n, "readers", []field{
		{key: "seed", read: r.pathname(&to.Seed)},
		{key: "refuse", read: r.words(&names, "[mailinator.com]", r.domain)},
		{key: "signups_per_hour", read: r.number(&to.SignUps, 1, 1_000_000)},
		{key: "refuse_file", read: func(n *yaml.Node) { file = n }},
	})
	if len(names) > 0 || file != nil {
		to.Refuse = make(map[string]bool)
	}
	for _, name := range names {
		to.Refuse[name] = true
	}
	if file != nil {
		r.refused(file, to.Refuse)
	}
}

// refused reads a file of domains, one a line. Lists of disposable domains are
// long and kept by others.
func (r *reader) refused(n *yaml.Node, to map[string]bool) {
	var name string
	r.text(&name)(n)
	if name == "" || r.unused {
		return
	}
	f, err := os.Open(r.absolute(name))
	if err != nil {
		r.wrong(n, "the file "+quote(name)+" cannot be read", plainly(err).Error())
		return
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for i := 1; lines.Scan(); i++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		d, ok := asDomain(text)
		if !ok {
			r.wrong(n, fmt.Sprintf("line %d of %s is not a domain", i, quote(name)), "one domain a line, like mailinator.com")
			return
		}
		to[d] = true
	}
	if err := lines.Err(); err != nil {
		r.wrong(n, "the file "+quote(name)+" cannot be read", plainly(err).Error())
	}
}

// network reads an address, or a network of them.
func (r *reader) network(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		if !ok {
			return
		}
		p, err := netip.ParsePrefix(v)
		if err != nil {
			var at netip.Addr
			if at, err = netip.ParseAddr(v); err == nil {
				p = netip.PrefixFrom(at.WithZone(""), at.BitLen())
			}
		}
		if err != nil {
			r.wrong(n, quote(n.Value)+" is not an address", "like 10.0.0.1 or 10.0.0.0/8")
			return
		}
		*to = p.Masked().String()
	}
}

// proxies reads the addresses of proxies; an empty list has none.
func (r *reader) proxies(to *[]netip.Prefix) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var names []string
		r.words(&names, "[10.0.0.1, 10.1.0.0/16]", r.network)(n)
		*to = nil
		for _, name := range names {
			*to = append(*to, netip.MustParsePrefix(name)) // network has written it
		}
	}
}
