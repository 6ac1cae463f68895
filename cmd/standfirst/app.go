package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/content/dir"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/internal/config"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/internal/picture"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/internal/webhook"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// app is the parts of the program, wired together.
type app struct {
	conf        *config.Config
	log         *slog.Logger
	db          *store.DB
	catalog     *i18n.Catalog
	templates   *templates.Set
	media       map[string]fs.FS // the folders whose pictures are served
	syncer      *content.Syncer
	newsletters []*digest.Newsletter
	hooks       *webhook.Roster // who is told what happens; nil: nobody
	publisher   *digest.Publisher
	press       *digest.Press
	keeper      *picture.Keeper
	shelf       *web.Shelf
	transport   mailer.Transport
	mailbox     *mailer.Mailbox // nil: letters are really sent
	signing     signing
	tokens      *subscribers.Tokens
	post        *notes.Sender // nil: this process sends no letters
}

// open reads the configuration and makes everything that commands need. The
// database is opened, and brought up to date, here.
func (e *env) open() (*app, error) {
	conf, err := config.Load(e.config)
	if err != nil {
		return nil, err
	}
	a := &app{conf: conf, media: map[string]fs.FS{}, log: slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: inOneLine}))}
	if err := a.words(); err != nil {
		return nil, &coded{exitUsage, err, "standfirst check shows every mistake with its place"}
	}
	if a.newsletters, err = newsletters(conf); err != nil {
		return nil, err
	}
	if a.signing, err = newSigning(conf); err != nil {
		return nil, err
	}
	if a.hooks, err = hooks(conf); err != nil {
		return nil, err
	}
	if err := a.data(e.ctx); err != nil {
		return nil, err
	}
	if err := a.parts(e.ctx); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *app) close() {
	if a.db != nil {
		a.db.Close()
	}
}

// words loads templates and messages; a user's folders win file by file.
func (a *app) words() error {
	a.catalog = i18n.BuiltIn()
	var errs []error
	for _, dir := range messageFolders(a.conf.Theme) {
		var problems []i18n.Problem
		a.catalog, problems = a.catalog.Extend(os.DirFS(dir))
		for _, p := range problems {
			p.File = filepath.Join(dir, p.File)
			errs = append(errs, p)
		}
	}
	if own := a.conf.Publication.Languages; len(own) > 0 {
		few, missing := a.catalog.Only(append(slices.Clone(own), a.conf.Publication.Language))
		for _, tag := range missing {
			if slices.Contains(own, tag) {
				errs = append(errs, fmt.Errorf("publication.languages: there are no messages in %s; there are %s", tag, strings.Join(a.catalog.Languages(), ", ")))
			}
		}
		a.catalog = few
	}
	theme := templates.Theme{Accent: a.conf.Theme.Accent, AccentDark: a.conf.Theme.AccentDark, Width: a.conf.Theme.Width}
	theme.Logo, theme.LogoWidth = a.conf.Theme.Logo, a.conf.Theme.LogoWidth
	set, err := templates.Load(folder(a.conf.Theme.Templates), theme, a.catalog)
	a.templates = set
	if err == nil && a.conf.Theme.Templates != "" { // ours are looked at by the tests
		errs = append(errs, set.Check()...)
	}
	return errors.Join(append(errs, err)...)
}

// folder returns a user's folder, nil if there is none.
func folder(path string) fs.FS {
	if path == "" {
		return nil
	}
	return os.DirFS(path)
}

// data opens the database; its folder is made if it is not there.
func (a *app) data(ctx context.Context) error {
	db, err := store.Open(ctx, string(a.conf.Database))
	if err != nil {
		return err // names the database
	}
	a.db, db.Hooks = db, a.hooks
	if ds := a.destinations(); len(ds) > 0 {
		db.Destination = ds.Of
	}
	return nil
}

