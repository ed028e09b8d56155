package train

import (
	"slices"
)

// Align puts two lists of labels on one list of classes: the sorted union of
// the classes that have a row in either. Integers and floats compare by value
// and become float64 when mixed; any other mixture of types is an *InputError.
// The lists must be of the same length, and not empty.
func Align(a, b *Labels) (*Labels, *Labels, error) {
	const name = "metrics"
	for _, y := range []*Labels{a, b} {
		if err := checkLabels(name, y); err != nil {
			return nil, nil, err
		}
	}
	if a.Len() != b.Len() {
		return nil, nil, inputError(name, "compare predictions with the labels of the same rows",
			"%d labels but %d predictions", a.Len(), b.Len())
	}
	if a.Len() == 0 {
		return nil, nil, inputError(name, "", "there are no labels to compare")
	}
	a, _ = a.Present()
	b, _ = b.Present()
	if err := unify(name, a, b); err != nil {
		return nil, nil, err
	}
	union := slices.Concat(a.Classes, b.Classes)
	slices.SortFunc(union, compareClass)
	union = slices.Compact(union)
	return a.over(union), b.over(union), nil
}

// unify makes the classes of a and b one type, if they differ as int and float.
func unify(name string, a, b *Labels) error {
	ka, kb := kindOf(a.Classes[0]), kindOf(b.Classes[0])
	if ka == kb {
		return nil
	}
	number := func(kind string) bool { return kind == "int64" || kind == "float64" }
	if !number(ka) || !number(kb) {
		return inputError(name, "convert one of them", "labels of type %s cannot be compared with labels of type %s", ka, kb)
	}
	for _, y := range []*Labels{a, b} {
		for k, c := range y.Classes {
			y.Classes[k] = toFloat(c)
		}
	}
	return nil
}

// over gives the labels over a sorted superset of their classes.
func (y *Labels) over(classes Classes) *Labels {
	code := make([]int, len(y.Classes))
	for k, c := range y.Classes {
		code[k], _ = slices.BinarySearchFunc(classes, c, compareClass)
	}
	codes := make([]int, len(y.Codes))
	for i, c := range y.Codes {
		codes[i] = code[c]
	}
	return &Labels{Name: y.Name, Classes: classes, Codes: codes}
}

// Index is the position of class c, or -1. An int is taken for an int64, and
// a whole float finds an integer class and the other way round.
func (c Classes) Index(class any) int {
	plain, ok := plainValue(class)
	if !ok {
		return -1
	}
	for k, v := range c {
		if v == plain || sameNumber(v, plain) {
			return k
		}
	}
	return -1
}

func sameNumber(a, b any) bool {
	x, ok := toFloat(a).(float64)
	y, ok2 := toFloat(b).(float64)
	return ok && ok2 && x == y
}
