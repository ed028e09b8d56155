// Package server is the HTTP door of wnb: Jupyter Server's REST interface and
// kernel websockets over package contents (documents) and package live
// (kernels), behind one gate.
//
// The gate stands in front of every route, of HEAD as of GET, and of websockets
// before they are accepted. It checks the Host header (against DNS rebinding),
// who is asking (a token in a header or query, or the cookie of a login), and
// for requests that a browser makes with a cookie the Origin and an XSRF token.
// Handlers behind the gate are thin: they read the request, call contents or
// live, and write JSON.
//
// What a stock client needs follows Jupyter Server 2; where it differs, it is
// stricter or loses less. Tokens are never logged: the log knows paths, not
// queries.
package server
