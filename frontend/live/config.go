package live

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// Config is what a Manager is made of. Only Start is required.
type Config struct {
	Start Starter
	Names []string // of kernels, the default first; none: "wnb"
	Store Store    // nil: outputs live as long as the manager
	Blobs Blobs    // nil: what is cut out of outputs is lost, and the note says so

	// Document gives the text of the saved document. It is asked when a kernel
	// starts and before each cell that a client executes, so it should be quick
	// where nothing has changed. Nil or an empty text: the kernel is told none.
	Document func(ctx context.Context, path string) (string, error)
	// Settings gives the content of the message wnb_settings for a document: how
	// it is run. It is asked when a kernel starts and by SetSettings, and must not
	// block. Nil or an empty answer: the kernel is told none.
	Settings func(path string) json.RawMessage
	// Watch is told which documents have kernels, so that somebody calls Reread
	// when their files change; nil: changes are noticed when a cell is executed.
	Watch Watch
	// Private gets the messages that kernels address to the server and that no
	// client sees. It must not block.
	Private func(kernelID, path string, m *protocol.Message)

	// Ended is told of each kernel that was deleted, when it has ended; last
	// says that its document has no other one. The end of the manager is not
	// told.
	Ended func(kernelID, path string, last bool)

	Limits Limits
	Cull   Cull
	Log    *slog.Logger // of what nobody waits for; nil: slog.Default()

	Now   func() time.Time                     // nil: time.Now
	After func(time.Duration) <-chan time.Time // nil: time.After
	NewID func() string                        // nil: random UUIDs
}

// Watch watches documents. Each Add is followed by a Remove.
type Watch interface {
	Add(path string)
	Remove(path string)
}

type noWatch struct{}

func (noWatch) Add(string)    {}
func (noWatch) Remove(string) {}

// Limits bound memory and delay. Zero values stand for the defaults.
type Limits struct {
	Flush       time.Duration // streams are joined for so long; 25 ms
	Save        time.Duration // changed outputs are on the disk after so long; 1 s
	ClientBytes int           // queued for one client before it is dropped; 16 MiB
	ReplayBytes int           // of outputs kept for sockets that come back, by kernel; 4 MiB
	TextBytes   int           // of printed text kept for one cell; 2 MiB, more than a kernel of ours sends
	CellBytes   int           // of other outputs kept for one cell; 16 MiB
	History     int           // entries kept for each document; 10000
	// HistoryBytes bounds the entries of a document in memory; 8 MiB.
	HistoryBytes int
}

// Cull ends kernels that nobody uses. Off where Idle is 0.
type Cull struct {
	Idle      time.Duration // without activity
	Every     time.Duration // between two looks; 5 min
	Busy      bool          // also where a cell runs
	Connected bool          // also where a client is connected
}

// orDefaults fills in what is not set.
func (c Config) orDefaults() Config {
	if len(c.Names) == 0 {
		c.Names = []string{"wnb"}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.After == nil {
		c.After = time.After
	}
	if c.NewID == nil {
		c.NewID = newUUID
	}
	if c.Settings == nil {
		c.Settings = func(string) json.RawMessage { return nil }
	}
	if c.Watch == nil {
		c.Watch = noWatch{}
	}
	if c.Private == nil {
		c.Private = func(string, string, *protocol.Message) {}
	}
	if c.Ended == nil {
		c.Ended = func(string, string, bool) {}
	}
	c.Limits = c.Limits.orDefaults()
	c.Cull.Every = cmp.Or(c.Cull.Every, 5*time.Minute)
	return c
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Flush:        cmp.Or(l.Flush, 25*time.Millisecond),
		Save:         cmp.Or(l.Save, time.Second),
		ClientBytes:  cmp.Or(l.ClientBytes, 16<<20),
		ReplayBytes:  cmp.Or(l.ReplayBytes, 4<<20),
		TextBytes:    cmp.Or(l.TextBytes, 2<<20),
		CellBytes:    cmp.Or(l.CellBytes, 16<<20),
		History:      cmp.Or(l.History, 10000),
		HistoryBytes: cmp.Or(l.HistoryBytes, 8<<20),
	}
}

func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
