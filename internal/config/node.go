package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A reader walks the nodes of a file and gathers mistakes.
type reader struct {
	file     string
	dir      string // of the file
	env      func(string) (string, bool)
	unused   bool // what is read now is not used, so that the environment need not have it
	path     []string
	places   map[string]place
	mistakes Mistakes
}

// A field is one key that a mapping may have.
type field struct {
	key   string
	read  func(*yaml.Node)
	later string // not empty: the key belongs to a later version; what to do meanwhile
	must  bool
}

func (r *reader) wrong(n *yaml.Node, what, hint string) {
	r.mistakes = append(r.mistakes, Mistake{r.file, n.Line, n.Column, what, hint})
}

// fields reads a mapping. what is what it is called when it is none.
func (r *reader) fields(n *yaml.Node, what string, fields []field) {
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.key
	}
	seen := r.pairs(n, what, "like "+known[0]+": …", func(key, value *yaml.Node) {
		i := slices.Index(known, key.Value)
		switch {
		case i < 0:
			r.wrong(key, "unknown key "+quote(key.Value), meant(key.Value, known))
		case fields[i].later != "":
			r.wrong(key, key.Value+" is not available in this version", fields[i].later)
		case !null(value):
			fields[i].read(value)
		}
	})
	for _, f := range fields {
		if value, ok := seen[f.key]; f.must && seen != nil && (!ok || null(value)) {
			at := n
			if ok {
				at = value
			}
			r.wrong(at, what+" needs "+f.key, "")
		}
	}
}

// pairs calls each for every key of a mapping, once, and returns its values by
// key; nil when n is none.
func (r *reader) pairs(n *yaml.Node, what, hint string, each func(key, value *yaml.Node)) map[string]*yaml.Node {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.wrong(n, what+" is not a list of keys and values", hint)
		return nil
	}
	seen := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], resolve(n.Content[i+1])
		if key.Kind != yaml.ScalarNode {
			r.wrong(key, "a key must be a word", "")
			continue
		}
		if first, ok := seen[key.Value]; ok {
			r.wrong(key, key.Value+" stands here a second time", fmt.Sprintf("the first is in line %d", first.Line))
			continue
		}
		seen[key.Value] = value
		r.path = append(r.path, key.Value)
		r.places[strings.Join(r.path, ".")] = place{value.Line, value.Column}
		each(key, value)
		r.path = r.path[:len(r.path)-1]
	}
	return seen
}

// list calls each for every entry of a list.
func (r *reader) list(n *yaml.Node, example string, each func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		r.wrong(n, "expected a list", "like "+example)
		return
	}
	for _, entry := range n.Content {
		each(resolve(entry))
	}
}

// scalar returns a value with the environment filled in. ok is false when it
// is none; the mistake is told.
func (r *reader) scalar(n *yaml.Node) (value string, ok bool) {
	if n.Kind != yaml.ScalarNode {
		r.wrong(n, "expected one value, not a list or keys", "")
		return "", false
	}
	ok = true
	value = variable.ReplaceAllStringFunc(n.Value, func(v string) string {
		name := v[2 : len(v)-1]
		set, found := r.env(name)
		if !found && !r.unused {
			r.wrong(n, "the environment has no "+name, "")
			ok = false
		}
		return set
	})
	return strings.TrimSpace(value), ok
}

// text reads a value of one line or, in the file, of several.
func (r *reader) text(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if v, ok := r.scalar(n); ok {
			*to = v
		}
	}
}

// word reads one of some values.
func (r *reader) word(to *string, words ...string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		if !ok {
			return
		}
		if !slices.Contains(words, v) {
			hint := meant(v, words)
			if hint == "" {
				hint = "one of: " + strings.Join(words, ", ")
			}
			r.wrong(n, quote(n.Value)+" is not known here", hint)
			return
		}
		*to = v
	}
}

// words reads a list of values.
func (r *reader) words(to *[]string, example string, read func(to *string) func(*yaml.Node)) func(*yaml.Node) {
	return func(n *yaml.Node) {
		*to = nil
		r.list(n, example, func(entry *yaml.Node) {
			var v string
			if read(&v)(entry); v == "" {
				return
			}
			if slices.Contains(*to, v) {
				r.wrong(entry, quote(v)+" stands here a second time", "")
				return
			}
			*to = append(*to, v)
		})
	}
}

// pathname reads the name of a file or folder.
func (r *reader) pathname(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if v, ok := r.scalar(n); ok {
			*to = r.absolute(v)
		}
	}
}

// absolute makes a path that is relative to the file one of the program.
func (r *reader) absolute(path string) string {
	path = filepath.FromSlash(path)
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(r.dir, path)
}

// resolve follows an alias to its anchor.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

// null reports whether nothing, or "", stands behind a key: what is not said
// has its default.
func null(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (n.Tag == "!!null" || n.Value == "")
}

// quote shows a value of the file in a message.
func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:59]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
