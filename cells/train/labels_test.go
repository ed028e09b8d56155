package train

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewLabels(t *testing.T) {
	for _, c := range []struct {
		name    string
		values  []any
		classes Classes
		codes   []int
	}{
		{"ints", []any{5, int64(3), 5}, Classes{int64(3), int64(5)}, []int{1, 0, 1}},
		{"floats", []any{2.5, -1.0, 2.5}, Classes{-1.0, 2.5}, []int{1, 0, 1}},
		{"mixed numbers", []any{1, 2.0, 1.0}, Classes{1.0, 2.0}, []int{0, 1, 0}},
		{"bools", []any{true, false}, Classes{false, true}, []int{1, 0}},
		{"strings by bytes", []any{"b", "a", "B", "b"}, Classes{"B", "a", "b"}, []int{2, 1, 0, 2}},
		{"minus zero", []any{0.0, math.Copysign(0, -1), 1.0}, Classes{0.0, 1.0}, []int{0, 0, 1}},
		{"none", nil, nil, []int{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			y, err := NewLabels("y", c.values)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(&Labels{Name: "y", Classes: c.classes, Codes: c.codes}, y); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestNewLabelsRefuses(t *testing.T) {
	var many []any
	for i := range 30 {
		many = append(many, float64(i)*0.37)
	}
	for _, c := range []struct {
		name   string
		values []any
		want   string
	}{
		{"nil", []any{1, nil}, `column "q", row 1: the label is missing`},
		{"NaN", []any{1.0, 2.0, math.NaN()}, `column "q", row 2: the label is NaN`},
		{"infinite", []any{math.Inf(1)}, "row 0: the label is +Inf"},
		{"string and number", []any{1, 2, "3"}, "row 2: a label of type string among labels of type int64"},
		{"bool and float", []any{true, 1.0}, "row 1: a label of type float64 among labels of type bool"},
		{"slice", []any{[]int{1}}, "a label cannot be a []int"},
		{"measurement", many, "looks like a measurement; a classifier needs classes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := NewLabels("q", c.values)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestAlign(t *testing.T) {
	list := func(values ...any) *Labels {
		y, err := NewLabels("y", values)
		if err != nil {
			t.Fatal(err)
		}
		return y
	}
	a, b, err := Align(list(1, 3, 3), list(2.0, 3.0, 1.0))
	if err != nil {
		t.Fatal(err)
	}
	classes := Classes{1.0, 2.0, 3.0}
	if d := cmp.Diff([]*Labels{{"y", classes, []int{0, 2, 2}}, {"y", classes, []int{1, 2, 0}}}, []*Labels{a, b}); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	unused := list(1, 2, 3).Take([]int{0, 2})
	if a, _, err = Align(unused, unused); err != nil || len(a.Classes) != 2 {
		t.Errorf("classes %v, error %v: a class without a row must go", a, err)
	}
	for name, pair := range map[string][2]*Labels{
		"types":   {list(1, 2), list("1", "2")},
		"lengths": {list(1, 2), list(1)},
		"empty":   {list(), list()},
		"missing": {list(1), nil},
	} {
		if _, _, err := Align(pair[0], pair[1]); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestOneVsRest(t *testing.T) {
	y := labelsOf(t, []int{3, 5, 7, 5})
	if d := cmp.Diff([]int{0, 1, 0, 1}, y.OneVsRest(5).Codes); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff([]int{0, 0, 0, 0}, y.OneVsRest(6).Codes); d != "" {
		t.Errorf("a class that is not there (-want +got):\n%s", d)
	}
}

func TestFormatClassIsPythons(t *testing.T) {
	for _, c := range []struct {
		class any
		want  string
	}{{int64(-3), "-3"}, {3.0, "3.0"}, {2.5, "2.5"}, {true, "True"}, {"rot", "rot"}} {
		if got := formatClass(c.class); got != c.want {
			t.Errorf("%v prints as %q, want %q", c.class, got, c.want)
		}
	}
}
