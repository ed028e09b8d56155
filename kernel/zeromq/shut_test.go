package zeromq

import (
	"errors"
	"net"
	"testing"
)

type closing struct{ err error }

func (c closing) Close() error { return c.err }

// A client that hangs up first is no failure of the kernel; others are.
func TestShut(t *testing.T) {
	broken := errors.New("broken")
	for name, tc := range map[string]struct{ err, want error }{
		"closed":       {nil, nil},
		"hung up":      {&net.OpError{Op: "close", Net: "tcp", Err: net.ErrClosed}, nil},
		"not to close": {broken, broken},
	} {
		t.Run(name, func(t *testing.T) {
			if got := shut(closing{tc.err}); !errors.Is(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}
