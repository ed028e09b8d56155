package confine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// What the test binary does instead of testing, when it is the program that
// tests run: its first argument is a name of these.
var roles = map[string]func(args []string){
	"print": func(args []string) {
		fmt.Print(args[0])
		fmt.Fprint(os.Stderr, "talk")
		os.Exit(3)
	},
	"env":   func([]string) { fmt.Print(strings.Join(os.Environ(), "\n")) },
	"copy":  func([]string) { _, _ = io.Copy(os.Stdout, os.Stdin) },
	"flood": func([]string) { fmt.Print(strings.Repeat("x", 10<<20)) },
	"sleep": func([]string) { time.Sleep(time.Hour) },
	"grow": func([]string) {
		for all := [][]byte{}; ; {
			b := make([]byte, 1<<20)
			for i := range b {
				b[i] = 1
			}
			all = append(all, b)
		}
	},
	"dial": func(args []string) {
		_, err := net.DialTimeout("tcp", args[0], 5*time.Second)
		fmt.Print(err)
	},
	"read": func(args []string) {
		b, err := os.ReadFile(args[0])
		fmt.Print(string(b), errors.Is(err, os.ErrPermission))
	},
	"write": func(args []string) { fmt.Print(os.WriteFile(args[0], []byte("new"), 0o600) == nil) },
	// A child that lives on and holds the pipe.
	"spawn": func([]string) {
		cmd := exec.Command(os.Args[0], "sleep")
		cmd.Env, cmd.Stdout = os.Environ(), os.Stdout
		if err := cmd.Start(); err != nil {
			fmt.Println(err)
		}
	},
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && roles[os.Args[1]] != nil {
		roles[os.Args[1]](os.Args[2:])
		return
	}
	goleak.VerifyTestMain(m)
}

func command(t *testing.T, role string, args ...string) Command {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Command{Args: append([]string{exe, role}, args...), Dir: t.TempDir(), Read: []string{exe}}
}

func run(t *testing.T, c Command) Result {
	t.Helper()
	res, err := Run(context.Background(), c)
	if err != nil {
		t.Fatalf("%v\n%s", err, res.Stderr)
	}
	return res
}

func TestOutputAndExitCode(t *testing.T) {
	res := run(t, command(t, "print", "data"))
	if string(res.Stdout) != "data" || string(res.Stderr) != "talk" || res.Code != 3 {
		t.Errorf("%q, %q, code %d", res.Stdout, res.Stderr, res.Code)
	}
}

func TestOutputIsBounded(t *testing.T) {
	c := command(t, "flood")
	c.Output = 1000
	if res := run(t, c); len(res.Stdout) != 1000 {
		t.Errorf("%d bytes kept", len(res.Stdout))
	}
}

func TestStdin(t *testing.T) {
	c := command(t, "copy")
	c.Stdin = strings.NewReader("in")
	if res := run(t, c); string(res.Stdout) != "in" {
		t.Errorf("%q", res.Stdout)
	}
}

func TestEnvironmentIsWhatIsGiven(t *testing.T) {
	t.Setenv("WNB_SECRET", "planted")
	c := command(t, "env")
	c.Env = []string{"A=1"}
	if res := run(t, c); string(res.Stdout) != "A=1" {
		t.Errorf("%q", res.Stdout)
	}
	c.Env = nil
	if res := run(t, c); len(res.Stdout) != 0 {
		t.Errorf("no environment given: %q", res.Stdout)
	}
}

func TestNoNetwork(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	res := run(t, command(t, "dial", l.Addr().String()))
	if !res.Offline {
		t.Skip("the system permits no network namespaces here")
	}
	if string(res.Stdout) == "<nil>" {
		t.Error("the program reached the network")
	}
}

func TestFilesOfOthersStayClosed(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("planted"), 0o600); err != nil {
		t.Fatal(err)
	}
	res := run(t, command(t, "read", secret))
	if !res.Fenced {
		t.Skip("no Landlock here")
	}
	if string(res.Stdout) != "true" {
		t.Errorf("read: %s", res.Stdout)
	}
	if res := run(t, command(t, "write", secret)); string(res.Stdout) != "false" {
		t.Errorf("write: %s", res.Stdout)
	}
	c := command(t, "read", secret)
	c.Read = append(c.Read, secret)
	if res := run(t, c); string(res.Stdout) != "plantedfalse" {
		t.Errorf("read of a file that is permitted: %s", res.Stdout)
	}
	c = command(t, "write", secret)
	c.Read = append(c.Read, secret)
	if res := run(t, c); string(res.Stdout) != "false" {
		t.Errorf("write of a file that may be read: %s", res.Stdout)
	}
	// The fence is around the program, not around this process.
	if b, err := os.ReadFile(secret); err != nil || string(b) != "planted" {
		t.Errorf("%q, %v", b, err)
	}
}

func TestOwnFolderCanBeWritten(t *testing.T) {
	c := command(t, "write", "file")
	if res := run(t, c); string(res.Stdout) != "true" {
		t.Errorf("%s", res.Stdout)
	}
}

func TestMemoryLimit(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("memory is watched on Linux only")
	}
	if raceDetector {
		t.Skip("the race detector alone takes more than any limit")
	}
	c := command(t, "grow")
	c.Memory = 256 << 20
	c.Env = []string{"GOMEMLIMIT=off"}
	if res, err := Run(context.Background(), c); !errors.Is(err, ErrMemory) {
		t.Errorf("%v, code %d, %.200s", err, res.Code, res.Stderr)
	}
}

func TestDeadline(t *testing.T) {
	late := errors.New("late")
	ctx, cancel := context.WithTimeoutCause(context.Background(), 100*time.Millisecond, late)
	defer cancel()
	start := time.Now()
	if _, err := Run(ctx, command(t, "sleep")); !errors.Is(err, late) {
		t.Errorf("%v", err)
	}
	if d := time.Since(start); d > lingering {
		t.Errorf("took %v", d)
	}
	if _, err := Run(ctx, command(t, "print", "")); !errors.Is(err, late) {
		t.Errorf("after the deadline: %v", err)
	}
}

// What a program leaves behind ends with it, and nobody waits for its pipe.
func TestChildrenEndWithTheProgram(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the group is killed on Linux only")
	}
	c := command(t, "spawn")
	start := time.Now()
	run(t, c)
	if d := time.Since(start); d > lingering {
		t.Errorf("waited %v for a child that holds the pipe", d)
	}
}

func TestNoSuchProgram(t *testing.T) {
	c := command(t, "print")
	c.Args[0] = filepath.Join(c.Dir, "none")
	if _, err := Run(context.Background(), c); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if _, err := Run(context.Background(), Command{}); err == nil {
		t.Error("no program, and no error")
	}
}
