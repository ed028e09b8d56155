package notebooks

import "errors"

// Parse reads a .wnb document; name is the file name shown in errors. The
// error, if any, is an Errors.
func Parse(name string, src []byte) (*Document, error) { return nil, errors.ErrUnsupported }

// Print gives the document as .wnb text in canonical form.
func (d *Document) Print() []byte { return nil }

// Format gives the canonical form of a .wnb text: Parse, AssignIDs, Print.
func Format(name string, src []byte) ([]byte, error) { return nil, errors.ErrUnsupported }

// AssignIDs gives an id to every cell that has none: cell-1, cell-2, ... to
// code cells, and md-N, which is not written to the file, to prose.
func (d *Document) AssignIDs() {}

// Read reads and parses a .wnb file; hash is the SHA-256 of its bytes in hex.
func Read(path string) (doc *Document, hash string, err error) {
	return nil, "", errors.ErrUnsupported
}

// Hash is the SHA-256 of data in hex, as Read and WriteIfUnchanged use it.
func Hash(data []byte) string { return "" }

// Write replaces a file atomically.
func Write(path string, data []byte) error { return errors.ErrUnsupported }

// WriteIfUnchanged is Write, but refuses with ErrConflict when the file's
// hash is not wantHash; "" means that there must be no file.
func WriteIfUnchanged(path, wantHash string, data []byte) error { return errors.ErrUnsupported }

// FromIPYNB reads a Jupyter notebook (nbformat 3 or 4).
func FromIPYNB(data []byte) (*Document, error) { return nil, errors.ErrUnsupported }

// IPYNB gives the document as a Jupyter notebook, nbformat 4.5.
func (d *Document) IPYNB() ([]byte, error) { return nil, errors.ErrUnsupported }
