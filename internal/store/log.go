package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/standfirst/standfirst/internal/editors"
)

// Acts implements editors.Store.
func (db *DB) Acts(ctx context.Context, q editors.ActQuery) ([]editors.Act, error) {
	var where []string
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if q.Subject != "" { // the ID of an edition begins with its newsletter and a slash
		under := q.Subject + "/"
		where = append(where, "(subject = "+arg(q.Subject)+" OR substr(subject, 1, "+arg(int64(utf8.RuneCountInString(under)))+") = "+arg(under)+")")
	}
	if q.Who != "" {
		where = append(where, "who = "+arg(q.Who))
	}
	if q.Before != 0 {
		where = append(where, "n < "+arg(q.Before))
	}
	order := " ORDER BY n DESC"
	if q.After != 0 {
		where, order = append(where, "n > "+arg(q.After)), " ORDER BY n"
	}
	text := "SELECT n, at, who, what, subject, detail FROM log"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	var out []editors.Act
	err := db.read().each(ctx, text+order+" LIMIT "+arg(limitOf(q.Limit)), args, func(rows *sql.Rows) error {
		var a editors.Act
		err := rows.Scan(&a.N, asTime(&a.At), &a.Who, &a.What, &a.Subject, &a.Detail)
		out = append(out, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	if q.After != 0 {
		slices.Reverse(out)
	}
	return out, nil
}
