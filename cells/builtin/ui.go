package builtin

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/plot"
)

// uiModule declares named inputs: values that people set beside the notebook, on
// the page or with -p. Each is a question to the world whose answer is recorded,
// and a param of the run. The name must be known before the cell runs, so it is a
// literal text, and only one cell has it.
func uiModule() *module {
	return newModule("ui",
		&Func{"slider", `name, min, max, default=None, step=None, label=""`,
			"A number from min to max, chosen with a slider: an int if all of min, max, default and step are, else a float. Without a default it is min. step is how far one move goes; other values within the bounds are taken as well.",
			`depth = ui.slider("depth", 1, 10, default=3)`, control(declareSlider)},
		&Func{"choice", `name, choices, default=None, label=""`,
			"One of a list of texts, numbers or truth values. Without a default it is the first.",
			`model = ui.choice("model", ["logreg", "forest"])`, control(declareChoice)},
		&Func{"number", `name, default=0, min=None, max=None, label=""`,
			"A number: an int if default, min and max are, else a float.", `rate = ui.number("rate", default=0.1, min=0)`, control(declareNumber)},
		&Func{"text", `name, default="", label=""`, "A text.", `query = ui.text("query", default="wine")`, control(declareText)},
		&Func{"checkbox", `name, default=False, label=""`, "True or False.", `scaled = ui.checkbox("scaled", default=True)`, control(declareCheckbox)},
		&Func{"button", `name, label=""`, "How often a button was pressed, an int. Cells that read it run again at each press.", `pressed = ui.button("pressed", label="Try again")`, control(declareButton)},
		&Func{"table", `df, name=None`,
			"Shows a frame and gives the frame of the rows that are selected in it, with the same columns: none at first. Without name it is named as the variable that it is assigned to.",
			`picked = ui.table(df)`, uiTable},
		&Func{"plot", `fig, name=None`,
			"Shows a scatter plot or lines and gives the frame of the points in the rectangle that is drawn on it, its edges included; all points where there is none. The columns are named by the labels of the figure. Without name it is named as the variable that it is assigned to.",
			`brushed = ui.plot(plot.scatter(df, x="x", y="y"))`, uiPlot},
	)
}

// The kinds of inputs are the names of the functions.
const (
	inputSlider   = "slider"
	inputChoice   = "choice"
	inputNumber   = "number"
	inputText     = "text"
	inputCheckbox = "checkbox"
	inputButton   = "button"
	inputTable    = "table"
	inputPlot     = "plot"
)

// declarations read the arguments of those whose value is not taken from other
// arguments.
func declarations() map[string]func(*call) (*Input, error) {
	return map[string]func(*call) (*Input, error){
		inputSlider: declareSlider, inputChoice: declareChoice, inputNumber: declareNumber, inputText: declareText,
		inputCheckbox: declareCheckbox, inputButton: declareButton,
	}
}

// control asks for the value of an input and shows it.
func control(declare func(*call) (*Input, error)) func(*call) (starlark.Value, error) {
	return func(c *call) (starlark.Value, error) {
		in, err := declare(c)
		if err != nil {
			return nil, err
		}
		v, err := c.ask(in)
		if err != nil {
			return nil, err
		}
		if err := c.showInput(in, v, nil); err != nil {
			return nil, err
		}
		return toStarlark(v)
	}
}

