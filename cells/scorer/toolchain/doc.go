// Package toolchain compiles scoring extensions from their source: the author
// writes a plain function, and the rest of the ABI of package scorer is generated
// around it.
//
//	func Score(yTrue, yPred []float64) float64                                   // Go
//	fn score(y_true: &[f64], y_pred: &[f64]) -> f64                              // Rust
//	double score(const double *y_true, const double *y_pred, size_t n)           // C
//	function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64        // AssemblyScript
//
// Which function a source defines decides what the extension is; [Forms] lists
// those that a language has. WAT is the ABI itself, without glue. The manifest
// follows from the function; what it cannot tell, the source says in lines of a
// comment:
//
//	//wnb:manifest {"metric": {"greater_is_better": false},
//	//wnb:manifest  "params": {"alpha": {"type": "number", "default": 0.5}}}
//
// The parameters are then fields of a variable params, as in params.alpha.
//
// [Build] runs the toolchain that the machine has in an empty folder, with an
// empty environment, without network, and within time and memory, as far as the
// system can do that: see package confine and [Module].Exposed. It downloads nothing, and knows no packages but the language's own
// library. The same source and toolchain give the same bytes. A module that was
// built before is found by the hash of its source, also where there is no
// toolchain: see [Modules].
package toolchain
