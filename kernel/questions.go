package kernel

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel/cache"
)

// path gives the file that a cell means.
func (w *World) path(name string) (string, error) {
	switch {
	case name == "":
		return "", errors.New("the path is empty")
	case strings.ContainsRune(name, 0):
		return "", fmt.Errorf("the path %q holds a NUL character", name)
	case filepath.IsAbs(name):
		return filepath.Clean(name), nil
	}
	return filepath.Join(w.Dir, name), nil
}

// answer asks the world a question of a cell. The answer is what is recorded
// when the cell asks, and compared when its result is looked up.
func (w *World) answer(ctx context.Context, c *Cell, q cells.Input) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", context.Cause(ctx)
	}
	switch name := q.Name; q.Kind {
	case cells.FileInput:
		return w.fileHash(name)
	case cells.ExistsInput:
		return w.exists(name)
	case cells.GlobInput:
		names, err := w.glob(name)
		return listHash(names), err
	case cells.EnvInput:
		return w.envHash(name), nil
	case cells.SecretInput:
		return w.secretHash(ctx, name)
	case cells.CellInput:
		return c.ID, nil
	case cells.UIInput:
		return w.inputAnswer(q), nil
	}
	return "nobody can ask this again", nil
}

// Unchanged tells whether all questions that a cell asked have the same answers
// now, and the tables that it showed are kept.
func (x *Executor) Unchanged(ctx context.Context, res *Result) bool {
	impure := func(q cells.Input) bool { return q.Kind == cells.ImpureInput }
	return !slices.ContainsFunc(cache.Questions(res.Effects), impure) && x.Holds(ctx, res) && x.hasTables(ctx, res.Effects)
}

// Holds tells whether all questions that a cell asked have the same answers now,
// but for those that nobody can ask again, such as the time.
func (x *Executor) Holds(ctx context.Context, res *Result) bool {
	ask := x.ask(res.Cell)
	for _, q := range cache.Questions(res.Effects) {
		if q.Kind == cells.ImpureInput {
			continue
		}
		if answer, err := ask(ctx, q); err != nil || answer != q.SHA256 {
			return false
		}
	}
	return true
}

// ask asks on behalf of a cell.
func (x *Executor) ask(c *Cell) cache.Ask {
	return func(ctx context.Context, q cells.Input) (string, error) {
		return x.opts.World.answer(ctx, c, q)
	}
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// fileHash is the hash of a file's content. It is read every time: neither size
// nor times tell whether a file is the same.
func (w *World) fileHash(name string) (string, error) {
	path, err := w.path(name)
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return cells.Absent, nil
	}
	if err != nil {
		return "unreadable", nil //nolint:nilerr // an answer like any other: the cell says why when it runs
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "unreadable", nil //nolint:nilerr // for example a folder
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// present is the answer to a question about something that is there.
const present = "present"

func (w *World) exists(name string) (string, error) {
	path, err := w.path(name)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err != nil {
		return cells.Absent, nil //nolint:nilerr // what cannot be looked at is not there
	}
	return present, nil
}

// keyed hashes what must not be guessed from its hash.
func (w *World) keyed(text string) string {
	h := hmac.New(sha256.New, w.HashKey)
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}

func (w *World) env(name string) (string, bool) {
	if w.Env == nil {
		return "", false
	}
	return w.Env(name)
}

func (w *World) envHash(name string) string {
	v, ok := w.env(name)
	if !ok {
		return cells.Absent
	}
	return w.keyed("env " + v)
}

func (w *World) secret(ctx context.Context, name string) (string, error) {
	if w.Secret == nil {
		return "", fs.ErrNotExist
	}
	return w.Secret(ctx, name)
}

func (w *World) secretHash(ctx context.Context, name string) (string, error) {
	v, err := w.secret(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return cells.Absent, nil
	}
	return w.keyed("secret " + v), err
}

// ReadFile reads a file and records which content it had; not if the cell wrote
// it itself.
func (r *recorder) ReadFile(ctx context.Context, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	path, err := r.world.path(name)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) { // a cell that runs beside this one may write it
		if err := r.question(cells.FileInput, name, path, cells.Absent); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, reason(err))
	}
	return data, r.question(cells.FileInput, name, path, hexSum(data))
}

// question records a question about a path, unless the cell made the answer.
func (r *recorder) question(kind, name, path, answer string) error {
	r.mu.Lock()
	own := r.written[filepath.Clean(path)]
	r.mu.Unlock()
	if own {
		return nil
	}
	return r.Record(cells.Input{Kind: kind, Name: name, SHA256: answer})
}

// Exists tells whether there is a file or folder.
func (r *recorder) Exists(name string) (bool, error) {
	answer, err := r.world.exists(name)
	if err != nil {
		return false, err
	}
	path, err := r.world.path(name)
	if err != nil {
		return false, err
	}
	return answer != cells.Absent, r.question(cells.ExistsInput, name, path, answer)
}

// Glob lists the files that match a pattern.
func (r *recorder) Glob(pattern string) ([]string, error) {
	names, err := r.world.glob(pattern)
	if err != nil {
		return nil, err
	}
	return names, r.Record(cells.Input{Kind: cells.GlobInput, Name: pattern, SHA256: listHash(names)})
}

// Env looks up a variable of the environment.
func (r *recorder) Env(name string) (string, bool, error) {
	v, ok := r.world.env(name)
	return v, ok, r.Record(cells.Input{Kind: cells.EnvInput, Name: name, SHA256: r.world.envHash(name)})
}

// Impure notes that the cell asked something whose answer is another one next
// time.
func (r *recorder) Impure(what string) error {
	return r.Record(cells.Input{Kind: cells.ImpureInput, Name: what})
}
