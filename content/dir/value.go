package dir

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// A value is something written in front matter, as text: YAML reads 1.20 as a
// number that ends in 2, 0123 as 83, and yes as a word or a truth depending on
// the library. What an author wrote is what we keep.
type value struct {
	text  string
	list  []value
	table map[string]value // by folded name
	again []value          // names that stand in the table twice, and where they do so again
	kind  kind
	line  int // in the file, from 1
	col   int
}

type kind int

const (
	none kind = iota
	scalar
	sequence
	mapping
)

// maxValues bounds how much one front matter may hold, aliases included.
const maxValues = 10000

// fold brings the name of a field to the form under which it is found: authors
// write publishDate, publish_date and PublishDate.
func fold(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))
}

// get returns the first of the fields that says something.
func (v value) get(names ...string) value {
	for _, n := range names {
		if f := v.table[fold(n)]; f.kind != none {
			return f
		}
	}
	return value{}
}

// strings are the scalars of a value: itself, or those of its list.
func (v value) strings() []string {
	switch v.kind {
	case scalar:
		return []string{v.text}
	case sequence:
		var out []string
		for _, e := range v.list {
			if e.kind == scalar {
				out = append(out, e.text)
			}
		}
		return out
	}
	return nil
}

// truth reads what the tools read for true and false; ok is false for any
// other word.
func (v value) truth() (is, ok bool) {
	if v.kind == sequence || v.kind == mapping {
		return false, false
	}
	switch strings.ToLower(strings.TrimSpace(v.text)) {
	case "true", "yes", "on", "y", "t", "1":
		return true, true
	case "false", "no", "off", "n", "f", "0", "":
		return false, true
	}
	return false, false
}

// fromYAML reads a node whose first line is line first of the file.
func fromYAML(n *yaml.Node, first int) (value, error) {
	budget := maxValues
	return readYAML(n, first, 0, &budget)
}

func readYAML(n *yaml.Node, first, depth int, budget *int) (value, error) {
	*budget--
	if *budget < 0 || depth > 20 {
		return value{}, fmt.Errorf("front matter holds too much")
	}
	v := value{line: first + n.Line - 1, col: n.Column}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			return value{}, nil
		}
		return readYAML(n.Content[0], first, depth+1, budget)
	case yaml.AliasNode:
		if n.Alias == nil {
			return v, nil
		}
		return readYAML(n.Alias, first, depth+1, budget)
	case yaml.ScalarNode:
		if n.ShortTag() != "!!null" {
			v.kind, v.text = scalar, n.Value
		}
	case yaml.SequenceNode:
		v.kind = sequence
		for _, c := range n.Content {
			e, err := readYAML(c, first, depth+1, budget)
			if err != nil {
				return v, err
			}
			v.list = append(v.list, e)
		}
	case yaml.MappingNode:
		v.kind, v.table = mapping, make(map[string]value)
		written := make(map[string]bool)
		for i := 0; i+1 < len(n.Content); i += 2 {
			e, err := readYAML(n.Content[i+1], first, depth+1, budget)
			if err != nil {
				return v, err
			}
			if n.Content[i].ShortTag() == "!!merge" {
				for name, f := range e.table {
					if _, ok := v.table[name]; !ok {
						v.table[name] = f
					}
				}
				continue
			}
			name := n.Content[i]
			if written[name.Value] {
				v.again = append(v.again, value{text: name.Value, kind: scalar, line: first + name.Line - 1, col: name.Column})
			}
			written[name.Value] = true
			v.table[fold(name.Value)] = e
		}
	}
	return v, nil
}

// fromTOML reads what the TOML library decoded. It tells no positions, so at
// finds the line of a field by its name.
func fromTOML(x any, name string, at func(name string) int) value {
	v := value{kind: scalar, line: at(name), col: 1}
	switch x := x.(type) {
	case string:
		v.text = x
	case bool:
		v.text = strconv.FormatBool(x)
	case int64:
		v.text = strconv.FormatInt(x, 10)
	case float64:
		v.text = strconv.FormatFloat(x, 'f', -1, 64)
	case time.Time: // TOML's local dates come in locations of these names
		switch x.Location().String() {
		case "date-local":
			v.text = x.Format(time.DateOnly)
		case "datetime-local":
			v.text = x.Format("2006-01-02T15:04:05")
		case "time-local":
			v.text = x.Format(time.TimeOnly)
		default:
			v.text = x.Format(time.RFC3339)
		}
	case []any:
		v.kind = sequence
		for _, e := range x {
			v.list = append(v.list, fromTOML(e, name, at))
		}
	case []map[string]any:
		v.kind = sequence
		for _, e := range x {
			v.list = append(v.list, fromTOML(e, name, at))
		}
	case map[string]any:
		v.kind, v.table = mapping, make(map[string]value, len(x))
		for _, n := range slices.Sorted(maps.Keys(x)) {
			v.table[fold(n)] = fromTOML(x[n], n, at)
		}
	default:
		v.kind = none
	}
	return v
}
