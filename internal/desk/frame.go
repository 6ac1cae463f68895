package desk

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/templates"
)

// menu is what the desk's menu leads to, in order. A page that this server
// does not have is not in it.
var menu = []struct{ key, path string }{
	{"desk.title", "/desk"},
	{"desk.frame.editions", "/desk/editions"},
	{"desk.frame.readers", "/desk/readers"},
	{"desk.frame.articles", "/desk/articles"},
	{"site.events", "/desk/events"},
	{"desk.frame.sources", "/desk/sources"},
	{"desk.frame.feeds", "/desk/feeds"},
	{"desk.frame.log", "/desk/log"},
	{"desk.frame.people", "/desk/people"},
}

// frame is what a page of the desk has, for who is signed in. Title is
// plain text. The query done=KEY, which acts lead on with, says the message
// desk.done.KEY above the page; wrong=KEY says desk.wrong.KEY.
func (d *Desk) frame(r *http.Request, visit *editors.Visit, title string) templates.DeskFrame {
	l := d.Locale()
	f := templates.DeskFrame{
		Page: d.Page(r, l, title), SignOut: "/desk/sign-out",
		You: l.Message("desk.frame.you", "editor", named(visit.Editor), "role", l.Message("desk.frame."+string(visit.Editor.Role))),
	}
	f.Hidden = true
	routes := d.Routes()
	for _, m := range menu {
		if routes["GET "+m.path] == nil || m.path == "/desk/people" && !visit.Editor.Role.May(editors.RoleOwner) {
			continue
		}
		stop := templates.Stop{Label: l.Message(m.key), URL: m.path, Here: r.URL.Path == m.path}
		stop.Current = stop.Here || m.path != "/desk" && strings.HasPrefix(r.URL.Path, m.path+"/")
		if m.path == "/desk/sources" {
			if n := d.failing(r.Context()); n > 0 {
				stop.Label = l.Message("desk.frame.sources_failing", "n", n)
			}
		}
		f.Menu = append(f.Menu, stop)
	}
	if routes["GET /desk/account"] != nil {
		f.Account = "/desk/account"
	}
	told := func(of string) string {
		if key := r.URL.Query().Get(of); key != "" {
			if text, err := l.Format("desk." + of + "." + key); err == nil { // else somebody made the address up
				return text
			}
		}
		return ""
	}
	f.Done, f.Wrong = told("done"), told("wrong")
	return f
}

// failing returns how many sources could not be read the last time, as far as
// is known.
func (d *Desk) failing(ctx context.Context) int {
	found, _, err := d.ready().sources.get(ctx, "")
	if err != nil {
		return 0 // the page of sources says what is wrong; the menu of another page is no place for it
	}
	n := 0
	for _, src := range found.value {
		if src.Failing() {
			n++
		}
	}
	return n
}

// Failing reports whether the latest reading of a source failed in part or
// altogether.
func (s SourceState) Failing() bool { return s.Failed != "" || len(s.Report.Errors) > 0 }

// A LogEntry says who did what, and when. Readers are named by their numbers.
type LogEntry struct {
	At      time.Time
	Who     string // "editor maya@example.com"
	What    string // a verb in the past: "sent a test"
	Subject string // an edition, a newsletter, "reader 17"
	Detail  string
}

// did writes down what an editor did. It is called when that is done: the log
// holds no intentions.
func (d *Desk) did(r *http.Request, visit *editors.Visit, what, subject, detail string) error {
	return d.Log(r.Context(), LogEntry{At: time.Now(), Who: who(visit), What: what, Subject: subject, Detail: detail})
}

// who names an editor in the log and in editions.
func who(visit *editors.Visit) string { return "editor " + visit.Editor.Email }

// only lets through who may do what is a matter of a role; other editors are
// told that they may not.
func (d *Desk) only(role editors.Role, h func(http.ResponseWriter, *http.Request, *editors.Visit) error) web.Handler {
	return d.editor(func(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
		if !visit.Editor.Role.May(role) {
			return web.Status(http.StatusForbidden)
		}
		return h(w, r, visit)
	})
}
