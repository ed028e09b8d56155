package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/frontend/contents"
	"github.com/wnb-dev/wnb/frontend/keep"
	"github.com/wnb-dev/wnb/frontend/live"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/host"
	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/kernel/session"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/storage"
)

// starter starts kernels as processes, each in the folder of its notebook.
func (s *state) starter(store *storage.Store, results *runlog.Results, dir string, f serveFlags) live.Starter {
	limits := kernelMemory(f.memory)
	return func(ctx context.Context, path string) (live.Kernel, error) {
		folder := filepath.Join(dir, filepath.Dir(filepath.FromSlash(path)))
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			folder = dir
		}
		sup, err := host.Supervise(ctx, host.Spec{
			Dir: folder, Env: append(os.Environ(), "WNB_REACTIVE="+f.reactive, "WNB_STORE="+store.Dir()), Limits: limits,
		}, host.Restarts{})
		if err != nil {
			return nil, err
		}
		src := protocol.Source{Session: newID(), Username: "wnb", Now: s.clock, NewID: newID}
		return newKernel(sup, results, src, s.err), nil
	}
}

// kernelMemory is what a kernel may use: a cell over the soft limit is stopped,
// a process over the hard one ends.
func kernelMemory(mib uint64) host.Limits {
	soft := mib << 20
	if soft == 0 {
		soft = totalMemory() / 2
	}
	return host.Limits{SoftMemory: soft, HardMemory: soft + soft/2}
}

// totalMemory is the machine's memory; 0 where it is not known.
func totalMemory() uint64 {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) >= 2 && fields[0] == "MemTotal:" {
			kib, err := strconv.ParseUint(fields[1], 10, 64)
			if err == nil {
				return kib << 10
			}
		}
	}
	return 0
}

// Send implements live.Kernel.
func (p *process) Send(ctx context.Context, process int, m *protocol.Message) error {
	err := p.Supervisor.Send(ctx, process, m)
	if errors.Is(err, host.ErrDead) {
		err = fmt.Errorf("%w: %w", live.ErrKernelGone, err)
	}
	return err
}

// Exit implements live.Kernel.
func (p *process) Exit() <-chan live.Exit { return p.exit }

// outputBlobs keeps outputs that are too long to show.
type outputBlobs struct{ store *storage.Store }

func (b outputBlobs) PutBlob(ctx context.Context, r io.Reader) (string, error) {
	blob, err := b.store.PutBlob(ctx, r)
	return blob.SHA256, err
}

// keeper knows the notebooks that are served, and keeps their session runs.
type keeper struct {
	*keep.Keeper
	s         *state
	dir, root string // what is served, and the project
	files     *contents.Manager
	settings  *settings
}

func newKeeper(s *state, store *storage.Store, dir string, mode session.Mode) (*keeper, error) {
	root, err := projectRoot(dir)
	if err != nil {
		return nil, err
	}
	k := &keeper{s: s, dir: dir, root: root, settings: newSettings(mode)}
	k.Keeper, err = keep.New(keep.Options{
		Store: store, Dir: filepath.Join(store.Dir(), "serve", "sessions"),
		Source: func(path string) string {
			return place(store.Dir(), root, filepath.Join(dir, filepath.FromSlash(path)))
		},
		Saved: func(path string) bool { return isNotebook(path) && k.files.IsFile(path) },
	})
	return k, err
}

// place is what a store knows a file or folder by: its path below the project
// where the store is the project's own, and else all of it, since several
// projects may share a store.
func place(store, root, name string) string {
	if rel, err := filepath.Rel(root, name); err == nil && store == filepath.Join(root, ".wnb") {
		name = rel
	}
	return filepath.ToSlash(name)
}

// stateDir is where the server of a folder keeps outputs, versions and settings
// of front ends: in the store, and not together with those of other folders.
func stateDir(store, dir string) (string, error) {
	root, err := projectRoot(dir)
	if err != nil {
		return "", err
	}
	state, at := filepath.Join(store, "serve"), place(store, root, dir)
	if at == "." {
		return state, nil
	}
	return filepath.Join(state, "folders", notebooks.Hash([]byte(at))[:16]), nil
}

