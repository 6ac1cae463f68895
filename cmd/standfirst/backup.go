package main

type backupCmd struct {
	File string `arg:"" help:"Where to write the copy. An older one of that name is replaced when the new one is whole."`
}

func (c *backupCmd) Help() string {
	return `The copy is whole and consistent, also while serve runs. PostgreSQL has pg_dump
for this.

Example:
  standfirst backup /backups/standfirst-$(date +%F).db`
}

func (c *backupCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.db.Backup(e.ctx, c.File); err != nil {
		return err
	}
	if e.json {
		return e.answer(map[string]string{"file": c.File})
	}
	e.printf("%s\n", c.File)
	return nil
}
