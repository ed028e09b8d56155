// Package live keeps kernels, and what they put out, for clients that come and
// go. It knows nothing of HTTP and nothing of processes: a kernel is whatever
// speaks messages of package protocol, a client is a queue of them.
//
// # Who owns what
//
// A [Manager] has the registries of kernels and of sessions, which tie the path
// of a document to a kernel, and the documents' outputs. Each kernel has a hub:
// one goroutine takes what the kernel says, keeps the books, folds outputs into
// the document and puts the message into the queues of the clients it is for.
// Clients send on goroutines of their own. Nothing that the hub does waits for
// a client or for the disk.
//
// # Who is told what
//
// IOPub goes to all clients. Replies and questions go to the client that made
// the request they are parented on. A client is known by its session id: a
// second socket with the same id takes the place of the first, and a socket that
// comes back gets what the session has not been handed. For that the hub numbers
// all messages (wnb_seq in their metadata) and keeps the last of them, bounded
// in bytes, replies and states apart from bulky outputs. Where the replay is
// cut, a note says so. A client that lets its queue grow over the limit is ended
// and comes back in this way.
//
// Texts of one stream that follow each other within some milliseconds are
// joined. They never change places with other messages.
//
// # What is kept
//
// The parent of an output leads to the request, and the metadata of that to the
// cell. So each cell of a document has its outputs here as a page would show
// them, also for reruns that nobody asked for, and when no page is connected.
// They are bounded: of printed text head and tail are kept, and the whole goes
// to a blob. Before a client hears that a cell is done, its outputs are noted in
// a [Store], so that they outlive a kill -9 of this process; they are saved soon
// after. A [FileStore] is one. Requests for history are answered here, since the
// history outlives kernels.
//
// A kernel runs each cell with the document as it is saved then, whoever has
// saved it, and hears of changes meanwhile, also of its settings (see Config).
// What clients save of outputs is weighed against what they have seen: see
// [Manager.Saved].
//
// When a kernel dies, what it was asked is answered with an error that names the
// reason, the cells that ran get it as an output, and another kernel is started.
package live
