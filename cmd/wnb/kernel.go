package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/kernel/host"
	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/kernel/session"
	"github.com/wnb-dev/wnb/kernel/zeromq"
	"github.com/wnb-dev/wnb/storage"
)

// kernelCommand is Jupyter's ZeroMQ door: one kernel, as a kernelspec starts it.
func (s *state) kernelCommand() *cobra.Command {
	var file string
	mode := string(session.Lazy)
	cmd := &cobra.Command{
		Use: "kernel -f FILE", Short: "Run a kernel for Jupyter (ZeroMQ)",
		Long: `Run one kernel that listens where a connection file says. Jupyter starts it through
the kernelspec that wnb kernelspec install writes.`,
		Args: wanted(cobra.NoArgs), Annotations: map[string]string{ownSignals: "yes"},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file == "" {
				return usage(errors.New("name the connection file: -f FILE"))
			}
			c, err := zeromq.ReadConnection(file)
			if err != nil {
				return err
			}
			return s.serveZeroMQ(cmd.Context(), c, session.Mode(mode))
		},
	}
	cmd.Flags().StringVarP(&file, "connection-file", "f", "", "the connection file")
	cmd.Flags().StringVar(&mode, "reactive", mode, "auto, brief (auto where it takes less than 2 s), lazy or off: what happens to cells whose inputs changed")
	choices(cmd, "reactive", "auto", "brief", "lazy", "off")
	return cmd
}

// serveZeroMQ is a kernel that opens the store itself.
func (s *state) serveZeroMQ(ctx context.Context, c zeromq.Connection, mode session.Mode) error {
	root, err := projectRoot(".")
	if err != nil {
		return err
	}
	store, err := s.openStore(ctx, root)
	if err != nil {
		return err
	}
	return closing(store, func() error {
		results := runlog.NewResults(store)
		ses, source, err := s.newSession(".", mode, 0, cache.New(results))
		if err != nil {
			return err
		}
		defer ses.Close()
		defer onInterrupt(ses.Interrupt)() // old clients interrupt by a signal
		return errors.Join(zeromq.Serve(ctx, c, source, ses), results.Flush(context.WithoutCancel(ctx)))
	})
}

// onInterrupt calls f at every SIGINT until stop is called.
func onInterrupt(f func()) (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-signals:
				f()
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}

// kernelChildCommand is a kernel as the server starts it: over a pipe.
func (s *state) kernelChildCommand() *cobra.Command {
	return &cobra.Command{
		Use: host.ChildArgument, Hidden: true, Args: wanted(cobra.NoArgs), Annotations: map[string]string{ownSignals: "yes"},
		RunE: func(cmd *cobra.Command, _ []string) error {
			child, err := host.Join()
			if err != nil {
				return err
			}
			signal.Ignore(os.Interrupt) // of the terminal; the server tells by message
			mode := session.Mode(s.env("WNB_REACTIVE"))
			if mode == "" {
				mode = session.Lazy
			}
			ses, _, err := s.newSession(".", mode, child.Limits.SoftMemory, nil)
			if err != nil {
				return err
			}
			defer ses.Close()
			debug.FreeOSMemory() // what only the start needed
			return host.Serve(cmd.Context(), child.In, child.Out, ses)
		},
	}
}

// blobs keep content in the store, without its database.
type blobs struct{ *storage.Blobs }

var _ session.Content = blobs{}

// PutBlob keeps content.
func (b blobs) PutBlob(ctx context.Context, r io.Reader) (cells.Blob, error) {
	blob, err := b.Blobs.PutBlob(ctx, r)
	return cells.Blob(blob), err
}

// HasBlob tells whether a content is kept.
func (b blobs) HasBlob(ctx context.Context, blob cells.Blob) (bool, error) {
	return b.Blobs.HasBlob(ctx, blob.SHA256, blob.Size)
}

// ReadBlob gives a content, verified.
func (b blobs) ReadBlob(ctx context.Context, blob cells.Blob) ([]byte, error) {
	return b.Blobs.ReadBlob(ctx, blob.SHA256)
}

// newSession makes a kernel for the notebooks of a folder. Without a cache of its
// own it asks the server for results.
func (s *state) newSession(dir string, mode session.Mode, memory uint64, results *cache.Cache) (*session.Session, protocol.Source, error) {
	if err := checkMode(mode); err != nil {
		return nil, protocol.Source{}, err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, protocol.Source{}, err
	}
	root, err := projectRoot(dir)
	if err != nil {
		return nil, protocol.Source{}, err
	}
	content, err := storage.OpenBlobs(s.storeDir(root))
	if err != nil {
		return nil, protocol.Source{}, err
	}
	project, err := os.OpenRoot(root)
	if err != nil {
		return nil, protocol.Source{}, readError(root, err)
	}
	release, err := content.Lease(context.Background()) // what cells put stays until the session's run refers to it
	if err != nil {
		return nil, protocol.Source{}, err
	}
	key, err := content.SecretKey(context.Background())
	if err != nil {
		return nil, protocol.Source{}, err
	}
	id, err := build()
	if err != nil {
		return nil, protocol.Source{}, err
	}
	run, compile, err := s.extensions(s.storeDir(root))
	if err != nil {
		return nil, protocol.Source{}, err
	}
	source := protocol.Source{Session: newID(), Username: userName(s.env), Now: s.clock, NewID: newID}
	ses, err := session.New(session.Options{
		Source: source,
		World: kernel.World{
			Dir: dir, Blobs: blobs{content}, Clock: s.clock, Env: s.lookupEnv, Secret: s.secrets().get, HashKey: key, Extensions: run,
		},
		Project: project.FS(), Limits: lang.Limits{Memory: memory}, Mode: mode, Version: version(), Build: id,
		Cache: results, Content: blobs{content}, Toolchain: compile,
		Channels: []kernel.Channel{logChannel{s.err}},
	})
	if err != nil {
		return nil, protocol.Source{}, errors.Join(err, project.Close())
	}
	// Nothing uses them any more; the process ends soon.
	context.AfterFunc(ses.Done(), func() { _ = errors.Join(project.Close(), run.Close(), release()) })
	return ses, source, nil
}

// newID is a random id, as messages have.
func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails, by its documentation
	return hex.EncodeToString(b)
}

// checkMode is about the flag --reactive.
func checkMode(mode session.Mode) error {
	switch mode {
	case session.Auto, session.Brief, session.Lazy, session.Off:
		return nil
	}
	return usage(fmt.Errorf("--reactive %s: write auto, brief, lazy or off", mode))
}
