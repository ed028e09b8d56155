package train

import (
	"context"
	"fmt"
	"strings"
)

// A Step is a transformer in a pipeline, under a name.
type Step struct {
	Name        string
	Transformer Transformer
}

// A Pipeline is an Estimator that sends the features through transformers
// before its last step, the Estimator named FinalName, sees them. What the
// transformers learn they learn from the training rows only, which is the
// reason to use a pipeline in cross-validation.
type Pipeline struct {
	Steps     []Step
	FinalName string
	Final     Estimator
}

// MakePipeline names the steps as scikit-learn's make_pipeline does: the class
// name in lower case, with -1, -2, ... where it occurs more than once.
func MakePipeline(steps []Transformer, final Estimator) Pipeline {
	count := map[string]int{}
	for _, s := range steps {
		count[strings.ToLower(s.Name())]++
	}
	lastName := strings.ToLower(final.Name())
	count[lastName]++
	seen := map[string]int{}
	unique := func(name string) string {
		if count[name] == 1 {
			return name
		}
		seen[name]++
		return fmt.Sprintf("%s-%d", name, seen[name])
	}
	p := Pipeline{Final: final}
	for _, s := range steps {
		p.Steps = append(p.Steps, Step{unique(strings.ToLower(s.Name())), s})
	}
	p.FinalName = unique(lastName)
	return p
}

// Name is "Pipeline".
func (p Pipeline) Name() string { return "Pipeline" }

// Params are the parameters of all steps, as step__param.
func (p Pipeline) Params() []Param {
	var out []Param
	add := func(step string, params []Param) {
		for _, q := range params {
			out = append(out, Param{step + "__" + q.Name, q.Value})
		}
	}
	for _, s := range p.Steps {
		add(s.Name, s.Transformer.Params())
	}
	if p.Final != nil {
		add(p.FinalName, p.Final.Params())
	}
	return out
}

// Fit fits the transformers in order, each on what the one before produced,
// and then the last step.
func (p Pipeline) Fit(ctx context.Context, X *Matrix, y *Labels, opts FitOptions) (Classifier, error) {
	m, Z, err := p.fitSteps(ctx, X, y, opts)
	if err != nil {
		return nil, err
	}
	final, err := p.Final.Fit(ctx, Z, y, opts)
	return m.finish(final, err)
}

// FitEval is Fit with rows to watch, which go through the transformers, too.
// The last step must be an EvalFitter.
func (p Pipeline) FitEval(ctx context.Context, X *Matrix, y *Labels, eval Evaluation, opts FitOptions) (Classifier, error) {
	last, ok := p.Final.(EvalFitter)
	if !ok && p.Final != nil {
		return nil, inputError(p.Name(), "", "the last step, %s, is not fitted in stages that could be watched", p.Final.Name())
	}
	m, Z, err := p.fitSteps(ctx, X, y, opts)
	if err != nil {
		return nil, err
	}
	if eval.X != nil {
		if eval.X, err = m.transform(ctx, eval.X, opts.Threads); err != nil {
			return nil, fmt.Errorf("the evaluation set: %w", err)
		}
	}
	final, err := last.FitEval(ctx, Z, y, eval, opts)
	return m.finish(final, err)
}

// fitSteps fits the transformers and gives what the last step is to see.
func (p Pipeline) fitSteps(ctx context.Context, X *Matrix, y *Labels, opts FitOptions) (*PipelineModel, *Matrix, error) {
	if err := p.check(); err != nil {
		return nil, nil, err
	}
	if err := checkFit(p.Name(), X, y); err != nil {
		return nil, nil, err
	}
	opts.Progress = nil
	m := &PipelineModel{names: X.Names, cols: X.Cols, finalName: p.FinalName}
	for _, s := range p.Steps {
		f, err := s.Transformer.Fit(ctx, X, opts)
		if err != nil {
			return nil, nil, fmt.Errorf("pipeline step %q: %w", s.Name, err)
		}
		if X, err = f.Transform(ctx, X, opts.Threads); err != nil {
			return nil, nil, fmt.Errorf("pipeline step %q: %w", s.Name, err)
		}
		m.steps = append(m.steps, fittedStep{s.Name, f})
	}
	return m, X, nil
}

// finish adds the last step.
func (m *PipelineModel) finish(final Classifier, err error) (Classifier, error) {
	if err != nil {
		return nil, fmt.Errorf("pipeline step %q: %w", m.finalName, err)
	}
	m.final = final
	return m.withFinal(), nil
}

