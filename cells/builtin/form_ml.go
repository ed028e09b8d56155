package builtin

import (
	"bytes"
	"fmt"
	"io"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
	"github.com/wnb-dev/wnb/cells/value"
)

var (
	_ value.Object = (*Estimator)(nil)
	_ value.Object = (*Model)(nil)
	_ value.Object = (*Transformer)(nil)
	_ value.Object = (*Folds)(nil)
	_ value.Object = (*Report)(nil)
)

// addLearned adds the makers of what the module ml gives.
func addLearned(makers map[string]value.Make) {
	makers[kindEstimator] = remakeEstimator
	makers[kindPipeline] = remakePipeline
	makers[kindModel] = remakeModel
	makers[kindTransformer] = remakeTransformer
	makers[kindFolds] = remakeFolds
	makers[kindReport] = remakeReport
	addSearched(makers)
}

// Form is the call that makes the estimator.
func (e *Estimator) Form() (value.Form, error) {
	if e.steps == nil {
		given := starlark.NewDict(len(e.shown))
		for _, name := range e.shown {
			if err := given.SetKey(starlark.String(name), e.given[name]); err != nil {
				return value.Form{}, err
			}
		}
		return value.Form{Kind: kindEstimator, Fields: []starlark.Value{starlark.String(e.name()), given}}, nil
	}
	steps := make([]starlark.Value, len(e.steps))
	for i, s := range e.steps {
		name := starlark.String("")
		if s.label == s.name { // it was named by the cell
			name = starlark.String(s.name)
		}
		steps[i] = starlark.Tuple{name, s.estimator}
	}
	return value.Form{Kind: kindPipeline, Fields: []starlark.Value{starlark.NewList(steps)}}, nil
}

func remakeEstimator(from []starlark.Value, _ []byte) (starlark.Value, error) {
	var name string
	var given *starlark.Dict
	if err := fields(kindEstimator, from, &name, &given); err != nil {
		return nil, err
	}
	k, err := kindNamed(name)
	if err != nil {
		return nil, err
	}
	return k.build(given.Items())
}

func remakePipeline(from []starlark.Value, _ []byte) (starlark.Value, error) {
	var steps *starlark.List
	if err := fields(kindPipeline, from, &steps); err != nil {
		return nil, err
	}
	names, parts := make([]string, steps.Len()), make([]*Estimator, steps.Len())
	for i := range parts {
		step, ok := steps.Index(i).(starlark.Tuple)
		if !ok {
			return nil, fmt.Errorf("step %d is %s", i, lang.A(steps.Index(i).Type()))
		}
		if err := fields("step", step, &names[i], &parts[i]); err != nil {
			return nil, err
		}
	}
	return newPipeline(names, parts)
}

// orNone is an estimator as a field, None where there is none.
func orNone(e *Estimator) starlark.Value {
	if e == nil {
		return starlark.None
	}
	return e
}

func estimatorField(v starlark.Value) (*Estimator, error) {
	if v == starlark.None {
		return nil, nil
	}
	e, ok := v.(*Estimator)
	if !ok {
		return nil, fmt.Errorf("the estimator is %s", lang.A(v.Type()))
	}
	return e, nil
}

// Form is the model as it is saved, and what it was made from.
func (m *Model) Form() (value.Form, error) {
	return value.Form{
		Kind:    kindModel,
		Fields:  []starlark.Value{orNone(m.estimator), starlark.MakeInt(m.rows), starlark.String(m.target)},
		Content: func(w io.Writer) error { return train.Save(w, m.fitted) },
		Memo:    &m.memo,
	}, nil
}

func remakeModel(from []starlark.Value, content []byte) (starlark.Value, error) {
	m := &Model{}
	var estimator starlark.Value
	if err := fields(kindModel, from, &estimator, &m.rows, &m.target); err != nil {
		return nil, err
	}
	var err error
	if m.estimator, err = estimatorField(estimator); err != nil {
		return nil, err
	}
	m.fitted, err = loadAll(content)
	return m, err
}

// loadAll reads a model, behind which nothing may stand.
func loadAll(content []byte) (train.Classifier, error) {
	r := bytes.NewReader(content)
	m, err := train.Load(r)
	if err == nil && r.Len() > 0 {
		err = fmt.Errorf("%w: %d bytes are left over", train.ErrModelFormat, r.Len())
	}
	return m, err
}

