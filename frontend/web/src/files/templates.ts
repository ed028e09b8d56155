// What new notebooks start with.

export interface Template { id: string; title: string; about: string; text: string }

const fence = "```";

function cell(head: string, ...lines: string[]): string {
  return [fence + head, ...lines, fence].join("\n");
}

export const templates: readonly Template[] = [
  {
    id: "empty", title: "Empty", about: "A title and one cell.",
    text: ["---", "wnb: 1", "title: Untitled", "---", "", "# Untitled", "", cell("starlark {#cell-1}", ""), ""].join("\n"),
  },
  {
    id: "explore", title: "Explore data", about: "Read a table, describe it, look at a column.",
    text: ["---", "wnb: 1", "title: Explore", "params:", '  data: {type: file, default: "", help: "path of a CSV file; empty: a sample"}', "---", "", "# Explore", "",
      cell("starlark {#load}", "df = io.read_csv(params.data) if params.data else samples.wine_quality()", "df.head()"), "",
      cell("starlark {#describe}", "df.describe()"), "",
      cell("starlark {#look}", "plot.hist(df[df.columns[0]])"), ""].join("\n"),
  },
  {
    id: "train", title: "Train a model", about: "Split, fit, evaluate, with parameters to sweep.",
    text: ["---", "wnb: 1", "title: A classifier", "params:", "  C: {default: 1.0, min: 0.01, max: 10}", "  test_size: {default: 0.2, min: 0.05, max: 0.5}", "  seed: 42", "---", "", "# A classifier", "",
      cell("starlark {#load}", "wine = samples.wine_quality()", 'features = [c for c in wine.columns if c not in ("quality", "Id")]', "wine.head()"), "",
      cell("starlark {#split}", 'train, test = ml.train_test_split(wine, test_size=params.test_size, stratify="quality", seed=params.seed)'), "",
      cell("starlark {#fit}", "model = ml.Pipeline([ml.StandardScaler(), ml.LogisticRegression(C=params.C, max_iter=1000)]).fit(train[features], train[\"quality\"])"), "",
      cell("starlark {#evaluate}", "predicted = model.predict(test[features])", 'accuracy = ml.accuracy_score(test["quality"], predicted)', 'track.log_metric("accuracy", accuracy)', 'plot.confusion_matrix(test["quality"], predicted, normalize="true")'), ""].join("\n"),
  },
];
