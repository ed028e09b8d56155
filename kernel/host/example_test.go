package host_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/wnb-dev/wnb/kernel/host"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

// A kernel runs one cell. In the child process, main has called Join and Serve
// with a Handler that prints what follows "print".
func ExampleStart() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	k, err := host.Start(ctx, host.Spec{Limits: host.Limits{HardMemory: 1 << 40}})
	if err != nil {
		fmt.Println(err)
		return
	}
	client := protocol.Source{Session: "me", Now: time.Now, NewID: rand.Text}
	req, err := client.Request(protocol.Shell, protocol.ExecuteRequest{Code: "print hello"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := k.Send(ctx, req); err != nil {
		fmt.Println(err)
		return
	}
	for m := range k.Receive() {
		if s, err := protocol.As[protocol.Stream](m); err == nil {
			fmt.Println(s.Text)
		}
		if m.Header.MsgType == protocol.TypeExecuteReply {
			break
		}
	}
	go func() {
		for range k.Receive() { // what else it says
		}
	}()
	if err := k.Shutdown(ctx); err != nil {
		fmt.Println(err)
	}
	fmt.Println((<-k.Exit()).Reason)
	// Output:
	// hello
	// exit code 0
}