// Form is what the transformer learned, and what it was made from.
func (t *Transformer) Form() (value.Form, error) {
	return value.Form{Kind: kindTransformer, Fields: []starlark.Value{orNone(t.estimator)}, Content: func(w io.Writer) error {
		data, err := train.MarshalTransformer(t.fitted)
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	}}, nil
}

func remakeTransformer(from []starlark.Value, content []byte) (starlark.Value, error) {
	var estimator starlark.Value
	if err := fields(kindTransformer, from, &estimator); err != nil {
		return nil, err
	}
	e, err := estimatorField(estimator)
	if err != nil {
		return nil, err
	}
	fitted, err := train.UnmarshalTransformer(content)
	return &Transformer{fitted: fitted, estimator: e}, err
}

// Form is the call that makes the folds.
func (f *Folds) Form() (value.Form, error) {
	return value.Form{Kind: kindFolds, Fields: []starlark.Value{
		starlark.String(f.name), starlark.MakeInt(f.splits), starlark.Bool(f.shuffle), starlark.MakeUint64(uint64(f.seed)),
	}}, nil
}

func remakeFolds(from []starlark.Value, _ []byte) (starlark.Value, error) {
	f := &Folds{}
	if err := fields(kindFolds, from, &f.name, &f.splits, &f.shuffle, &f.seed); err != nil {
		return nil, err
	}
	switch f.name {
	case "KFold":
		f.splitter = train.KFold{NSplits: f.splits, Shuffle: f.shuffle, Seed: f.seed}
	case "StratifiedKFold":
		f.splitter = train.StratifiedKFold{NSplits: f.splits, Shuffle: f.shuffle, Seed: f.seed}
	default:
		return nil, fmt.Errorf("there is no splitter %s", f.name)
	}
	return f, nil
}

// Form is the numbers of the report.
func (r *Report) Form() (value.Form, error) {
	rows := make([]starlark.Value, len(r.report.Rows))
	for i, row := range r.report.Rows {
		rows[i] = append(starlark.Tuple{starlark.String(row.Label)}, scoreFields(row.Scores)...)
	}
	return value.Form{Kind: kindReport, Fields: []starlark.Value{
		starlark.NewList(rows), starlark.Float(r.report.Accuracy), scoreFields(r.report.Macro), scoreFields(r.report.Weighted),
		stringList(r.report.Warnings), starlark.MakeInt(r.digits),
	}}, nil
}

func scoreFields(s train.Scores) starlark.Tuple {
	return starlark.Tuple{starlark.Float(s.Precision), starlark.Float(s.Recall), starlark.Float(s.F1), starlark.MakeInt(s.Support)}
}

func remakeReport(from []starlark.Value, _ []byte) (starlark.Value, error) {
	var rows, warnings *starlark.List
	var macro, weighted starlark.Tuple
	r := &Report{report: &train.Report{}}
	err := fields(kindReport, from, &rows, &r.report.Accuracy, &macro, &weighted, &warnings, &r.digits)
	if err != nil {
		return nil, err
	}
	if r.report.Macro, err = scoresOf(macro); err != nil {
		return nil, err
	}
	if r.report.Weighted, err = scoresOf(weighted); err != nil {
		return nil, err
	}
	if r.report.Warnings, err = stringsOf("warnings", warnings); err != nil {
		return nil, err
	}
	for i := range rows.Len() {
		row, ok := rows.Index(i).(starlark.Tuple)
		if !ok || len(row) == 0 {
			return nil, fmt.Errorf("row %d is %s", i, lang.A(rows.Index(i).Type()))
		}
		label, _ := starlark.AsString(row[0])
		scores, err := scoresOf(row[1:])
		if err != nil {
			return nil, err
		}
		r.report.Rows = append(r.report.Rows, train.ReportRow{Label: label, Scores: scores})
	}
	return r, nil
}

func scoresOf(from starlark.Tuple) (s train.Scores, err error) {
	return s, fields("scores", from, &s.Precision, &s.Recall, &s.F1, &s.Support)
}
