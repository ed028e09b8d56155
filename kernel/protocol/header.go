package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// set takes over one field. Null is as good as missing.
func (h *Header) set(name, value []byte) error {
	var field *string
	switch string(name) { // does not allocate
	case "msg_id":
		field = &h.MsgID
	case "msg_type":
		field = &h.MsgType
	case "session":
		field = &h.Session
	case "username":
		field = &h.Username
	case "date":
		field = &h.Date
	case "version":
		field = &h.Version
	default:
		if h.Extra == nil {
			h.Extra = map[string]json.RawMessage{}
		}
		h.Extra[string(name)] = bytes.Clone(value)
		return nil
	}
	switch value[0] {
	case 'n':
		return nil
	case '"':
		text, err := unquote(value)
		*field = text
		return err
	}
	if field == &h.Date && setSeconds(field, value) {
		return nil
	}
	return fmt.Errorf("%s is not a string", name)
}

// setSeconds takes a date that is a number of seconds since 1970, which is how
// the gateway client of jupyter_server 1 sends it.
func setSeconds(date *string, value []byte) bool {
	seconds, err := strconv.ParseFloat(string(value), 64)
	if err != nil || math.Abs(seconds) > 1e11 {
		return false
	}
	*date = time.UnixMicro(int64(seconds * 1e6)).UTC().Format(dateLayout)
	return true
}

// appendHeader writes a header with a type completely, since JupyterLab wants
// all of its strings even where they are empty, and any other one, such as {},
// with what it has.
func appendHeader(dst []byte, h *Header) []byte {
	start := len(dst)
	complete := h.MsgType != ""
	dst = appendField(dst, "msg_id", h.MsgID, complete)
	dst = appendField(dst, "msg_type", h.MsgType, complete)
	dst = appendField(dst, "session", h.Session, complete)
	dst = appendField(dst, "username", h.Username, complete)
	dst = appendField(dst, "date", h.Date, false)
	dst = appendField(dst, "version", h.Version, complete)
	if len(h.Extra) > 0 {
		for _, name := range sortedKeys(h.Extra) {
			dst = append(appendString(append(dst, ','), name), ':')
			dst = append(dst, orNull(h.Extra[name])...)
		}
	}
	if len(dst) == start {
		return append(dst, "{}"...)
	}
	dst[start] = '{' // over the first comma
	return append(dst, '}')
}

func appendField(dst []byte, name, value string, evenEmpty bool) []byte {
	if value == "" && !evenEmpty {
		return dst
	}
	dst = append(append(append(dst, `,"`...), name...), `":`...)
	return appendString(dst, value)
}
