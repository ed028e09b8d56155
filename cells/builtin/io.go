package builtin

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"unicode/utf8"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
)

// ioModule reads what lies outside of the notebook.
func ioModule() *module {
	return newModule("io",
		&Func{"read_csv", `path, sep=",", header=True, names=None, columns=None, dtype=None, na_values=None`,
			`Reads a CSV file as a frame. The path is relative to the notebook's folder. header=False says that the first line is data; names replaces the names of the header; columns keeps only some; dtype fixes the types of columns, as {"zip": "string"}; na_values are texts that mean null besides the usual ones.`,
			`io.read_csv("people.csv", columns=["name", "age"])`, readCSV},
		&Func{"read_text", "path", "Reads a UTF-8 text file as one string.", `io.read_text("notes.txt")`, readText},
		unavailable("read_parquet", "path"),
		unavailable("read_jsonl", "path"),
		unavailable("read_sql", "url, query"),
		&Func{"exists", "path", "Whether there is a file or folder.", `io.exists("people.csv")`, ioExists},
		&Func{"glob", "pattern", "The paths that match a pattern, sorted: * is any part of a name, ? one character. They are relative to the notebook's folder, as the pattern is. Files whose names begin with a point are left out, unless the pattern says so.", `io.glob("*.csv")`, ioGlob},
		fetchFunc(),
	)
}

// unavailable is a function that is planned and not there.
func unavailable(name, signature string) *Func {
	return &Func{name, signature, "Not available yet.", "", func(c *call) (starlark.Value, error) {
		return nil, fmt.Errorf("%s is not available yet", c.fn.name)
	}}
}

// needPath says what to do about an empty path.
func needPath(c *call, path, example string) error {
	if path == "" {
		return lang.WithHint(fmt.Sprintf("give the path of a file, relative to the notebook's folder, such as %q; for a parameter, set it with -p", example),
			"%s: the path is empty", c.fn.name)
	}
	return nil
}

// readFile reads a file through the host.
func (c *call) readFile(path, example string) ([]byte, error) {
	if err := needPath(c, path, example); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	content, err := h.ReadFile(c.context(), path)
	if errors.Is(err, fs.ErrNotExist) && !filepath.IsAbs(path) {
		return nil, lang.WithHint("a path in a cell starts from the notebook's folder, and a path given with -p from the current one", "%w", err)
	}
	return content, err
}

func readCSV(c *call) (starlark.Value, error) {
	path, opts, err := csvArguments(c)
	if err != nil {
		return nil, err
	}
	content, err := c.readFile(path, "data.csv")
	if err != nil {
		return nil, err
	}
	return frameValue(frame.ReadCSV(c.context(), path, bytes.NewReader(content), opts))
}

func csvArguments(c *call) (path string, opts frame.CSVOptions, err error) {
	opts.Sep = ","
	header := true
	var names, columns, dtype, na starlark.Value = starlark.None, starlark.None, starlark.None, starlark.None
	if err := c.unpack("path", &path, "sep?", &opts.Sep, "header?", &header, "names?", &names, "columns?", &columns, "dtype?", &dtype, "na_values?", &na); err != nil {
		return "", opts, err
	}
	if opts.Sep == "" {
		return "", opts, lang.WithHint(`a tab is sep="\t"`, "io.read_csv: sep is empty")
	}
	opts.NoHeader = !header
	for _, list := range []struct {
		what string
		from starlark.Value
		to   *[]string
	}{{"names", names, &opts.Names}, {"columns", columns, &opts.Columns}, {"na_values", na, &opts.NAValues}} {
		if *list.to, err = stringsOf(list.what, list.from); err != nil {
			return "", opts, err
		}
	}
	if opts.DTypes, err = dtypesOf(c, dtype); err != nil {
		return "", opts, err
	}
	h, err := c.host()
	if err != nil {
		return "", opts, err
	}
	opts.Threads = h.Threads()
	return path, opts, nil
}

// dtypesOf reads {"column": "dtype"}.
func dtypesOf(c *call, v starlark.Value) (map[string]frame.DType, error) {
	if v == starlark.None {
		return nil, nil
	}
	d, ok := v.(*starlark.Dict)
	if !ok {
		return nil, lang.WithHint(`write dtype={"zip": "string"}`, "dtype is a dict of column and type, not %s", lang.A(v.Type()))
	}
	out := map[string]frame.DType{}
	err := entries(c.fn.name, d, func(name string, v starlark.Value) error {
		dtype, err := dtypeOf(v)
		if err != nil {
			return fmt.Errorf("column %q: %w", name, err)
		}
		out[name] = dtype
		return nil
	})
	return out, err
}

func readText(c *call) (starlark.Value, error) {
	var path string
	if err := c.unpack("path", &path); err != nil {
		return nil, err
	}
	content, err := c.readFile(path, "notes.txt")
	if err != nil {
		return nil, err
	}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(content) {
		return nil, lang.WithHint("save the file as UTF-8", "%s is not UTF-8 text", path)
	}
	return starlark.String(content), nil
}
