package config

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// config reads the whole file.
func (r *reader) config(n *yaml.Node, c *Config) {
	c.Mail.Folder = r.absolute(c.Mail.Folder)
	c.Database = r.database(string(c.Database))
	newsletters := &yaml.Node{} // read last: their zone is the publication's
	r.fields(n, "the file", []field{
		{key: "publication", must: true, read: func(n *yaml.Node) { r.publication(n, &c.Publication) }},
		{key: "content", must: true, read: func(n *yaml.Node) { r.content(n, &c.Content) }},
		{key: "events", read: func(n *yaml.Node) { r.events(n, &c.Events) }},
		{key: "newsletters", must: true, read: func(n *yaml.Node) { newsletters = n }},
		{key: "feeds", read: func(n *yaml.Node) { r.feeds(n, &c.Feeds) }},
		{key: "readers", read: func(n *yaml.Node) { r.readers(n, &c.Readers) }},
		{key: "mail", must: true, read: func(n *yaml.Node) { r.mail(n, &c.Mail) }},
		{key: "database", read: func(n *yaml.Node) { r.where(n, &c.Database) }},
		{key: "web", read: func(n *yaml.Node) {
			r.fields(n, "web", []field{{key: "listen", read: r.listen(&c.Web.Listen)}, {key: "trusted_proxies", read: r.proxies(&c.Web.Proxies)}})
		}},
		{key: "theme", read: func(n *yaml.Node) { r.theme(n, &c.Theme) }},
		{key: "privacy", read: func(n *yaml.Node) { r.privacy(n, &c.Privacy) }},
		{key: "editors", read: func(n *yaml.Node) { r.editors(n, &c.Editors) }},
		{key: "webhooks", read: func(n *yaml.Node) { r.webhooks(n, &c.Webhooks) }},
	})
	if newsletters.Kind != 0 {
		r.path = []string{"newsletters"}
		r.newsletters(newsletters, c)
		r.path = nil
	}
}

func (r *reader) publication(n *yaml.Node, p *Publication) {
	r.fields(n, "publication", []field{
		{key: "title", must: true, read: r.text(&p.Title)},
		{key: "description", read: r.text(&p.Description)},
		{key: "url", must: true, read: r.site(&p.URL)},
		{key: "language", read: r.tongue(&p.Language)},
		{key: "languages", read: r.words(&p.Languages, "[en, de]", r.tongue)},
		{key: "timezone", read: r.zone(&p.Zone)},
		{key: "address", must: true, read: r.text(&p.Address)},
	})
}

func (r *reader) content(n *yaml.Node, to *[]Source) {
	r.list(n, "- dir: articles", func(n *yaml.Node) {
		s := defaultSource()
		var dir string
		const dirOnly = "this version reads folders: dir"
		r.fields(n, "a source", []field{
			{key: "dir", must: !r.hasLater(n), read: r.text(&dir)},
			{key: "url", read: r.site(&s.URL)},
			{key: "permalink", read: r.permalink(&s.Permalink)},
			{key: "settle", read: r.duration(&s.Settle, 0)},
			{key: "flood", read: r.number(&s.Flood, 0, 1_000_000)},
			{key: "feed", later: dirOnly},
			{key: "wordpress", later: dirOnly},
			{key: "ghost", later: dirOnly},
			{key: "calendar", later: dirOnly},
		})
		if dir == "" {
			return
		}
		s.Name, s.Dir = "dir:"+filepath.ToSlash(filepath.Clean(dir)), r.absolute(dir)
		if slices.ContainsFunc(*to, func(t Source) bool { return t.Dir == s.Dir }) {
			r.wrong(n, "the folder "+quote(dir)+" is a source already", "")
			return
		}
		*to = append(*to, s)
	})
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		r.wrong(n, "content has no source", "like - dir: articles")
	}
}

// hasLater reports whether a source is of a kind this version does not have,
// which is then the only mistake worth telling.
func (r *reader) hasLater(n *yaml.Node) bool {
	return n.Kind == yaml.MappingNode && slices.ContainsFunc(n.Content, func(n *yaml.Node) bool {
		return slices.Contains([]string{"feed", "wordpress", "ghost", "calendar"}, n.Value)
	})
}

