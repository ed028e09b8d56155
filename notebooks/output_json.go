package notebooks

import "encoding/json"

// MarshalJSON writes the output as nbformat 4.5 does, so that stored outputs
// read like those of any .ipynb.
func (o Output) MarshalJSON() ([]byte, error) {
	v, err := o.nbOutput(nil)
	if err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

// UnmarshalJSON reads an output of nbformat 4, or 3.
func (o *Output) UnmarshalJSON(data []byte) error {
	out, err := readOutput(data)
	if err != nil {
		return err
	}
	*o = out
	return nil
}
