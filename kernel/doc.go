// Package kernel runs notebooks: it compiles the cells of a document, connects
// them by the names they define and read, and runs them in dependency order.
//
// The package has a pure core and a thin shell. Pure are the graph (graph.go)
// and the compiled notebook (notebook.go), which finds every problem that can
// be found before anything runs. run.go decides cell by cell what happens:
// run, skip, retry; recorder.go is the door through which a running cell
// reaches the world, and writes down everything that passes.
//
// What a cell did comes back as data in its Result: values for other cells and
// effects for the world. Nothing in here knows where a run is tracked; an
// Observer sees each result as it is there.
package kernel
