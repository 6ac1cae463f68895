package i18n

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// A Catalog holds the message files, by language.
type Catalog struct {
	files map[string]*file // by tag
	only  map[string]bool  // tags of files that pages are offered in; nil: all
}

// A Problem is a mistake in a message file, in words for the person who can
// mend it. Line and Column count from 1; 0 is unknown.
type Problem struct {
	File         string
	Line, Column int
	What         string
}

// Error writes the problem on one line, with its place.
func (p Problem) Error() string {
	switch {
	case p.Line == 0:
		return fmt.Sprintf("%s: %s", p.File, p.What)
	case p.Column == 0:
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.What)
}

//go:embed messages/*.yaml
var embedded embed.FS

// builtIn is the catalogue without anything of a user's, read once.
var builtIn = sync.OnceValue(func() *Catalog {
	c := &Catalog{files: map[string]*file{}}
	ours, err := fs.Sub(embedded, "messages")
	if err != nil {
		panic(err)
	}
	if problems := c.read(ours, nil); len(problems) > 0 { // every test would say so
		panic(problems[0])
	}
	return c
})

// BuiltIn returns the catalogue that comes with the program.
func BuiltIn() *Catalog { return builtIn() }

// Names returns the built-in message files, sorted: "ar.yaml", "de.yaml". A
// user's file of one of these names changes a language, of another adds one.
func Names() []string {
	var names []string
	for _, tag := range BuiltIn().Languages() {
		names = append(names, tag+".yaml")
	}
	return names
}

// Source returns a built-in message file as it is written, to be copied and
// changed or translated. The error lists the files there are.
func Source(name string) ([]byte, error) {
	b, err := embedded.ReadFile("messages/" + name)
	if err != nil {
		return nil, fmt.Errorf("no message file is named %q; there are %s", name, strings.Join(Names(), ", "))
	}
	return b, nil
}

const largestFile = 256 << 10 // bytes; ours have less than 16 KB

var errTooLong = errors.New("too long")

// Load lays the message files at the top of user over the built-in ones; they
// win message by message. A nil user, or one that is not there, is no mistake.
//
// What is wrong in a user's file is reported, all of it, and left out, so that
// the Catalog can always be used: a message with a mistake is the built-in one.
func Load(user fs.FS) (*Catalog, []Problem) { return builtIn().Extend(user) }

// Extend returns a catalogue with the message files of another folder laid over
// those of c, by the rules of [Load]. It does not change c.
func (c *Catalog) Extend(user fs.FS) (*Catalog, []Problem) {
	if user == nil {
		return c, nil
	}
	more := &Catalog{files: maps.Clone(c.files), only: c.only}
	return more, more.read(user, builtIn().files[english])
}

// Only returns a catalogue that offers no other languages than those of tags,
// where it may choose: see [Catalog.Accept], [Catalog.Like] and
// [Catalog.Offer]. A reader who has chosen another for their letters keeps it.
// It does not change c. Tags that there is no message file of are returned.
func (c *Catalog) Only(tags []string) (few *Catalog, missing []string) {
	few = &Catalog{files: c.files, only: map[string]bool{}}
	for _, tag := range tags {
		t, err := parseTag(tag)
		if err != nil || c.nearest(t) == "" {
			missing = append(missing, tag)
			continue
		}
		few.only[c.nearest(t)] = true
	}
	return few, missing
}

// read adds the files of one folder. What they hold is measured by model, the
// complete English file; without one, nothing is measured.
func (c *Catalog) read(folder fs.FS, model *file) []Problem {
	entries, err := fs.ReadDir(folder, ".")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return []Problem{{File: ".", What: err.Error()}}
	}
	var problems []Problem
	for _, e := range entries {
		ext := path.Ext(e.Name())
		if e.IsDir() || ext != ".yaml" && ext != ".yml" || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		tag, err := parseTag(strings.TrimSuffix(e.Name(), ext))
		if err != nil || tag == language.Und {
			problems = append(problems, Problem{File: e.Name(), What: "a message file is named after its language, like fr.yaml or en-GB.yaml"})
			continue
		}
		f, wrong := readFile(folder, e.Name(), tag)
		if model != nil {
			wrong = append(wrong, f.measure(model)...)
		}
		slices.SortStableFunc(wrong, func(a, b Problem) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		for i := range wrong {
			wrong[i].File = e.Name()
		}
		problems = append(problems, wrong...)
		c.add(f)
	}
	return problems
}

// add lays f over what is known of its language.
func (c *Catalog) add(f *file) {
	if known := c.files[f.tag]; known != nil {
		all := maps.Clone(known.messages)
		maps.Copy(all, f.messages)
		f.messages = all
	}
	c.files[f.tag] = f
}

// filesOf returns the files for a language, the most special first: for de-AT
// that of de-AT, if there is one, and then that of de.
func (c *Catalog) filesOf(t language.Tag) []*file {
	var files []*file
	for ; t != language.Und; t = t.Parent() {
		if f := c.files[t.String()]; f != nil {
			files = append(files, f)
		}
	}
	return files
}

// Languages returns the tags of the message files, sorted.
func (c *Catalog) Languages() []string { return slices.Sorted(maps.Keys(c.files)) }
