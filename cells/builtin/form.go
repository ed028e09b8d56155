package builtin

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/plot"
	"github.com/wnb-dev/wnb/cells/value"
)

// The kinds of objects in stored values. A kind's layout never changes; a new
// layout is a new kind.
const (
	kindBuiltin     = "builtin"
	kindMember      = "member"
	kindParams      = "params"
	kindMarkup      = "markup"
	kindFrame       = "frame"
	kindSeries      = "series"
	kindText        = "series.str"
	kindGroups      = "group_by"
	kindFigure      = "figure"
	kindEstimator   = "estimator"
	kindPipeline    = "pipeline"
	kindModel       = "model"
	kindTransformer = "transformer"
	kindFolds       = "splitter"
	kindReport      = "report"
	kindSecret      = "secret"
	kindProgress    = "progress"
)

var (
	_ value.Object = (*Func)(nil)
	_ value.Object = (*boundMethod)(nil)
	_ value.Object = (*module)(nil)
	_ value.Object = later{}
	_ value.Object = (*params)(nil)
	_ value.Object = rich{}
	_ value.Object = (*progress)(nil)
	_ value.Object = (*Frame)(nil)
	_ value.Object = (*Series)(nil)
	_ value.Object = (*stringMethods)(nil)
	_ value.Object = (*groups)(nil)
	_ value.Object = (*Figure)(nil)
)

// Makers make stored values again. env are the names that cells see: builtins
// inside of values are found there.
func Makers(env starlark.StringDict) map[string]value.Make {
	makers := map[string]value.Make{
		kindBuiltin: func(f []starlark.Value, _ []byte) (starlark.Value, error) { return findBuiltin(env, f) },
		kindMember:  remakeMember,
		kindParams:  remakeParams,
		kindMarkup:  remakeMarkup,
		kindSecret:  remakeSecret,
		kindFrame: func(_ []starlark.Value, content []byte) (starlark.Value, error) {
			return frameValue(frame.Decode(content))
		},
		kindSeries: remakeSeries,
		kindText:   remakeTextMethods,
		kindGroups: remakeGroups,
		kindFigure: remakeFigure,

		kindProgress: remakeProgress,
	}
	addLearned(makers)
	return makers
}

// fields reads the fields of a form into variables, as a call reads arguments.
func fields(kind string, from []starlark.Value, to ...any) error {
	return starlark.UnpackPositionalArgs(kind, from, nil, len(to), to...)
}

func builtinForm(name string) (value.Form, error) {
	return value.Form{Kind: kindBuiltin, Fields: []starlark.Value{starlark.String(name)}}, nil
}

// Form is the function's name.
func (f *Func) Form() (value.Form, error) { return builtinForm(f.name) }

// Form is the receiver and the method's name.
func (m *boundMethod) Form() (value.Form, error) {
	return value.Form{Kind: kindMember, Fields: []starlark.Value{m.receiver, starlark.String(m.member())}}, nil
}

// member is the method's name without that of its type.
func (m *boundMethod) member() string { return m.name[strings.LastIndexByte(m.name, '.')+1:] }

// Form is the module's name.
func (m *module) Form() (value.Form, error) { return builtinForm(m.name) }

// Form is the module's name.
func (l later) Form() (value.Form, error) { return builtinForm(l.name) }

func findBuiltin(env starlark.StringDict, from []starlark.Value) (starlark.Value, error) {
	var name string
	if err := fields(kindBuiltin, from, &name); err != nil {
		return nil, err
	}
	first, rest, nested := strings.Cut(name, ".")
	v, ok := env[first]
	if !ok {
		return nil, fmt.Errorf("there is no builtin %s", first)
	}
	if !nested {
		return v, nil
	}
	return remakeMember([]starlark.Value{v, starlark.String(rest)}, nil)
}

func remakeMember(from []starlark.Value, _ []byte) (starlark.Value, error) {
	var recv starlark.Value
	var name string
	if err := fields(kindMember, from, &recv, &name); err != nil {
		return nil, err
	}
	h, ok := recv.(starlark.HasAttrs)
	if !ok {
		return nil, fmt.Errorf("%s has no attributes", lang.A(recv.Type()))
	}
	return h.Attr(name)
}

