package infer

import (
	"errors"
	"math"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
)

// Methods of frames by what they do to the columns; what the others give is not
// known.
var (
	keepColumns = []string{
		"frame.head", "frame.tail", "frame.sample", "frame.filter", "frame.sort", "frame.unique", "frame.drop_duplicates",
		"frame.drop_nulls", "frame.fill_null", "frame.concat",
	}
	computeColumns = []string{
		"frame.with_column", "frame.drop", "frame.rename", "frame.group_by", "frame.join", "frame.value_counts", "group_by.agg", "group_by.count",
		"io.read_csv", "samples.wine_quality", "samples.load_wine", "samples.make_classification", "samples.make_regression",
	}
)

// schema is what a call of a builtin gives. Where it is about columns, it is
// called with what is known, to see what becomes of them.
func (w *walker) schema(name string, fn starlark.Value, args *arguments) Value {
	gives := ofType(builtin.Gives(name))
	computes := slices.Contains(computeColumns, name)
	keeps := slices.Contains(keepColumns, name)
	switch {
	case name == "frame":
		return w.frameOf(args)
	case name == "ml.train_test_split":
		w.try(name, fn, args)
		return w.parts(args)
	case fn == nil:
		return gives
	case keeps:
		w.try(name, fn, args)
		if args.receiver != nil && args.receiver.Type == gives.Type {
			return *args.receiver
		}
	case computes:
		if v, complete := w.try(name, fn, args); complete {
			return schemaValue(v, gives)
		}
	case strings.HasPrefix(name, "plot."):
		w.try(name, fn, args)
	}
	return gives
}

// schemaValue is a result whose columns are known.
func schemaValue(v starlark.Value, otherwise Value) Value {
	switch v := v.(type) {
	case *builtin.Frame:
		if empty, err := v.Frame().Slice(0, 0); err == nil {
			return withColumns(builtin.NewFrame(empty))
		}
	case nil:
	default:
		if v.Type() == otherwise.Type {
			return Value{Type: v.Type(), Static: v}
		}
	}
	return otherwise
}

// parts are what train_test_split gives: two of each that it is given.
func (w *walker) parts(args *arguments) Value {
	v := Value{Type: "tuple"}
	if args.open {
		return v
	}
	for _, arg := range args.positional {
		part := ofType(arg.value.Type)
		if arg.value.Is("frame") {
			part = arg.value
		} else if arg.value.Type != "series" {
			part = Value{}
		}
		v.Elems = append(v.Elems, part, part)
	}
	return v
}

// frameOf is frame({...}): its keys are the columns.
func (w *walker) frameOf(args *arguments) Value {
	arg, ok := args.of("data", 0)
	if !ok || arg.value.Is("frame") {
		return arg.value
	}
	if !arg.value.Is("dict") || arg.value.keys == nil {
		return ofType("frame")
	}
	var columns []*frame.Series
	for _, name := range arg.value.keys {
		columns = append(columns, frame.NewFloat64(name, nil))
	}
	f, err := frame.New(columns...)
	if err != nil {
		return ofType("frame")
	}
	return withColumns(builtin.NewFrame(f))
}

// try calls a builtin with what is known of the arguments and reports columns
// that are not there. complete says that the result is that of the real
// arguments, as far as columns go.
func (w *walker) try(name string, fn starlark.Value, args *arguments) (v starlark.Value, complete bool) {
	if fn == nil || args.open {
		return nil, false
	}
	var positional starlark.Tuple
	for i, arg := range args.positional {
		x := standIn(arg, name == "frame.with_column" && i == 1)
		if i == 0 && strings.HasPrefix(name, "samples.") {
			x = starlark.MakeInt(sampleRows)
		}
		if x == nil {
			return nil, false
		}
		positional = append(positional, x)
	}
	complete = true
	var named []starlark.Tuple
	for _, arg := range args.named {
		if x := standIn(arg, name == "frame.with_column" && arg.name == "values"); x != nil {
			named = append(named, starlark.Tuple{starlark.String(arg.name), x})
		} else if shapesColumns(name, arg.name) {
			complete = false
		}
	}
	if len(positional) == 0 && strings.HasPrefix(name, "samples.") {
		named = w.fewRows(fn, named)
	}
	v, err := w.callQuietly(fn, positional, named)
	if err != nil {
		w.noColumn(err, args.call)
		return nil, false
	}
	return v, complete
}

// standIn is a value to call a builtin with in the place of an argument; nil if
// there is none. Any column can stand for the values of a column.
func standIn(arg argument, values bool) starlark.Value {
	switch {
	case arg.value.Is("series") || values:
		return noRows()
	case arg.value.Const != nil:
		return arg.value.Const
	case arg.value.Is("frame") && arg.value.Static != nil:
		return arg.value.Static
	}
	return nil
}

// shapesColumns tells whether the columns of a result may depend on a parameter.
func shapesColumns(function, param string) bool {
	switch {
	case function == "io.read_csv":
		return param != "dtype" && param != "na_values"
	case strings.HasPrefix(function, "samples."):
		return param == "n_features"
	}
	return true
}

// fewRows asks samples for a few rows only: the number of rows is their first
// parameter, if they have one.
func (w *walker) fewRows(fn starlark.Value, named []starlark.Tuple) []starlark.Tuple {
	sig, _ := builtin.SignatureOf(fn)
	s := w.cell.analyzer.parse(sig.Params)
	if s == nil || len(s.params) == 0 {
		return named
	}
	rows := starlark.String(s.params[0].name)
	named = slices.DeleteFunc(slices.Clone(named), func(kw starlark.Tuple) bool { return kw[0] == rows })
	return append(named, starlark.Tuple{rows, starlark.MakeInt(sampleRows)})
}

const sampleRows = 50

// callQuietly calls a builtin that can reach nothing but the headers of files.
// A call that would compute much is not worth it.
func (w *walker) callQuietly(fn starlark.Value, args starlark.Tuple, named []starlark.Tuple) (v starlark.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, lang.Caught(r)
		}
	}()
	for _, x := range args {
		if isLarge(x) {
			return nil, errLarge
		}
	}
	for _, kw := range named {
		if isLarge(kw[1]) {
			return nil, errLarge
		}
	}
	a := w.cell.analyzer
	return starlark.Call(lang.NewThread(w.cell.ctx, &headers{open: a.env.Open}), fn, args, named)
}

var errLarge = errors.New("not worth it")

// isLarge tells whether a number may ask for much work, such as a number of
// columns.
func isLarge(v starlark.Value) bool {
	x, ok := starlark.AsFloat(v)
	return ok && !(math.Abs(x) <= 10_000)
}
