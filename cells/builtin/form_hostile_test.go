package builtin

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/value"
)

// hostilePool are fields that somebody may have put into a store.
func hostilePool(t *testing.T) []starlark.Value {
	list := func(v ...starlark.Value) starlark.Value { return starlark.NewList(v) }
	dict := func(k, v starlark.Value) starlark.Value {
		d := starlark.NewDict(1)
		if err := d.SetKey(k, v); err != nil {
			t.Fatal(err)
		}
		return d
	}
	text := func(s string) starlark.Value { return starlark.String(s) }
	f, tree := runValue(t, newHost(), "frame({'x': [1]})", nil), runValue(t, newHost(), "ml.DecisionTreeClassifier()", nil)
	scaler, search := runValue(t, newHost(), "ml.StandardScaler()", nil), runValue(t, newHost(), formPrelude+"search", nil)
	one := starlark.Float(1)
	return []starlark.Value{
		starlark.None, starlark.True, starlark.MakeInt(-1), starlark.MakeInt(3), starlark.MakeUint64(1 << 63), starlark.MakeInt64(1 << 40), starlark.Float(0.5),
		text(""), text("x"), text("fit"), text("GridSearchCV"), text("KFold"), text("ml."), text("ml.nope"), text("DecisionTreeClassifier"), text("randint"),
		starlark.Tuple{}, starlark.Tuple{text("a"), tree}, starlark.Tuple{one, one, one, starlark.MakeInt(-1)}, starlark.Tuple{one},
		list(), list(text("x")), list(starlark.Tuple{text("a"), tree}), list(starlark.Tuple{}), list(starlark.Tuple{one}), list(starlark.None),
		starlark.NewDict(0), dict(starlark.MakeInt(1), starlark.None), dict(text("nope"), list()), dict(text("max_depth"), list(starlark.MakeInt(-4))),
		f, tree, scaler, search,
	}
}

// TestHostileForms changes what objects are made of, one thing after the other:
// the makers say what is wrong, or make something that can be shown and stored.
func TestHostileForms(t *testing.T) {
	h, pool, makers := extensionHost(t), hostilePool(t), Makers(Pure())
	more := starlark.StringDict{"params": &params{starlark.StringDict{"rate": starlark.Float(1)}}}
	for name, tt := range objects {
		t.Run(name, func(t *testing.T) {
			form, err := runValue(t, h, formPrelude+tt.source, more).(value.Object).Form()
			if err != nil {
				t.Fatal(err)
			}
			var content bytes.Buffer
			if form.Content != nil {
				if err := form.Content(&content); err != nil {
					t.Fatal(err)
				}
			}
			try := func(fields []starlark.Value, content []byte) {
				tryMaker(t, form.Kind, makers[form.Kind], fields, content)
			}
			for i := range form.Fields {
				try(form.Fields[:i], content.Bytes())
				for _, v := range pool {
					changed := slices.Clone(form.Fields)
					changed[i] = v
					try(changed, content.Bytes())
				}
			}
			try(append(slices.Clone(form.Fields), starlark.None), content.Bytes())
			try(form.Fields, append(bytes.Clone(content.Bytes()), ' '))
			for i := 0; i < content.Len(); i += 1 + content.Len()/40 {
				damaged := bytes.Clone(content.Bytes())
				damaged[i] ^= 0x55
				try(form.Fields, damaged)
				try(form.Fields, damaged[:i])
			}
		})
	}
}

// tryMaker makes an object which, if it can be made, can be shown and stored.
func tryMaker(t *testing.T, kind string, maker value.Make, fields []starlark.Value, content []byte) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s of %v and %q panics: %v", kind, fields, content, r)
		}
	}()
	v, err := maker(fields, content)
	if err != nil {
		return
	}
	if o, ok := v.(value.Object); ok {
		v.Freeze()
		if form, err := o.Form(); err == nil && form.Kind == kind && form.Content != nil {
			var again bytes.Buffer
			if err := form.Content(&again); err != nil || !bytes.Equal(again.Bytes(), content) {
				t.Errorf("%s of %v takes %.200q, which it writes as %.200q (%v)", kind, fields, content, again.Bytes(), err)
			}
		}
		_ = v.String()
		if _, err := Render(t.Context(), v); err != nil {
			t.Logf("%s of %v: %v", kind, fields, err)
		}
		if _, err := value.Encode(t.Context(), v, nil); err != nil && !errors.Is(err, value.ErrNoForm) {
			t.Errorf("%s of %v: %v", kind, fields, err)
		}
	}
}
