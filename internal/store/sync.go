package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/content"
)

var _ content.Store = (*DB)(nil)

// Sync implements content.Store.
func (db *DB) Sync(ctx context.Context, source string, now time.Time, decide func(*content.Known) (*content.Plan, error)) (*content.Plan, error) {
	var plan *content.Plan
	err := db.write(ctx, func(s session) error {
		head, err := lockWire(ctx, s)
		if err != nil {
			return err
		}
		k, err := known(ctx, s, source)
		if err != nil {
			return fmt.Errorf("what is known: %w", err)
		}
		if plan, err = decide(k); err != nil {
			return err
		}
		return writePlan(ctx, s, head, source, now, plan)
	})
	if err != nil {
		return nil, fmt.Errorf("sync of %s: %w", source, err)
	}
	return plan, nil
}

// known reads what reconciling a source needs.
func known(ctx context.Context, s session, source string) (*content.Known, error) {
	k := &content.Known{
		Source:   source,
		Articles: make(map[string]*content.KnownArticle),
		Events:   make(map[string]*content.Event),
		Keys:     make(map[content.Key]string),
		Slugs:    make(map[string]bool),
		Notified: make(map[string][]content.Release),
	}
	err := s.row(ctx, `SELECT synced_at FROM sources WHERE name = $1`, source).Scan(asTime(&k.At))
	if err != nil && err != sql.ErrNoRows {
		return nil, err
	}
	k.Synced = !k.At.IsZero()

	err = s.each(ctx, `SELECT a.id, a.source, a.slug, a.state, a.reason, a.hash, COALESCE(t.mark, ''), a.title, a.published, a.since, a.due
		FROM articles a LEFT JOIN article_texts t ON t.article = a.id`, nil,
		func(rows *sql.Rows) error {
			var a content.KnownArticle
			var published time.Time
			err := rows.Scan(&a.ID, &a.Source, &a.Slug, &a.State, &a.Reason, &a.Hash, &a.Text, &a.Title,
				asTime(&published), asTime(&a.Since), asTime(&a.Due))
			if !published.IsZero() {
				a.Day = content.DateOf(published)
			}
			k.Articles[a.ID], k.Slugs[a.Slug] = &a, true
			return err
		})
	if err != nil {
		return nil, err
	}
	all, err := events(ctx, s, ``)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		k.Events[e.ID], k.Slugs[e.Slug] = &e, true
	}
	err = s.each(ctx, `SELECT key, item FROM item_keys`, nil, func(rows *sql.Rows) error {
		var key, item string
		err := rows.Scan(&key, &item)
		k.Keys[content.Key(key)] = item
		return err
	})
	if err != nil {
		return nil, err
	}
	if k.Rulings, err = rulingsOf(ctx, s, source); err != nil {
		return nil, err
	}
	told, err := released(ctx, s, `WHERE w.kind IN ('reminder', 'notice') ORDER BY w.n`)
	for _, r := range told {
		k.Notified[r.Item] = append(k.Notified[r.Item], r)
	}
	return k, err
}

