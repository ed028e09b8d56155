package lang

import "go.starlark.net/starlark"

// universe is Starlark's own, with functions that look at the depth of their
// arguments where the interpreter's would recurse without a bound.
var universe = makeUniverse()

// Universe is what every program sees without being given it. Do not change it.
func Universe() starlark.StringDict { return universe }

func makeUniverse() starlark.StringDict {
	u := make(starlark.StringDict, len(starlark.Universe))
	for name, v := range starlark.Universe {
		u[name] = v
	}
	for _, name := range []string{"dict", "fail", "max", "min", "print", "repr", "set", "sorted", "str"} {
		u[name] = guarded(u[name].(*starlark.Builtin))
	}
	return u
}

// guarded is a builtin that refuses values that are nested too deep.
func guarded(b *starlark.Builtin) *starlark.Builtin {
	return starlark.NewBuiltin(b.Name(), func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := checkArgs(args, kwargs); err != nil {
			return nil, err
		}
		return b.CallInternal(thread, args, kwargs)
	})
}

func checkArgs(args starlark.Tuple, kwargs []starlark.Tuple) error {
	for _, v := range args {
		if isContainer(v) {
			if err := CheckDepth(v); err != nil {
				return err
			}
		}
	}
	for _, kv := range kwargs {
		if err := CheckDepth(kv[1]); err != nil {
			return err
		}
	}
	return nil
}

// formatPercent is text % values.
func formatPercent(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if err := checkArgs(args[1:], nil); err != nil {
		return nil, err
	}
	return starlark.Binary(Percent, args[0], args[1])
}

// formatMethod calls a method format, its first argument, with the others.
func formatMethod(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := checkArgs(args[1:], kwargs); err != nil {
		return nil, err
	}
	return starlark.Call(thread, args[0], args[1:], kwargs)
}