func (p Pipeline) check() error {
	if p.Final == nil {
		return &ParamError{p.Name(), "steps", nil, "a list of transformers that ends in an estimator"}
	}
	seen := map[string]bool{}
	for _, name := range p.stepNames() {
		if name == "" || strings.Contains(name, "__") {
			return &ParamError{p.Name(), "step name", name, "not empty and without __"}
		}
		if seen[name] {
			return &ParamError{p.Name(), "step name", name, "used once only"}
		}
		seen[name] = true
	}
	return nil
}

func (p Pipeline) stepNames() []string {
	var names []string
	for _, s := range p.Steps {
		names = append(names, s.Name)
	}
	return append(names, p.FinalName)
}

type fittedStep struct {
	name string
	t    FittedTransformer
}

// A PipelineModel is a fitted Pipeline. If its last step is Linear or a
// FeatureImporter, then so is the Classifier that Pipeline.Fit returns; both
// then speak of the features as the last step saw them.
type PipelineModel struct {
	names     []string
	cols      int
	steps     []fittedStep
	finalName string
	final     Classifier
}

// Name is "Pipeline".
func (m *PipelineModel) Name() string { return "Pipeline" }

// Classes are those of the last step.
func (m *PipelineModel) Classes() Classes { return m.final.Classes() }

// FeatureNames are the columns that the pipeline was trained on.
func (m *PipelineModel) FeatureNames() []string { return m.names }

// FinalStep is the name and the model of the last step.
func (m *PipelineModel) FinalStep() (string, Classifier) { return m.finalName, m.final }

// Warnings are those of the last step.
func (m *PipelineModel) Warnings() []string { return WarningsOf(m.final) }

// Predict transforms X and gives the class index of each row.
func (m *PipelineModel) Predict(ctx context.Context, X *Matrix, threads Threads) ([]int, error) {
	Z, err := m.transform(ctx, X, threads)
	if err != nil {
		return nil, err
	}
	return m.final.Predict(ctx, Z, threads)
}

// PredictProba transforms X and gives the probabilities of each row.
func (m *PipelineModel) PredictProba(ctx context.Context, X *Matrix, threads Threads) (*Matrix, error) {
	Z, err := m.transform(ctx, X, threads)
	if err != nil {
		return nil, err
	}
	return m.final.PredictProba(ctx, Z, threads)
}

func (m *PipelineModel) transform(ctx context.Context, X *Matrix, threads Threads) (*Matrix, error) {
	if err := checkPredict(m.Name(), m.names, m.cols, X); err != nil {
		return nil, err
	}
	for _, s := range m.steps {
		var err error
		if X, err = s.t.Transform(ctx, X, threads); err != nil {
			return nil, fmt.Errorf("pipeline step %q: %w", s.name, err)
		}
	}
	return X, nil
}

// withFinal adds the optional interfaces of the last step to the model, so that
// a type assertion on a pipeline tells the truth.
func (m *PipelineModel) withFinal() Classifier {
	linear, isLinear := m.final.(Linear)
	imp, isImporter := m.final.(FeatureImporter)
	switch {
	case isLinear && isImporter:
		return struct {
			*PipelineModel
			Linear
			FeatureImporter
		}{m, linear, imp}
	case isLinear:
		return struct {
			*PipelineModel
			Linear
		}{m, linear}
	case isImporter:
		return struct {
			*PipelineModel
			FeatureImporter
		}{m, imp}
	}
	return m
}

const kindPipeline = "pipeline/1"

func (m *PipelineModel) kind() string { return kindPipeline }

func (m *PipelineModel) encode(e *encoder) {
	e.int(m.cols)
	e.names(m.names)
	e.int(len(m.steps))
	for _, s := range m.steps {
		e.str(s.name)
		e.transformer(s.t)
	}
	e.str(m.finalName)
	e.model(m.final)
}

func decodePipeline(d *decoder) Classifier {
	m := &PipelineModel{cols: d.int()}
	m.names = d.names(m.cols)
	m.steps = make([]fittedStep, d.length(16))
	for i := range m.steps {
		m.steps[i] = fittedStep{d.str(), d.transformer()}
	}
	m.finalName = d.str()
	m.final = d.model()
	if d.err != nil {
		return nil
	}
	return m.withFinal()
}
