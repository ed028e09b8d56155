package builtin

import (
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
)

var seriesMethods = newMethods("series",
	method[*Series]{"mean", "", "The average of the values that are not null; NaN if there are none.", "s.mean()", floatMethod((*frame.Series).Mean)},
	method[*Series]{"std", "", "The sample standard deviation (divisor n-1).", "s.std()", floatMethod((*frame.Series).Std)},
	method[*Series]{"var", "", "The sample variance (divisor n-1).", "s.var()", floatMethod((*frame.Series).Var)},
	method[*Series]{"median", "", "The value in the middle.", "s.median()", floatMethod((*frame.Series).Median)},
	method[*Series]{"quantile", "q", "The value below which the fraction q of the values lies, linear between the two nearest.", "s.quantile(0.9)", seriesQuantile},
	method[*Series]{"sum", "", "The sum of the values that are not null; of bools the number of true ones.", "s.sum()", seriesSum},
	method[*Series]{"min", "", "The smallest value; None if all are null.", "s.min()", scalarMethod((*frame.Series).Min)},
	method[*Series]{"max", "", "The largest value; None if all are null.", "s.max()", scalarMethod((*frame.Series).Max)},
	method[*Series]{"count", "", "The number of values that are not null.", "s.count()", scalarMethod(func(s *frame.Series) any { return int64(s.Count()) })},
	method[*Series]{"n_unique", "", "The number of distinct values, null not counted.", "s.n_unique()", scalarMethod(func(s *frame.Series) any { return int64(s.NUnique()) })},
	method[*Series]{"any", "", "Whether a value of a mask is true; null counts as false.", "(s > 2).any()", boolMethod((*frame.Series).Any)},
	method[*Series]{"all", "", "Whether every value of a mask is true; nulls are passed over.", "(s > 0).all()", boolMethod((*frame.Series).All)},
	method[*Series]{"is_null", "", "A mask: where the value is null.", "s.is_null()", plainMethod((*frame.Series).IsNull)},
	method[*Series]{"not_null", "", "A mask: where the value is not null.", "s.not_null()", seriesNotNull},
	method[*Series]{"isin", "values", "A mask: where the value is one of values.", "s.isin([1, 2])", seriesIsIn},
	method[*Series]{"map", "f", "f of every value that is not null; nulls stay. f is a function or a dict, whose missing keys give null.", "s.map(lambda x: x * 10)", seriesMap},
	method[*Series]{"filter", "mask", "The values where mask is true, as s[mask].", "s.filter(s > 2)", seriesFilter},
	method[*Series]{"abs", "", "The absolute values.", "s.abs()", seriesMethod((*frame.Series).Abs)},
	method[*Series]{"round", "decimals=0", "Rounded to decimals; halves go to the even neighbour.", "s.round(1)", seriesRound},
	method[*Series]{"clip", "low=None, high=None", "Limited to low and high.", "s.clip(low=0, high=10)", seriesClip},
	method[*Series]{"cast", "dtype", `As another dtype: "float64", "int64", "string" or "bool".`, `s.cast("string")`, seriesCast},
	method[*Series]{"fill_null", "value", "With value (or the values of another series) in place of nulls.", "s.fill_null(0)", seriesFillNull},
	method[*Series]{"drop_nulls", "", "Without the nulls.", "s.drop_nulls()", plainMethod((*frame.Series).DropNulls)},
	method[*Series]{"unique", "", "The first of each distinct value, null included.", "s.unique()", plainMethod((*frame.Series).Unique)},
	method[*Series]{"value_counts", "", "A frame of the distinct values and how often each is there, the most frequent first.", "s.value_counts()", seriesValueCounts},
	method[*Series]{"describe", "", "A frame that sums up the values: count, mean, std, min, quartiles, max.", "s.describe()", seriesDescribe},
	method[*Series]{"sort", "desc=False", "Sorted; NaN and null come last.", "s.sort(desc=True)", seriesSort},
	method[*Series]{"head", "n=5", "The first n values.", "s.head(3)", seriesEnd((*frame.Series).Head)},
	method[*Series]{"tail", "n=5", "The last n values.", "s.tail(3)", seriesEnd((*frame.Series).Tail)},
	method[*Series]{"rename", "name", "The same values under another name.", `s.rename("points")`, seriesRename},
	method[*Series]{"to_list", "", "The values as a list, null as None.", "s.to_list()", seriesToList},
	method[*Series]{"equals", "other", "Whether both have the same name, dtype, nulls and values.", "s.equals(s)", seriesEquals},
)

