// Package live keeps running kernels for clients that come and go: the registry
// of kernels and sessions, the hub between a kernel and its sockets, and the
// outputs of documents. It knows nothing of HTTP.
package live
