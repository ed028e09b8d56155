package train

import "fmt"

// A Matrix is a dense row-major table of float64: row i, column j is
// Data[i*Cols+j]. Names holds one name per column, or is nil.
type Matrix struct {
	Rows, Cols int
	Data       []float64
	Names      []string
}

// NewMatrix allocates a rows x cols matrix of zeros.
func NewMatrix(rows, cols int, names []string) *Matrix {
	return &Matrix{Rows: rows, Cols: cols, Data: make([]float64, rows*cols), Names: names}
}

// Row is row i, sharing the matrix's memory.
func (m *Matrix) Row(i int) []float64 { return m.Data[i*m.Cols : (i+1)*m.Cols] }

// At is the value in row i and column j.
func (m *Matrix) At(i, j int) float64 { return m.Data[i*m.Cols+j] }

// Column copies column j.
func (m *Matrix) Column(j int) []float64 {
	out := make([]float64, m.Rows)
	for i := range out {
		out[i] = m.At(i, j)
	}
	return out
}

// Take copies the given rows, in the given order, to a new matrix.
func (m *Matrix) Take(rows []int) *Matrix {
	out := NewMatrix(len(rows), m.Cols, m.Names)
	for i, r := range rows {
		copy(out.Row(i), m.Row(r))
	}
	return out
}

// ColumnName is the name of column j, "column 3" (counted from 0) if it has none.
func (m *Matrix) ColumnName(j int) string {
	if j < len(m.Names) {
		return m.Names[j]
	}
	return fmt.Sprintf("column %d", j)
}

// Classes are distinct labels in ascending order. All are of one type: int64,
// float64, string or bool.
type Classes []any

// Labels are the answers of a classification task: row i has the class
// Classes[Codes[i]]. Name is the column they came from, for messages.
type Labels struct {
	Name    string
	Classes Classes
	Codes   []int
}

// Len is the number of rows.
func (y *Labels) Len() int { return len(y.Codes) }

// Take gives the labels of the given rows, over the same classes (some of
// which may then have no row).
func (y *Labels) Take(rows []int) *Labels {
	codes := make([]int, len(rows))
	for i, r := range rows {
		codes[i] = y.Codes[r]
	}
	return &Labels{Name: y.Name, Classes: y.Classes, Codes: codes}
}
