package builtin

import (
	"slices"
	"strings"

	"go.starlark.net/starlark"
)

// This file says about builtins what can be known before a cell runs, for
// tools that check or complete it: how they are called and what they give.

// A Signature is how a function is called.
type Signature struct {
	Name   string // with its module or type: "plot.hist", "frame.head"
	Params string // as in a def: `path, sep=","`
	// ByName: parameters are given by name only.
	ByName bool
	// Planned: the function is not there yet.
	Planned bool
}

// Signature is how the function is called.
func (f *Func) Signature() Signature {
	s := Signature{Name: f.name, Params: f.signature, Planned: f.doc == "Not available yet."}
	for _, k := range estimatorKinds() {
		s.ByName = s.ByName || f.name == "ml."+k.name
	}
	return s
}

// SignatureOf is how a builtin is called; ok is false for other values.
func SignatureOf(v starlark.Value) (s Signature, ok bool) {
	f, ok := v.(interface{ Signature() Signature })
	if !ok {
		return Signature{}, false
	}
	return f.Signature(), true
}

// Members are the attributes that the values of a type have.
type Members struct {
	Methods    map[string]Signature
	Properties map[string]string // the type of each; "" if it depends on the value
	Elsewhere  map[string]string // for names of other libraries, what to write here
	// Open: single values have more properties, as a frame has its columns.
	Open bool
	// Fitted are what only the result of fit has.
	Fitted []string
}

// MembersOf gives the members of a type of values by its name, as type(x) gives
// it; ok is false for types that are not of this package.
func MembersOf(typ string) (m Members, ok bool) {
	switch typ {
	case "frame":
		return Members{Methods: frameMethods.signatures(), Elsewhere: frameElsewhere, Open: true,
			Properties: map[string]string{"columns": "list", "dtypes": "dict", "shape": "tuple"}}, true
	case "series":
		return Members{Methods: seriesMethods.signatures(), Elsewhere: seriesElsewhere,
			Properties: map[string]string{"name": "string", "dtype": "string", "str": "series.str"}}, true
	case "series.str":
		return Members{Methods: textMethods.signatures(), Elsewhere: textElsewhere}, true
	case "group_by":
		return Members{Methods: groupMethods.signatures()}, true
	case "figure":
		return Members{Methods: figureMethods.signatures()}, true
	case "estimator":
		fitted := append(modelMethods.names(), "classes", "coef", "feature_importances", "feature_names", "intercept", "n_iter",
			"n_estimators", "best_iteration", "best_score", "evals_result")
		return Members{Methods: estimatorMethods.signatures(), Open: true, Fitted: fitted,
			Properties: map[string]string{"name": "string", "params": "dict", "steps": "list"}}, true
	case "transformer":
		return Members{Methods: transformerMethods.signatures(), Open: true, Fitted: []string{"transform"},
			Properties: map[string]string{"name": "string", "params": "dict"}}, true
	case "model":
		return Members{Methods: modelMethods.signatures(), Open: true, Properties: map[string]string{
			"classes": "list", "feature_names": "list", "feature_importances": "frame", "coef": "frame", "intercept": "series"}}, true
	case "fitted_transformer":
		return Members{Methods: fittedTransformerMethods.signatures(), Open: true, Properties: map[string]string{"feature_names": "list"}}, true
	case "search":
		return Members{Methods: searcherMethods.signatures(), Open: true, Properties: map[string]string{"estimator": "estimator", "name": "string"},
			Fitted: append(foundMethods.names(), "best_index", "best_params", "best_score", "best_estimator", "cv_results", "predict", "predict_proba")}, true
	case "fitted_search":
		return Members{Methods: foundMethods.signatures(), Open: true, Properties: map[string]string{"best_index": "int", "best_params": "dict",
			"best_score": "float", "best_estimator": "model", "cv_results": "frame", "estimator": "search", "scoring": "string"}}, true
	case "extension":
		return Members{Open: true, Properties: map[string]string{"description": "string", "kind": "string", "name": "string", "params": "dict",
			"sha256": "string", "version": "string"}}, true
	case "splitter":
		return Members{Methods: foldsMethods.signatures(), Open: true}, true
	}
	return Members{}, false
}

// signatures are how the methods are called.
func (ms *methods[T]) signatures() map[string]Signature {
	out := make(map[string]Signature, len(ms.byName))
	for name, m := range ms.byName {
		out[name] = Signature{Name: ms.what + "." + name, Params: m.signature, Planned: m.doc == "Not available yet."}
	}
	return out
}