// parts makes what stands on the database.
func (a *app) parts(ctx context.Context) error {
	conf := a.conf
	key, err := a.db.Secret(ctx, "links")
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	a.tokens = &subscribers.Tokens{Key: key}
	messageKey, err := a.db.Secret(ctx, "message-ids")
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	var remind []int
	for _, d := range conf.Events.Remind {
		remind = append(remind, int(d/(24*time.Hour)))
	}
	a.syncer = &content.Syncer{Store: a.db, Remind: remind, Failed: a.sourceFailed} // silent: commands tell what its reports say
	for _, s := range conf.Content {
		if err := a.source(s); err != nil {
			return err
		}
	}
	if n, err := a.db.LastPushed(ctx); err != nil {
		return err
	} else if n > 0 {
		a.takePushed()
	}
	a.publisher = &digest.Publisher{
		Store: a.db, Newsletters: a.newsletters, Remind: remind, Log: a.log,
		Language: func(tag string) string { return a.catalog.First(tag, conf.Publication.Language).Words },
	}
	a.press = &digest.Press{
		Store: a.db, Newsletters: a.publisher.Newsletter, Templates: a.templates, Catalog: a.catalog,
		Publication: digest.Publication{
			Title: conf.Publication.Title, Description: conf.Publication.Description, URL: conf.Publication.URL, Address: conf.Publication.Address,
			Language: conf.Publication.Language, Zone: conf.Publication.Zone,
		},
		From:    mailer.Address(conf.Mail.From),
		ReplyTo: mailer.Address(conf.Mail.ReplyTo),
		Tokens:  a.tokens, Key: messageKey,
		Calendar: a.calendar, Pictures: a.db,
	}
	if conf.Privacy.Clicks {
		a.press.Links = a.db
	}
	a.keeper = a.newKeeper()
	a.shelf = &web.Shelf{Content: a.db, Publication: publication(conf, a.templates), Options: a.feedOptions()}
	if conf.Mail.Transport == config.Mailbox {
		a.mailbox = &mailer.Mailbox{Dir: conf.Mail.Folder}
		a.transport = a.signing.over(a.mailbox)
		return nil
	}
	relay := conf.Mail.SMTP
	a.transport = a.signing.over(&mailer.SMTP{
		Host: relay.Host, Port: relay.Port, Security: mailer.Security(relay.TLS),
		Username: relay.Username, Password: string(relay.Password), HELO: a.press.Domain(),
		Stumbled: func(why error, pause time.Duration) {
			a.log.Warn("the mail server chokes on pipelining; letters go step by step", "rest", pause, "err", why)
		},
	})
	return nil
}

// source adds a folder to what is synced, and its pictures to what is served.
func (a *app) source(s config.Source) error {
	segment := content.Slugify(filepath.Base(s.Dir))
	for n := 2; a.media[segment] != nil; n++ {
		segment = content.Slugify(fmt.Sprint(filepath.Base(s.Dir), "-", n))
	}
	a.media[segment] = pictures(s.Dir)
	src := dir.Open(s.Dir, dir.Options{
		Name: s.Name, Dir: s.Dir, Site: a.conf.Publication.URL, BaseURL: s.URL, Permalink: s.Permalink,
		Media: a.conf.Publication.URL + "/media/" + segment,
		Zone:  a.conf.Publication.Zone, Lang: a.conf.Publication.Language,
	})
	a.syncer.Sources = append(a.syncer.Sources, content.Watched{
		Source: src, Rules: content.Rules{Settle: s.Settle, Flood: s.Flood}, Stamp: src.Stamp,
	})
	return nil
}

// pictures is a folder of the disk that no link leads out of. It is looked up
// anew for each file, so that it may be replaced as a whole.
type pictures string

func (p pictures) Open(name string) (fs.File, error) {
	root, err := os.OpenRoot(string(p))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Open(filepath.FromSlash(name))
}

// publication is what feeds say of their publisher.
func publication(conf *config.Config, set *templates.Set) feed.Publication {
	style, err := set.Asset("feed.css")
	if err == nil {
		style = conf.Publication.URL + style
	}
	return feed.Publication{
		Stylesheet: style, // none, if a theme has taken it away
		Title:      conf.Publication.Title, Description: conf.Publication.Description,
		URL: conf.Publication.URL, Language: conf.Publication.Language, Logo: conf.Theme.Logo,
		Hubs: []string{hubAddress(conf)},
	}
}

