package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/frontend/contents"
	"github.com/wnb-dev/wnb/frontend/live"
	"github.com/wnb-dev/wnb/frontend/server"
	"github.com/wnb-dev/wnb/frontend/watch"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/kernel/session"
	"github.com/wnb-dev/wnb/storage"
)

// serveFlags are the flags of wnb serve.
type serveFlags struct {
	addr         string
	token        string
	reactive     string
	app          string
	noBrowser    bool
	cert, key    string
	origins      []string
	hosts        []string
	memory       uint64 // MiB
	verbose      bool
	maxMessageMB int
}

func (s *state) serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use: "serve [DIR]", Short: "Serve notebooks to JupyterLab, VS Code and other clients",
		Long: `Serve the notebooks of a folder: a Jupyter server whose kernels are wnb's. Clients
connect with the address and the token that are printed at the start. The token
is, in this order, --token, JUPYTER_TOKEN, the content of the file JUPYTER_TOKEN_FILE,
or a random one.

Where a cell prints too much to show, the whole is kept under a hash:
/api/wnb/outputs/HASH gives it.`,
		Example: `  wnb serve notebooks
  wnb serve --addr 127.0.0.1:0 --reactive auto`,
		Args: wanted(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			if f.app != "" {
				return s.serveApp(cmd.Context(), f) // whose folder is that of the file
			}
			return s.serve(cmd.Context(), dir, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.addr, "addr", "127.0.0.1:8888", "where to listen")
	flags.StringVar(&f.token, "token", "", "the token that clients give")
	flags.StringVar(&f.reactive, "reactive", "", "what happens to cells whose inputs changed: auto, brief (auto if it takes less than 2 s), lazy or off (default brief in the page, lazy elsewhere)")
	flags.StringVar(&f.app, "app", "", "serve this notebook as an app: outputs and parameters, no code, no token")
	flags.BoolVar(&f.noBrowser, "no-browser", false, "do not open a browser")
	flags.StringVar(&f.cert, "tls-cert", "", "certificate for HTTPS")
	flags.StringVar(&f.key, "tls-key", "", "key of the certificate")
	flags.StringSliceVar(&f.origins, "allow-origin", nil, "origin of pages on other hosts that may use the server")
	flags.StringSliceVar(&f.hosts, "allow-host", nil, "host name that the server is reached by")
	flags.Uint64Var(&f.memory, "memory", 0, "MiB that a kernel may use; a cell that needs more is stopped (default: half of the machine's)")
	flags.IntVar(&f.maxMessageMB, "max-message", 64, "MiB of the largest websocket message")
	flags.BoolVar(&f.verbose, "verbose", false, "log every request")
	choices(cmd, "reactive", "auto", "brief", "lazy", "off")
	return cmd
}

