package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/picture"
)

var _ picture.Store = (*DB)(nil)

// longestAddress is how many bytes the address of a picture has at most.
// PostgreSQL finds nothing by a key of much more.
const longestAddress = 2000

// WantPictures implements picture.Store. Articles that are settling count: by
// the time they are released their pictures are there.
func (db *DB) WantPictures(ctx context.Context, most int, now time.Time) error {
	type want struct {
		address string
		changed time.Time
	}
	var wanted []want
	err := db.read().each(ctx, `SELECT a.image_url, a.changed FROM (
			SELECT image_url, changed, released FROM articles
			WHERE state IN ('public', 'settling') AND image_url <> ''
			ORDER BY CASE WHEN released = 0 THEN 0 ELSE 1 END, released DESC, id LIMIT $1) a
		LEFT JOIN picture_addresses p ON p.address = a.image_url
		WHERE p.address IS NULL OR p.due IS NULL AND p.looked < a.changed
		ORDER BY CASE WHEN a.released = 0 THEN 0 ELSE 1 END, a.released DESC`, []any{most}, func(rows *sql.Rows) error {
		var w want
		err := rows.Scan(&w.address, asTime(&w.changed))
		if len(w.address) <= longestAddress && strings.HasPrefix(w.address, "http") {
			wanted = append(wanted, w)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("pictures of articles: %w", err)
	}
	if len(wanted) == 0 {
		return nil
	}
	err = db.write(ctx, func(s session) error {
		for i, w := range wanted {
			// A millisecond apart, so that the newest comes first. Another process
			// may have taken it in since, and settled it.
			_, err := s.exec(ctx, `INSERT INTO picture_addresses (address, due) VALUES ($1, $2)
				ON CONFLICT (address) DO UPDATE SET due = excluded.due, attempts = 0
				WHERE picture_addresses.due IS NULL AND picture_addresses.looked < $3`,
				w.address, now.UnixMilli()-int64(len(wanted)-i), instant(w.changed))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("pictures of articles: %w", err)
	}
	return nil
}

// PictureMarks implements picture.Store.
func (db *DB) PictureMarks(ctx context.Context, prefix string) (map[string]string, error) {
	marks := map[string]string{}
	literal := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(prefix)
	err := db.read().each(ctx, `SELECT address, mark FROM picture_addresses WHERE address LIKE $1 ESCAPE '\'`, []any{literal + "%"},
		func(rows *sql.Rows) error {
			var address, mark string
			err := rows.Scan(&address, &mark)
			if strings.HasPrefix(address, prefix) { // SQLite's LIKE takes capitals for small letters
				marks[address] = mark
			}
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("marks of pictures: %w", err)
	}
	return marks, nil
}

// LookAgain implements picture.Store.
func (db *DB) LookAgain(ctx context.Context, addresses []string, now time.Time) error {
	err := db.write(ctx, func(s session) error {
		for _, address := range addresses {
			if _, err := s.exec(ctx, `UPDATE picture_addresses SET due = $1, attempts = 0 WHERE address = $2`, now.UnixMilli(), address); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("pictures to look at again: %w", err)
	}
	return nil
}

// ClaimPictures implements picture.Store. Leases are by the clock of leases,
// what is due by the caller's.
func (db *DB) ClaimPictures(ctx context.Context, most int, lease time.Duration, now time.Time) ([]picture.Claim, error) {
	var claims []picture.Claim
	err := db.write(ctx, func(s session) error {
		claims = nil
		clock, err := db.clock(ctx, s, now)
		if err != nil {
			return err
		}
		err = s.each(ctx, `SELECT address, token, attempts, CASE WHEN reason = '' THEN mark ELSE '' END FROM picture_addresses
			WHERE due <= $1 AND (lease_until IS NULL OR lease_until <= $2)
			ORDER BY due, address LIMIT $3 FOR UPDATE SKIP LOCKED`, []any{now.UnixMilli(), clock, most}, func(rows *sql.Rows) error {
			var c picture.Claim
			err := rows.Scan(&c.Address, &c.Token, &c.Attempts, &c.Mark)
			claims = append(claims, c)
			return err
		})
		if err != nil {
			return err
		}
		for i := range claims {
			claims[i].Token++
			err := one(s.exec(ctx, `UPDATE picture_addresses SET token = $1, lease_until = $2 WHERE address = $3`,
				claims[i].Token, clock+lease.Milliseconds(), claims[i].Address))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("pictures that are due: %w", err)
	}
	return claims, nil
}

// SettlePicture implements picture.Store.
func (db *DB) SettlePicture(ctx context.Context, c picture.Claim, r picture.Result, now time.Time) error {
	err := db.write(ctx, func(s session) error {
		n, err := s.exec(ctx, `UPDATE picture_addresses SET looked = $1, due = $2, attempts = $3, reason = $4, lease_until = NULL
			WHERE address = $5 AND token = $6`, now.UnixMilli(), instant(r.Due), r.Attempts, r.Reason, c.Address, c.Token)
		if err != nil || n == 0 || r.Mark == "" {
			return err
		}
		if _, err := s.exec(ctx, `UPDATE picture_addresses SET mark = $1 WHERE address = $2`, r.Mark, c.Address); err != nil || r.Lead.Name == "" {
			return err
		}
		for _, f := range []picture.File{r.Lead, r.Thumb} {
			_, err := s.exec(ctx, `INSERT INTO pictures (name, width, height, kept, bytes) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
				f.Name, f.Width, f.Height, now.UnixMilli(), f.Bytes)
			if err != nil {
				return err
			}
		}
		n, err = s.exec(ctx, `UPDATE picture_addresses SET lead = $1, thumb = $2 WHERE address = $3 AND (lead <> $4 OR thumb <> $5)`,
			r.Lead.Name, r.Thumb.Name, c.Address, r.Lead.Name, r.Thumb.Name)
		if err != nil || n == 0 {
			return err
		}
		return touch(ctx, s) // letters that are not written yet show it
	})
	if err != nil {
		return fmt.Errorf("picture: %w", err)
	}
	return nil
}

// NextPicture implements picture.Store.
func (db *DB) NextPicture(ctx context.Context, now time.Time) (time.Time, bool, error) {
	var at time.Time
	err := db.read().row(ctx, `SELECT MIN(GREATEST(due, COALESCE(lease_until, 0))) FROM picture_addresses WHERE due IS NOT NULL`).Scan(asTime(&at))
	if err != nil {
		return time.Time{}, false, fmt.Errorf("next picture: %w", err)
	}
	return at, !at.IsZero(), nil
}

// Pictures implements digest.PictureStore.
func (db *DB) Pictures(ctx context.Context, addresses []string) (digest.Pictures, error) {
	out := make(digest.Pictures)
	wanted := slices.Compact(slices.Sorted(slices.Values(addresses)))
	wanted = slices.DeleteFunc(wanted, func(a string) bool { return a == "" || len(a) > longestAddress })
	for chunk := range slices.Chunk(wanted, 20) {
		args := make([]any, 20)
		for i := range args {
			args[i] = chunk[min(i, len(chunk)-1)]
		}
		err := db.read().each(ctx, `SELECT p.address, l.name, l.width, t.name, t.width FROM picture_addresses p
			JOIN pictures l ON l.name = p.lead JOIN pictures t ON t.name = p.thumb
			WHERE p.address IN (`+placeholders(1, len(args))+`)`, args, func(rows *sql.Rows) error {
			var address string
			var p digest.Picture
			err := rows.Scan(&address, &p.Lead.Name, &p.Lead.Width, &p.Thumb.Name, &p.Thumb.Width)
			out[address] = p
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("pictures of articles: %w", err)
		}
	}
	return out, nil
}

// Picture returns the bytes of a picture, or digest.ErrNotFound.
func (db *DB) Picture(ctx context.Context, name string) (b []byte, err error) {
	err = db.read().row(ctx, `SELECT bytes FROM pictures WHERE name = $1`, name).Scan(&b)
	if err == sql.ErrNoRows {
		return nil, digest.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	return b, nil
}