// Gives is the type of what a function gives, both by name: Gives("io.read_csv")
// is "frame", Gives("frame.head") is "frame"; "" if it depends on the arguments
// or is not known.
func Gives(function string) string { return gives[function] }

var gives = givenTypes(map[string]string{
	"frame": "frame io.read_csv io.read_parquet io.read_jsonl io.read_sql samples.wine_quality samples.load_wine samples.reviews samples.make_classification " +
		"samples.make_regression ml.roc_curve ml.confusion_matrix frame.head frame.tail frame.describe frame.sample frame.filter frame.sort " +
		"frame.unique frame.drop_duplicates frame.drop_nulls frame.fill_null frame.value_counts frame.with_column frame.drop frame.rename " +
		"frame.join frame.concat ui.table ui.plot series.value_counts series.describe group_by.agg group_by.count model.predict_proba " +
		"transformer.fit_transform fitted_transformer.transform",
	"series": "series ml.cross_val_score series.is_null series.not_null series.isin series.map series.filter series.abs series.round " +
		"series.clip series.cast series.fill_null series.drop_nulls series.unique series.sort series.head series.tail series.rename " +
		"model.predict series.str.lower series.str.upper series.str.len series.str.strip series.str.contains series.str.starts_with " +
		"series.str.startswith series.str.ends_with series.str.endswith series.str.replace",
	"group_by": "frame.group_by",
	"figure": "plot.hist plot.scatter plot.line plot.bar plot.box plot.violin plot.heatmap plot.confusion_matrix plot.roc_curve " +
		"plot.pr_curve plot.calibration plot.feature_importance plot.learning_curve plot.residuals plot.parallel_coordinates plot.pair",
	"estimator": "ml.LogisticRegression ml.DecisionTreeClassifier ml.RandomForestClassifier ml.GradientBoostingClassifier ml.Pipeline",
	"model":     "estimator.fit ml.load_model", "transformer": "ml.StandardScaler", "fitted_transformer": "transformer.fit",
	"search": "ml.GridSearchCV ml.RandomizedSearchCV", "fitted_search": "search.fit", "extension": "wasm.metric wasm.scorer wasm.transform",
	"scorer": "ml.make_scorer", "distribution": "ml.uniform ml.loguniform ml.randint",
	"splitter": "ml.KFold ml.StratifiedKFold", "report": "ml.classification_report", "markup": "html md",
	"float": "ml.accuracy_score ml.balanced_accuracy_score ml.cohen_kappa_score ml.matthews_corrcoef ml.log_loss ml.roc_auc_score " +
		"model.score fitted_search.score series.mean series.std series.var",
	"int": "series.n_unique series.count ui.button", "string": "format input io.read_text ui.text", "tuple": "divmod ml.train_test_split",
	"list": "map filter frame.rows frame.to_dicts series.to_list splitter.split", "dict": "frame.row",
	"bool": "bool isinstance ui.checkbox frame.equals series.equals series.any series.all",
	"NoneType": "print display warn assert_ help sleep frame.to_csv frame.to_parquet figure.save model.save notify.send track.log_param " +
		"track.log_params track.log_metric track.log_metrics track.set_tag track.set_tags track.log_text track.log_table track.log_figure " +
		"track.log_artifact track.log_model track.autolog",
})

// givenTypes turns types with their functions into functions with their type.
func givenTypes(byType map[string]string) map[string]string {
	out := map[string]string{}
	for typ, functions := range byType {
		for _, name := range strings.Fields(functions) {
			out[name] = typ
		}
	}
	return out
}

// Impure tells whether the answer of a function depends on more than its
// arguments, its files and the notebook: a cell that calls it is never cached.
func Impure(function string) bool {
	return slices.Contains([]string{
		"now", "input", "sleep", "track.search_runs", "registry.list", "io.fetch", "io.read_sql",
	}, function)
}

// ReadsPath tells whether the parameter path of a function names a file that it
// reads.
func ReadsPath(function string) bool {
	return slices.Contains([]string{"io.read_csv", "io.read_text", "io.read_parquet", "io.read_jsonl", "ml.load_model", "track.log_artifact", "wasm.metric", "wasm.scorer", "wasm.transform"}, function)
}

// WritesPath tells whether the parameter path of a function names a file that
// it writes.
func WritesPath(function string) bool {
	return slices.Contains([]string{"frame.to_csv", "frame.to_parquet", "figure.save", "model.save"}, function)
}