// seriesElsewhere says what is written here for other libraries' names.
var seriesElsewhere = map[string]string{
	"apply": "s.map(f)", "map_elements": "s.map(f)", "astype": "s.cast(dtype)", "dropna": "s.drop_nulls()",
	"fillna": "s.fill_null(value)", "is_in": "s.isin(values)", "isna": "s.is_null()", "isnull": "s.is_null()",
	"notna": "s.not_null()", "notnull": "s.not_null()", "is_not_null": "s.not_null()", "nunique": "s.n_unique()",
	"len": "len(s)", "size": "len(s)", "shape": "len(s)", "sort_values": "s.sort(desc=False)", "tolist": "s.to_list()",
	"values": "s.to_list()", "iloc": "s[i] or s[2:5]", "loc": "s[mask]", "alias": "s.rename(name)", "is_nan": "s != s",
	"pow": "pow(s, 2)",
}

type seriesImpl = func(s *Series, c *call) (starlark.Value, error)

// The functions below make methods of those functions of the library that take
// nothing but the series.

func floatMethod(f func(*frame.Series) (float64, error)) seriesImpl {
	return func(s *Series, c *call) (starlark.Value, error) {
		if err := c.unpack(); err != nil {
			return nil, err
		}
		x, err := f(s.series)
		return starlark.Float(x), err
	}
}

func scalarMethod(f func(*frame.Series) any) seriesImpl {
	return func(s *Series, c *call) (starlark.Value, error) {
		if err := c.unpack(); err != nil {
			return nil, err
		}
		return valueOf(f(s.series)), nil
	}
}

func boolMethod(f func(*frame.Series) (bool, error)) seriesImpl {
	return func(s *Series, c *call) (starlark.Value, error) {
		if err := c.unpack(); err != nil {
			return nil, err
		}
		ok, err := f(s.series)
		return starlark.Bool(ok), err
	}
}

func seriesMethod(f func(*frame.Series) (*frame.Series, error)) seriesImpl {
	return func(s *Series, c *call) (starlark.Value, error) {
		if err := c.unpack(); err != nil {
			return nil, err
		}
		return seriesValue(f(s.series))
	}
}

func plainMethod(f func(*frame.Series) *frame.Series) seriesImpl {
	return seriesMethod(func(s *frame.Series) (*frame.Series, error) { return f(s), nil })
}

func seriesEnd(f func(*frame.Series, int) *frame.Series) seriesImpl {
	return func(s *Series, c *call) (starlark.Value, error) {
		n, err := c.rowCount()
		if err != nil {
			return nil, err
		}
		return NewSeries(f(s.series, n)), nil
	}
}

// rowCount reads the argument of head and tail.
func (c *call) rowCount() (int, error) {
	n := 5
	if err := c.unpack("n?", &n); err != nil {
		return 0, err
	}
	if n < 0 {
		return 0, fmt.Errorf("%s: n is %d; to leave out rows at an end write [:-3] or [3:]", c.fn.name, n)
	}
	return n, nil
}

func seriesSum(s *Series, c *call) (starlark.Value, error) {
	if err := c.unpack(); err != nil {
		return nil, err
	}
	return s.Sum()
}

func seriesQuantile(s *Series, c *call) (starlark.Value, error) {
	var v starlark.Value
	if err := c.unpack("q", &v); err != nil {
		return nil, err
	}
	q, ok := starlark.AsFloat(v) // a parameter of type float64 would refuse 1
	if !ok {
		return nil, fmt.Errorf("quantile: q is %s, not a number", lang.A(v.Type()))
	}
	x, err := s.series.Quantile(q)
	return starlark.Float(x), err
}

func seriesNotNull(s *Series, c *call) (starlark.Value, error) {
	if err := c.unpack(); err != nil {
		return nil, err
	}
	return seriesValue(s.series.IsNull().Not())
}

func seriesIsIn(s *Series, c *call) (starlark.Value, error) {
	var values starlark.Value
	if err := c.unpack("values", &values); err != nil {
		return nil, err
	}
	if other, ok := values.(*Series); ok {
		return seriesValue(s.series.IsIn(other.series.Values()))
	}
	xs, ok := listOf(values)
	if !ok {
		return nil, lang.WithHint("write s == value for one value", "isin takes a list of values, not %s", lang.A(values.Type()))
	}
	list, err := scalarsOf(c.context(), "values", xs)
	if err != nil {
		return nil, err
	}
	return seriesValue(s.series.IsIn(list))
}