// ask gives the value of an input, checked, and records it as a param.
func (c *call) ask(in *Input) (any, error) {
	if in.Kind != inputPlot { // whose default is no value
		if err := in.checkDefault(); err != nil {
			return nil, err
		}
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	name, answer, err := h.Ask(in.Name, c.place(), EncodeInput(in.Default))
	if err != nil {
		return nil, err
	}
	in.Name = name
	v, err := in.read(answer)
	if err != nil {
		return nil, err
	}
	return v, h.Record(inputParam(name, v))
}

// place is where the call stands; the zero Position if not in a program.
func (c *call) place() syntax.Position {
	if c.thread.CallStackDepth() < 2 {
		return syntax.Position{}
	}
	return c.thread.CallFrame(1).Pos
}

func declareSlider(c *call) (*Input, error) {
	in := &Input{Kind: inputSlider}
	var low, high, otherwise, step bound
	if err := c.unpack("name", &in.Name, "min", &low, "max", &high, "default??", &otherwise, "step??", &step, "label?", &in.Label); err != nil {
		return nil, err
	}
	in.whole = !low.float && !high.float && !otherwise.float && !step.float
	in.Min, in.Max, in.Step = low.value, high.value, step.value
	if !(*in.Min < *in.Max) {
		return nil, in.fail("min %v is not below max %v", *in.Min, *in.Max)
	}
	if in.Step == nil {
		in.Step = in.wholeStep()
	} else if !(*in.Step > 0) {
		return nil, in.fail("step %v is not above 0", *in.Step)
	}
	if in.Default = in.number(*in.Min); otherwise.value != nil {
		in.Default = in.number(*otherwise.value)
	}
	return in, nil
}

func declareNumber(c *call) (*Input, error) {
	in := &Input{Kind: inputNumber}
	var otherwise, low, high bound
	if err := c.unpack("name", &in.Name, "default?", &otherwise, "min??", &low, "max??", &high, "label?", &in.Label); err != nil {
		return nil, err
	}
	in.whole = !low.float && !high.float && !otherwise.float
	in.Min, in.Max, in.Step = low.value, high.value, in.wholeStep()
	if in.Default = in.number(0); otherwise.value != nil {
		in.Default = in.number(*otherwise.value)
	}
	return in, nil
}

func declareChoice(c *call) (*Input, error) {
	in := &Input{Kind: inputChoice}
	var choices starlark.Iterable
	var otherwise starlark.Value
	if err := c.unpack("name", &in.Name, "choices", &choices, "default??", &otherwise, "label?", &in.Label); err != nil {
		return nil, err
	}
	for v := range starlark.Elements(choices) {
		choice, ok := scalar(v)
		if !ok {
			return nil, in.fail("%s cannot be a choice: choices are texts, numbers and truth values", v)
		}
		in.Choices = append(in.Choices, choice)
	}
	if len(in.Choices) == 0 {
		return nil, in.fail("there are no choices")
	}
	in.Default = in.Choices[0]
	if otherwise != nil {
		var ok bool
		if in.Default, ok = scalar(otherwise); !ok {
			return nil, in.fail("the default %s is not one of the choices", otherwise)
		}
	}
	return in, nil
}

func declareText(c *call) (*Input, error) {
	in := &Input{Kind: inputText}
	text := ""
	err := c.unpack("name", &in.Name, "default?", &text, "label?", &in.Label)
	in.Default = text
	return in, err
}

func declareCheckbox(c *call) (*Input, error) {
	in := &Input{Kind: inputCheckbox}
	on := false
	err := c.unpack("name", &in.Name, "default?", &on, "label?", &in.Label)
	in.Default = on
	return in, err
}

func declareButton(c *call) (*Input, error) {
	in := &Input{Kind: inputButton, Default: int64(0), whole: true}
	return in, c.unpack("name", &in.Name, "label?", &in.Label)
}

func uiTable(c *call) (starlark.Value, error) {
	in := &Input{Kind: inputTable, Default: []any{}}
	var df *Frame
	if err := c.unpack("df", &df, "name??", &in.Name); err != nil {
		return nil, err
	}
	in.rows = df.frame.NumRows()
	v, err := c.ask(in)
	if err != nil {
		return nil, err
	}
	if err := c.showInput(in, v, df); err != nil {
		return nil, err
	}
	rows := v.([]any)
	at := make([]int, len(rows))
	for i, r := range rows {
		at[i] = int(r.(int64))
	}
	picked, err := df.frame.Take(at)
	if err != nil {
		return nil, err
	}
	return NewFrame(picked), nil
}

func uiPlot(c *call) (starlark.Value, error) {
	in := &Input{Kind: inputPlot}
	var fig *Figure
	if err := c.unpack("fig", &fig, "name??", &in.Name); err != nil {
		return nil, err
	}
	points, ok := fig.figure.Points()
	if !ok {
		return nil, lang.WithHint("show the figure itself, and choose with another input", "ui.plot: points can be chosen in a scatter plot or lines, not in a figure of kind %s", fig.figure.Kind())
	}
	v, err := c.ask(in)
	if err != nil {
		return nil, err
	}
	if err := c.showInput(in, v, fig); err != nil {
		return nil, err
	}
	out, err := pointFrame(points, brushed(points, v))
	if err != nil {
		return nil, err
	}
	return NewFrame(out), nil
}

// brushed are the points in a rectangle; nil stands for all of the plane.
func brushed(p plot.Points, brush any) []int {
	inside := func(axis string, v float64) bool {
		area, ok := brush.(map[string]any)
		if !ok {
			return true
		}
		edges := area[axis].([]any)
		return edges[0].(float64) <= v && v <= edges[1].(float64)
	}
	rows := []int{}
	for i := range p.X {
		if inside("x", p.X[i]) && inside("y", p.Y[i]) {
			rows = append(rows, i)
		}
	}
	return rows
}

func pointFrame(p plot.Points, rows []int) (*frame.Frame, error) {
	var columns []*frame.Series
	for _, c := range p.Columns {
		if c.Texts != nil {
			columns = append(columns, frame.NewString(c.Name, c.Texts))
		} else {
			columns = append(columns, frame.NewFloat64(c.Name, c.Numbers))
		}
	}
	all, err := frame.New(columns...)
	if err != nil {
		return nil, err
	}
	return all.Take(rows)
}

// DeclaredInput is an input as far as its call says it before it runs. ok is
// false if more than the name and the kind depends on what other cells give.
func DeclaredInput(d lang.InputCall) (in Input, ok bool) {
	in = Input{Name: d.Name, Kind: d.Kind}
	declare := declarations()[d.Kind]
	if declare == nil {
		return in, false
	}
	c := &call{thread: &starlark.Thread{}, fn: uiModule().members[d.Kind].(*Func)}
	for _, a := range d.Args {
		switch {
		case a.Value == nil:
			return in, false
		case a.Name == "":
			c.args = append(c.args, a.Value)
		default:
			c.kwargs = append(c.kwargs, starlark.Tuple{starlark.String(a.Name), a.Value})
		}
	}
	whole, err := declare(c)
	if err == nil {
		err = whole.checkDefault()
	}
	if err != nil {
		return in, false // the cell says why when it runs
	}
	return *whole, true
}

// bound takes a number that may be missing, and notes whether it is a float.
type bound struct {
	value *float64
	float bool
}

// Unpack implements starlark.Unpacker.
func (b *bound) Unpack(v starlark.Value) error {
	x, ok := starlark.AsFloat(v)
	if !ok {
		return fmt.Errorf("got %s, want a number", v.Type())
	}
	if !finite(x) {
		return errors.New("want a finite number")
	}
	_, b.float = v.(starlark.Float)
	b.value = &x
	return nil
}

// scalar is a value that a form can offer.
func scalar(v starlark.Value) (any, bool) {
	switch v := v.(type) {
	case starlark.String:
		return string(v), true
	case starlark.Bool:
		return bool(v), true
	case starlark.Int:
		n, ok := v.Int64()
		return n, ok
	case starlark.Float:
		return float64(v), finite(float64(v))
	}
	return nil, false
}
