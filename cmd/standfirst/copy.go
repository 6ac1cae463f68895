package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/store"
)

type copyCmd struct {
	From string `arg:"" help:"The database there is: sqlite:FILE or postgres://…"`
	To   string `arg:"" help:"A new and empty one."`
}

func (c *copyCmd) Help() string {
	return `Moves a publication to another database, whole: content, readers, editions and
every delivery. What arrived is read back and compared before it counts; if
anything goes wrong the new database stays empty. The old one is only read, and
is a backup afterwards.

Stop standfirst serve first. Then set database: in config.yaml to the new one,
start serve again, and do not start it on the old one any more: both would send
the same letters.

A password may stand in PGPASSWORD or in ~/.pgpass instead of the URL.

Example:
  standfirst copy sqlite:var/standfirst.db postgres://standfirst@db.example.com/standfirst`
}

// copyReport is what copy --json answers.
type copyReport struct {
	From   string           `json:"from"`
	To     string           `json:"to"`
	Rows   int64            `json:"rows"`
	Tables map[string]int64 `json:"tables"`
}

func (c *copyCmd) Run(e *env) error {
	for _, dsn := range []string{c.From, c.To} {
		if kind, rest, ok := strings.Cut(dsn, ":"); !ok || rest == "" || kind != "sqlite" && kind != "postgres" && kind != "postgresql" {
			return usage("like standfirst copy sqlite:var/standfirst.db postgres://localhost/standfirst",
				"%s is not a database: sqlite:FILE or postgres://…", store.Name(dsn))
		}
	}
	if c.From == c.To {
		return usage("", "source and target are the same")
	}
	if err := store.Unused(e.ctx, c.From); err != nil {
		return c.explained(err)
	}
	from, err := store.Open(e.ctx, c.From)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	defer from.Close()
	to, err := store.Open(e.ctx, c.To)
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	defer to.Close()

	report := copyReport{From: store.Name(c.From), To: store.Name(c.To), Tables: map[string]int64{}}
	began, told, line := time.Now(), time.Time{}, terminal(e.stderr) && !e.json
	err = store.Copy(e.ctx, from, to, began, func(table string, rows, total int64) {
		report.Tables[table] = rows
		if line && (rows == total || time.Since(told) > 100*time.Millisecond) {
			told = time.Now()
			fmt.Fprintf(e.stderr, "\r\033[K%s: %s of %s", table, number(int(rows)), number(int(total)))
		}
	})
	if line {
		fmt.Fprint(e.stderr, "\r\033[K")
	}
	if err != nil {
		return c.explained(err)
	}
	for _, n := range report.Tables {
		report.Rows += n
	}
	if e.json {
		return e.answer(report)
	}
	e.printf("copied and compared %s in %s, in %s\n", plural(int(report.Rows), "row"), plural(len(report.Tables), "table"), time.Since(began).Round(10*time.Millisecond))
	e.printf("now set database: %s in the configuration; do not start serve on the old one any more\n", report.To)
	return nil
}

// explained adds a way out to the errors that have one.
func (c *copyCmd) explained(err error) error {
	var leased *store.LeasedError
	hint := ""
	switch {
	case errors.As(err, &leased):
		hint = "stop standfirst serve, which finishes the letters in hand; if it was killed, wait until " + leased.Until.Local().Format("15:04:05")
	case errors.Is(err, store.ErrInUse):
		hint = "stop standfirst serve: what it did after the copy would be missing from it, and be done again"
	case errors.Is(err, store.ErrNotEmpty):
		hint = "copy to a database that was made new for it; nothing was changed in this one"
	case errors.Is(err, fs.ErrNotExist):
		hint = "FROM is the database that the publication has now; config.yaml names it under database:"
	}
	return &coded{exitFailed, err, hint}
}
