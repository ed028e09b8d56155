// Package lang is the cell language: Starlark with a thin dialect in front,
// static analysis of what a cell defines and reads, and evaluation under
// limits.
//
// # From text to values
//
// A cell goes through five steps, each in a file of its own:
//
//  1. scan.go, fstring.go: a pass over the text turns f-strings into calls and
//     names the Python that Starlark does not have. Lines stay where they
//     are; columns.go maps columns back.
//  2. go.starlark.net parses the result.
//  3. rewrite.go: a pass over the syntax tree turns comparisons into calls (so
//     that a series can answer with a series), checks every truth value (a
//     series has none), and keeps the value of the last expression. box.go puts
//     some captured variables where freezing finds an end.
//  4. analyze.go resolves names: what the cell defines, what it reads from
//     other cells or from the builtins, and what of that it would change.
//  5. run.go evaluates under a context, a step, depth and memory limit (guard.go), and
//     freezes all that the cell made.
//
// The interpreter is go.starlark.net itself, neither forked nor copied. The
// two passes insert calls to builtins whose names start with "__wnb_"; cells
// cannot use such names.
//
// # Names between cells
//
// The package knows one cell at a time. Every name that a cell uses and does
// not bind is a read; who provides it (another cell, a builtin) is the caller's
// business, which passes the values to Program.Run. Values that leave a cell
// are frozen, so what two cells share can be read at the same time and cannot
// be changed behind anybody's back.
//
// # Code and functions as data
//
// Program.Canonical is one text for all sources of one meaning, so that a result
// can be stored under it. A function is its code and what it captures: Inspect
// takes it apart and Rebuild puts it together, in another process if need be,
// by compiling the def alone; the cell does not run. In the original, captured
// names are variables of enclosing functions, of the cell, or of other cells; in
// the copy, which has neither, all of them are names given from outside.
//
// A program describes its functions by an outline that is made from its text
// when one of them is looked at first (outline.go): by place for Inspect, since
// that is what a function value knows of its source, and by code for Homes, which
// finds where a def stands now. A copy that has a home gets the positions of the
// home's tree, so its errors cannot be told from those of the original.
package lang
