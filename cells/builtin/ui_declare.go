package builtin

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// declarations read the arguments of those whose value is not taken from other
// arguments.
func declarations() map[string]func(*call) (*Input, error) {
	return map[string]func(*call) (*Input, error){
		inputSlider: declareSlider, inputChoice: declareChoice, inputNumber: declareNumber, inputText: declareText,
		inputCheckbox: declareCheckbox, inputButton: declareButton,
	}
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
