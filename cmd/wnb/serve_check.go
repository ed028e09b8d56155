package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/wnb-dev/wnb/frontend/checks"
	"github.com/wnb-dev/wnb/frontend/contents"
	"github.com/wnb-dev/wnb/kernel/check"
)

// checkRoutes tell the page what is wrong with a notebook as one types.
func (k *keeper) checkRoutes(mount map[string]http.Handler) {
	mount["POST /api/wnb/check"] = checks.New(k.around)
	mount["GET /api/wnb/check/{code}"] = http.HandlerFunc(checks.Explain)
}

// around is what surrounds the notebook at a path: its project, and the files
// below the served folder.
func (k *keeper) around(path string) (o check.Options, done func() error, err error) {
	clean, err := contents.Clean(path)
	if err != nil {
		return o, nil, err
	}
	if !isNotebook(clean) {
		return o, nil, fmt.Errorf("%s is not a notebook, and only notebooks are checked", path)
	}
	folder := filepath.Dir(filepath.Join(k.dir, filepath.FromSlash(clean)))
	root, err := projectRoot(folder)
	if err != nil {
		return o, nil, err
	}
	project, err := os.OpenRoot(root)
	if err != nil {
		return o, nil, err
	}
	served, err := os.OpenRoot(k.dir)
	if err != nil {
		return o, nil, errors.Join(err, project.Close())
	}
	o.Project = project.FS()
	o.Open = func(name string) (io.ReadCloser, error) { return openServed(served, k.dir, folder, name) }
	return o, func() error { return errors.Join(project.Close(), served.Close()) }, nil
}

// openServed opens a file that a cell of a notebook in folder names, if it is one
// that ends and is below the served folder.
func openServed(served *os.Root, dir, folder, name string) (io.ReadCloser, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(folder, name)
	}
	below, err := filepath.Rel(dir, name)
	if err != nil {
		return nil, err
	}
	info, err := served.Stat(below)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrInvalid
	}
	return served.Open(below)
}
