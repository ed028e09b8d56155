package frame

import (
	"fmt"
	"strings"
)

// Float64Matrix exports columns (all, if columns is nil) for training: row-major
// memory, rows × len(names). Int64 and Bool become float64, false 0 and true 1.
// String columns and nulls are errors that name the column, the first row
// (counted from 0) and what to do; NaN and infinities pass.
func (f *Frame) Float64Matrix(columns []string) (data []float64, names []string, err error) {
	if columns == nil {
		columns = f.Columns()
	}
	cols, err := f.columns(columns)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range cols {
		if err := checkNumeric(c); err != nil {
			return nil, nil, err
		}
	}
	data = make([]float64, f.rows*len(cols))
	for j, c := range cols {
		for i, v := range c.floatValues() {
			data[i*len(cols)+j] = v
		}
	}
	return data, columns, nil
}

func checkNumeric(c *Series) error {
	for i := range c.n {
		if c.nulls.get(i) {
			return fmt.Errorf("column %q, row %d is null; fill_null or drop_nulls", c.name, i)
		}
		if c.dtype != String {
			continue
		}
		if _, ok := parseFloat([]byte(strings.TrimSpace(c.Str(i)))); !ok {
			return fmt.Errorf("column %q, row %d: %s is not a number", c.name, i, shorten(c.Str(i)))
		}
	}
	if c.dtype == String && c.n > 0 {
		return fmt.Errorf("column %q is string although every value is a number: cast it to float64", c.name)
	}
	return nil
}
