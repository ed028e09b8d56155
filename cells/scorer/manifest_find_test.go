package scorer

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestFindManifest(t *testing.T) {
	const text = `{"abi":1,"kind":"metrik"}`
	a := meanError()
	a.custom = nil
	plain := a.bytes()
	a.manifest(text)
	good := a.bytes()
	a.manifest("second")
	big := newAsm()
	big.custom = append(big.custom, append([]byte{5, 'o', 't', 'h', 'e', 'r'}, make([]byte, 9<<20)...))
	big.manifest(text)
	long := newAsm()
	long.manifest(strings.Repeat("x", maxManifest+1))
	for name, tc := range map[string]struct {
		module []byte
		want   string
		found  bool
	}{
		"a module":                {good, text, true},
		"bytes behind it":         {append(bytes.Clone(good), 0), text, true},
		"two":                     {a.bytes(), text, true},
		"a larger one than fits":  {big.bytes(), text, true},
		"cut in the manifest":     {good[:len(good)-5], text[:len(text)-5], true},
		"of another version":      {append([]byte("\x00asm\x0d\x00\x01\x00"), good[8:]...), text, true},
		"a size in five bytes":    {append(bytes.Clone(plain), 0, 0x85, 0x80, 0x80, 0x80, 0, 3, 'w', 'n', 'b', '!'), "!", true},
		"for something else":      {plain, "", false},
		"cut before it":           {good[:len(plain)-1], "", false},
		"a size of six bytes":     {append(bytes.Clone(plain), 0, 0x85, 0x80, 0x80, 0x80, 0x80, 0, 3, 'w', 'n', 'b', '!'), "", false},
		"a name that is too long": {append(bytes.Clone(plain), 0, 5, 9, 'w', 'n', 'b', '!'), "", false},
		"no module":               {[]byte("hello, world"), "", false},
		"empty":                   {nil, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, found, err := FindManifest(bytes.NewReader(tc.module))
			if string(got) != tc.want || found != tc.found || err != nil {
				t.Errorf("%.100q, %v, %v; want %q, %v", got, found, err, tc.want, tc.found)
			}
		})
	}
	if got, _, _ := FindManifest(bytes.NewReader(long.bytes())); len(got) <= maxManifest {
		t.Errorf("of a manifest that is too long there are %d bytes, which look as if they were all", len(got))
	}
	broken := errors.New("broken disk")
	if _, found, err := FindManifest(io.MultiReader(bytes.NewReader(plain), iotest.ErrReader(broken))); found || !errors.Is(err, broken) {
		t.Errorf("%v, %v", found, err)
	}
}
