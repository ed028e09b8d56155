package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// notebookFiles are the files that arguments mean: files themselves, the
// notebooks in and below folders, and what matches patterns that the shell has
// left. Each is named once.
func notebookFiles(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		more, err := filesOf(arg)
		if err != nil {
			return nil, err
		}
		for _, file := range more {
			if !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	return files, nil
}

func filesOf(arg string) ([]string, error) {
	if arg == "-" {
		return []string{arg}, nil
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return notebooksBelow(arg)
	case err == nil:
		return []string{arg}, nil
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(arg, "*?["):
		return matching(arg)
	}
	return nil, readError(arg, err)
}

func matching(pattern string) ([]string, error) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, usage(fmt.Errorf("%s is not a pattern: %w", pattern, err))
	}
	var files []string
	for _, name := range names {
		more, err := filesOf(name)
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	if len(files) == 0 {
		return nil, usage(fmt.Errorf("no file matches %s", pattern))
	}
	return files, nil
}

// notebooksBelow are the notebooks of a folder. Hidden folders are left out, and
// those named testdata, where notebooks may be wrong on purpose.
func notebooksBelow(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != dir && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.Type().IsRegular() && filepath.Ext(path) == ".wnb":
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		return nil, readError(dir, err)
	}
	return files, nil
}
