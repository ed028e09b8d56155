package builtin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells"
)

func TestReadCSV(t *testing.T) {
	h := newHost()
	h.files["a.csv"] = "id,name,zip\n1,Ann,007\n2,-,008\n"
	h.files["b.csv"] = "1;x\n2;y\n"
	for _, test := range []sourceTest{
		{"plain", `io.read_csv("a.csv")`, "id,name,zip; 1,Ann,7; 2,-,8"},
		{"columns", `io.read_csv("a.csv", columns=["zip", "id"])`, "zip,id; 7,1; 8,2"},
		{"dtype", `io.read_csv("a.csv", dtype={"zip": "string", "id": float}).dtypes`, `{"id": "float64", "name": "string", "zip": "string"}`},
		{"na_values", `io.read_csv("a.csv", na_values="-")["name"].is_null().sum()`, "1"},
		{"names", `io.read_csv("a.csv", names=["a", "b", "c"]).columns`, `["a", "b", "c"]`},
		{"no header", `io.read_csv("b.csv", sep=";", header=False)`, "column_1,column_2; 1,x; 2,y"},
		{"no header, names", `io.read_csv("b.csv", ";", False, ["n", "t"])`, "n,t; 1,x; 2,y"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, brief(t, runValue(t, h, test.source, nil))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.source, diff)
			}
		})
	}
	if in, ok := h.effects[0].(cells.Input); !ok || in.Name != "a.csv" {
		t.Errorf("the read was recorded as %v", h.effects[0])
	}
}

func TestReadText(t *testing.T) {
	h := newHost()
	h.files["bom.txt"] = "\ufeffline\n"
	if got := runValue(t, h, `io.read_text("bom.txt")`, nil).String(); got != `"line\n"` {
		t.Errorf("got %s", got)
	}
}

func TestIOErrors(t *testing.T) {
	for _, test := range []errorTest{
		{"empty path", `io.read_csv("")`, "io.read_csv: the path is empty", "relative to the notebook's folder"},
		{"empty path of text", `io.read_text("")`, "io.read_text: the path is empty", "set it with -p"},
		{"empty path to write", `frame({"a": [1]}).to_csv("")`, "frame.to_csv: the path is empty", "results.csv"},
		{"missing file", `io.read_csv("data/none.csv")`, "cannot read data/none.csv", "notebook's folder"},
		{"broken file", `io.read_csv("data/bad.csv")`, "data/bad.csv: line 3: ", ""},
		{"missing column", `io.read_csv("data/a.csv", columns=["nme"])`, `data/a.csv: no column "nme"; did you mean "name"?`, ""},
		{"dtype of text", `io.read_csv("data/a.csv", dtype={"name": int})`, "data/a.csv: line 2", ""},
		{"dtype unknown", `io.read_csv("data/a.csv", dtype={"name": "number"})`, `column "name": unknown dtype "number"`, ""},
		{"dtype no dict", `io.read_csv("data/a.csv", dtype="string")`, "dtype is a dict", `dtype={"zip": "string"}`},
		{"sep", `io.read_csv("data/a.csv", sep="")`, "sep is empty", "tab"},
		{"long sep", `io.read_csv("data/a.csv", sep="||")`, "one ASCII character", ""},
		{"names", `io.read_csv("data/a.csv", names=3)`, "names is a string or a list of strings, not an int", ""},
		{"unknown argument", `io.read_csv("data/a.csv", delimiter=";")`, "delimiter", "io.read_csv(path, sep="},
		{"not text", `io.read_text("data/latin.txt")`, "data/latin.txt is not UTF-8", "UTF-8"},
		{"later", `io.read_parquet("x")`, "io.read_parquet is not available yet", ""},
		{"misspelt", `io.readcsv("x")`, "io has no `readcsv`", "read_csv"},
		{"log_table", `track.log_table(frame({"a": [1]}), "a.json")`, "CSV", ".csv"},
		{"log_table of a list", `track.log_table([1], "a.csv")`, "want frame", "track.log_table(frame, path)"},
		{"log_table outside", `track.log_table(frame({"a": [1]}), "../a.csv")`, "not an artifact path", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHost()
			h.files["data/a.csv"] = "id,name\n1,Ann\n"
			h.files["data/bad.csv"] = "a,b\n1,2\n1,2,3\n"
			h.files["data/latin.txt"] = "caf\xe9"
			e := failure(t, h, test.source, nil)
			if !strings.Contains(e.Msg, test.msg) || !strings.Contains(e.Hint, test.hint) || (test.hint == "") != (e.Hint == "") {
				t.Errorf("%s\nmessage %q, want %q\n   hint %q, want %q", test.source, e.Msg, test.msg, e.Hint, test.hint)
			}
		})
	}
}

func TestNoHost(t *testing.T) {
	for _, source := range []string{`io.read_csv("a.csv")`, `io.read_text("a")`, `frame({"a": [1]}).to_csv("a.csv")`} {
		if e := failure(t, nil, source, nil); !strings.Contains(e.Msg, errNoHost.Error()) {
			t.Errorf("%s without a host: %v", source, e)
		}
	}
}

func TestWriteCSV(t *testing.T) {
	h := newHost()
	source := `frame({"a": [1, None], "b": ["x", "y, z"]}).to_csv("out/a.csv")`
	runValue(t, h, source, nil)
	const want = "a,b\n1,x\n,\"y, z\"\n"
	if diff := cmp.Diff(want, h.files["out/a.csv"]); diff != "" {
		t.Errorf("the file (-want +got):\n%s", diff)
	}
	if f, ok := h.effects[0].(cells.File); !ok || f.Path != "out/a.csv" || string(h.blobs[f.Blob.SHA256]) != want {
		t.Errorf("the write was recorded as %v", h.effects[0])
	}
}

func TestLogTable(t *testing.T) {
	h := newHost()
	runValue(t, h, `track.log_table(frame({"a": [1]}), "tables/a.csv")`, nil)
	a, content := h.artifact(t, "tables/a.csv")
	if a.Kind != "table" || a.MediaType != "text/csv" || content != "a\n1\n" {
		t.Errorf("kept %+v with %q", a, content)
	}
}

// TestWine reads the real data set as a notebook would.
func TestWine(t *testing.T) {
	dir := os.Getenv("WNB_TEST_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	content, err := os.ReadFile(filepath.Join(dir, "WineQT.csv"))
	if err != nil {
		t.Skipf("the wine data is not here; set WNB_TEST_DATA to its folder: %v", err)
	}
	h := newHost()
	h.files["wine.csv"] = string(content)
	const source = `wine = io.read_csv("wine.csv")
good = wine.with_column("good", wine.quality >= 7).drop("Id")
best = good[good.good & (good["alcohol"] > 12)]
assert_(wine.shape == (1143, 13))
assert_(best.quality.min() == 7)
by = good.group_by("good").agg({"alcohol": "mean"}, n="count")
(wine.quality.value_counts().sort("quality").to_dicts(), by.n.to_list(), by.alcohol[1] > by.alcohol[0])
`
	const want = `([{"quality": 3, "count": 6}, {"quality": 4, "count": 33}, {"quality": 5, "count": 483}, {"quality": 6, "count": 462}, {"quality": 7, "count": 143}, {"quality": 8, "count": 16}], [984, 159], True)`
	if diff := cmp.Diff(want, runValue(t, h, source, nil).String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
