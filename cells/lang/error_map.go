package lang

// Map gives the error with every text changed by change, such as to take a
// secret out. Causes are not kept: they may hold the same text.
func (e *Error) Map(change func(string) string) *Error {
	out := *e
	out.cause = nil
	out.Msg, out.Hint, out.Source = change(e.Msg), change(e.Hint), change(e.Source)
	out.Trace = make([]Frame, len(e.Trace))
	for i, f := range e.Trace {
		f.Source = change(f.Source)
		locals := make([]Local, len(f.Locals))
		for j, l := range f.Locals {
			locals[j] = Local{Name: l.Name, Value: change(l.Value)}
		}
		f.Locals = locals
		out.Trace[i] = f
	}
	return &out
}

// Because gives an error its cause.
func Because(e *Error, cause error) *Error {
	e.cause = cause
	return e
}
