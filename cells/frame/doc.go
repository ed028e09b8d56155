// Package frame holds columnar, immutable data frames: a Frame is a list of
// named Series of equal length, a Series is one typed column.
//
// # Values
//
// A column is Float64, Int64, String or Bool, and any value may be null (not
// known). Strings are dictionary-coded: one int32 per row and each distinct
// text once. NaN is not null: it is a number that came out of arithmetic. It
// spreads through sums and means, Min and Max pass it over, it sorts after
// every number and before null, and as a key it equals itself.
//
// # Immutability
//
// Nothing changes a Series or a Frame once it is made; every operation returns
// a new one, sharing memory where it can. So both are safe for concurrent use,
// and the slices that Floats, Ints, Bools and Codes return without copying are
// for reading only. The slot of a null holds the zero value (code -1).
//
// # Determinism
//
// Results are a function of the values alone. Sums are pairwise in row order,
// groups come in the order of their keys, sorting is stable, joins have a
// defined row order, Sample is seeded, and ReadCSV gives the same frame for any
// number of threads. Hash is the sha256 of the one canonical encoding.
//
// # Choices where pandas and polars differ
//
// Null is kept apart from NaN and an int column may hold nulls (polars). Masks
// count null as false. GroupBy keeps null keys as a group of their own, last;
// in Join a null key matches nothing. Int64 overflow is an error, never a wrap;
// / always gives Float64; // and % round down as in Python and give null for a
// zero int divisor, infinity or NaN for floats. Std and Var divide by n-1.
// Rows are counted from 0 in every message, lines of a file from 1.
package frame