func isNotebook(path string) bool {
	return filepath.Ext(path) == ".wnb" || filepath.Ext(path) == ".ipynb"
}

// source is how a run names the notebook at path: below the project.
func (k *keeper) source(path string) string {
	name := filepath.Join(k.dir, filepath.FromSlash(path))
	if rel, err := filepath.Rel(k.root, name); err == nil {
		name = rel
	}
	return filepath.ToSlash(name)
}

// ended is told of kernels that are shut down.
func (k *keeper) ended(kernel, path string, last bool) {
	if err := k.Ended(context.Background(), kernel, path, last); err != nil {
		fmt.Fprintf(k.s.err, "session run of %s: %v\n", path, err)
	}
}

// outputs makes documents that are moved or deleted known to their session runs.
func (k *keeper) outputs(next contents.Outputs) contents.Outputs {
	return sessionOutputs{k.settings.outputs(next), k.Keeper}
}

type sessionOutputs struct {
	keptOutputs
	sessions *keep.Keeper
}

// Moved implements contents.Outputs.
func (o sessionOutputs) Moved(ctx context.Context, from, to string) error {
	return errors.Join(o.keptOutputs.Moved(ctx, from, to), o.sessions.Moved(ctx, from, to))
}

// Deleted implements contents.Outputs.
func (o sessionOutputs) Deleted(ctx context.Context, path string) error {
	return errors.Join(o.keptOutputs.Deleted(ctx, path), o.sessions.Deleted(ctx, path))
}

// document gives kernels the saved notebook.
func (k *keeper) document(ctx context.Context, path string) (string, error) {
	if !k.files.IsFile(path) {
		return "", nil
	}
	return k.files.Text(ctx, path)
}

// note takes a message that a kernel addresses to the server.
func (k *keeper) note(kernel, path string, m *protocol.Message) {
	if m.Header.MsgType == session.TypeEffects {
		k.Note(kernel, path, m.Content)
	}
}

// routes are wnb's own additions to Jupyter's REST.
func (k *keeper) routes(manager *live.Manager) map[string]http.Handler {
	return map[string]http.Handler{
		"POST /api/wnb/sessions/{id}/keep": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ses, err := manager.Session(r.PathValue("id"))
			if err != nil {
				answerError(w, http.StatusNotFound, err)
				return
			}
			run, err := k.keep(r.Context(), ses.Kernel.ID, ses.Path)
			if err != nil {
				answerError(w, http.StatusConflict, err)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusCreated)
			_ = json.NewEncoder(w).Encode(map[string]string{"run_id": run.ID, "name": run.Name}) // the client is gone if this fails
		}),
	}
}

func answerError(w http.ResponseWriter, code int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": err.Error()}) // the client is gone if this fails
}

// keep makes a run of what a session did.
func (k *keeper) keep(ctx context.Context, kernelID, path string) (*runlog.Run, error) {
	if !k.files.IsFile(path) {
		return nil, fmt.Errorf("%s is not a saved .wnb notebook; save it first", path)
	}
	text, err := k.files.Text(ctx, path)
	if err != nil {
		return nil, err
	}
	doc, err := notebooks.Parse(path, []byte(text))
	if err != nil {
		return nil, err
	}
	set := k.settings.get(path)
	params, err := notebooks.ResolveParams(doc.Front.Params, nil, set.params)
	if err != nil {
		return nil, err
	}
	env, err := builtin.Env(params)
	if err != nil {
		return nil, err
	}
	id, err := build()
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(filepath.Join(k.dir, filepath.FromSlash(path)))
	return k.Keep(ctx, kernelID, path, runlog.Spec{
		Experiment: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), Path: k.source(path), Source: []byte(text), Params: params, Inputs: set.encoded(),
		Tags: doc.Front.Tags, Command: k.s.args, Version: version(), Build: id, User: userName(k.s.env), Git: runlog.ReadGit(ctx, dir),
	}, kernel.Compile(doc, env), env)
}
