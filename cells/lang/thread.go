package lang

import (
	"context"

	"go.starlark.net/starlark"
)

// NewThread is a thread on which builtins can be called outside of a program.
// They find the context and the host as those of a running cell do.
func NewThread(ctx context.Context, host any) *starlark.Thread {
	thread := &starlark.Thread{Print: func(*starlark.Thread, string) {}}
	thread.SetLocal(contextKey, ctx)
	thread.SetLocal(hostKey, host)
	return thread
}
