package dir

import (
	"strings"
	"testing"
)

// The mark of a text is the same where only its file, address, title, links or
// day changed; of a short text, title and day are part of it.
func TestTextMark(t *testing.T) {
	long := strings.Repeat("Words that tell this article from any other. ", 5)
	if n := len(long); n < enough || n > 2*enough {
		t.Fatalf("%d characters", n)
	}
	type file struct{ name, matter, text string }
	mark := func(f file, opt Options) string {
		return one(t, f.name, "---\n"+f.matter+"\n---\n"+f.text+"\n", opt).Text
	}
	was := file{"a.md", "title: A\ndate: 2026-06-01", long + "A [link](../b.md)."}
	short := file{"a.md", "title: A\ndate: 2026-06-01", "Comments are open."}
	teaser := file{"a.md", "title: A\ndate: 2026-06-01\nsummary: What it is about.", ""}
	site := here
	site.BaseURL = "https://blog.example"
	for name, tt := range map[string]struct {
		was, is file
		opt     Options
		same    bool
	}{
		"file and title":      {was, file{"x/b.md", "title: B\ndate: 2026-06-01", was.text}, here, true},
		"day":                 {was, file{"a.md", "title: A\ndate: 2026-06-02", was.text}, here, true},
		"front matter":        {was, file{"a.md", "title: A\ndate: 2026-06-01\nsummary: New.\ntags: [x]\nimage: /a.png", was.text}, here, true},
		"site":                {was, was, site, true},
		"lines":               {was, file{"a.md", was.matter, strings.ReplaceAll(was.text, ". W", ".\nW")}, here, true},
		"a link":              {was, file{"a.md", was.matter, long + "A [link](https://c.example/)."}, here, true},
		"a word":              {was, file{"a.md", was.matter, was.text + " More."}, here, false},
		"language":            {was, file{"a.md", was.matter + "\nlang: de", was.text}, here, false},
		"short, file":         {short, file{"b.md", short.matter, short.text}, here, true},
		"short, title":        {short, file{"a.md", "title: B\ndate: 2026-06-01", short.text}, here, false},
		"short, day":          {short, file{"a.md", "title: A\ndate: 2026-06-02", short.text}, here, false},
		"teaser, file":        {teaser, file{"b.md", teaser.matter, ""}, here, true},
		"teaser, its summary": {teaser, file{"a.md", "title: A\ndate: 2026-06-01\nsummary: Another.", ""}, here, false},
	} {
		a, b := mark(tt.was, here), mark(tt.is, tt.opt)
		if a == "" || (a == b) != tt.same {
			t.Errorf("%s: %q and %q, the same is not %t", name, a, b, tt.same)
		}
	}
}

// Editors rename files and improve titles in one go, and copy files to begin
// another article: neither is mailed again.
func TestRenamedRetitledCopied(t *testing.T) {
	file := func(title, text string) string {
		return "---\ntitle: " + title + "\ndate: 2026-06-01\n---\n" + text + "\n"
	}
	for name, text := range map[string]string{"long": strings.Repeat("Words that tell it from others. ", 10), "short": "Few words."} {
		s := newDesk(t)
		s.sync(folder("ships.md", file("Of ships", text), "shoes.md", file("Of shoes", "Of shoes, and only of shoes.")))
		s.sync(folder("ships.md", file("Of ships", text), "shoes.md", file("Of shoes", "Of shoes, and only of shoes."), "b.md", file("Of ships", text)))
		if len(s.plan.Held) != 1 || !strings.Contains(s.plan.Held[0].Reason, "lead/ships.md") || s.plan.Held[0].At.File != "lead/b.md" {
			t.Errorf("%s, copied: held %v", name, s.plan.Held)
		}
		if name == "long" {
			s.sync(folder("sails.md", file("Of ships and sails", text), "shoes.md", file("Of shoes", "Of shoes, and only of shoes.")))
		}
		if len(s.known.Articles) != 2 || s.news != 0 || s.plan.Report.Withdrawn != 0 {
			t.Errorf("%s: %d articles, %d released after the first sync, report %+v", name, len(s.known.Articles), s.news, s.plan.Report)
		}
	}
}
