package main

import (
	"context"
	"io/fs"
	"net/url"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/fetch"
	"github.com/standfirst/standfirst/internal/picture"
)

// Letters wait this long for the pictures of what they hold, and are written
// without them then: a slow server of somebody else's is no reason to be late.
const picturePatience = 10 * time.Second

// newKeeper makes what looks after the pictures of articles. What lies in our
// own folders is read there: the server that gives it may not run yet.
func (a *app) newKeeper() *picture.Keeper {
	opt := picture.Limits()
	opt.Agent = a.agent()
	if a.conf.Publication.Local() {
		opt.Reach = fetch.Locally
	}
	own := a.conf.Publication.URL + "/media/"
	return &picture.Keeper{
		Store: a.db, Client: fetch.New(opt), Reach: opt.Reach, Log: a.log, Own: own,
		Folder: func(address string) (fs.FS, string, bool) {
			path, ok := strings.CutPrefix(address, own)
			if !ok {
				return nil, "", false
			}
			segment, name, _ := strings.Cut(path, "/")
			name, err := url.PathUnescape(name)
			folder := a.media[segment]
			if err != nil || folder == nil || strings.Contains("/"+name, "/.") || strings.ContainsRune(name, '\\') {
				return noFolder{}, "nothing", true
			}
			return folder, name, true
		},
	}
}

// noFolder is where nothing is.
type noFolder struct{}

// Open implements fs.FS.
func (noFolder) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// illustrate fetches the pictures of what was just found, for as long as
// letters wait. What is late comes in its own time.
func (a *app) illustrate(ctx context.Context) (picture.Tally, error) {
	ctx, cancel := context.WithTimeout(ctx, picturePatience)
	defer cancel()
	return a.keeper.Round(ctx)
}

// pictures tells in words what came of that.
func (e *env) pictures(t picture.Tally) {
	if t.Kept > 0 {
		e.printf("%s kept for letters and pages\n", plural(t.Kept, "picture"))
	}
	for _, w := range t.Why {
		e.printf("  %s\n", w.Error())
	}
}

// agent is what we say that we are to other sites.
func (a *app) agent() string { return "Standfirst/" + version() + " (+" + a.conf.Publication.URL + ")" }
