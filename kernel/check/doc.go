// Package check finds what is wrong with a notebook without running it.
//
// A document goes in, diagnostics come out: each has a code with a page of
// documentation (Explain), a severity, a place and, where the mistake leaves no
// choice, a fix. The same function serves the command line, a commit hook and an
// editor that asks while somebody types: nothing is read but the files that the
// notebook loads and the headers of CSV files it names, and a notebook of some
// hundred cells takes some milliseconds.
//
// # What an error is
//
// An error is a line that fails whenever it runs, or a notebook that does not
// run at all. What fails on some ways through a cell only is a warning, and so
// is what works but is most likely not meant. A note is for the reader's eye. A
// notebook all of whose lines ran has no errors; if that is not so, it is a
// fault of this package. Where it is not sure, it says nothing.
//
// # Where the answers come from
//
// Three sources: package kernel, which compiles the notebook and refuses what
// breaks its rules (kernel.go); package infer, which goes through the cells and
// finds calls, attributes and columns that cannot be right (values.go); and the
// rules of this package, one file per subject, about the notebook as a whole.
package check