// permalink reads the pattern of an article's address.
func (r *reader) permalink(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		switch {
		case !ok:
		case !strings.HasPrefix(v, "/"):
			r.wrong(n, quote(n.Value)+" is not a path", "like /:year/:slug/")
		default:
			*to = v
		}
	}
}

func (r *reader) events(n *yaml.Node, e *Events) {
	r.fields(n, "events", []field{{key: "remind", read: func(n *yaml.Node) {
		e.Remind = nil
		r.list(n, "[42d, 14d, 2d]", func(n *yaml.Node) {
			var d time.Duration
			if r.duration(&d, time.Minute)(n); d == 0 {
				return
			}
			if slices.Contains(e.Remind, d) {
				r.wrong(n, quote(n.Value)+" stands here a second time", "")
				return
			}
			e.Remind = append(e.Remind, d)
		})
	}}})
}

var newsletterName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

func (r *reader) newsletters(n *yaml.Node, c *Config) {
	seen := r.pairs(n, "newsletters", "like weekly: …", func(key, value *yaml.Node) {
		letter := defaultNewsletter(c.Publication.Zone)
		letter.Name = key.Value
		if !newsletterName.MatchString(key.Value) {
			r.wrong(key, quote(key.Value)+" is not a name for a newsletter", "at most 32 of a-z, 0-9 and -")
		}
		r.newsletter(value, &letter)
		c.Newsletters = append(c.Newsletters, letter)
	})
	if seen != nil && len(seen) == 0 {
		r.wrong(n, "newsletters has none", "like weekly: …")
	}
}

func (r *reader) newsletter(n *yaml.Node, l *Newsletter) {
	var zone *yaml.Node
	hold, calendar := "auto", "links"
	before := len(r.mistakes)
	r.fields(n, "newsletter "+l.Name, []field{
		{key: "title", must: true, read: r.text(&l.Title)},
		{key: "description", read: r.text(&l.Description)},
		{key: "schedule", must: true, read: r.schedule(&l.Schedule)},
		{key: "timezone", read: func(n *yaml.Node) {
			if l.ReaderZone = n.Value == "reader"; l.ReaderZone {
				zone = n
				return
			}
			r.zone(&l.Zone)(n)
		}},
		{key: "topics", read: r.words(&l.Topics, "[leadership, culture]", r.text)},
		{key: "items", read: func(n *yaml.Node) {
			all := l.Items
			r.words(&l.Items, "[articles, reminders]", func(to *string) func(*yaml.Node) { return r.word(to, all...) })(n)
			if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
				r.wrong(n, "a newsletter without items has nothing to send", "some of: "+strings.Join(all, ", "))
			}
		}},
		{key: "first", read: r.number(&l.First, 0, 1000)},
		{key: "newest", read: r.duration(&l.Newest, 0)},
		{key: "hold", read: r.word(&hold, "auto", "review")},
		{key: "grace", read: r.duration(&l.Grace, 0)},
		{key: "calendar", read: r.word(&calendar, "links", "attach")},
		{key: "subject", read: r.text(&l.Subject)},
		{key: "preheader", read: r.text(&l.Preheader)},
		{key: "welcome", read: r.truth(&l.Welcome)},
	})
	l.Review, l.Attach = hold == "review", calendar == "attach"
	if zone != nil && l.Schedule == "" && len(r.mistakes) == before {
		r.wrong(zone, "timezone: reader needs a schedule", "an instant newsletter has no hour")
	}
}

func (r *reader) privacy(n *yaml.Node, p *Privacy) {
	clicks := "none"
	r.fields(n, "privacy", []field{{key: "clicks", read: r.word(&clicks, "none", "totals")}})
	p.Clicks = clicks == "totals"
}

func (r *reader) theme(n *yaml.Node, t *Theme) {
	r.fields(n, "theme", []field{
		{key: "accent", read: r.colour(&t.Accent)},
		{key: "accent_dark", read: r.colour(&t.AccentDark)},
		{key: "logo", read: r.picture(&t.Logo)},
		{key: "logo_width", read: r.number(&t.LogoWidth, 16, 600)},
		{key: "width", read: r.number(&t.Width, 480, 720)},
		{key: "templates", read: r.pathname(&t.Templates)},
		{key: "messages", read: r.pathname(&t.Messages)},
	})
}
