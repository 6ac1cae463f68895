// Package dir is the source that editors keep in a folder: articles in Markdown
// with front matter as Hugo, Jekyll and Astro write it, and events in events.yaml
// and *.ics files.
//
// It says what the folder shows and by which keys each article can be
// recognised. It does not know what was read before, what is new, or what was
// released: that is for content.Reconcile to decide.
package dir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/standfirst/standfirst/content"
)

// Options say how a folder is to be read. Name and Site are needed.
type Options struct {
	Name string // of the source: "dir:examples/lead"
	Dir  string // what messages call the folder; empty: Name without "dir:"
	Site string // where our own server is: articles stand at SITE/articles/SLUG

	// BaseURL and Permalink tell where the articles stand if a site of their
	// own shows them. Permalink is a pattern of :year :month :monthname :day
	// :i_month :i_day :slug :title :filename :section and :sections, with Hugo's
	// meaning; empty means "/:slug/".
	BaseURL   string
	Permalink string

	// Media is the address under which other files of the folder are served,
	// for pictures that stand beside an article. Without it and without BaseURL
	// their alternative text stands for them.
	Media string

	Zone *time.Location // of dates without one; nil: UTC
	Lang string         // of articles that do not say; empty: the publication's
	WPM  int            // reading speed in words per minute; 0: markup.WordsPerMinute

	// Extensions are those of the files that hold articles; nil: .md and .mdx.
	Extensions []string
}

// A Source reads one folder. Its methods may be called by several goroutines
// at once.
type Source struct {
	open func() (fs.FS, func() error, error)
	opt  Options

	mu    sync.Mutex
	cache map[string]*entry // by path; what was read last time
}

var _ content.Source = (*Source)(nil)

// New returns the source that reads fsys.
func New(fsys fs.FS, opt Options) *Source {
	return newSource(func() (fs.FS, func() error, error) {
		return fsys, func() error { return nil }, nil
	}, opt)
}

// Open returns the source that reads a folder on disk. Nothing outside of it is
// read, whatever its symbolic links say. The folder is looked up anew each time,
// so that it may be replaced as a whole, as deployments do.
func Open(path string, opt Options) *Source {
	return newSource(func() (fs.FS, func() error, error) {
		root, err := os.OpenRoot(path)
		if err != nil {
			return nil, nil, err
		}
		return root.FS(), root.Close, nil
	}, opt)
}

func newSource(open func() (fs.FS, func() error, error), opt Options) *Source {
	if opt.Dir == "" {
		opt.Dir = strings.TrimPrefix(opt.Name, "dir:")
	}
	if opt.Zone == nil {
		opt.Zone = time.UTC
	}
	if opt.Extensions == nil {
		opt.Extensions = []string{".md", ".mdx"}
	}
	if opt.BaseURL != "" && opt.Permalink == "" {
		opt.Permalink = "/:slug/"
	}
	return &Source{open: open, opt: opt, cache: make(map[string]*entry)}
}

// Name returns the name of the source.
func (s *Source) Name() string { return s.opt.Name }

// Read returns what the folder shows at now. Files that have not changed since
// the last time are not parsed again. The error says that the folder cannot be
// read at all, or that the options are wrong.
func (s *Source) Read(ctx context.Context, now time.Time) (*content.Listing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.opt.check(); err != nil {
		return nil, fmt.Errorf("source %s: %w", s.opt.Name, err)
	}
	fsys, done, err := s.open()
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", s.opt.Name, err)
	}
	defer done()

	t, err := walk(ctx, fsys, &s.opt)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", s.opt.Name, err)
	}
	entries, err := s.load(ctx, fsys, t.articles, now)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", s.opt.Name, err)
	}
	a := newAtlas(fsys, &s.opt, entries)
	if err := s.render(ctx, entries, a); err != nil {
		return nil, fmt.Errorf("source %s: %w", s.opt.Name, err)
	}
	l := s.list(t, entries, now)
	s.events(fsys, t.calendars, l, now)
	return l, nil
}

// Stamp returns a fingerprint of the folder: the paths, sizes and times of the
// files that count. As long as it stays the same, reading again can only show
// what time itself changes: articles whose date comes. It is cheap enough to be
// asked every few seconds.
func (s *Source) Stamp(ctx context.Context) (string, error) {
	fsys, done, err := s.open()
	if err != nil {
		return "", fmt.Errorf("source %s: %w", s.opt.Name, err)
	}
	defer done()
	t, err := walk(ctx, fsys, &s.opt)
	if err != nil {
		return "", fmt.Errorf("source %s: %w", s.opt.Name, err)
	}
	h := sha256.New()
	for _, list := range [][]file{t.articles, t.calendars} {
		for _, f := range list {
			fmt.Fprintf(h, "%q %d %d\n", f.path, f.size, f.mod.UnixNano())
		}
	}
	fmt.Fprintf(h, "%d %d %t\n", t.drafts, len(t.problems), t.partial)
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// An entry is one file as it was read.
type entry struct {
	file file
	page *page

	// What was made of it, and on what that depended beside the file.
	url      string
	slug     string
	refs     map[string]target
	found    *content.Found
	problems []content.Problem
}

// fresh reports whether a file can have changed without our seeing it: its time
// tells nothing, or is so near that a second change may bear the same.
func (e *entry) fresh(now time.Time) bool {
	age := now.Sub(e.file.mod)
	return e.file.mod.IsZero() || age < 2*time.Second
}

// load parses the files that changed and keeps the rest, in order.
func (s *Source) load(ctx context.Context, fsys fs.FS, files []file, now time.Time) ([]*entry, error) {
	entries := make([]*entry, len(files))
	next := make(map[string]*entry, len(files))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range files {
		if e := s.cache[f.path]; e != nil && e.file == f {
			entries[i] = e
		} else {
			e := &entry{file: f}
			entries[i] = e
			g.Go(func() error {
				e.page = s.opt.read(fsys, f)
				return ctx.Err()
			})
		}
		if e := entries[i]; !e.fresh(now) {
			next[f.path] = e
		}
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	s.cache = next
	return entries, nil
}

// render makes articles of the pages that are ones.
func (s *Source) render(ctx context.Context, entries []*entry, a *atlas) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, e := range entries {
		if e.page.state != isArticle {
			continue
		}
		place := a.places[e.file.path]
		if e.found != nil && e.url == place.url && e.slug == place.slug && a.same(e.page, e.refs) {
			continue
		}
		e.url, e.slug = place.url, place.slug
		g.Go(func() error {
			e.found, e.problems, e.refs = s.opt.article(e.page, place, a)
			return ctx.Err()
		})
	}
	return g.Wait()
}
