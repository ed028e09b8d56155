// Package samples has data to learn and test with: the real UCI Wine data,
// synthetic twins of data sets that cannot be shipped, and generators of data
// with a known structure.
//
// A synthetic twin has the columns, units, rounding and class sizes of the real
// data and follows its distributions, so that a notebook written for one works
// on the other and shows much the same picture. It is made from aggregate
// statistics alone; no row of it is a real one. Never quote results on a twin as
// results on the data set.
//
// All that is drawn comes from a PCG generator with the caller's seed, in a fixed
// order, in arithmetic that no compiler may fuse: the same arguments give the same
// frame on every machine.
package samples
