package scorer

import (
	"fmt"
	"math"
	"strings"
)

const metricManifest = `{"abi":1,"kind":"metric","name":"%s","version":"1.2","metric":{"greater_is_better":true,"input":"value","outputs":"k","weights":true}}`

// bump is an allocator that never frees and grows the memory; global g is its top.
func bump(a *asm) {
	g := a.global(1024)
	a.fn(exportAlloc, "i>i", "i", fmt.Sprintf(`
		global.get %[1]d local.set 1
		global.get %[1]d local.get 0 i32.add i32.const 7 i32.add i32.const -8 i32.and global.set %[1]d
		block - global.get %[1]d memory.size 0 i32.const 16 i32.shl i32.lt_u br_if 0
			global.get %[1]d i32.const 16 i32.shr_u memory.size 0 i32.sub i32.const 1 i32.add memory.grow 0
			i32.const -1 i32.ne br_if 0
			i32.const 0 return
		end
		local.get 1`, g))
}

// metricAsm is a metric whose function wnb_metric has the given locals and code;
// its parameters are 0 n, 1 k, 2 y, 3 p, 4 w.
func metricAsm(locals, code string) *asm {
	a := newAsm()
	addMetric(a, locals, code)
	return a
}

func addMetric(a *asm, locals, code string) {
	a.mem(1, 1024)
	bump(a)
	a.fn(exportMarker, ">", "", "")
	a.fn(exportMetric, "iiiii>d", locals, code)
	a.manifest(fmt.Sprintf(metricManifest, "test"))
}

// overRows is a loop: local i counts the bytes of a row from 0 to 8 n.
func overRows(i int, step string) string {
	return fmt.Sprintf(`block - loop -
		local.get %[1]d local.get 0 i32.const 3 i32.shl i32.ge_u br_if 1
		%[2]s
		local.get %[1]d i32.const 8 i32.add local.set %[1]d br 0 end end`, i, step)
}

// at loads an f64 of the column that starts at local base, at byte offset local i.
func at(base, i int) string {
	return fmt.Sprintf("local.get %d local.get %d i32.add f64.load 3 0", base, i)
}

// meanError is sum(|y-p|)/n.
func meanError() *asm {
	return metricAsm("id", overRows(5, at(2, 5)+" "+at(3, 5)+" f64.sub f64.abs local.get 6 f64.add local.set 6")+
		" local.get 6 local.get 0 f64.convert_i32_u f64.div")
}

// fbeta is F2 of labels 0 and 1 against scores with threshold 0, without branches.
func fbeta() *asm {
	positive := func(base int, threshold string) string { return at(base, 5) + " f64.const " + threshold + " f64.gt" }
	count := func(local int, what string) string {
		return fmt.Sprintf("%s local.get %d i32.add local.set %d ", what, local, local)
	}
	return metricAsm("iiiiiid", overRows(5, positive(2, "0.5")+" local.set 6 "+positive(3, "0")+" local.set 7 "+
		count(8, "local.get 6 local.get 7 i32.and")+
		count(9, "local.get 6 i32.eqz local.get 7 i32.and")+
		count(10, "local.get 6 local.get 7 i32.eqz i32.and"))+`
		local.get 8 f64.convert_i32_s f64.const 5 f64.mul local.tee 11
		local.get 11 local.get 9 f64.convert_i32_s f64.add
		local.get 10 f64.convert_i32_s f64.const 4 f64.mul f64.add f64.div`)
}

