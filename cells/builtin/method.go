package builtin

import (
	"slices"
	"sort"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// A method is a documented function of the values of one type, such as df.head.
type method[T starlark.Value] struct {
	name      string
	signature string
	doc       string
	example   string
	impl      func(self T, c *call) (starlark.Value, error)
}

// methods are the methods of a type by name; what is the type's name.
type methods[T starlark.Value] struct {
	what   string
	byName map[string]method[T]
	sorted []string
}

func newMethods[T starlark.Value](what string, all ...method[T]) *methods[T] {
	ms := &methods[T]{what: what, byName: make(map[string]method[T], len(all))}
	for _, m := range all {
		ms.byName[m.name] = m
		ms.sorted = append(ms.sorted, m.name)
	}
	sort.Strings(ms.sorted)
	return ms
}

// names are the names of the methods, sorted, in memory of their own.
func (ms *methods[T]) names() []string { return slices.Clone(ms.sorted) }

func (ms *methods[T]) has(name string) bool {
	_, ok := ms.byName[name]
	return ok
}

// A boundMethod is a method with its receiver.
type boundMethod struct {
	*Func
	receiver starlark.Value
}

// bind gives the method as a function, its receiver held: help(df.head) and
// f = df.head work. It is nil if there is no such method.
func (ms *methods[T]) bind(self T, name string) *boundMethod {
	m, ok := ms.byName[name]
	if !ok {
		return nil
	}
	impl := func(c *call) (starlark.Value, error) { return m.impl(self, c) }
	return &boundMethod{&Func{ms.what + "." + m.name, m.signature, m.doc, m.example, impl}, self}
}

// Hash refuses: each time that it is looked up, a method is a new value.
func (m *boundMethod) Hash() (uint32, error) { return unhashable(m, "use its name") }

// unhashable is the error of a value that is used as a key.
func unhashable(v starlark.Value, instead string) (uint32, error) {
	return 0, lang.WithHint(instead, "%s cannot be a key of a dict or an element of a set", lang.A(v.Type()))
}
