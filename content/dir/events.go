package dir

import (
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/content/calendar"
)

// maxCalendar is the most that is read of a file of events, in bytes; package
// calendar says what is too much, so this is a little more than that.
const maxCalendar = 5<<20 + 1

// events adds what the files of events show.
func (s *Source) events(fsys fs.FS, files []file, l *content.Listing, now time.Time) {
	opt := calendar.Options{Source: s.opt.Name, Zone: s.opt.Zone.String(), Now: now, Lang: s.opt.Lang}
	for _, f := range files {
		data, err := readFile(fsys, f.path, maxCalendar)
		if err != nil {
			l.Problems = append(l.Problems, content.Problem{
				At: content.Position{File: s.opt.shown(f.path)}, What: "cannot be read: " + reason(err), Events: true,
			})
			continue
		}
		parse := calendar.ParseYAML
		if strings.EqualFold(path.Ext(f.path), ".ics") {
			parse = calendar.ParseICS
		}
		events, problems := parse(s.opt.shown(f.path), data, opt)
		l.Events = append(l.Events, events...)
		l.Problems = append(l.Problems, problems...)
	}
}
