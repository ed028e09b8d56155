package scorer

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// quantileGuest is the quantile loss with its level as a parameter, which it
// reads from the JSON object {"alpha":0.9}: digits after the point only.
func quantileGuest() *asm {
	a := newAsm()
	a.mem(1, 1024)
	bump(a)
	a.fn(exportMarker, ">", "", "")
	// 0 pointer, 1 length, 2 end, 3 digit, 4 value, 5 scale; the level is kept at address 8
	a.fn(exportConfigure, "ii>", "iidd", `
		local.get 0 local.get 1 i32.add i32.const 1 i32.sub local.set 2
		local.get 0 i32.const 9 i32.add local.set 0 f64.const 1 local.set 5
		block - loop - local.get 0 local.get 2 i32.ge_u br_if 1
			local.get 0 i32.load8_u 0 0 local.set 3
			local.get 0 i32.const 1 i32.add local.set 0
			local.get 3 i32.const 46 i32.eq br_if 0
			local.get 5 f64.const 10 f64.div local.set 5
			local.get 4 local.get 3 i32.const 48 i32.sub f64.convert_i32_s local.get 5 f64.mul f64.add local.set 4
			br 0 end end
		i32.const 8 local.get 4 f64.const 10 f64.mul f64.store 3 0`)
	a.fn(exportMetric, "iiiii>d", "idd", overRows(5, at(2, 5)+" "+at(3, 5)+` f64.sub local.tee 7
		i32.const 8 f64.load 3 0 f64.mul
		local.get 7 i32.const 8 f64.load 3 0 f64.const 1 f64.sub f64.mul f64.max
		local.get 6 f64.add local.set 6`)+" local.get 6 local.get 0 f64.convert_i32_u f64.div")
	a.manifest(`{"abi":1,"kind":"metric","name":"quantile","version":"1.0","metric":{"greater_is_better":false,"input":"value","outputs":1,"range":[0,null]},
"params":{"alpha":{"type":"number","default":0.5,"minimum":0.01,"maximum":0.99}},
"selfcheck":[{"params":{"alpha":0.5},"y":[1,2,3],"p":[0,2,5],"expect":0.5}]}`)
	return a
}

func TestQuantileIsAsCommitted(t *testing.T) {
	file := filepath.Join("testdata", "quantile.wasm")
	want := quantileGuest().bytes()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what quantileGuest assembles; run with -update", file)
	}
}