func seriesMap(s *Series, c *call) (starlark.Value, error) {
	var f starlark.Value
	if err := c.unpack("f", &f); err != nil {
		return nil, err
	}
	var apply func(starlark.Value) (starlark.Value, error)
	switch f := f.(type) {
	case starlark.Callable:
		apply = func(x starlark.Value) (starlark.Value, error) {
			return starlark.Call(c.thread, f, starlark.Tuple{x}, nil)
		}
	case *starlark.Dict:
		apply = func(x starlark.Value) (starlark.Value, error) {
			y, found, err := f.Get(x)
			if !found {
				y = starlark.None
			}
			return y, err
		}
	default:
		return nil, fmt.Errorf("map takes a function or a dict, not %s", lang.A(f.Type()))
	}
	return s.mapWith(c, apply)
}

func (s *Series) mapWith(c *call, apply func(starlark.Value) (starlark.Value, error)) (starlark.Value, error) {
	out := make([]any, s.Len())
	ctx := c.context()
	for i := range out {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if s.series.Null(i) {
			continue
		}
		y, err := apply(s.Index(i))
		if err != nil {
			return nil, err
		}
		if out[i], err = scalarOf(y); err != nil {
			return nil, fmt.Errorf("map: what f gives for row %d: %w", i, err)
		}
	}
	return seriesValue(frame.FromAny(s.series.Name(), out))
}

func seriesFilter(s *Series, c *call) (starlark.Value, error) {
	var mask starlark.Value
	if err := c.unpack("mask", &mask); err != nil {
		return nil, err
	}
	m, err := maskOf(c, mask)
	if err != nil {
		return nil, err
	}
	return seriesValue(s.series.Filter(m))
}

// maskOf reads a mask: a series of bools or a list of them.
func maskOf(c *call, v starlark.Value) (*frame.Series, error) {
	_, isSeries := v.(*Series)
	if _, isList := listOf(v); !isSeries && !isList {
		return nil, lang.WithHint(`a mask is a comparison, such as df["c"] > 1`, "%s: the mask is %s, not a series", c.fn.name, lang.A(v.Type()))
	}
	return columnOf(c.context(), "mask", v, 0)
}

func seriesRound(s *Series, c *call) (starlark.Value, error) {
	decimals := 0
	if err := c.unpack("decimals?", &decimals); err != nil {
		return nil, err
	}
	return seriesValue(s.series.Round(decimals))
}

func seriesClip(s *Series, c *call) (starlark.Value, error) {
	limits := [2]starlark.Value{starlark.None, starlark.None}
	if err := c.unpack("low?", &limits[0], "high?", &limits[1]); err != nil {
		return nil, err
	}
	low, err := scalarOf(limits[0])
	if err != nil {
		return nil, fmt.Errorf("clip: low: %w", err)
	}
	high, err := scalarOf(limits[1])
	if err != nil {
		return nil, fmt.Errorf("clip: high: %w", err)
	}
	return seriesValue(s.series.Clip(low, high))
}

func seriesCast(s *Series, c *call) (starlark.Value, error) {
	var to starlark.Value
	if err := c.unpack("dtype", &to); err != nil {
		return nil, err
	}
	dtype, err := dtypeOf(to)
	if err != nil {
		return nil, err
	}
	return seriesValue(s.series.Cast(dtype))
}

func seriesFillNull(s *Series, c *call) (starlark.Value, error) {
	var value starlark.Value
	if err := c.unpack("value", &value); err != nil {
		return nil, err
	}
	with, err := operand("values", value)
	if err != nil {
		return nil, fmt.Errorf("fill_null: %w", err)
	}
	return seriesValue(s.series.FillNull(with))
}

func seriesValueCounts(s *Series, c *call) (starlark.Value, error) {
	if err := c.unpack(); err != nil {
		return nil, err
	}
	return NewFrame(s.series.ValueCounts()), nil
}

func seriesDescribe(s *Series, c *call) (starlark.Value, error) {
	if err := c.unpack(); err != nil {
		return nil, err
	}
	return frameValue(s.series.Describe(c.context()))
}

func seriesSort(s *Series, c *call) (starlark.Value, error) {
	desc := false
	if err := c.unpack("desc?", &desc); err != nil {
		return nil, err
	}
	return NewSeries(s.series.Sort(desc)), nil
}

func seriesRename(s *Series, c *call) (starlark.Value, error) {
	var name string
	if err := c.unpack("name", &name); err != nil {
		return nil, err
	}
	return NewSeries(s.series.Rename(name)), nil
}

func seriesToList(s *Series, c *call) (starlark.Value, error) {
	if err := c.unpack(); err != nil {
		return nil, err
	}
	ctx := c.context()
	out := make([]starlark.Value, s.Len())
	for i := range out {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		out[i] = s.Index(i)
	}
	return starlark.NewList(out), nil
}

func seriesEquals(s *Series, c *call) (starlark.Value, error) {
	var other *Series
	if err := c.unpack("other", &other); err != nil {
		return nil, err
	}
	return starlark.Bool(s.series.Equal(other.series)), nil
}
