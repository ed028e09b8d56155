package builtin

import (
	"errors"
	"fmt"
	"io/fs"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
)

// A Secret is a secret as cells see it: a name. Its text is known to builtins
// only, which ask the host for it when they use it.
type Secret struct {
	name string
	hash string // keyed: another secret under the same name is another value
}

var _ value.Object = Secret{}

// String never holds the text.
func (s Secret) String() string { return "[secret " + s.name + "]" }

// Type is "secret".
func (s Secret) Type() string { return "secret" }

// Freeze does nothing: nothing changes a secret.
func (s Secret) Freeze() {}

// Truth is always true.
func (s Secret) Truth() starlark.Bool { return true }

// Hash refuses.
func (s Secret) Hash() (uint32, error) { return unhashable(s, "use its name") }

// Form is the name and the keyed hash.
func (s Secret) Form() (value.Form, error) {
	return value.Form{Kind: kindSecret, Fields: []starlark.Value{starlark.String(s.name), starlark.String(s.hash)}}, nil
}

func remakeSecret(from []starlark.Value, _ []byte) (starlark.Value, error) {
	var s Secret
	return s, fields(kindSecret, from, &s.name, &s.hash)
}

func secret(c *call) (starlark.Value, error) {
	var name string
	if err := c.unpack("name", &name); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	hash, err := h.SecretHash(c.context(), name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, lang.WithHint(fmt.Sprintf("set it with `wnb secret set %s`, or in the environment as %s", name, secretVariable+name), "the secret %q is not set", name)
	}
	return Secret{name, hash}, err
}

// secretText is the text of a value that may be a secret. ok is false for
// anything but a secret and a string.
func (c *call) secretText(v starlark.Value) (text string, ok bool, err error) {
	s, isSecret := v.(Secret)
	if !isSecret {
		text, ok = starlark.AsString(v)
		return text, ok, nil
	}
	h, err := c.host()
	if err != nil {
		return "", false, err
	}
	text, err = h.Secret(c.context(), s.name)
	return text, true, err
}