// writePlan writes a plan down as it is. The plan's releases get their numbers.
func writePlan(ctx context.Context, s session, head int64, source string, now time.Time, p *content.Plan) error {
	for _, id := range p.Forget {
		if err := forget(ctx, s, id); err != nil {
			return fmt.Errorf("article %s: %w", id, err)
		}
	}
	for _, c := range p.Articles {
		if err := writeArticle(ctx, s, now, c); err != nil {
			return fmt.Errorf("article %s: %w", c.ID, err)
		}
	}
	touched := len(p.Forget)+len(p.Articles)+len(p.Events) > 0
	for _, c := range p.States {
		moved, err := writeState(ctx, s, now, c)
		if err != nil {
			return fmt.Errorf("article %s: %w", c.ID, err)
		}
		touched = touched || moved
	}
	for _, c := range p.Events {
		if err := writeEvent(ctx, s, c); err != nil {
			return fmt.Errorf("event %s: %w", c.ID, err)
		}
	}
	var err error
	if p.Releases, err = appendWire(ctx, s, head, p.Releases); err != nil {
		return err
	}
	if touched || len(p.Releases) > 0 {
		if err := touch(ctx, s); err != nil {
			return err
		}
	}
	if err := writeHeld(ctx, s, source, p.Held); err != nil {
		return fmt.Errorf("what is held: %w", err)
	}
	report, err := json.Marshal(p.Report)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO sources (name, synced_at, report) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET synced_at = excluded.synced_at, report = excluded.report, failed_at = NULL, failed = ''`,
		source, instant(p.At), string(report))
	return err
}

// forget deletes an article that was never released; the keys go with it.
func forget(ctx context.Context, s session, id string) error {
	if _, err := s.exec(ctx, `DELETE FROM item_keys WHERE item = $1`, id); err != nil {
		return err
	}
	n, err := s.exec(ctx, `DELETE FROM articles WHERE id = $1 AND released = 0`, id)
	if err == nil && n == 0 {
		err = fmt.Errorf("cannot be forgotten: it was released, or is not there")
	}
	return err
}

func writeArticle(ctx context.Context, s session, now time.Time, c content.Change) error {
	a := &c.Article
	values := []any{a.ID, a.Source, a.Slug, a.URL, a.Canonical, a.Title, a.Standfirst,
		listOf(a.Authors), listOf(a.Topics), a.Image.URL, a.Image.Alt, a.Lang, string(a.Access),
		instant(a.Published), flag(a.DateOnly), instant(a.Updated), instant(a.Changed), a.ReadingMinutes,
		string(c.State), c.Reason, c.Hash, instant(c.Since), instant(c.Due), a.Body}
	query := `INSERT INTO articles (id, source, slug, url, canonical, title, standfirst,
			authors, topics, image_url, image_alt, lang, access,
			published, date_only, updated, changed, minutes,
			state, reason, hash, since, due, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`
	if !c.New {
		if _, err := moving(ctx, s, a.ID, c.State, now); err != nil {
			return err
		}
		query = `UPDATE articles SET source = $2, slug = $3, url = $4, canonical = $5, title = $6, standfirst = $7,
				authors = $8, topics = $9, image_url = $10, image_alt = $11, lang = $12, access = $13,
				published = $14, date_only = $15, updated = $16, changed = $17, minutes = $18,
				state = $19, reason = $20, hash = $21, since = $22, due = $23, body = $24
			WHERE id = $1`
	}
	if err := one(s.exec(ctx, query, values...)); err != nil {
		return err
	}
	if err := writeLabels(ctx, s, a); err != nil {
		return err
	}
	if _, err := s.exec(ctx, `INSERT INTO article_texts (article, mark) VALUES ($1, $2)
		ON CONFLICT (article) DO UPDATE SET mark = excluded.mark`, a.ID, c.Text); err != nil {
		return err
	}
	return writeKeys(ctx, s, a.ID, c.Keys)
}

// writeLabels writes down by which topics and authors an article is found.
func writeLabels(ctx context.Context, s session, a *content.Article) error {
	for _, del := range []string{
		`DELETE FROM article_topics WHERE article = $1`,
		`DELETE FROM article_authors WHERE article = $1`,
	} {
		if _, err := s.exec(ctx, del, a.ID); err != nil {
			return err
		}
	}
	label := func(query, name string) error {
		key := content.TopicKey(name)
		if key == "" {
			return nil
		}
		_, err := s.exec(ctx, query, key, a.ID, name)
		return err
	}
	for _, t := range a.Topics {
		if err := label(`INSERT INTO article_topics (topic, article, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, t); err != nil {
			return err
		}
	}
	for _, by := range a.Authors {
		if err := label(`INSERT INTO article_authors (author, article, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, by.Name); err != nil {
			return err
		}
	}
	return nil
}

// writeState reports whether the article went out of sight, or came back.
func writeState(ctx context.Context, s session, now time.Time, c content.StateChange) (moved bool, err error) {
	if moved, err = moving(ctx, s, c.ID, c.State, now); err != nil {
		return false, err
	}
	if err := one(s.exec(ctx, `UPDATE articles SET state = $1, reason = $2 WHERE id = $3`, string(c.State), c.Reason, c.ID)); err != nil {
		return false, err
	}
	if c.State == content.Public {
		if _, err := s.exec(ctx, `UPDATE articles SET due = NULL WHERE id = $1`, c.ID); err != nil {
			return false, err
		}
	}
	return moved, writeKeys(ctx, s, c.ID, c.Keys)
}

// moving remembers when an article is withdrawn, and when it comes back, which
// releases of it the editions published meanwhile have passed: those up to
// their horizon hold no more. One that no edition has missed is as it was.
func moving(ctx context.Context, s session, id string, to content.State, now time.Time) (moved bool, err error) {
	var n int64
	switch to {
	case content.Withdrawn:
		n, err = s.exec(ctx, `UPDATE articles SET withdrawn_at = $1 WHERE id = $2 AND state <> 'withdrawn'`, instant(now), id)
	case content.Public:
		n, err = s.exec(ctx, `UPDATE articles SET withdrawn_at = NULL, withdrawn_upto = GREATEST(withdrawn_upto,
				COALESCE((SELECT MAX(e.horizon) FROM editions e WHERE e.published > articles.withdrawn_at AND `+counts+`), 0))
			WHERE id = $1 AND withdrawn_at IS NOT NULL`, id)
	}
	return n > 0, err
}

func writeEvent(ctx context.Context, s session, c content.EventChange) error {
	e := &c.Event
	values := []any{e.ID, e.Source, e.Slug, e.Name, e.City, e.Country, e.Place, flag(e.Online), e.URL, listOf(e.Topics),
		e.Days.First.String(), e.Days.Last.String(), instant(e.Start), instant(e.End), e.Zone, e.EarlyBird.String(),
		string(e.Status), e.Sequence, instant(e.Announced), instant(e.Changed), e.Ends().UnixMilli()}
	query := `INSERT INTO events (id, source, slug, name, city, country, place, online, url, topics,
			first_day, last_day, starts, ends, zone, early_bird, status, sequence, announced, changed, over)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`
	if !c.New {
		query = `UPDATE events SET source = $2, slug = $3, name = $4, city = $5, country = $6, place = $7,
				online = $8, url = $9, topics = $10, first_day = $11, last_day = $12, starts = $13, ends = $14,
				zone = $15, early_bird = $16, status = $17, sequence = $18, announced = $19, changed = $20, over = $21
			WHERE id = $1`
	}
	if err := one(s.exec(ctx, query, values...)); err != nil {
		return err
	}
	return writeKeys(ctx, s, e.ID, c.Keys)
}

// writeKeys gives an item more keys. A key of another item is refused.
func writeKeys(ctx context.Context, s session, item string, keys []content.Key) error {
	for _, k := range keys {
		n, err := s.exec(ctx, `INSERT INTO item_keys (key, item) VALUES ($1, $2)
			ON CONFLICT (key) DO UPDATE SET item = excluded.item WHERE item_keys.item = excluded.item`, string(k), item)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("key %q is another item's", k)
		}
	}
	return nil
}

func writeHeld(ctx context.Context, s session, source string, held []content.Conflict) error {
	if _, err := s.exec(ctx, `DELETE FROM held WHERE source = $1`, source); err != nil {
		return err
	}
	for i, h := range held {
		at, err := json.Marshal(h.At)
		if err != nil {
			return err
		}
		_, err = s.exec(ctx, `INSERT INTO held (source, n, at, title, reason, items, mark) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			source, i+1, string(at), h.Title, h.Reason, listOf(h.IDs), h.Mark)
		if err != nil {
			return err
		}
	}
	return nil
}

// one insists that a statement changed one row.
func one(n int64, err error) error {
	if err == nil && n != 1 {
		err = fmt.Errorf("%d rows changed, not one", n)
	}
	return err
}
