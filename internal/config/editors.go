package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Editors is who may use the desk, besides those who are added there or by a
// command.
type Editors struct {
	People []Editor
	// SecondPersonAbove is how many readers one person may send to alone; 0:
	// any number.
	SecondPersonAbove int
}

// An Editor is a person who may use the desk.
type Editor struct {
	Email string
	Name  string // may be empty
	Role  string // owner, editor or viewer; empty: the first is the owner, the others are editors
}

// editors reads a list of people, or keys of which people is one.
func (r *reader) editors(n *yaml.Node, to *Editors) {
	if n.Kind == yaml.SequenceNode {
		r.people(n, &to.People)
		return
	}
	r.fields(n, "editors", []field{
		{key: "people", read: func(n *yaml.Node) { r.people(n, &to.People) }},
		{key: "second_person_above", read: r.number(&to.SecondPersonAbove, 1, 1_000_000_000)},
	})
}

func (r *reader) people(n *yaml.Node, to *[]Editor) {
	r.list(n, "[Maya Okafor <maya@example.com>]", func(n *yaml.Node) {
		var e Editor
		var a Address
		if n.Kind == yaml.MappingNode {
			r.fields(n, "an editor", []field{
				{key: "email", must: true, read: r.address(&a)},
				{key: "name", read: r.text(&e.Name)},
				{key: "role", read: r.word(&e.Role, "owner", "editor", "viewer")},
			})
		} else {
			r.address(&a)(n)
		}
		switch {
		case a.Email == "":
			return // the mistake is told
		case len(a.Email) > 254 || strings.ContainsAny(a.Email, "\" <>"):
			r.wrong(n, quote(a.Email)+" is not an address to sign in with", "")
			return
		}
		e.Email = strings.ToLower(a.Email)
		if e.Name == "" {
			e.Name = a.Name
		}
		if slices.ContainsFunc(*to, func(other Editor) bool { return other.Email == e.Email }) {
			r.wrong(n, quote(e.Email)+" stands here a second time", "")
			return
		}
		*to = append(*to, e)
	})
}
