// Package protocol is the Jupyter message protocol as pure functions: messages
// as Go structs, and their three wire forms. It opens no socket, starts no
// goroutine, reads no clock and draws no random number, so that every answer
// to a byte sequence can be tested.
//
// A [Message] is what all wire forms carry: a header, the header of the request
// it belongs to, metadata, content and binary buffers. Content travels as raw
// JSON, so that a server can pass on what it does not know; [Decode] and [As]
// turn it into one of the typed contents ([ExecuteRequest], [Stream], ...), and
// a [Source] turns typed contents into messages.
//
// The wire forms are the two websocket framings of Jupyter Server, chosen by
// [Negotiate] and written and read by a [Framing], and the multipart form of
// ZeroMQ, written and read by a [Signer].
//
// Decoders take hostile input. Counts, offsets and lengths are checked against
// the input before anything is allocated, [Limits] bounds the rest, and every
// refusal is an error that says what was wrong: a [FrameError] for bytes that
// are no message, a [FieldError] for a message whose content is wrong. Fields
// that are not known are ignored, as in Jupyter, and kept where a message or
// its header is passed on.
//
// Followed are the "Messaging in Jupyter" specification 5.5 (what is declared
// is [Version]) and the websocket protocols of Jupyter Server.
package protocol
