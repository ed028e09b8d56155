package contents

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"
)

// GetOptions say what to read. Empty Type and Format stand for what fits.
type GetOptions struct {
	Type    Type
	Format  Format
	Content bool
	Hash    bool
}

// Get describes what is at path, with its content where asked for.
func (m *Manager) Get(ctx context.Context, apiPath string, opt GetOptions) (*Model, error) {
	clean, err := Clean(apiPath)
	if err != nil {
		return nil, err
	}
	info, err := m.stat(clean)
	if err != nil {
		return nil, err
	}
	model := m.describe(clean, info)
	if err := setType(model, opt.Type); err != nil {
		return nil, err
	}
	if model.Type == Directory {
		if opt.Content {
			return model, m.list(ctx, model)
		}
		return model, nil
	}
	if !opt.Content {
		if opt.Hash {
			model.Hash, err = m.hashFile(ctx, clean)
		}
		return model, err
	}
	data, info, err := m.read(ctx, clean)
	if err != nil {
		return nil, err
	}
	model.Size, model.LastModified, model.Created = info.Size(), info.ModTime(), info.ModTime()
	if opt.Hash {
		model.Hash = hash(data)
	}
	if model.Type == Notebook {
		model.Format = JSON
		model.Content, err = m.notebook(ctx, clean, data)
		return model, err
	}
	return model, setText(model, data, opt.Format)
}

// setType checks what the client takes the path for. A document can be had as
// the file that it is.
func setType(model *Model, want Type) error {
	switch {
	case want == "" || want == model.Type:
	case want == File && model.Type == Notebook:
		model.Type, model.Mimetype = File, mimetype(model.Path)
	case want != File && want != Notebook && want != Directory:
		return fmt.Errorf("type %q is unknown; there are directory, notebook and file: %w", want, ErrInvalid)
	default:
		return fmt.Errorf("%s is a %s, not a %s: %w", display(model.Path), model.Type, want, ErrInvalid)
	}
	return nil
}

func (m *Manager) list(ctx context.Context, dir *Model) error {
	handle, err := m.root.Open(local(dir.Path))
	if err != nil {
		return fileError("list", dir.Path, err)
	}
	defer handle.Close()
	entries, err := handle.ReadDir(-1)
	if err != nil {
		return fileError("list", dir.Path, err)
	}
	models := []*Model{}
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		clean, err := Clean(path.Join(dir.Path, entry.Name()))
		if err != nil {
			continue // hidden, or a name that no client could ask for
		}
		info, err := m.stat(clean)
		if err != nil {
			continue // gone meanwhile, a link out of the root, a socket
		}
		models = append(models, m.describe(clean, info))
	}
	slices.SortFunc(models, func(a, b *Model) int { return cmp.Compare(a.Name, b.Name) })
	dir.Format, dir.Content = JSON, models
	return nil
}

// openFile opens a regular file. A pipe that has taken its place meanwhile does
// not block.
func (m *Manager) openFile(clean string) (*os.File, fs.FileInfo, error) {
	if _, err := m.stat(clean); err != nil {
		return nil, nil, err
	}
	file, err := m.root.OpenFile(local(clean), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fileError("open", clean, err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file: %w", display(clean), ErrInvalid)
	}
	if err != nil {
		file.Close()
		return nil, nil, fileError("open", clean, err)
	}
	return file, info, nil
}

// Open gives a file as it is on the disk, to be streamed. The caller closes it.
func (m *Manager) Open(ctx context.Context, apiPath string) (*os.File, *Model, error) {
	clean, err := Clean(apiPath)
	if err != nil {
		return nil, nil, err
	}
	file, info, err := m.openFile(clean)
	if err != nil {
		return nil, nil, err
	}
	model := m.describe(clean, info)
	model.Mimetype = mimetype(clean)
	return file, model, nil
}

// read reads all of a file.
func (m *Manager) read(ctx context.Context, clean string) ([]byte, fs.FileInfo, error) {
	file, info, err := m.openFile(clean)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(withContext{ctx, file}, m.opt.MaxContent+1))
	if err != nil {
		return nil, nil, fileError("read", clean, err)
	}
	if int64(len(data)) > m.opt.MaxContent {
		return nil, nil, fmt.Errorf("%s has more than %d bytes: %w; download it instead (/files/...)", clean, m.opt.MaxContent, ErrTooLarge)
	}
	return data, info, nil
}

func (m *Manager) hashFile(ctx context.Context, clean string) (string, error) {
	file, _, err := m.openFile(clean)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum, err := hashOf(ctx, file)
	return sum, fileError("read", clean, err)
}

func hashOf(ctx context.Context, r io.Reader) (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, withContext{ctx, r}); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

type withContext struct {
	ctx context.Context
	r   io.Reader
}

func (w withContext) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(p)
}

func setText(model *Model, data []byte, want Format) error {
	text := utf8.Valid(data)
	switch want {
	case "":
	case Base64:
		text = false
	case Text:
		if !text {
			return fmt.Errorf("%s is not UTF-8 text; ask for the format base64: %w", model.Path, ErrInvalid)
		}
	default:
		return fmt.Errorf("format %q is unknown for a file; there are text and base64: %w", want, ErrInvalid)
	}
	if text {
		model.Format, model.Content = Text, string(data)
		if model.Mimetype == binary {
			model.Mimetype = "text/plain"
		}
		return nil
	}
	model.Format, model.Content = Base64, base64.StdEncoding.EncodeToString(data)
	return nil
}

const binary = "application/octet-stream"

// mimetypes are those that people have in a project and that must not depend on
// the machine.
var mimetypes = map[string]string{
	".wnb": "text/markdown", ".md": "text/markdown", ".ipynb": "application/x-ipynb+json",
	".csv": "text/csv", ".tsv": "text/tab-separated-values", ".txt": "text/plain", ".log": "text/plain",
	".json": "application/json", ".jsonl": "application/jsonl", ".yaml": "application/yaml", ".yml": "application/yaml",
	".toml": "application/toml", ".parquet": "application/vnd.apache.parquet", ".py": "text/x-python",
	".star": "text/x-python", ".go": "text/x-go", ".rs": "text/x-rust", ".c": "text/x-c", ".sql": "text/x-sql",
	".wat": "text/plain", ".ts": "text/x-typescript", ".sh": "text/x-sh",
}

func mimetype(clean string) string {
	if known, ok := mimetypes[ext(clean)]; ok {
		return known
	}
	guess, _, _ := strings.Cut(mime.TypeByExtension(ext(clean)), ";")
	return cmp.Or(guess, binary)
}

func baseName(clean string) string {
	if clean == "" {
		return ""
	}
	return path.Base(clean)
}
