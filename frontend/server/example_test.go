package server_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"

	"github.com/wnb-dev/wnb/frontend/contents"
	"github.com/wnb-dev/wnb/frontend/live"
	"github.com/wnb-dev/wnb/frontend/server"
)

// A server over a folder. The outputs that kernels give to live come back to
// clients in the documents that contents serves.
func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	var documents *contents.Manager
	kernels := live.New(live.Config{
		Start: func(context.Context, string) (live.Kernel, error) {
			return nil, fmt.Errorf("no kernels in this example")
		},
		Document: func(ctx context.Context, path string) (string, error) {
			return documents.Text(ctx, path)
		},
	})
	defer kernels.Close(context.Background())
	documents, err = contents.New(contents.Options{
		Root: dir, State: filepath.Join(dir, ".wnb", "contents"), Outputs: server.DocumentOutputs(kernels),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer documents.Close()

	s, err := server.New(server.Options{Contents: documents, Live: server.FromManager(kernels), Log: log.Printf})
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("open http://127.0.0.1:8888/login#token=" + s.Token()[:0] + "...")
	ctx, stop := context.WithCancel(context.Background())
	stop() // a signal would do this
	fmt.Println("stopped:", s.Serve(ctx, listener))
	// Output:
	// open http://127.0.0.1:8888/login#token=...
	// stopped: <nil>
}
