package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// python is Debian's, with Jupyter's packages.
func python(t *testing.T, modules ...string) string {
	t.Helper()
	const exe = "/usr/bin/python3"
	for _, m := range modules {
		if out, err := exec.Command(exe, "-c", "import "+m).CombinedOutput(); err != nil {
			t.Skipf("needs %s with %s (Debian: python3-jupyter-kernel-test, python3-nbclient, jupyter-nbconvert): %s", exe, m, out)
		}
	}
	return exe
}

// jupyter installs the kernelspec and runs a script of testdata/jupyter.
func jupyter(t *testing.T, script string, modules ...string) string {
	t.Helper()
	exe := python(t, modules...)
	path, err := filepath.Abs(filepath.Join("testdata", "jupyter", script))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	env := append(os.Environ(), "JUPYTER_DATA_DIR="+filepath.Join(dir, "data"), "JUPYTER_RUNTIME_DIR="+filepath.Join(dir, "runtime"), "WNB_STORE="+filepath.Join(dir, "store"))
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Env = dir, env
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	run("wnb", "kernelspec", "install")
	return run(exe, path)
}

func TestJupyterKernelTest(t *testing.T) {
	if out := jupyter(t, "kernel.py", "jupyter_kernel_test"); !strings.Contains(out, "OK") {
		t.Error(out)
	}
}

func TestNBClientOverAGateway(t *testing.T) {
	exe := python(t, "nbclient", "jupyter_server", "websocket")
	s := serve(t, newServed(t))
	out, err := exec.Command(exe, filepath.Join("testdata", "jupyter", "nbclient_gateway.py"), s.base, "secret").CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), shownByNBClient) {
		t.Errorf("%v: got %s, want %s", err, out, shownByNBClient)
	}
}

// shownByNBClient is what the scripts nbclient_*.py print.
const shownByNBClient = "[]\n['20\\n', '21']\n['2 rows × 1 column']\n['fail: no']\n['22']\n"

func TestNBClientOverZeroMQ(t *testing.T) {
	out := jupyter(t, "nbclient_run.py", "nbclient")
	if !strings.HasSuffix(out, shownByNBClient) {
		t.Errorf("got %s, want %s", out, shownByNBClient)
	}
}

func TestNBConvert(t *testing.T) {
	const want = "['41', '42'] 1\n"
	if out := jupyter(t, "nbconvert_run.py", "nbconvert", "nbformat"); !strings.HasSuffix(out, want) {
		t.Errorf("got %s, want %s", out, want)
	}
}
