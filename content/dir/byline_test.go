package dir

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
)

func TestAuthors(t *testing.T) {
	name := func(names ...string) []content.Author {
		var out []content.Author
		for _, n := range names {
			n, url, _ := strings.Cut(n, " <")
			out = append(out, content.Author{Name: n, URL: strings.TrimSuffix(url, ">")})
		}
		return out
	}
	for _, tt := range []struct {
		in   string // front matter
		want []content.Author
	}{
		{"author: Jo Doe", name("Jo Doe")},
		{"author: [Jo Doe, Ann Roe]", name("Jo Doe", "Ann Roe")},
		{"authors: [jo, ann, JO]", name("jo", "ann")},
		{"author: Jo Doe, Ann Roe and Bo Coe", name("Jo Doe", "Ann Roe", "Bo Coe")},
		{"author: Jo Doe, Ann Roe, and Bo Coe", name("Jo Doe", "Ann Roe", "Bo Coe")},
		{"author: Jo Doe (Acme, Inc.) & Ann Roe (Other)", name("Jo Doe (Acme, Inc.)", "Ann Roe (Other)")},
		{"author: Jo Doe, Director of Research", name("Jo Doe, Director of Research")},
		{"author: Jo Doe, Acme", name("Jo Doe, Acme")},
		{"author: Jo Doe, Boulder developer", name("Jo Doe, Boulder developer")},
		{"author: Anderson and Sons", name("Anderson and Sons")},
		{"author: \"[Jo Doe](https://jo.example)\"", name("Jo Doe <https://jo.example>")},
		{"author: >\n  [Jo Doe](https://jo.example) (Acme),\n  [Ann](https://ann.example),\n  Bo (Bobby) Coe (Other)\n", name("Jo Doe (Acme) <https://jo.example>", "Ann <https://ann.example>", "Bo (Bobby) Coe (Other)")},
		{"author: {name: Jo Doe, url: https://jo.example}", name("Jo Doe <https://jo.example>")},
		{"authors:\n- name: Jo Doe\n  link: javascript:x\n- Ann Roe", name("Jo Doe", "Ann Roe")},
		{"author: noreply@blog.example (Jo Doe)", name("Jo Doe")},
		{"author: Jo Doe <jo@doe.example>", name("Jo Doe")},
		{"author: jo@doe.example", nil},
		{"by: Jo Doe", name("Jo Doe")},
		{"Author: Jo Doe", name("Jo Doe")},
		{"author: \"Jo\\u202E \\0Doe\"", name("Jo Doe")},
		{"author: <b>Jo Doe</b>", name("Jo Doe")},
		{"author: []", nil}, {"author:", nil}, {"author: {}", nil}, {"author: ', , '", nil},
	} {
		m, err := yamlMatter(tt.in, 1)
		if err != nil {
			t.Fatalf("%s: %v", tt.in, err)
		}
		if diff := cmp.Diff(tt.want, authors(m.get("authors", "author", "by"))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.in, diff)
		}
	}
}

func TestTopics(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{"tags: [Go, go, ' GO ', C++, C]", []string{"Go", "C++", "C"}},
		{"tags: one two, three", []string{"one two", "three"}},
		{"tags: [a]\ncategories: [b, a]\nkeywords: c\ntopics: {x: y}", []string{"a", "b", "c"}},
		{"categories: [Uncategorized, uncategorised, '#tag', '']", []string{"tag"}},
		{"tags: [Engineering Management, engineering-management]", []string{"Engineering Management"}},
		{"tags: [{name: a}, [b], c]", []string{"a", "c"}},
		{"tags: [R&amp;D]", []string{"R&D"}},
		{"tags:", nil},
	} {
		m, err := yamlMatter(tt.in, 1)
		if err != nil {
			t.Fatalf("%s: %v", tt.in, err)
		}
		if diff := cmp.Diff(tt.want, topics(m)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.in, diff)
		}
	}
}

func TestMinutes(t *testing.T) {
	for in, want := range map[string]int{"5": 5, "5 min read": 5, "Est. reading time: 7 minutes": 7, "": 0, "quick": 0, "12345": 0} {
		if got := minutes(in); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}
