// Package session is the kernel of an interactive session: it answers Jupyter's
// messages and keeps the cells of one notebook up to date.
//
// # Cells and entries
//
// A request that names a cell (metadata.cellId) replaces the source of that
// cell; the graph is the saved document with the latest executed sources laid
// over it. Before the cell runs, the cells that it needs are brought up to date;
// afterwards those that depend on it are stale, and in auto mode run again,
// their outputs going to their own places. A request without a cell is a
// console entry: it reads cells and earlier entries, and no cell sees it.
//
// # Settings
//
// The server tells what people set beside the notebook: params, values of named
// inputs, and the mode. Cells that read what changed are stale. In auto mode they
// run again, as always; cells behind an input that was moved do so in lazy mode as
// well, since whoever moves a slider looks at what it changes. Where several
// settings wait, the newest hold.
//
// # Who runs when
//
// Everything that runs cells happens on one goroutine, the worker: requests in
// the order of their arrival, then reruns, one cell at a time, so that a request
// never waits for more than one of them. All other requests (kernel_info,
// completion, inspection, comms) are answered at once on the caller's
// goroutine, from what the worker published last.
package session
