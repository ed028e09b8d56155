// Package infer finds out what the values of a notebook are before anything
// runs: their types, the columns of frames, how functions are called.
//
// # How
//
// Each cell is walked once, in dependency order, statement by statement, as the
// interpreter would, with what is known of a value in place of the value
// (Value). Branches are joined; what a loop assigns is not known; what a
// function is given is not known. A type is only claimed where every way
// through the cell leads to it.
//
// Columns are not modelled by rules of our own. A frame whose columns are known
// is a real frame without rows, and a method with known arguments is really
// called on it: what drop, rename, join or agg do to the columns, and what they
// say of a column that is not there, is what they will do and say in the run.
// Of a CSV file whose path is known only the header is read. Nothing of this
// can write, log or compute: the calls have no host but one that hands out
// headers.
//
// # What it is for
//
// What cannot work is collected as Problems: package check turns them into
// diagnostics. A Problem is reported only if the line fails whenever it runs.
// Where a condition may guard the line against just that (if "id" in
// df.columns), nothing is said of columns; where it is not certain that the line
// runs, the problem is not Sure.
package infer
