// Standfirst publishes a publication: it takes its articles and events from
// where the editors keep them, writes its feeds, and mails each reader the
// digest that is theirs.
//
// Every command is a file of this package; app.go wires the parts together and
// nothing else does.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"strings"
	"syscall"
	_ "time/tzdata" // zones must be right on a machine without a zone database

	"github.com/alecthomas/kong"

	"github.com/standfirst/standfirst/internal/config"
)

// cli is all commands; kong reads the tags.
type cli struct {
	Config  string `help:"The configuration, if not config.yaml." default:"config.yaml" env:"STANDFIRST_CONFIG" placeholder:"FILE"`
	JSON    bool   `name:"json" help:"Answer in JSON, where a program may read it."`
	Version bool   `help:"Say which version this is."`
	Profile string `name:"cpuprofile" hidden:"" help:"Write a CPU profile here, for go tool pprof." placeholder:"FILE"`

	Serve       serveCmd       `cmd:"" help:"Run everything: sync, schedule, mailer, web."`
	Sync        syncCmd        `cmd:"" help:"Read the sources now and say what is new, held and refused, and why."`
	Feed        feedCmd        `cmd:"" help:"Print a feed."`
	Preview     previewCmd     `cmd:"" help:"Show what would go out now."`
	Send        sendCmd        `cmd:"" help:"Publish an edition now, the same way the schedule does."`
	Editions    editionsCmd    `cmd:"" help:"List editions, or show, pause, resume, approve or cancel one."`
	Subscribers subscribersCmd `cmd:"" help:"Count, add, import, export, show or remove readers."`
	Editors     editorsCmd     `cmd:"" help:"List, add or remove those who use the desk, or print a sign-in link."`
	Webhooks    webhooksCmd    `cmd:"" help:"Say how those stand who are told what happens here, or send them a test."`
	Explain     explainCmd     `cmd:"" help:"Say what one reader was sent, and why not the rest."`
	Backup      backupCmd      `cmd:"" help:"Copy the database to a file, while everything runs."`
	Copy        copyCmd        `cmd:"" help:"Move the publication to another database, whole and verified."`
	Templates   templatesCmd   `cmd:"" help:"List the templates, or take one out to change it."`
	DKIM        dkimCmd        `cmd:"" name:"dkim" help:"Make a key that letters are signed with, and print its DNS record."`
	Check       checkCmd       `cmd:"" help:"Look for mistakes in everything: configuration, templates, sources, database, mail."`
	Init        initCmd        `cmd:"" help:"Write a configuration and a first article to start from."`
}

// env is what a command works in.
type env struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	config         string
	json           bool
}

// The exit codes are an interface: scripts decide by them.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2 // wrong use or wrong configuration
	exitPartly  = 3 // some deliveries failed or are still open
	exitNothing = 4 // nothing to send
)

// coded is an error with its exit code.
type coded struct {
	code int
	err  error
	hint string
}

func (e *coded) Error() string { return e.err.Error() }
func (e *coded) Unwrap() error { return e.err }

// usage is a mistake of whoever typed the command.
func usage(hint, format string, args ...any) error {
	return &coded{exitUsage, fmt.Errorf(format, args...), hint}
}

// errTold ends a command whose output has said everything already.
var errTold = errors.New("told")

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program; it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once

	var c cli
	code := -1
	parser, err := kong.New(&c,
		kong.Name("standfirst"),
		kong.Description("Publishes articles and events: feeds for feed readers, a digest for each subscriber."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(n int) { code = n }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.UsageOnError(),
	)
	if err != nil {
		panic(err) // a mistake in the tags above; a test parses them
	}
	parser.Model.HelpFlag.Help = "Show this, or how a command is used."
	if len(args) == 0 {
		args = []string{"--help"}
	}
	if len(args) == 1 && args[0] == "--version" {
		fmt.Fprintln(stdout, "standfirst", version())
		return exitDone
	}
	parsed, err := parser.Parse(args)
	if code >= 0 { // help was printed
		return code
	}
	if err != nil {
		fmt.Fprintf(stderr, "standfirst: %v\n", err)
		fmt.Fprintf(stderr, "standfirst: hint: %s\n", helpFor(err))
		return exitUsage
	}
	e := &env{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, config: c.Config, json: c.JSON}
	if c.Profile == "" {
		return e.told(parsed.Run(e))
	}
	return e.told(profiled(c.Profile, func() error { return parsed.Run(e) }))
}

// profiled writes a CPU profile of do to a file.
func profiled(file string, do func() error) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	defer pprof.StopCPUProfile()
	return do()
}

// helpFor says where to read how the command is used that somebody got wrong.
func helpFor(err error) string {
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context != nil && wrong.Context.Selected() != nil {
		return wrong.Context.Selected().FullPath() + " --help"
	}
	return "standfirst --help lists the commands"
}

// told tells an error once, and returns the exit code.
func (e *env) told(err error) int {
	if err == nil {
		return exitDone
	}
	var mistakes config.Mistakes
	var c *coded
	switch {
	case errors.As(err, &mistakes):
		for _, m := range mistakes {
			fmt.Fprintln(e.stderr, m.Error())
		}
		return exitUsage
	case errors.As(err, &c):
		if !errors.Is(c.err, errTold) {
			fmt.Fprintf(e.stderr, "standfirst: %v\n", c.err)
		}
		if c.hint != "" {
			fmt.Fprintf(e.stderr, "standfirst: hint: %s\n", c.hint)
		}
		return c.code
	case errors.Is(err, context.Canceled) && e.ctx.Err() != nil:
		fmt.Fprintln(e.stderr, "standfirst: interrupted")
		return exitFailed
	}
	fmt.Fprintf(e.stderr, "standfirst: %s\n", strings.Join(lines(err), "\n  "))
	if hint := hintFor(err); hint != "" {
		fmt.Fprintf(e.stderr, "standfirst: hint: %s\n", hint)
	}
	return exitFailed
}
