package infer

import "testing"

func TestClearly(t *testing.T) {
	known := []string{"f1_score", "accuracy_score", "LogisticRegression", "bar", "box", "head", "title", "titles_of", "cast"}
	for name, want := range map[string]string{
		"acuracy_score": "accuracy_score", "accuracyscore": "accuracy_score", "logisticregression": "LogisticRegression", "LogisticRegresion": "LogisticRegression",
		"titel": "title", "titlee": "title", "f2_score": "", "r2_score": "", "bax": "", "hed": "", "haed": "head", "heads": "head", "last": "", "casts": "cast", "nothing": "", "accurate_score": "",
	} {
		if got := Clearly(name, known); got != want {
			t.Errorf("%s is clearly %q, want %q", name, got, want)
		}
	}
	if got := Clearly("colums", []string{"column", "columns"}); got != "" {
		t.Errorf("of two that are near, %s was chosen", got)
	}
}
