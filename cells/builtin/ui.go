package builtin

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
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
