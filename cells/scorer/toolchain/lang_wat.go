package toolchain

import (
	"context"
	"regexp"
)

// wat is the text format of WebAssembly: authors write the ABI itself.
type wat struct{}

func (wat) forms() []form { return []form{{raw, "(module ...) with the exports of the ABI"}} }

func (wat) functions(string, map[string]bool) ([]function, error) { return nil, nil }

var watError = regexp.MustCompile(`(?m)^author\.wat:(?P<line>\d+):(?P<col>\d+): error: (?P<msg>.*)$`)

func (wat) compile(ctx context.Context, j *job) ([]byte, string, error) {
	found := j.opts.find("wat2wasm")
	if len(found) == 0 {
		return nil, "", missing("wat2wasm", "install the WebAssembly binary toolkit (Debian: apt install wabt)")
	}
	if err := j.put("author.wat", []byte(j.text)); err != nil {
		return nil, "", err
	}
	read := realFolders(found[0])
	res, err := j.run(ctx, nil, read, nil, found[0], "author.wat", "-o", "out.wasm")
	if err != nil {
		return nil, "", err
	}
	if res.Code != 0 {
		return nil, "", j.diagnose(res.Stderr, watError)
	}
	version, err := j.version(ctx, read, found[0], "--version")
	if err != nil {
		return nil, "", err
	}
	wasm, err := j.output()
	return wasm, version, err
}
