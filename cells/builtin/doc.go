// Package builtin is what cells can call: the Starlark face of frames, the
// training library, plots and tracking, one file or two per module.
//
// A builtin is a Func: a name, a signature, a line of documentation, an example
// and the Go function behind it; help() and the completion of clients are made
// from these. A builtin computes from its arguments alone. Whatever reaches
// beyond that (a file, a metric, a message, the time) goes through the Host of
// the running cell, which records it.
//
// Values that builtins return are immutable, but for Starlark's own lists and
// dicts: they cross cells without copying and can be read by several at once.
package builtin
