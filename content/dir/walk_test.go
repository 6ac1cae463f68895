package dir

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
)

func TestCache(t *testing.T) {
	fsys := folder(
		"a.md", "---\ntitle: A\ndate: 2026-06-01\n---\n[b](b.md)\n",
		"b.md", "---\ntitle: B\ndate: 2026-06-01\n---\nText.\n",
	)
	s := New(fsys, here)
	get := func(now time.Time) []content.Found {
		t.Helper()
		l, err := s.Read(context.Background(), now)
		if err != nil {
			t.Fatal(err)
		}
		return l.Articles
	}
	first := get(noon)
	fsys["a.md"].Data = []byte("---\ntitle: C\ndate: 2026-06-01\n---\n[b](b.md)\n") // same size, same time: not seen
	if got := get(noon); got[0].Title != "A" {
		t.Errorf("title %q: the file was read again though it looks the same", got[0].Title)
	}
	fsys["b.md"] = &fstest.MapFile{Data: []byte("---\ntitle: B\ndate: 2026-06-01\nslug: moved\n---\nText.\n"), ModTime: noon}
	got := get(noon.Add(time.Minute))
	if !strings.Contains(got[0].Body, "/articles/moved") || got[0].Hash == first[0].Hash {
		t.Errorf("the link still leads to where b was: %s", got[0].Body)
	}
	// A change within the resolution of file times must not be missed for ever.
	fsys["b.md"] = &fstest.MapFile{Data: []byte("---\ntitle: B\ndate: 2026-06-01\nslug: other\n---\nText.\n"), ModTime: noon.Add(time.Hour)}
	get(noon.Add(time.Hour))
	fsys["b.md"].Data = []byte("---\ntitle: B\ndate: 2026-06-01\nslug: again\n---\nText.\n")
	if got := get(noon.Add(time.Hour)); got[1].Slug != "again" {
		t.Errorf("slug %q: a file written twice in a second was read once", got[1].Slug)
	}
	delete(fsys, "a.md")
	if got := get(noon.Add(2 * time.Hour)); len(got) != 1 || len(s.cache) != 1 {
		t.Errorf("%d articles, %d in the cache, want 1 and 1", len(got), len(s.cache))
	}
}

