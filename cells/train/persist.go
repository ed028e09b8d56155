package train

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// The file of a saved model, all numbers little-endian:
//
//	8 bytes   "wnbmodel"
//	uint32    format version, 1
//	uint64    length of the body
//	body      one model: its kind (a string such as "logistic_regression/1")
//	          and then the fields of that kind, in the order of its encode method
//	uint32    CRC-32C of the body
//
// Strings and lists are preceded by their length as a uint64; floats are their
// 64 bits, so a model predicts the same bits after a round trip. Nothing in a
// file is executed, and no length in it is believed before the bytes are there.
// The layout of a kind never changes: a new layout is a new kind ("…/2"), and
// the decoders of the old ones stay.
const (
	modelMagic   = "wnbmodel"
	modelVersion = 1
	// maxNesting is how deep pipelines may hold pipelines.
	maxNesting = 16
)

// ErrModelFormat is wrapped by every error of Load that is about the bytes
// rather than the reader.
var ErrModelFormat = errors.New("not a usable model file")

// A persistent model can be saved. kind names the layout of what encode writes;
// decodeModel or decodeTransformer must know it.
type persistent interface {
	kind() string
	encode(*encoder)
}

// Save writes a fitted model. It fails for models that are not of this package,
// and with the writer's error.
func Save(w io.Writer, m Classifier) error {
	e := &encoder{}
	e.model(m)
	if e.err != nil {
		return e.err
	}
	head := binary.LittleEndian.AppendUint32([]byte(modelMagic), modelVersion)
	head = binary.LittleEndian.AppendUint64(head, uint64(len(e.buf)))
	sum := binary.LittleEndian.AppendUint32(nil, checksum(e.buf))
	for _, part := range [][]byte{head, e.buf, sum} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("save model: %w", err)
		}
	}
	return nil
}

// Load reads a model that Save wrote, of this or an older release. It reads
// exactly the model's bytes and runs none of them. A file that is cut off,
// damaged or of a newer release gives an error that wraps ErrModelFormat.
func Load(r io.Reader) (Classifier, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	d := &decoder{buf: body}
	m := d.model()
	if d.err == nil && len(d.buf) > 0 {
		d.fail("%d bytes are left over after the model", len(d.buf))
	}
	if d.err != nil {
		return nil, fmt.Errorf("load model: %w", d.err)
	}
	return m, nil
}

// readBody checks the frame of the file and returns what is in it.
func readBody(r io.Reader) ([]byte, error) {
	head := make([]byte, len(modelMagic)+12)
	if n, err := io.ReadFull(r, head); err != nil {
		return nil, cutOff(err, n, len(head))
	}
	if string(head[:len(modelMagic)]) != modelMagic {
		return nil, fmt.Errorf("load model: %w: it does not start with %q", ErrModelFormat, modelMagic)
	}
	if v := binary.LittleEndian.Uint32(head[8:]); v != modelVersion {
		return nil, fmt.Errorf("load model: %w: format version %d, this release reads version %d", ErrModelFormat, v, modelVersion)
	}
	size := binary.LittleEndian.Uint64(head[12:])
	if size > 1<<46 {
		return nil, fmt.Errorf("load model: %w: it claims to be %d bytes long", ErrModelFormat, size)
	}
	// The buffer grows with what arrives, whatever length the file claims.
	var b bytes.Buffer
	if n, err := io.CopyN(&b, r, int64(size)+4); err != nil {
		return nil, cutOff(err, int(n), int(size)+4)
	}
	body, sum := b.Bytes()[:size], b.Bytes()[size:]
	if binary.LittleEndian.Uint32(sum) != checksum(body) {
		return nil, fmt.Errorf("load model: %w: the checksum is wrong, the file is damaged", ErrModelFormat)
	}
	return body, nil
}

func cutOff(err error, got, want int) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("load model: %w: the file is cut off: %d bytes where %d are needed", ErrModelFormat, got, want)
	}
	return fmt.Errorf("load model: %w", err)
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// model writes a fitted classifier, or fails if it is of a foreign type.
func (e *encoder) model(m Classifier) {
	p, ok := m.(persistent)
	if !ok {
		e.fail(fmt.Errorf("save model: a model of type %T cannot be saved", m))
		return
	}
	e.str(p.kind())
	p.encode(e)
}

// transformer writes a fitted transformer, or fails if it is of a foreign type.
func (e *encoder) transformer(t FittedTransformer) {
	p, ok := t.(persistent)
	if !ok {
		e.fail(fmt.Errorf("save model: a transformer of type %T cannot be saved", t))
		return
	}
	e.str(p.kind())
	p.encode(e)
}

// model reads a classifier of any kind; nil after a failure.
func (d *decoder) model() Classifier {
	if d.depth++; d.depth > maxNesting {
		d.fail("more than %d models inside each other", maxNesting)
		return nil
	}
	defer func() { d.depth-- }()
	m := decodeModel(d, d.str())
	if d.err != nil {
		return nil
	}
	return m
}

// decodeModel is the list of all kinds of model.
func decodeModel(d *decoder, kind string) Classifier {
	switch kind {
	case kindLogistic:
		return decodeLogistic(d)
	case kindPipeline:
		return decodePipeline(d)
	case kindDecisionTree:
		return decodeTreeModel(d, DecisionTreeClassifier{}.Name())
	case kindForest:
		return decodeTreeModel(d, RandomForestClassifier{}.Name())
	case kindBoosting:
		return decodeBoosting(d)
	case kindBoostingEval:
		return decodeBoostingEval(d)
	case kindSearch:
		return decodeSearch(d)
	}
	d.fail("this release knows no model of kind %q", kind)
	return nil
}

// transformer reads a transformer of any kind; nil after a failure.
func (d *decoder) transformer() FittedTransformer {
	kind := d.str()
	if d.err != nil {
		return nil
	}
	switch kind {
	case kindScaler:
		return decodeScaler(d)
	}
	d.fail("this release knows no transformer of kind %q", kind)
	return nil
}
