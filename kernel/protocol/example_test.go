package protocol_test

import (
	"fmt"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// A kernel reads a request from a websocket and answers it.
func Example() {
	framing, _ := protocol.Negotiate([]string{"unknown"})
	frame := []byte(`{"header":{"msg_id":"7","msg_type":"execute_request","session":"tab"},` +
		`"metadata":{"cellId":"a1"},"content":{"code":"1+1"},"channel":"shell"}`)

	msg, err := framing.Decode(frame, false, protocol.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	req, err := protocol.As[protocol.ExecuteRequest](msg)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("run", req.Code)

	kernel := protocol.Source{
		Session: "kernel",
		Now:     func() time.Time { return time.Unix(0, 0) },
		NewID:   func() string { return "8" },
	}
	out, err := kernel.Publish(msg.Header, protocol.ExecuteResult{
		ExecutionCount: 1,
		Data:           protocol.MimeBundle{"text/plain": protocol.Text("2")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s %s for %s: %s\n", out.Channel, out.Header.MsgType, out.Parent.MsgID, out.Content)
	// Output:
	// run 1+1
	// iopub execute_result for 7: {"execution_count":1,"data":{"text/plain":"2"},"metadata":{}}
}
