package templates

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"
)

// inspect looks through parsed templates for names that nothing bears: styles,
// tokens, messages, files and other templates. Rendering would find them too,
// but only where a branch is taken.
func (s *Set) inspect(p *parsed) []*Mistake {
	var mistakes []*Mistake
	trees := map[string]map[string]*parse.Tree{"mail": {}, "page": {}, "text": {}}
	for _, t := range p.mail.Templates() {
		trees["mail"][t.Name()] = t.Tree
	}
	for _, t := range p.page.Templates() {
		trees["page"][t.Name()] = t.Tree
	}
	for _, t := range p.text.Templates() {
		trees["text"][t.Name()] = t.Tree
	}
	for _, kind := range slices.Sorted(maps.Keys(trees)) {
		for _, name := range slices.Sorted(maps.Keys(trees[kind])) {
			tree := trees[kind][name]
			if tree == nil || tree.Root == nil {
				continue
			}
			walk(tree.Root, func(n parse.Node) {
				if what := s.unknown(n, trees[kind]); what != "" {
					where, _ := tree.ErrorContext(n)
					mistakes = append(mistakes, s.locate(kind, where, what))
				}
			})
		}
	}
	return mistakes
}

// unknown says what is wrong with a node's names, or nothing.
func (s *Set) unknown(n parse.Node, siblings map[string]*parse.Tree) string {
	switch n := n.(type) {
	case *parse.TemplateNode:
		if siblings[n.Name] == nil {
			return fmt.Sprintf("no template is named %q; there are %s", n.Name, strings.Join(slices.Sorted(maps.Keys(siblings)), ", "))
		}
	case *parse.CommandNode:
		if len(n.Args) < 2 {
			return ""
		}
		called, ok := n.Args[0].(*parse.IdentifierNode)
		name, isText := n.Args[1].(*parse.StringNode)
		if !ok || !isText {
			return ""
		}
		var err error
		switch called.Ident {
		case "css":
			_, err = s.sheet.style(name.Text)
		case "tok":
			_, err = s.sheet.token(name.Text)
		case "asset":
			if _, ok := s.files["static/"+name.Text]; !ok {
				err = fmt.Errorf("there is no static/%s", name.Text)
			}
		case "t":
			if text, wrong := s.catalog.For("en").Format(name.Text); text == name.Text {
				err = wrong
			}
		}
		if err != nil {
			return err.Error()
		}
	}
	return ""
}

// walk visits every node below n.
func walk(n parse.Node, visit func(parse.Node)) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, c := range n.Nodes {
			walk(c, visit)
		}
		return
	case *parse.PipeNode:
		if n == nil {
			return
		}
		for _, c := range n.Cmds {
			walk(c, visit)
		}
		return
	}
	visit(n)
	switch n := n.(type) {
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.CommandNode:
		for _, a := range n.Args {
			walk(a, visit)
		}
	case *parse.TemplateNode:
		walk(n.Pipe, visit)
	case *parse.IfNode:
		branch(&n.BranchNode, visit)
	case *parse.RangeNode:
		branch(&n.BranchNode, visit)
	case *parse.WithNode:
		branch(&n.BranchNode, visit)
	}
}

func branch(n *parse.BranchNode, visit func(parse.Node)) {
	walk(n.Pipe, visit)
	walk(n.List, visit)
	walk(n.ElseList, visit)
}

// origin is how the template packages say where: "template: article:3:12: what"
// when parsing, "html/template:article:3:12: what" when escaping.
var origin = regexp.MustCompile(`(?:html/)?template: ?([^:\s]+):(\d+)(?::(\d+))?: (?s:(.*))$`)

// blame turns an error of the template packages into a mistake in a file.
func (s *Set) blame(src source, err error) *Mistake {
	kind, _, _ := strings.Cut(src.name, "/")
	if strings.HasSuffix(src.name, ".tmpl") {
		kind = "text"
	}
	m := origin.FindStringSubmatch(err.Error())
	if m == nil {
		return &Mistake{File: src.name, Own: src.own, What: strings.TrimPrefix(err.Error(), "html/template:")}
	}
	return s.locate(kind, m[1]+":"+m[2]+":"+cmp.Or(m[3], "0"), m[4])
}

// locate makes a mistake of "article:3:12", where article is a template of the
// kind or was defined in a file of it.
func (s *Set) locate(kind, where, what string) *Mistake {
	parts := strings.Split(where, ":")
	m := &Mistake{File: s.fileOf(kind, parts[0]), What: what}
	m.Own = s.files[m.File].own
	if len(parts) > 1 {
		m.Line, _ = strconv.Atoi(parts[1])
	}
	if len(parts) > 2 {
		if c, _ := strconv.Atoi(parts[2]); c > 0 {
			m.Column = c + 1 // the packages count bytes from 0
		}
	}
	return m
}

// fileOf returns the file that a template of a kind is parsed from.
func (s *Set) fileOf(kind, name string) string {
	for _, file := range slices.Sorted(maps.Keys(s.files)) {
		src := s.files[file]
		isText := strings.HasSuffix(file, ".tmpl")
		switch {
		case src.key() != name:
		case kind == "text" && isText, kind != "text" && !isText && strings.HasPrefix(file, kind+"/"):
			return file
		}
	}
	return kind + "/" + name
}
