package train

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// saved are models of every kind that can be saved, by name.
func saved(t testing.TB) map[string]Classifier {
	X, y := blobs(120, 3, 3, 1.5, 6)
	X.Names = []string{"a", "b", "ü"}
	two := &Labels{Name: "y", Classes: Classes{"no", "yes"}, Codes: make([]int, 120)}
	floats := &Labels{Name: "y", Classes: Classes{-0.5, 1e300}, Codes: two.Codes}
	for i := range two.Codes {
		two.Codes[i] = boolInt(y.Codes[i] > 0)
	}
	out := map[string]Classifier{}
	for _, c := range []struct {
		name string
		e    Estimator
		y    *Labels
	}{
		{"logistic", LogisticRegression{MaxIter: 1}, y},
		{"logistic of strings", LogisticRegression{}, two},
		{"logistic of floats", LogisticRegression{MultiClass: "multinomial"}, floats},
		{"one against the rest", LogisticRegression{MultiClass: "ovr", Penalty: "none", MaxIter: 5}, y},
		{"tree", DecisionTreeClassifier{}, y},
		{"forest", RandomForestClassifier{NEstimators: 3}, two},
		{"boosting", GradientBoostingClassifier{NEstimators: 3}, y},
		{"boosting with early stopping", GradientBoostingClassifier{NEstimators: 9, NIterNoChange: 1}, two},
		{"pipeline", MakePipeline([]Transformer{StandardScaler{}}, LogisticRegression{}), y},
		{"pipeline in a pipeline", MakePipeline([]Transformer{StandardScaler{NoStd: true}},
			MakePipeline([]Transformer{StandardScaler{}}, RandomForestClassifier{NEstimators: 2})), two},
	} {
		m, err := c.e.Fit(context.Background(), X, c.y, FitOptions{})
		if err != nil {
			t.Fatal(err)
		}
		out[c.name] = m
	}
	grid := GridSearchCV{Estimator: MakePipeline([]Transformer{StandardScaler{}}, LogisticRegression{}), CV: KFold{NSplits: 2},
		ParamGrid: []ParamGrid{{"logisticregression__C": {1, 0.5}, "logisticregression__class_weight": {nil, "balanced"}}, {"standardscaler__with_mean": {false}}}}
	noRefit := grid
	noRefit.NoRefit = true
	for name, e := range map[string]Estimator{"search": grid, "search without a refit": noRefit} {
		m, err := e.Fit(context.Background(), X, y, FitOptions{})
		if err != nil {
			t.Fatal(err)
		}
		out[name] = m
	}
	return out
}

