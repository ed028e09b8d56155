package builtin

import "github.com/wnb-dev/wnb/cells/frame"

// frameMethods are documented in the order in which people learn them; they are
// carried out in the files frame_rows.go, frame_columns.go and frame_group.go.
var frameMethods = newMethods("frame",
	method[*Frame]{"head", "n=5", "The first n rows.", "df.head()", frameEnd((*frame.Frame).Head)},
	method[*Frame]{"tail", "n=5", "The last n rows.", "df.tail(2)", frameEnd((*frame.Frame).Tail)},
	method[*Frame]{"describe", "", "Sums up the columns: count, mean, std, min, quartiles, max of the numeric ones.", "df.describe()", frameDescribe},
	method[*Frame]{"sample", "n, seed=42", "n rows drawn without replacement: the same ones for the same seed and number of rows.", "df.sample(2, seed=1)", frameSample},
	method[*Frame]{"row", "i", "Row i as a dict; negative i count from the end.", "df.row(0)", frameRow},
	method[*Frame]{"rows", "", "The rows as a list of tuples; for large frames work on columns.", "[r[0] for r in df.rows()]", frameRows},
	method[*Frame]{"to_dicts", "", "The rows as a list of dicts; for large frames work on columns.", "df.to_dicts()", frameDicts},
	method[*Frame]{"filter", "mask", "The rows where mask is true, as df[mask]; null counts as false.", `df.filter(df["x"] > 1)`, frameFilter},
	method[*Frame]{"sort", "by, desc=False", "Sorted by a column or several, the first counting most. desc can be a list, one entry per column. NaN and null come last.", `df.sort("x", desc=True)`, frameSort},
	method[*Frame]{"unique", "", "The first of each distinct row.", "df.unique()", frameUnique},
	method[*Frame]{"drop_duplicates", "columns=None", "The first of the rows that are equal in columns, by default in all.", `df.drop_duplicates("group")`, frameDropDuplicates},
	method[*Frame]{"drop_nulls", "columns=None", "Without the rows that have a null in one of columns, by default in any.", `df.drop_nulls("x")`, frameDropNulls},
	method[*Frame]{"fill_null", "value, columns=None", "With value in place of nulls, in columns or in all of the value's kind. A dict gives each column its value.", `df.fill_null({"x": 0})`, frameFillNull},
	method[*Frame]{"value_counts", "columns=None", "The distinct rows of columns and how often each is there, the most frequent first.", `df.value_counts("group")`, frameValueCounts},

	method[*Frame]{"with_column", "name, values", "With a new column, or another in the place of the one of that name. values is a series, a list or a single value for all rows.", `df.with_column("double", df["x"] * 2)`, frameWithColumn},
	method[*Frame]{"drop", "*columns", "Without these columns.", `df.drop("name")`, frameDrop},
	method[*Frame]{"rename", "columns", "With new names for columns: a dict of old name to new name.", `df.rename({"x": "points"})`, frameRename},

	method[*Frame]{"group_by", "*columns", `Groups the rows that are equal in columns; follow it with .agg(...).`, `df.group_by("group").agg({"x": "mean"})`, frameGroupBy},
	method[*Frame]{"join", `other, on, how="inner", suffix="_right"`, "The columns of other beside those with equal values in the columns on. how is inner, left, right or outer. A name that both have gets suffix.", `df.join(frame({"group": ["a"], "weight": [0.5]}), on="group", how="left")`, frameJoin},
	method[*Frame]{"concat", "*others", "The rows of the others below these; all have the same columns.", "df.concat(df, df.head(1))", frameConcat},
	method[*Frame]{"equals", "other", "Whether both have the same columns in the same order, with the same values.", "df.equals(df.head(2))", frameEquals},

	method[*Frame]{"to_csv", "path", "Writes a CSV file with a header line.", `df.to_csv("out.csv")`, frameToCSV},
	method[*Frame]{"to_parquet", "path", "Not available yet; write a CSV file with to_csv.", "", notYet[*Frame]},
)

// frameElsewhere says what is written here for other libraries' names.
var frameElsewhere = map[string]string{
	"agg": `df.group_by("a").agg({"b": "mean"})`, "apply": `df["c"].map(f)`, "append": "df.concat(other)",
	"assign": `df.with_column("c", values)`, "with_columns": `df.with_column("c", values)`, "astype": `df.with_column("c", df["c"].cast(dtype))`,
	"dropna": "df.drop_nulls()", "fillna": "df.fill_null(value)", "groupby": `df.group_by("c")`, "iloc": "df[2:5] or df.row(i)",
	"loc": "df[mask]", "info": "df.describe() or df.dtypes", "isna": `df["c"].is_null()`, "isnull": `df["c"].is_null()`,
	"iterrows": "for row in df.to_dicts()", "itertuples": "for row in df.rows()", "keys": "df.columns", "items": `[df[c] for c in df.columns]`,
	"len": "len(df)", "height": "len(df)", "size": "len(df)", "width": "len(df.columns)", "merge": "df.join(other, on=...)",
	"mean": `df["c"].mean()`, "query": "df[mask]", "schema": "df.dtypes", "select": `df[["a", "b"]]`, "sort_values": `df.sort("c")`,
	"sum": `df["c"].sum()`, "to_dict": "df.to_dicts()", "values": "df.rows()", "vstack": "df.concat(other)",
}
