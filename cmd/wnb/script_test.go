package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"wnb": main})
}

// TestScripts runs the command line as its users do: one script per behaviour.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("WNB_STORE", "")
			e.Setenv("USER", "tester")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits},
	})
}

// exits runs a command and checks its exit code: exits CODE wnb ARG...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARG...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		// testscript tells the code only in words: "exit status 3".
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, want %s", code, args[0])
	}
}

// start runs wnb in a folder and waits until it printed a line.
func start(t *testing.T, dir, line string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := exec.LookPath("wnb")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "WNB_STORE=")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(out); s.Scan(); {
		if s.Text() == line {
			return cmd
		}
	}
	t.Fatalf("wnb %v ended without printing %q", args, line)
	return nil
}

const endless = "---\nwnb: 1\n---\n\n```starlark {#done}\ntrack.log_metric(\"m\", 1)\n```\n\n```starlark {#loop after=done}\nprint(\"started\")\nwhile True:\n    pass\n```\n"

func TestInterruptKeepsWhatIsDone(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "n.wnb"), endless)
	cmd := start(t, dir, "started", "run", "n.wnb", "-o", "r.html")
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 130 {
		t.Errorf("exit %d (%v), want 130", cmd.ProcessState.ExitCode(), err)
	}
	if _, err := os.Stat(filepath.Join(dir, "r.html")); err != nil {
		t.Errorf("no report of the interrupted run: %v", err)
	}
	shown := wnb(t, dir, "runs", "show", "latest")
	for _, want := range []string{"KILLED: interrupted", "m  1", "done  done", "loop  failed"} {
		if !strings.Contains(shown, want) {
			t.Errorf("runs show lacks %q:\n%s", want, shown)
		}
	}
}

func TestInterruptStopsAFit(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "n.wnb"), "---\nwnb: 1\n---\n\n```starlark {#fit}\ndf = samples.make_classification(n_samples=20000, n_features=20)\nprint(\"started\")\n"+
		"ml.RandomForestClassifier(n_estimators=5000).fit(df.drop(\"target\"), df[\"target\"])\n```\n")
	cmd := start(t, dir, "started", "run", "n.wnb")
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 130 {
		t.Errorf("exit %d (%v), want 130", cmd.ProcessState.ExitCode(), err)
	}
	if shown := wnb(t, dir, "runs", "show", "latest"); !strings.Contains(shown, "KILLED: interrupted") {
		t.Errorf("runs show: %s", shown)
	}
}

func TestKilledProcessLeavesItsFinishedCells(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "n.wnb"), endless)
	cmd := start(t, dir, "started", "run", "n.wnb", "--name", "victim")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the process was not killed")
	}
	shown := wnb(t, dir, "runs", "show", "victim")
	for _, want := range []string{"KILLED", "m  1", "done  done"} {
		if !strings.Contains(shown, want) {
			t.Errorf("runs show lacks %q:\n%s", want, shown)
		}
	}
}

func TestRunsAtTheSameTimeDoNotLockEachOtherOut(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "n.wnb"), "---\nwnb: 1\n---\n\n```starlark {#a}\nfor i in range(200):\n    track.log_metric(\"m\", i, step=i)\n```\n")
	const n = 6
	errs := make(chan string, n)
	for range n {
		go func() {
			cmd := exec.Command("wnb", "run", "n.wnb")
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "WNB_STORE="+filepath.Join(dir, "store"))
			out, err := cmd.CombinedOutput()
			if err != nil {
				errs <- string(out)
				return
			}
			errs <- ""
		}()
	}
	for range n {
		if out := <-errs; out != "" {
			t.Errorf("a run failed: %s", out)
		}
	}
	listed := wnb(t, dir, "runs", "list", "--store", filepath.Join(dir, "store"))
	if got := strings.Count(listed, "FINISHED"); got != n {
		t.Errorf("%d runs finished, want %d:\n%s", got, n, listed)
	}
}

func wnb(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("wnb", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "WNB_STORE=")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("wnb %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func writeFile(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
