package templates

import (
	"strings"
	"text/template/parse"
)

// fold writes the styles and tokens that a letter's template names into its
// text, once and for all: a third of what rendering a letter costs is looking
// them up. Names were inspected before. html/template takes text as it takes
// what its own authors write, so what stands there is ours alone: the style map,
// with colours and widths of a theme that was checked.
func (s *Set) fold(list *parse.ListNode) {
	if list == nil {
		return
	}
	for i, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			if text, ok := s.constant(n); ok {
				list.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(text)}
			}
		case *parse.IfNode:
			s.fold(n.List)
			s.fold(n.ElseList)
		case *parse.WithNode:
			s.fold(n.List)
			s.fold(n.ElseList)
		case *parse.RangeNode:
			s.fold(n.List)
			s.fold(n.ElseList)
		}
	}
}

// constant returns what {{css "name"}} or {{tok "name"}} stands for.
func (s *Set) constant(n *parse.ActionNode) (string, bool) {
	if len(n.Pipe.Decl) > 0 || len(n.Pipe.Cmds) != 1 || len(n.Pipe.Cmds[0].Args) != 2 {
		return "", false
	}
	called, ok := n.Pipe.Cmds[0].Args[0].(*parse.IdentifierNode)
	name, isText := n.Pipe.Cmds[0].Args[1].(*parse.StringNode)
	if !ok || !isText {
		return "", false
	}
	switch called.Ident {
	case "css":
		v, err := s.sheet.style(name.Text)
		return strings.ReplaceAll(string(v), "'", "&#39;"), err == nil // whatever quotes the attribute stands in
	case "tok":
		v, err := s.sheet.token(name.Text)
		return v, err == nil
	}
	return "", false
}
