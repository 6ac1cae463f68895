package dir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
)

const (
	maxFiles = 100_000
	maxDepth = 32
	maxFile  = 2 << 20 // bytes
)

// A file of the folder.
type file struct {
	path string // below the root, with slashes
	size int64
	mod  time.Time
}

// A tree is what one walk found.
type tree struct {
	articles  []file // that may be
	calendars []file
	drafts    int // by their place or name
	problems  []content.Problem
	unread    []content.Key
	partial   bool // something could not be looked at
}

var errTooMany = errors.New("too many files")

// walk looks through the folder. Only the root itself is an error.
func walk(ctx context.Context, fsys fs.FS, opt *Options) (*tree, error) {
	t := &tree{}
	seen, other, example := 0, 0, ""
	links, stray := 0, "" // that are not followed
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			if p == "." {
				return err
			}
			t.fail(opt, p, "cannot be read: "+reason(err), "what it holds is left as it is")
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if seen++; seen > maxFiles {
			t.fail(opt, p, fmt.Sprintf("the folder has more than %d files; this one and the rest were not read", maxFiles), "give articles a folder of their own")
			return errTooMany
		}
		name := d.Name()
		if d.IsDir() {
			switch {
			case p == ".":
			case ignoredDir(p, name):
				return fs.SkipDir
			case strings.Count(p, "/") >= maxDepth:
				t.fail(opt, p, fmt.Sprintf("lies more than %d folders deep and was not read", maxDepth), "")
				return fs.SkipDir
			}
			return nil
		}
		what := opt.classify(p)
		if what == ignored {
			if ext := strings.ToLower(path.Ext(name)); (ext == ".markdown" || ext == ".mkd") && !strings.HasPrefix(name, "_") {
				if other++; example == "" {
					example = p
				}
			}
			if d.Type()&fs.ModeSymlink == 0 || path.Ext(name) != "" || ignoredDir(p, name) {
				return nil // but what may be a folder of articles
			}
		}
		info, err := d.Info()
		if err == nil && d.Type()&fs.ModeSymlink != 0 {
			info, err = follow(fsys, p)
			if info == nil && err == nil {
				if links++; stray == "" {
					stray = p
				}
				return nil
			}
		}
		if what == ignored {
			return nil
		}
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // it went while we walked
			}
			t.fail(opt, p, "cannot be read: "+reason(err), "")
			return nil
		}
		if !info.Mode().IsRegular() {
			return nil
		}
		f := file{p, info.Size(), info.ModTime()}
		switch what {
		case draftFile:
			t.drafts++
		case calendarFile:
			t.calendars = append(t.calendars, f)
		default:
			t.articles = append(t.articles, f)
		}
		return nil
	})
	if err != nil && !errors.Is(err, errTooMany) {
		return nil, err
	}
	if other > 0 {
		t.problems = append(t.problems, content.Problem{
			At:   content.Position{File: opt.shown(example)},
			What: fmt.Sprintf("%s not read, for articles end in %s", plural(other, "file was", "files were"), strings.Join(opt.Extensions, " or ")),
			Hint: "rename them",
		})
	}
	if links > 0 {
		t.problems = append(t.problems, content.Problem{
			At:   content.Position{File: opt.shown(stray)},
			What: plural(links, "symbolic link is", "symbolic links are") + " not followed: only those to files within this folder are",
			Hint: "put the files themselves here, or name the other folder as a source of its own",
		})
	}
	return t, nil
}

// fail notes what could not be looked at: from now on absence means nothing.
func (t *tree) fail(opt *Options, p, what, hint string) {
	t.problems = append(t.problems, content.Problem{At: content.Position{File: opt.shown(p)}, What: what, Hint: hint})
	t.unread = append(t.unread, opt.pathKey(p))
	t.partial = true
}

// reason is an error without the path, which stands before it anyway.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// What a name says about a file.
type class int

const (
	ignored class = iota
	articleFile
	draftFile
	calendarFile
)

// ignoredDir tells the folders that hold no articles: hidden ones, those of
// tools, and those that site generators keep for themselves.
func ignoredDir(p, name string) bool {
	switch {
	case strings.HasPrefix(name, "."), name == "node_modules":
		return true
	case name == "_posts", name == "_drafts":
		return false
	case strings.HasPrefix(name, "_"):
		return true
	}
	return p == "archetypes" || p == "themes" || p == "layouts"
}

// classify judges a file by its path.
func (opt *Options) classify(p string) class {
	name := path.Base(p)
	ext := strings.ToLower(path.Ext(name))
	stem := strings.TrimSuffix(name, path.Ext(name))
	switch {
	case strings.HasPrefix(name, "."):
		return ignored
	case name == "events.yaml", name == "events.yml", ext == ".ics" && !strings.HasPrefix(name, "_"):
		return calendarFile
	case !slices.Contains(opt.Extensions, ext):
		return ignored
	case stem == "_index", strings.HasPrefix(stem, "_index."), p == name && (stem == "index" || strings.HasPrefix(stem, "index.")):
		return ignored // the list of a section
	case slices.Contains(strings.Split(path.Dir(p), "/"), "_drafts"), strings.HasPrefix(name, "_"):
		return draftFile
	}
	switch strings.ToUpper(stem) {
	case "README", "LICENSE", "LICENCE", "CONTRIBUTING", "CHANGELOG", "CODE_OF_CONDUCT", "SECURITY":
		return ignored
	}
	return articleFile
}

// follow returns what a symbolic link leads to, nil if that is no file inside
// of the folder. A link that leads to a link is not followed.
func follow(fsys fs.FS, p string) (fs.FileInfo, error) {
	links, ok := fsys.(fs.ReadLinkFS)
	if !ok {
		return nil, nil
	}
	to, err := links.ReadLink(p)
	if err != nil || path.IsAbs(to) {
		return nil, err
	}
	to = path.Join(path.Dir(p), to)
	if !fs.ValidPath(to) || to == "." {
		return nil, nil
	}
	for at := to; at != "."; at = path.Dir(at) {
		info, err := links.Lstat(at)
		if err != nil || info.Mode()&fs.ModeSymlink != 0 {
			return nil, nil
		}
		if at == to && !info.Mode().IsRegular() {
			return nil, nil
		}
	}
	return links.Lstat(to)
}

// shown is a path as messages write it.
func (opt *Options) shown(p string) string { return path.Join(opt.Dir, p) }

// pathKey is the weakest key of an article: files are renamed.
func (opt *Options) pathKey(p string) content.Key {
	return content.Key(opt.Name + ":path:" + p)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