// Form is the names and values.
func (p *params) Form() (value.Form, error) {
	d := starlark.NewDict(len(p.values))
	for _, name := range p.AttrNames() {
		if err := d.SetKey(starlark.String(name), p.values[name]); err != nil {
			return value.Form{}, err
		}
	}
	return value.Form{Kind: kindParams, Fields: []starlark.Value{d}}, nil
}

// Narrow keeps only some of the params: what does not read the others does not
// depend on them.
func (p *params) Narrow(names []string) starlark.Value {
	out := &params{starlark.StringDict{}}
	for _, name := range names {
		if v, ok := p.values[name]; ok {
			out.values[name] = v
		}
	}
	return out
}

func remakeParams(from []starlark.Value, _ []byte) (starlark.Value, error) {
	var d *starlark.Dict
	if err := fields(kindParams, from, &d); err != nil {
		return nil, err
	}
	p := &params{starlark.StringDict{}}
	for _, item := range d.Items() {
		name, ok := starlark.AsString(item[0])
		if !ok {
			return nil, fmt.Errorf("the name of a param is %s", lang.A(item[0].Type()))
		}
		p.values[name] = item[1]
	}
	return p, nil
}

// Form is the text and its language.
func (r rich) Form() (value.Form, error) {
	return value.Form{Kind: kindMarkup, Fields: []starlark.Value{starlark.String(r.text), starlark.String(r.mime)}}, nil
}

func remakeMarkup(from []starlark.Value, _ []byte) (starlark.Value, error) {
	var r rich
	return r, fields(kindMarkup, from, &r.text, &r.mime)
}

// Form is the frame's own encoding.
func (f *Frame) Form() (value.Form, error) {
	return value.Form{Kind: kindFrame, Content: f.frame.Encode, Memo: &f.memo}, nil
}

// Form is the series' own encoding.
func (s *Series) Form() (value.Form, error) {
	return value.Form{Kind: kindSeries, Content: s.series.Encode, Memo: &s.memo}, nil
}

func remakeSeries(_ []starlark.Value, content []byte) (starlark.Value, error) {
	return seriesValue(frame.DecodeSeries(content))
}

// Form is the series whose methods these are.
func (m *stringMethods) Form() (value.Form, error) {
	return value.Form{Kind: kindText, Fields: []starlark.Value{NewSeries(m.series)}}, nil
}

func remakeTextMethods(from []starlark.Value, _ []byte) (starlark.Value, error) {
	var s *Series
	if err := fields(kindText, from, &s); err != nil {
		return nil, err
	}
	return &stringMethods{s.series}, nil
}

// Form is the frame and the keys.
func (g *groups) Form() (value.Form, error) {
	return value.Form{Kind: kindGroups, Fields: []starlark.Value{g.frame, stringList(g.keys)}}, nil
}

func remakeGroups(from []starlark.Value, _ []byte) (starlark.Value, error) {
	var f *Frame
	var list *starlark.List
	if err := fields(kindGroups, from, &f, &list); err != nil {
		return nil, err
	}
	keys, err := stringsOf("keys", list)
	if err != nil {
		return nil, err
	}
	g, err := f.frame.GroupBy(keys...)
	if err != nil {
		return nil, err
	}
	return &groups{f, keys, g}, nil
}

// Form is the figure's own encoding.
func (f *Figure) Form() (value.Form, error) {
	return value.Form{Kind: kindFigure, Memo: &f.memo, Content: func(w io.Writer) error {
		data, err := f.figure.Encode()
		if err != nil {
			return err
		}
		_, err = io.Copy(w, bytes.NewReader(data))
		return err
	}}, nil
}

func remakeFigure(_ []starlark.Value, content []byte) (starlark.Value, error) {
	f, err := plot.Decode(content)
	if err != nil {
		return nil, err
	}
	again, err := f.Encode()
	if err == nil && !bytes.Equal(again, content) {
		err = fmt.Errorf("%w: it is written in another way", plot.ErrDecode)
	}
	if err != nil {
		return nil, err
	}
	return &Figure{figure: f}, nil
}
