package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/standfirst/standfirst"

// leaves may be imported by anyone.
var leaves = []string{"internal/i18n", "internal/fetch"}

// mayImport says which of our packages each may import. Packages below a name
// count as it; a package that is not here imports none of ours.
var mayImport = map[string][]string{
	"content":             {},
	"content/dir":         {"content"},
	"content/calendar":    {"content"},
	"content/markup":      {"content"},
	"content/push":        {"content"},
	"subscribers":         {},
	"mailer":              {},
	"templates":           {},
	"feed":                {"content"},
	"digest":              {"content", "subscribers", "mailer", "templates"},
	"internal/config":     {},
	"internal/i18n":       {},
	"internal/fetch":      {},
	"internal/editors":    {"content"},
	"internal/hub":        {"content"},
	"internal/notes":      {"subscribers", "mailer", "templates"},
	"internal/picture":    {},
	"internal/readership": {},
	"internal/clicks":     {"digest"},
	"internal/store":      {"content", "subscribers", "mailer", "digest", "internal/editors", "internal/hub", "internal/notes", "internal/picture", "internal/readership", "internal/webhook"},
	"internal/web":        {"content", "subscribers", "digest", "feed", "mailer", "templates", "internal/clicks", "internal/hub", "internal/notes", "internal/readership"},
	"internal/desk":       {"content", "subscribers", "digest", "feed", "mailer", "templates", "internal/clicks", "internal/editors", "internal/readership", "internal/web", "internal/webhook"},
	"internal/api":        {"content", "subscribers", "digest", "templates", "internal/desk", "internal/editors", "internal/web"},
	"internal/shots":      {"content", "content/dir", "digest", "templates", "mailer"},
	"internal/webhook":    {},
	"cmd/standfirst":      {"content", "subscribers", "digest", "feed", "mailer", "templates", "internal"},
}

// mustNotImport says which packages of others would tell a package what it
// must not know.
var mustNotImport = map[string][]string{
	"content":             {"database/sql", "net/smtp", "github.com/wneessen/go-mail", "github.com/gorilla/feeds"},
	"content/push":        {"database/sql", "net/http"},
	"subscribers":         {"database/sql", "net/smtp", "net/http", "github.com/wneessen/go-mail"},
	"mailer":              {"database/sql", "net/http"},
	"templates":           {"database/sql", "net/http"},
	"feed":                {"database/sql", "net/http"},
	"digest":              {"database/sql", "net/smtp", "net/http", "go.yaml.in/yaml/v4", "github.com/wneessen/go-mail"},
	"internal/config":     {"database/sql", "net/http"},
	"internal/editors":    {"database/sql", "net/http", "net/smtp", "github.com/wneessen/go-mail"},
	"internal/fetch":      {"database/sql", "net/smtp", "github.com/wneessen/go-mail"},
	"internal/hub":        {"database/sql", "net/smtp", "github.com/wneessen/go-mail"},
	"internal/notes":      {"database/sql", "net/http", "net/smtp", "github.com/wneessen/go-mail"},
	"internal/readership": {"database/sql", "net/http", "net/smtp"},
	"internal/clicks":     {"database/sql", "net/http", "net/smtp"},
	"internal/picture":    {"database/sql", "net/smtp", "html/template", "github.com/wneessen/go-mail"},
	"internal/store":      {"net/http", "net/smtp", "html/template"},
	"internal/webhook":    {"database/sql", "net/smtp", "github.com/wneessen/go-mail"},
	"internal/web":        {"database/sql", "net/smtp", "github.com/wneessen/go-mail"},
	"internal/desk":       {"database/sql", "net/smtp", "github.com/wneessen/go-mail"},
	"internal/api":        {"database/sql", "net/smtp", "github.com/wneessen/go-mail"},
}

// TestWhoImportsWhom keeps the parts apart: each can be understood, tested and
// broken alone.
func TestWhoImportsWhom(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && file != root || d.Name() == "testdata" || d.Name() == "var") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		rel, _ := filepath.Rel(root, filepath.Dir(file))
		pkg := filepath.ToSlash(rel)
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		seen++
		for _, spec := range f.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
				if !allowed(pkg, ours) {
					t.Errorf("%s imports %s, which the layout does not allow", pkg, ours)
				}
				continue
			}
			if slices.Contains(mustNotImport[rule(mustNotImport, pkg)], imported) {
				t.Errorf("%s imports %s, of which it must not know", pkg, imported)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 50 {
		t.Fatalf("only %d files seen: the walk is broken", seen)
	}
}

// allowed reports whether pkg may import ours. What lies below a package is its
// own affair.
func allowed(pkg, ours string) bool {
	if under(pkg, ours) || under(ours, pkg) || slices.ContainsFunc(leaves, func(l string) bool { return under(ours, l) }) {
		return true
	}
	if strings.HasSuffix(pkg, "test") { // storetest, smtptest, pgtest: support for tests
		return true
	}
	own := rule(mayImport, pkg)
	if under(ours, own) && own != "." {
		return true
	}
	return slices.ContainsFunc(mayImport[own], func(p string) bool { return under(ours, p) })
}

// under reports whether pkg is root or lies below it.
func under(pkg, root string) bool { return pkg == root || strings.HasPrefix(pkg, root+"/") }

// rule returns the most special key of rules that pkg lies under.
func rule[V any](rules map[string]V, pkg string) string {
	for ; pkg != "."; pkg = path.Dir(pkg) {
		if _, ok := rules[pkg]; ok {
			return pkg
		}
	}
	return "."
}
