package builtin

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// maxFetch is how much one fetch may bring.
const maxFetch = 1 << 30

func fetchFunc() *Func {
	return &Func{"fetch", "url, sha256=None, headers={}",
		"Reads a document from the web, as bytes; str(b) makes text of them. With sha256 the content must have this hash, and the cell can be cached; without it the cell is never cached. The values of headers can be secrets.",
		"", fetch}
}

func fetch(c *call) (starlark.Value, error) {
	var address string
	var sum starlark.Value = starlark.None
	headers := starlark.NewDict(0)
	if err := c.unpack("url", &address, "sha256?", &sum, "headers?", &headers); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	want, pinned := starlark.AsString(sum)
	if !pinned {
		if err := h.Impure("io.fetch without sha256"); err != nil {
			return nil, err
		}
	}
	content, err := c.download(address, headers)
	if err != nil {
		return nil, fmt.Errorf("io.fetch: %s: %w", address, err)
	}
	got := sha256.Sum256(content)
	if name := hex.EncodeToString(got[:]); pinned && name != want {
		return nil, lang.WithHint("if the new content is wanted, write sha256=\""+name+"\"", "io.fetch: %s has the hash %s, not %s", address, name, want)
	}
	return starlark.Bytes(content), nil
}

func (c *call) download(address string, headers *starlark.Dict) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("write an address that starts with https:// or http://")
	}
	req, err := http.NewRequestWithContext(c.context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	for _, item := range headers.Items() {
		name, isText := starlark.AsString(item[0])
		text, ok, err := c.secretText(item[1])
		if err != nil {
			return nil, err
		}
		if !isText || !ok {
			return nil, fmt.Errorf("headers: %s is neither text nor a secret", item[1])
		}
		req.Header.Set(name, text)
	}
	client := http.Client{CheckRedirect: sameHost}
	resp, err := client.Do(req)
	if err != nil {
		return nil, plainError(c.context(), err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answers %s", resp.Status)
	}
	var b bytes.Buffer
	if n, err := io.Copy(&b, io.LimitReader(resp.Body, maxFetch+1)); err != nil {
		return nil, plainError(c.context(), err)
	} else if n > maxFetch {
		return nil, fmt.Errorf("the document is larger than %d MiB", maxFetch>>20)
	}
	return b.Bytes(), nil
}

// sameHost follows redirects, without the headers to another host: they may
// hold a secret.
func sameHost(req *http.Request, via []*http.Request) error {
	if len(via) > 10 {
		return errors.New("the server redirects in a circle")
	}
	if req.URL.Host != via[0].URL.Host {
		req.Header = http.Header{}
	}
	return nil
}

// plainError drops the operation and the address, which the message has.
func plainError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
