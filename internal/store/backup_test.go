package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/store/pgtest"
)

func open(t *testing.T, dsn string) *DB {
	t.Helper()
	db, err := Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestBackupWhileWriting(t *testing.T) {
	dir := t.TempDir()
	db := open(t, "sqlite:"+filepath.Join(dir, "standfirst.db"))
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := db.Log(t.Context(), LogEntry{At: time.Now(), Who: "test", What: fmt.Sprint(i)}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	secret, err := db.Secret(t.Context(), "links")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "backup.db")
	for range 3 { // the last one replaces those before it
		if err := db.Backup(t.Context(), file); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	wg.Wait()
	copied := open(t, "sqlite:"+file)
	got, err := copied.Secret(t.Context(), "links")
	if err != nil || string(got) != string(secret) {
		t.Errorf("secret of the backup is %x, %v", got, err)
	}
	if _, err := copied.Once(t.Context(), "written to"); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: readers' addresses are for their owner", info.Mode(), err)
	}
	rest, _ := filepath.Glob(filepath.Join(dir, ".backup-*"))
	if len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
}

func TestBackupRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "standfirst.db")
	db := open(t, "sqlite:"+file)
	if err := db.Backup(t.Context(), file); err == nil {
		t.Error("a backup over the database itself")
	}
	if err := db.Backup(t.Context(), filepath.Join(dir, "no", "such", "folder.db")); err == nil {
		t.Error("a backup into a folder that is not there")
	}
	if err := open(t, "sqlite::memory:").Backup(t.Context(), filepath.Join(dir, "memory.db")); err != nil {
		t.Error(err)
	}
}

func TestBackupOfPostgres(t *testing.T) {
	db := open(t, pgtest.New(t))
	if err := db.Backup(t.Context(), filepath.Join(t.TempDir(), "x")); !errors.Is(err, ErrBackup) {
		t.Errorf("error is %v", err)
	}
}
