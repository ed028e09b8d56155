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
//     series has none), and keeps the value of the last expression.
//  4. analyze.go resolves names: what the cell defines, what it reads from
//     other cells or from the builtins, and what of that it would change.
//  5. run.go evaluates under a context, a step, depth and memory limit, and
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
package lang
