// Package table lets clients page through frames that cells showed in part:
// rows from anywhere, sorted by a column, those that hold a text, as JSON or as
// CSV.
//
// A frame is asked for by its ref, the SHA-256 of its encoding, as it stands in
// the display. It is decoded once; it and the orders of its rows stay in memory
// as long as there is room.
package table
