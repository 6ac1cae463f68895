package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxFile is the size above which a file is no config.yaml.
const maxFile = 1 << 20

// Load reads the file at path, with the environment for ${NAME}. The error is
// of type [Mistakes], sorted by place; with mistakes there is no Config.
func Load(path string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		m := Mistake{File: path, What: plainly(err).Error()}
		if errors.Is(err, fs.ErrNotExist) {
			m.Hint = "standfirst init DIR writes one, --config FILE names another"
		}
		return nil, Mistakes{m}
	}
	return parse(path, text, os.LookupEnv)
}

// plainly takes the path out of an error of a file: whoever reads it has it
// already.
func plainly(err error) error {
	var wrong *fs.PathError
	if errors.As(err, &wrong) {
		return wrong.Err
	}
	return err
}

// parse reads text as the file at path.
func parse(path string, text []byte, env func(string) (string, bool)) (*Config, error) {
	r := &reader{file: path, dir: filepath.Dir(path), env: env, places: map[string]place{}}
	if len(text) > maxFile {
		return nil, Mistakes{{File: path, What: "it is larger than 1 MB", Hint: "is it a config.yaml?"}}
	}
	root, mistake := tree(path, text)
	if mistake != nil {
		return nil, Mistakes{*mistake}
	}
	c := defaults()
	r.config(root, &c)
	if len(r.mistakes) > 0 {
		r.mistakes.sort()
		return nil, r.mistakes
	}
	c.file, c.places = path, r.places
	return &c, nil
}

// tree parses text, of which an error in the syntax is the only mistake told.
func tree(path string, text []byte) (*yaml.Node, *Mistake) {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, &Mistake{File: path, What: "it is empty", Hint: "standfirst init DIR writes one to start from"}
	}
	var doc yaml.Node
	err := yaml.Load(text, &doc)
	if err == nil && len(doc.Content) == 1 {
		return doc.Content[0], nil
	}
	m := &Mistake{File: path, What: "it is not YAML"}
	var wrong *yaml.LoadError
	if errors.As(err, &wrong) {
		m.Line, m.Column = wrong.Mark.Line, wrong.Mark.Column
		m.What = strings.TrimPrefix(wrong.Message, "yaml: ")
		m.Hint = syntaxHints[m.What]
		if strings.HasPrefix(m.What, "unknown anchor") {
			m.Hint = syntaxHints[noAlias]
		}
	}
	return nil, m
}

const noAlias = "did not find expected alphabetic or numeric character"

// syntaxHints say what YAML's own words mostly mean.
var syntaxHints = map[string]string{
	"found character that cannot start any token": "indent by spaces, not tabs; a value that begins with @ stands in quotes",
	noAlias: "a value that begins with * or & stands in quotes",
	"mapping values are not allowed in this context":               "a value with a colon and a space in it stands in quotes",
	"did not find expected key":                                    "keys that belong together begin in the same column",
	"did not find expected '-' indicator":                          "entries that belong together begin in the same column",
	"found unexpected end of stream":                               "a quote is not closed",
	"expected single document, found multiple":                     "leave out the line ---",
	"could not find expected ':'":                                  "a key ends with a colon",
	"block sequence entries are not allowed in this context":       "entries that begin with - stand below their key",
	"found undefined tag handle":                                   "a value that begins with ! stands in quotes",
	"control characters are not allowed":                           "save the file as plain text in UTF-8",
	"no documents in stream":                                       "standfirst init DIR writes one to start from",
	"found unexpected document indicator":                          "a quote is not closed",
	"found a tab character where an indentation space is expected": "indent by spaces, not tabs",
}

// variable is a piece of a value that comes from the environment.
var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)