func TestStamp(t *testing.T) {
	fsys := folder("a.md", "---\ntitle: A\ndate: 2026-06-01\n---\nText.\n", "pic.png", "png")
	s := New(fsys, here)
	stamp := func() string {
		t.Helper()
		got, err := s.Stamp(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	was := stamp()
	if stamp() != was {
		t.Error("the stamp changes by itself")
	}
	fsys["pic.png"].Data = []byte("other")
	if stamp() != was {
		t.Error("a picture changes the stamp")
	}
	for name, change := range map[string]func(){
		"touched": func() { fsys["a.md"].ModTime = noon },
		"grown":   func() { fsys["a.md"].Data = append(fsys["a.md"].Data, 'x') },
		"added":   func() { fsys["x/b.md"] = &fstest.MapFile{} },
		"events":  func() { fsys["events.yaml"] = &fstest.MapFile{} },
		"draft":   func() { fsys["_drafts/d.md"] = &fstest.MapFile{} },
		"removed": func() { delete(fsys, "x/b.md") },
	} {
		if name == "removed" {
			fsys["x/b.md"] = &fstest.MapFile{}
			was = stamp()
		}
		change()
		if now := stamp(); now == was {
			t.Errorf("%s: the stamp stays", name)
		} else {
			was = now
		}
	}
}

func TestEvents(t *testing.T) {
	l := read(t, folder(
		"events.yaml", "- name: Lead London\n  city: London\n  start: 2026-09-01\n  end: 2026-09-02\n",
		"more/talks.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Talk\r\nLOCATION:Berlin\\, Germany\r\nDTSTART;VALUE=DATE:20261109\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		"a.md", "---\ntitle: A\ndate: 2026-06-01\n---\nText.\n"), here)
	if len(l.Events) != 2 || len(l.Articles) != 1 || len(l.Problems) != 0 {
		t.Errorf("%d events, %d articles, %v", len(l.Events), len(l.Articles), l.Problems)
	}
}

type denied struct{ fstest.MapFS }

func (d denied) Open(name string) (fs.File, error) {
	if name == "secret" || name == "b.md" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return d.MapFS.Open(name)
}

func (d denied) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == "secret" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return d.MapFS.ReadDir(name)
}

func TestWhatCannotBeRead(t *testing.T) {
	post := "---\ntitle: A\ndate: 2026-06-01\n---\nText.\n"
	l := read(t, denied{folder("a.md", post, "b.md", post, "secret/c.md", post)}, here)
	if len(l.Articles) != 1 || l.Complete || len(l.Problems) != 2 {
		t.Errorf("%d articles, complete %t, %v", len(l.Articles), l.Complete, l.Problems)
	}
	want := []content.Key{"dir:lead:path:secret", "dir:lead:path:b.md"}
	if diff := cmp.Diff(want, l.Unread); diff != "" {
		t.Errorf("unread (-want +got)\n%s", diff)
	}

	ctx := context.Background()
	if l, err := Open(filepath.Join(t.TempDir(), "gone"), here).Read(ctx, noon); err == nil {
		t.Errorf("a folder that is not there gives %+v", l)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, err := New(folder("a.md", post), here).Read(stopped, noon); err == nil {
		t.Error("a stopped reading gives no error")
	}
	for name, opt := range map[string]Options{
		"no site":   {Name: "dir:x"},
		"a path":    {Name: "dir:x", Site: "/blog"},
		"a pattern": {Name: "dir:x", Site: "https://x.example", BaseURL: "https://y.example", Permalink: "/:yaer/:slug"},
		"a base":    {Name: "dir:x", Site: "https://x.example", BaseURL: "y.example"},
	} {
		if _, err := New(folder(), opt).Read(ctx, noon); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestDepthAndLinks(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	post := "---\ntitle: %s\ndate: 2026-06-01\n---\nText.\n"
	write := func(p, title string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, fmt.Appendf(nil, post, title), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(root, "a.md"), "Inside")
	write(filepath.Join(outside, "secret.md"), "Outside")
	for from, to := range map[string]string{
		"out.md": filepath.Join(outside, "secret.md"), "dir": outside, "up.md": "../../etc/passwd.md",
		"twice.md": "out.md", "loop": ".", "dead.md": "nowhere.md",
	} {
		if err := os.Symlink(to, filepath.Join(root, from)); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	if err := os.Symlink("../a.md", filepath.Join(mkdir(t, root, "sub"), "linked.md")); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Source{Open(root, here), New(os.DirFS(root), here)} {
		l, err := s.Read(context.Background(), noon)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range l.Articles {
			got = append(got, f.At.File+" "+f.Title)
		}
		if diff := cmp.Diff([]string{"lead/a.md Inside", "lead/sub/linked.md Inside"}, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		want := "lead/dead.md: 6 symbolic links are not followed: only those to files within this folder are (put the files themselves here, or name the other folder as a source of its own)"
		if len(l.Problems) != 1 || l.Problems[0].Error() != want {
			t.Errorf("got %v, want %s", l.Problems, want)
		}
	}

	deep := folder(strings.Repeat("d/", maxDepth+1)+"a.md", fmt.Sprintf(post, "Deep"), "b.md", fmt.Sprintf(post, "B"))
	if l := read(t, deep, here); len(l.Articles) != 1 || l.Complete || len(l.Problems) != 1 {
		t.Errorf("%d articles, complete %t, %v", len(l.Articles), l.Complete, l.Problems)
	}
}

func mkdir(t *testing.T, parts ...string) string {
	t.Helper()
	p := filepath.Join(parts...)
	if err := os.MkdirAll(p, 0o755); err != nil {
		t.Fatal(err)
	}
	return p
}
