package runlog

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// Git is the state of the repository that a notebook is in.
type Git struct {
	Commit, Branch string // empty outside of a repository, and without git
	Dirty          bool
	Diff           []byte // against the commit; at most maxDiff
}

// maxDiff is how much of a diff is kept.
const maxDiff = 1 << 20

// gitTimeout bounds how long a run waits for git.
const gitTimeout = 5 * time.Second

// ReadGit asks git about a folder. A missing git or repository gives the zero
// Git: a run does not need one.
func ReadGit(ctx context.Context, dir string) Git {
	ctx, cancel := context.WithTimeout(ctx, gitTimeout)
	defer cancel()
	status, err := git(ctx, dir, "status", "--porcelain=v2", "--branch", "--untracked-files=normal")
	if err != nil {
		return Git{}
	}
	g := parseStatus(string(status))
	if !g.Dirty || g.Commit == "" {
		return g
	}
	diff, err := git(ctx, dir, "diff", "HEAD", "--no-ext-diff", "--no-color")
	if err != nil {
		return g
	}
	if len(diff) > maxDiff {
		rest := len(diff) - maxDiff
		diff = append(diff[:maxDiff:maxDiff], fmt.Sprintf("\n… %d bytes left out\n", rest)...)
	}
	g.Diff = diff
	return g
}

func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout = &out
	// Asking must not change anything, not even the index's time stamps.
	cmd.Env = append(cmd.Environ(), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	err := cmd.Run()
	return out.Bytes(), err
}

// parseStatus reads git status --porcelain=v2 --branch.
func parseStatus(text string) Git {
	var g Git
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		header, isHeader := strings.CutPrefix(line, "# ")
		key, value, _ := strings.Cut(header, " ")
		switch {
		case !isHeader:
			g.Dirty = g.Dirty || line != ""
		case key == "branch.oid" && value != "(initial)":
			g.Commit = value
		case key == "branch.head" && value != "(detached)":
			g.Branch = value
		}
	}
	return g
}