// logLossGuest is the mean of -log p(true) for labels 0 and 1 and probability
// columns of the second class; ln is a function of its own.
func logLossGuest() *asm {
	a := newAsm()
	series := "f64.const 0"
	for k := 23; k >= 1; k -= 2 {
		series += fmt.Sprintf(" local.get 3 f64.mul f64.const %.17g f64.add", 1/float64(k))
	}
	ln := a.fn("", "d>d", "ldd", `
		local.get 0 i64.reinterpret_f64 local.set 1
		local.get 1 i64.const 0x000fffffffffffff i64.and i64.const 0x3ff0000000000000 i64.or f64.reinterpret_i64 local.set 0
		local.get 0 f64.const 1 f64.sub local.get 0 f64.const 1 f64.add f64.div local.tee 2
		local.get 2 f64.mul local.set 3
		local.get 1 i64.const 52 i64.shr_u i64.const 1023 i64.sub f64.convert_i64_s f64.const 0.6931471805599453 f64.mul
		f64.const 2 local.get 2 f64.mul `+series+` f64.mul f64.add`)
	addMetric(a, "id", overRows(5, at(2, 5)+fmt.Sprintf(` f64.const 0.5 f64.gt if d %s else f64.const 1 %s f64.sub end
		f64.const 1e-15 f64.max call %d local.get 6 f64.add local.set 6`, at(3, 5), at(3, 5), ln))+
		" local.get 6 local.get 0 f64.convert_i32_u f64.div f64.neg")
	return a
}

// linear is a row scorer: the sum of the features and 1, in column layout.
func linear(layout string) *asm {
	a := newAsm()
	a.mem(1, 1024)
	bump(a)
	a.fn(exportMarker, ">", "", "")
	step := "local.get 0" // columns: features of a row are n apart
	row := "local.get 5"
	if layout == "row" {
		step, row = "i32.const 1", "local.get 5 local.get 1 i32.mul"
	}
	// 0 n, 1 d, 2 k, 3 x, 4 out; 5 row, 6 feature, 7 pointer, 8 sum
	a.fn(exportPredict, "iiiii>", "iiid", fmt.Sprintf(`
		block - loop - local.get 5 local.get 0 i32.ge_u br_if 1
			i32.const 0 local.set 6 f64.const 1 local.set 8
			%s i32.const 3 i32.shl local.get 3 i32.add local.set 7
			block - loop - local.get 6 local.get 1 i32.ge_u br_if 1
				local.get 7 f64.load 3 0 local.get 8 f64.add local.set 8
				local.get 7 %s i32.const 3 i32.shl i32.add local.set 7
				local.get 6 i32.const 1 i32.add local.set 6 br 0 end end
			local.get 4 local.get 5 i32.const 3 i32.shl i32.add local.get 8 f64.store 3 0
			local.get 5 i32.const 1 i32.add local.set 5 br 0 end end`, row, step))
	a.manifest(`{"abi":1,"kind":"scorer","name":"linear","scorer":{"features":[{"name":"a"},{"name":"b"},{"name":"c"}],"layout":"` + layout + `"},
		"selfcheck":[{"x":[[1,2,3],[0,0,0.5]],"expect":[7,1.5]}]}`)
	return a
}

// streaming is a mean of y in the streaming form only.
func streaming() *asm {
	a := newAsm()
	a.mem(2, 1024)
	bump(a)
	a.fn(exportMarker, ">", "", "")
	a.fn(exportBegin, ">", "", "i32.const 0 f64.const 0 f64.store 3 0 i32.const 8 f64.const 0 f64.store 3 0")
	a.fn(exportUpdate, "iiiii>", "i", overRows(5, "i32.const 0 i32.const 0 f64.load 3 0 "+at(2, 5)+" f64.add f64.store 3 0")+
		" i32.const 8 i32.const 8 f64.load 3 0 local.get 0 f64.convert_i32_u f64.add f64.store 3 0")
	a.fn(exportEnd, ">d", "", "i32.const 0 f64.load 3 0 i32.const 8 f64.load 3 0 f64.div")
	a.manifest(strings.Replace(fmt.Sprintf(metricManifest, "stream"), `"weights"`, `"streaming":true,"weights"`, 1))
	return a
}

// sample makes n labels and predictions, the same every time.
func sample(n int) (y, p []float64) {
	y, p = make([]float64, n), make([]float64, n)
	seed := uint64(7)
	for i := range y {
		seed = seed*6364136223846793005 + 1442695040888963407
		y[i] = float64(seed >> 63)
		seed = seed*6364136223846793005 + 1442695040888963407
		p[i] = math.Mod(float64(seed>>11)/(1<<53)+0.3*y[i], 1)
	}
	return y, p
}
