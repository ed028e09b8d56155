package storage

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Every column that names a blob is a foreign key to the table blobs. So the schema itself tells where blobs are used,
// and SQLite refuses to forget one that is.

// references knows the columns that name blobs.
type references struct {
	columns []column
}

type column struct{ table, name string }

func (s *Store) references(ctx context.Context) (refs references, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		refs.columns = nil
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var c column
			err := rows.Scan(&c.table, &c.name)
			refs.columns = append(refs.columns, c)
			return err
		}, `SELECT m.name, f."from" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
			WHERE m.type = 'table' AND f."table" = 'blobs' ORDER BY 1, 2`)
	})
	return refs, err
}

// result is the expression for the id of the result that a row belongs to; 0 for rows of other things.
func (c column) result() string {
	switch c.table {
	case "results":
		return "id"
	case "result_blobs":
		return "result"
	}
	return "0"
}

// query gives the SQL for every use of a blob whose name is in [?1, ?2): its name and the result that uses it, or 0.
func (refs references) query() string {
	var parts []string
	for _, c := range refs.columns {
		parts = append(parts, fmt.Sprintf(`SELECT %[1]s, %[2]s FROM %[3]s WHERE %[1]s >= ?1 AND %[1]s < ?2`, c.name, c.result(), c.table))
	}
	return strings.Join(parts, ` UNION ALL `)
}

// exists gives the SQL that tells whether anything uses the blob ?1.
func (refs references) exists() string {
	var parts []string
	for _, c := range refs.columns {
		parts = append(parts, fmt.Sprintf(`EXISTS (SELECT 1 FROM %s WHERE %s = ?1)`, c.table, c.name))
	}
	return `SELECT ` + strings.Join(parts, ` OR `)
}

// usedShards tells the shards in which any blob is used.
func (s *Store) usedShards(ctx context.Context, refs references) (used map[string]bool, err error) {
	var parts []string
	for _, c := range refs.columns {
		parts = append(parts, fmt.Sprintf(`SELECT substr(%[1]s, 1, 2) FROM %[2]s WHERE %[1]s IS NOT NULL`, c.name, c.table))
	}
	err = s.read(ctx, func(tx *sql.Tx) error {
		used = map[string]bool{}
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var prefix string
			err := rows.Scan(&prefix)
			used[prefix] = true
			return err
		}, strings.Join(parts, ` UNION `))
	})
	return used, err
}

// usesOf tells, for every used blob whose name starts with prefix, which results use it; 0 stands for anything else.
func (s *Store) usesOf(ctx context.Context, refs references, prefix string) (uses map[string][]int64, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		uses = map[string][]int64{}
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var sha string
			var result int64
			err := rows.Scan(&sha, &result)
			uses[sha] = append(uses[sha], result)
			return err
		}, refs.query(), prefix, prefix+"g") // 'g' follows 'f'
	})
	return uses, err
}

// maxUsers bounds how many users of a blob an error lists.
const maxUsers = 3

// usersOf describes who uses a blob.
func (s *Store) usersOf(ctx context.Context, sha string) (users []string, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		users = nil
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var user string
			err := rows.Scan(&user)
			users = append(users, user)
			return err
		}, `SELECT 'artifact ' || a.path || ' of run ' || r.run_id FROM artifacts a JOIN runs r ON r.id = a.run WHERE a.sha256 = ?1
			UNION ALL
			SELECT 'the outputs of cell ' || c.cell_id || ' of run ' || r.run_id FROM cells c JOIN runs r ON r.id = c.run WHERE c.outputs = ?1
			UNION ALL
			SELECT 'a table that cell ' || c.cell_id || ' of run ' || r.run_id || ' shows' FROM cell_blobs c JOIN runs r ON r.id = c.run WHERE c.sha256 = ?1
			UNION ALL
			SELECT 'cached result ' || id FROM results WHERE entry_blob = ?1
			UNION ALL
			SELECT 'cached result ' || result FROM result_blobs WHERE sha256 = ?1
			LIMIT ?2`, sha, maxUsers+1)
	})
	if len(users) > maxUsers {
		users = append(users[:maxUsers], "others")
	}
	return users, err
}
