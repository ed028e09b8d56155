// Package scorer runs scoring extensions: metrics and row scorers that users
// compile to WebAssembly and that wnb calls as if they were its own.
//
// An extension is hostile until shown otherwise, so every module goes through
// the same pipeline before a byte of it runs:
//
//	bytes -> decode, validate -> read manifest, check ABI -> meter -> compile -> instantiate
//
// The decoder and validator are our own (decode_*.go, validate_*.go). They are
// a pure function of the bytes and hold every cap that keeps the compiler
// behind them inside bounded time and memory: that compiler allocates what a
// module declares and takes superlinear time on some shapes of functions.
//
// The meter (meter_*.go) rewrites the module so that it counts fuel at every
// function entry and every loop header, and bulk operations by their length.
// Every slice of fuel the guest asks the host for more; there the host checks
// deadline and cancellation and lets the Go scheduler and collector in, which
// cannot preempt compiled guest code on their own. Fuel is a count of
// instructions: the same input costs the same fuel on every machine and with
// either engine. It is an upper bound, since a function or loop is charged for all
// branches of its body: near what runs for C, Rust and AssemblyScript, about ten
// times that for Go, whose compiler makes one loop of every function. The rewriter also clamps the maxima of memories and tables and
// counts the call stack of functions that can recurse.
//
// The runtime (run_*.go) is wazero. Guests see no clock, randomness, files or
// network. A job (a Metric, a
// RowScorer or a Transform) owns instances, reuses them from call to
// call and drops them on any error. Jobs may be used from many goroutines.
//
// ABI version 1, for a module of wasm32:
//
//	memory                                exported, not imported
//	wnb_abi_1          () -> ()           marker, never called
//	wnb_alloc          (bytes) -> ptr     8-byte aligned, 0 = no memory
//	wnb_metric         (n,k,y,p,w) -> f64 y: n; p: n*k, column-major; w: n or 0
//	wnb_metric_begin, _update, _end       the streaming form of the same
//	wnb_predict        (n,d,k,x,out)      x: n*d f64, out: n*k f64
//	wnb_transform      (ptr,len) -> i64   JSON in and out: pointer << 32 | length
//	wnb_configure      (ptr,len)          parameters as a JSON object
//	_initialize        () -> ()           run once, metered
//
// The manifest is JSON in the custom section "wnb"; see Manifest and Pack. AUTHORS.md
// in this folder is the guide for those who write extensions; package toolchain
// compiles what they write.
package scorer
