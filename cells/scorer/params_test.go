package scorer

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

func TestParametersThatAreRefused(t *testing.T) {
	for name, tc := range map[string]struct{ param, says string }{
		"type":                    {`"type":"float"`, `parameter "p" has type "float"`},
		"number among texts":      {`"type":"string","enum":["a",1]`, `enum of parameter "p" must be a string, and is 1`},
		"text among numbers":      {`"type":"number","enum":[1,"a"]`, `enum of parameter "p" must be a number, and is a`},
		"fraction among integers": {`"type":"integer","enum":[1,1.5]`, `enum of parameter "p" must be a finite integer, and is 1.5`},
		"null among texts":        {`"type":"string","enum":[null]`, `enum of parameter "p" has no value`},
		"list among texts":        {`"type":"string","enum":[["a"]]`, `enum of parameter "p" must be a string`},
		"choice over the maximum": {`"type":"number","maximum":1,"enum":[2]`, `enum of parameter "p" is 2, the maximum is 1`},
		"default is no choice":    {`"type":"string","enum":["a"],"default":"b"`, `default of parameter "p" is b; it must be one of a`},
		"bounds that are swapped": {`"type":"number","minimum":2,"maximum":1`, `parameter "p" has minimum 2 and maximum 1; the minimum is the lower one`},
		"no integer between":      {`"type":"integer","minimum":1.2,"maximum":1.8`, `there is no integer between them`},
		"bounds beyond integers":  {`"type":"integer","minimum":1e300`, `there is no integer between them`},
		"minimum of a text":       {`"type":"string","minimum":1`, `parameter "p" is a string; minimum and maximum are for numbers`},
		"maximum of a switch":     {`"type":"boolean","maximum":1`, `parameter "p" is a boolean; minimum and maximum are for numbers`},
		"default under minimum":   {`"type":"number","minimum":1,"default":0`, `default of parameter "p" is 0, the minimum is 1`},
		"default is not exact":    {`"type":"integer","default":9007199254740993`, `an integer must be within ±9007199254740991`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseManifest(fmt.Appendf(nil, `{"abi":1,"kind":"transform","name":"x","params":{"p":{%s}}}`, tc.param))
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v, want %q", err, tc.says)
			}
		})
	}
	for name, param := range map[string]string{
		"one number": `"type":"number","minimum":1,"maximum":1`, "one integer": `"type":"integer","minimum":0.5,"maximum":1.5`,
		"switches": `"type":"boolean","enum":[true]`, "choices": `"type":"integer","enum":[1,2,9007199254740991],"default":2`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseManifest(fmt.Appendf(nil, `{"abi":1,"kind":"transform","name":"x","params":{"p":{%s}}}`, param)); err != nil {
				t.Error(err)
			}
		})
	}
}

// An integer reaches the guest as it was given, or not at all.
func TestIntegersStayExact(t *testing.T) {
	var got string
	e := openTest(t, Config{Log: func(_ string, _ int, msg string) { got = msg }})
	wasm, err := Pack(configured().bytes(), []byte(`{"abi":1,"kind":"metric","name":"conf","metric":{"greater_is_better":true,"input":"value"},"params":{"n":{"type":"integer"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	m := compileTest(t, e, wasm, Limits{})
	for name, tc := range map[string]struct {
		given any
		want  string
	}{
		"largest":         {int64(1<<53 - 1), `{"n":9007199254740991}`},
		"smallest":        {int64(-1<<53 + 1), `{"n":-9007199254740991}`},
		"too large":       {int64(1<<53 + 1), ""},
		"too small":       {int64(-1<<53 - 1), ""},
		"largest of all":  {int64(1<<63 - 1), ""},
		"smallest of all": {int64(-1 << 63), ""},
		"was rounded":     {float64(1<<53 + 1), ""},
		"huge":            {1e300, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got = ""
			j, err := m.NewMetric(map[string]any{"n": tc.given})
			if tc.want == "" {
				if err == nil || !strings.Contains(err.Error(), "an integer must be within ±9007199254740991") {
					t.Error(err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer j.Close()
			if _, err := j.Score(context.Background(), []float64{1}, []float64{1}); err != nil || got != tc.want {
				t.Errorf("%s, %v; want %s", got, err, tc.want)
			}
		})
	}
}