// feedOptions let events speak the publication's language.
func (a *app) feedOptions() feed.Options {
	words := a.press.Words("")
	return feed.Options{
		FullText: a.conf.Feeds.FullText, Items: a.conf.Feeds.Items,
		Describe: func(e *content.Event) (title, summary string) {
			v := words.Event(e)
			title = v.Name
			if !e.On() && e.Status != content.Missing {
				title = words.Notice(e, content.RuleCancelled).Sentence
			}
			return title, strings.Trim(v.When+" · "+v.Where, " ·")
		},
	}
}

// calendar writes events for a letter to bring along.
func (a *app) calendar(events []content.Event) []byte {
	by := mailer.Address(a.conf.Mail.From)
	email, err := by.ASCII()
	if err != nil {
		return nil // no letter goes out from it either
	}
	f := feed.Events(publication(a.conf, a.templates), feed.Scope{}, events, feed.Options{})
	return f.Publish(feed.Organizer{Name: by.Name, Email: email})
}

// newsletters turns the configuration into promises.
func newsletters(conf *config.Config) ([]*digest.Newsletter, error) {
	kinds := map[string]content.Kind{"articles": content.KindArticle, "reminders": content.KindReminder, "notices": content.KindNotice}
	var all []*digest.Newsletter
	var mistakes config.Mistakes
	for _, c := range conf.Newsletters {
		n := &digest.Newsletter{
			Name: c.Name, Title: c.Title, Description: c.Description,
			Zone: c.Zone, ReaderZone: c.ReaderZone, Topics: c.Topics,
			First: c.First, Newest: c.Newest, Review: c.Review, Grace: c.Grace, Attach: c.Attach, Welcome: c.Welcome,
		}
		for _, word := range c.Items {
			n.Items = append(n.Items, kinds[word])
		}
		if c.Schedule != "" {
			var err error
			if n.Schedule, err = digest.ParseSchedule(c.Schedule); err != nil {
				return nil, fmt.Errorf("newsletter %s: %w", c.Name, err)
			}
		}
		for key, text := range map[string]string{"subject": c.Subject, "preheader": c.Preheader} {
			if text == "" {
				continue
			}
			line, err := digest.ParseLine(text)
			if err != nil {
				mistakes = append(mistakes, conf.Mistake("newsletters."+c.Name+"."+key, err.Error(), "like {{.Title}}, and {{.Articles}} reads"))
				continue
			}
			if key == "subject" {
				n.Subject = line
			} else {
				n.Preheader = line
			}
		}
		all = append(all, n)
	}
	if len(mistakes) > 0 {
		slices.SortFunc(mistakes, func(a, b config.Mistake) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
		return nil, mistakes
	}
	return all, nil
}

// newsletter finds one by the name somebody typed.
func (a *app) newsletter(name string) (*digest.Newsletter, error) {
	n, err := a.publisher.Newsletter(name)
	if err == nil {
		return n, nil
	}
	var names []string
	for _, n := range a.newsletters {
		names = append(names, n.Name)
	}
	if len(names) == 0 {
		return nil, usage("write one under newsletters: in config.yaml", "there is no newsletter %q, and no other", name)
	}
	return nil, usage("there is "+strings.Join(names, ", "), "there is no newsletter %q", name)
}

// reader finds one by the address somebody typed.
func (a *app) reader(ctx context.Context, address string) (*subscribers.Subscriber, error) {
	s, err := a.db.ByEmail(ctx, address)
	if errors.Is(err, subscribers.ErrNotFound) {
		return nil, fmt.Errorf("%s: %w", address, subscribers.ErrNotFound)
	}
	return s, err
}

// names are those of all newsletters.
func (a *app) names() []string {
	var names []string
	for _, n := range a.newsletters {
		names = append(names, n.Name)
	}
	return names
}

// sync reads all sources, and brings in the sample readers first if this
// database is new.
func (a *app) sync(ctx context.Context, opt content.SyncOptions) ([]content.Report, error) {
	if err := a.seed(ctx); err != nil {
		return nil, err
	}
	return a.syncer.Sync(ctx, time.Now(), opt)
}

// seed imports readers.seed, once in the life of a database.
func (a *app) seed(ctx context.Context) error {
	if a.conf.Readers.Seed == "" {
		return nil
	}
	done, err := a.db.Did(ctx, "seed")
	if err != nil || done {
		return err
	}
	f, err := os.Open(a.conf.Readers.Seed)
	if err != nil {
		return fmt.Errorf("readers.seed: %w", err)
	}
	defer f.Close()
	im := &subscribers.Importer{Store: a.db, Newsletters: a.names(), Consent: "made up, for the first run"}
	if _, err := im.Import(ctx, f, time.Now(), subscribers.ImportOptions{}); err != nil {
		return fmt.Errorf("readers.seed: %w", err)
	}
	// Only now: it does no harm to import them twice, but not to have them at
	// all, because a process was killed over it, is a poor first run.
	_, err = a.db.Once(ctx, "seed")
	return err
}

// takeOver takes letters out of the hands of processes on this machine that were
// killed; else they would be in nobody's until their leases end.
func (a *app) takeOver(ctx context.Context) error {
	n, err := a.db.EndLeases(ctx, dead)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if _, err := a.db.Webhooks().EndLeases(ctx, dead); err != nil {
		return err
	}
	if n > 0 {
		a.log.Info("a process was killed while it sent; its letters in hand go out again, under the same Message-ID", "leases", n)
	}
	return nil
}

// worker makes one that sends as the configuration says.
func (a *app) worker() *mailer.Worker {
	return &mailer.Worker{
		Ledger: a.db, Press: a.press, Transport: a.transport,
		Owner:    owner(),
		Sessions: a.conf.Mail.Sessions, Rate: a.conf.Mail.Rate, Destinations: a.destinations(), Log: a.log,
	}
}

// destinations are the domains that take letters more slowly than the relay.
func (a *app) destinations() (ds mailer.Destinations) {
	for _, l := range a.conf.Mail.Limits {
		ds = append(ds, mailer.Destination(l))
	}
	return ds
}

// server makes the pages.
func (a *app) server() *web.Server {
	return &web.Server{
		Frame: web.Frame{
			Publication: a.press.Publication, Newsletters: a.newsletters, Templates: a.templates, Catalog: a.catalog,
			Log: a.log, Proxies: a.conf.Web.Proxies,
		},
		Content: a.db, Editions: a.db, Links: a.db, Readers: a.db, Shelf: a.shelf,
		Tokens: a.tokens, Mailbox: a.mailbox, Media: a.media, Pictures: a.db,
		Welcome: a.greeting(), Refused: a.conf.Readers.Refuse, Strangers: web.NewStrangers(a.conf.Readers.SignUps),
		Moved: a.conf.Feeds.Moved, Gone: a.conf.Feeds.Gone, Repeats: a.repeats(),
		Ready: a.db.Ping,
	}
}

// repeats is what clients may fetch; nil: whatever they like.
func (a *app) repeats() *web.Repeats {
	if a.conf.Feeds.Repeats == 0 {
		return nil
	}
	return &web.Repeats{Most: a.conf.Feeds.Repeats, Within: 2 * time.Minute, Told: !a.conf.Publication.Local()}
}

// preview writes the letter that most readers would get now; with an address,
// the one of that reader.
func (a *app) preview(ctx context.Context, newsletter, address string, must bool) (*mailer.Message, error) {
	var reader *subscribers.Subscriber
	if address != "" {
		var err error
		reader, err = a.reader(ctx, address)
		if err != nil && (must || !errors.Is(err, subscribers.ErrNotFound)) {
			return nil, err
		}
	}
	id := int64(0)
	if reader != nil {
		id = reader.ID
	}
	now := time.Now()
	plan, err := a.publisher.Plan(ctx, newsletter, id, now)
	if err != nil {
		return nil, err
	}
	if len(plan.Versions) == 0 && reader != nil && !must {
		if plan, err = a.publisher.Plan(ctx, newsletter, 0, now); err != nil {
			return nil, err
		}
	}
	if len(plan.Versions) == 0 {
		return nil, digest.ErrNothing
	}
	return a.press.Preview(ctx, plan, &plan.Versions[0].Version, reader, now)
}