func save(t testing.TB, m Classifier) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Save(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSaveLoadPredictsTheSameBits(t *testing.T) {
	X, _ := blobs(500, 3, 3, 2, 7)
	for name, m := range saved(t) {
		t.Run(name, func(t *testing.T) {
			file := save(t, m)
			r := bytes.NewReader(append(slices.Clone(file), "what follows"...))
			back, err := Load(r)
			if err != nil {
				t.Fatal(err)
			}
			if r.Len() != len("what follows") {
				t.Errorf("Load left %d bytes of what follows the model", r.Len())
			}
			samePredictions(t, m, back, X)
			if d := cmp.Diff(everythingOf(m), everythingOf(back), emptyIsNil); d != "" {
				t.Errorf("(-saved +loaded):\n%s", d)
			}
			if again := save(t, back); !bytes.Equal(file, again) {
				t.Error("saving what was loaded gives another file")
			}
			_, linear := m.(Linear)
			if _, ok := back.(Linear); ok != linear {
				t.Errorf("linear: %v, was %v", ok, linear)
			}
		})
	}
}

// samePredictions compares the probabilities by their bits.
func samePredictions(t *testing.T, m, back Classifier, X *Matrix) {
	t.Helper()
	want, err := m.PredictProba(context.Background(), X, Threads{})
	got, err2 := back.PredictProba(context.Background(), X, Threads{})
	if err != nil || err2 != nil {
		if fmt.Sprint(err) != fmt.Sprint(err2) {
			t.Errorf("error %v, was %v", err2, err)
		}
		return
	}
	for i := range want.Data {
		if math.Float64bits(want.Data[i]) != math.Float64bits(got.Data[i]) {
			t.Fatalf("probability %d is %v, was %v", i, got.Data[i], want.Data[i])
		}
	}
}

// everythingOf is what else there is to know about a model.
func everythingOf(m Classifier) []any {
	out := []any{m.Name(), m.Classes(), m.FeatureNames(), WarningsOf(m)}
	if s, ok := m.(Staged); ok {
		out = append(out, s.Stages(), s.Evaluations())
	}
	if s, ok := m.(*Search); ok {
		out = append(out, s.Scoring(), s.Results(), s.Best(), s.BestModel() == nil)
	}
	return out
}

func TestMarshalTransformer(t *testing.T) {
	X, _ := blobs(50, 3, 3, 2, 7)
	want, err := StandardScaler{}.Fit(context.Background(), X, FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	data := value[[]byte](t)(MarshalTransformer(want))
	got, err := UnmarshalTransformer(data)
	if err != nil {
		t.Fatal(err)
	}
	Z := value[*Matrix](t)(want.Transform(context.Background(), X, Threads{}))
	if d := cmp.Diff(Z, value[*Matrix](t)(got.Transform(context.Background(), X, Threads{}))); d != "" {
		t.Errorf("(-saved +loaded):\n%s", d)
	}
	if again := value[[]byte](t)(MarshalTransformer(got)); !bytes.Equal(data, again) {
		t.Error("saving what was loaded gives other bytes")
	}
}

var emptyIsNil = cmp.FilterValues(func(a, b []string) bool { return len(a)+len(b) == 0 }, cmp.Comparer(func(_, _ []string) bool { return true }))

func TestLoadRefuses(t *testing.T) {
	file := save(t, saved(t)["pipeline"])
	change := func(at int, to byte) []byte {
		b := slices.Clone(file)
		b[at] = to
		return b
	}
	for _, c := range []struct {
		name, want string
		file       []byte
	}{
		{"empty", "cut off: 0 bytes where 20 are needed", nil},
		{"half", "the file is cut off", file[:len(file)/2]},
		{"not a model", `does not start with "wnbmodel"`, []byte(strings.Repeat("PK", 20))},
		{"newer", "format version 9, this release reads version 1", change(8, 9)},
		{"huge", "claims to be", change(19, 0xff)},
		{"flipped bit", "the checksum is wrong", change(60, file[60]^1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(bytes.NewReader(c.file))
			if !errors.Is(err, ErrModelFormat) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

// frame puts a body into a file with a right checksum.
func frame(body []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(modelMagic), modelVersion)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(body)))
	b = append(b, body...)
	return binary.LittleEndian.AppendUint32(b, checksum(body))
}

func TestLoadRefusesBodies(t *testing.T) {
	body := func(write func(e *encoder)) []byte {
		e := &encoder{}
		write(e)
		return e.buf
	}
	deep := body(func(e *encoder) {
		for range 100 {
			e.str(kindPipeline)
			e.int(0)
			e.names(nil)
			e.int(0)
			e.str("x")
		}
	})
	good := save(t, saved(t)["logistic"])
	for _, c := range []struct {
		name, want string
		body       []byte
	}{
		{"unknown kind", `no model of kind "svm/7"`, body(func(e *encoder) { e.str("svm/7") })},
		{"endless string", "where 0 bytes are left", body(func(e *encoder) { e.uint(1 << 60) })},
		{"nesting", "inside each other", deep},
		{"something left", "3 bytes are left over", append(slices.Clone(good[20:len(good)-4]), 1, 2, 3)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(bytes.NewReader(frame(c.body)))
			if !errors.Is(err, ErrModelFormat) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

// foreign is a model of another package.
type foreign struct{ Classifier }

func TestSaveRefusesForeignModels(t *testing.T) {
	err := Save(&bytes.Buffer{}, foreign{})
	if err == nil || !strings.Contains(err.Error(), "train.foreign cannot be saved") {
		t.Errorf("error %v", err)
	}
}

// FuzzLoad gives any bytes as the body of a model: Load must not panic, and
// what it accepts must predict without a panic and save to the same bytes.
func FuzzLoad(f *testing.F) {
	for _, m := range saved(f) {
		file := save(f, m)
		f.Add(file[20 : len(file)-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := Load(bytes.NewReader(frame(body)))
		if err != nil {
			if !errors.Is(err, ErrModelFormat) {
				t.Errorf("error %v does not wrap ErrModelFormat", err)
			}
			return
		}
		if got := save(t, m); !bytes.Equal(got, frame(body)) {
			t.Errorf("saved again it is %d bytes, was %d", len(got), len(body)+24)
		}
		for _, cols := range []int{1, 3} {
			if codes, err := m.Predict(context.Background(), NewMatrix(2, cols, nil), Threads{}); err == nil && slices.Max(codes) >= len(m.Classes()) {
				t.Errorf("class %d of %d", slices.Max(codes), len(m.Classes()))
			}
		}
	})
}