func (s *state) serve(ctx context.Context, dir string, f serveFlags) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return usage(fmt.Errorf("%s is not a folder", dir))
	}
	if (f.cert == "") != (f.key == "") {
		return usage(errors.New("--tls-cert and --tls-key go together"))
	}
	if f.reactive != "" {
		if err := checkMode(session.Mode(f.reactive)); err != nil {
			return err
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	token, err := s.token(f.token)
	if err != nil {
		return err
	}
	listener, err := listen(f)
	if err != nil {
		return err
	}
	root, err := projectRoot(dir)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	store, err := s.openStore(ctx, root)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	return closing(store, func() error { return s.serveStore(ctx, store, listener, dir, token, f) })
}

// serveStore serves until ctx is done; then requests are finished, kernels are
// ended and outputs are saved, in this order.
func (s *state) serveStore(ctx context.Context, store *storage.Store, listener net.Listener, dir, token string, f serveFlags) (err error) {
	state, err := stateDir(store.Dir(), dir)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	results := runlog.NewResults(store)
	defer func() { err = errors.Join(err, results.Flush(context.WithoutCancel(ctx))) }()
	sessions, err := newKeeper(s, store, dir, session.Mode(f.reactive))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, sessions.Close(context.WithoutCancel(ctx))) }()
	var manager *live.Manager
	watcher := watch.New(watch.Options{Dir: dir, Changed: func(path string) { manager.Reread(context.WithoutCancel(ctx), path) }})
	defer func() { err = errors.Join(err, watcher.Close()) }()
	manager = live.New(live.Config{
		Start:    s.starter(store, results, dir, f),
		Store:    live.NewFileStore(filepath.Join(state, "outputs"), nil),
		Blobs:    outputBlobs{store},
		Document: sessions.document,
		Settings: sessions.settings.message,
		Watch:    watcher,
		Private:  sessions.note,
		Ended:    sessions.ended,
		Now:      s.clock,
	})
	// Closing goes on when the interrupt has come already.
	defer func() { err = errors.Join(err, manager.Close(context.WithoutCancel(ctx))) }()
	files, err := contents.New(contents.Options{Root: dir, State: state, Outputs: sessions.outputs(server.DocumentOutputs(manager)), Clock: s.clock})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	sessions.files = files
	index, mount, err := s.pageRoutes(store, sessions, manager)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	srv, err := server.New(server.Options{
		Contents: files, Live: server.FromManager(manager), Token: token,
		AllowOrigins: f.origins, AllowHosts: f.hosts, ConfigDir: filepath.Join(state, "config"),
		MaxMessage: f.maxMessageMB << 20, Page: index, Mount: mount, Log: s.log(f.verbose), Clock: s.clock,
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, srv.Close()) }()
	debug.FreeOSMemory() // what only the start needed
	s.announce(listener, srv.Token(), f)
	return srv.Serve(ctx, listener)
}

func listen(f serveFlags) (net.Listener, error) {
	listener, err := net.Listen("tcp", f.addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; choose another address with --addr", f.addr, err)
	}
	if f.cert == "" {
		return listener, nil
	}
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("--tls-cert %s: %w", f.cert, err), listener.Close())
	}
	return tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}), nil
}

// token is what clients must give; empty for a random one.
func (s *state) token(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	if t := s.env("JUPYTER_TOKEN"); t != "" {
		return t, nil
	}
	file := s.env("JUPYTER_TOKEN_FILE")
	if file == "" {
		return "", nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("JUPYTER_TOKEN_FILE: %w", readError(file, err))
	}
	t := strings.TrimSpace(string(data))
	if t == "" {
		return "", fmt.Errorf("JUPYTER_TOKEN_FILE: %s is empty", file)
	}
	return t, nil
}

// announce says how to connect. The token stands in the fragment of the link,
// which browsers do not send and servers do not log.
func (s *state) announce(l net.Listener, token string, f serveFlags) {
	scheme := "http"
	if f.cert != "" {
		scheme = "https"
	}
	base := scheme + "://" + reachable(l.Addr().String())
	link := base + "/login#token=" + token
	fmt.Fprintf(s.err, "wnb serves at %s\n  open   %s\n  or give JupyterLab or VS Code the address %s and the token %s\n", base, link, base, token)
	if host, _, err := net.SplitHostPort(l.Addr().String()); err == nil && f.cert == "" {
		if ip := net.ParseIP(host); ip != nil && !ip.IsLoopback() {
			fmt.Fprintln(s.err, "warning: reachable from other machines without encryption; use --tls-cert and --tls-key, or a proxy that does")
		}
	}
	if !f.noBrowser && isTerminal(s.err) {
		openBrowser(link)
	}
}

// reachable is an address for a browser of this machine: one that stands for all
// addresses of the machine is none that can be connected to everywhere.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address
}

// openBrowser shows a page if the system has a browser; if it has none, the
// link is on the terminal.
func openBrowser(link string) {
	name, args := "xdg-open", []string{link}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", link}
	}
	cmd := exec.Command(name, args...)
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}

func (s *state) log(verbose bool) func(string, ...any) {
	if !verbose {
		return nil
	}
	return func(format string, args ...any) { fmt.Fprintf(s.err, format+"\n", args...) }
}
