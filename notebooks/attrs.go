package notebooks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Attr is one word of a cell's attribute block: a class (".hide-code"), a
// flag ("always") or a key with a value ("out=x"). Classes keep their dot.
type Attr struct {
	Key   string
	Value string
	// Flag is true for a class or flag, which have no value.
	Flag bool
}

// Attrs are the attributes of a cell in the order of the file, without the
// id. Keys are unique. Attributes that wnb does not know are kept.
type Attrs []Attr

// The attribute keys that wnb knows.
const (
	HideCode    = ".hide-code"
	HideOutput  = ".hide-output"
	Disabled    = ".disabled"
	Always      = "always"
	After       = "after"
	Cache       = "cache"
	Timeout     = "timeout"
	Retries     = "retries"
	OnError     = "on_error"
	When        = "when"
	Queue       = "queue"
	Out         = "out"
	Kind        = "kind"
	Meta        = "meta"        // the cell's nbformat metadata, a JSON object
	Attachments = "attachments" // the cell's nbformat attachments, a JSON object
)

var knownAttrs = []string{
	HideCode, HideOutput, Disabled, Always, After, Cache, Timeout, Retries,
	OnError, When, Queue, Out, Kind, Meta, Attachments,
}

// Unknown gives the keys that wnb does not know, in order.
func (a Attrs) Unknown() []string {
	var keys []string
	for _, attr := range a {
		if !slices.Contains(knownAttrs, attr.Key) {
			keys = append(keys, attr.Key)
		}
	}
	return keys
}

func (a Attrs) find(key string) int {
	for i := range a {
		if a[i].Key == key {
			return i
		}
	}
	return -1
}

// Has tells whether the attribute is there, with or without a value:
// Has(".hide-code"), Has("always"), Has("out").
func (a Attrs) Has(key string) bool { return a.find(key) >= 0 }

// Get gives the value of key=value; false when there is none.
func (a Attrs) Get(key string) (string, bool) {
	i := a.find(key)
	if i < 0 || a[i].Flag {
		return "", false
	}
	return a[i].Value, true
}

// Set gives key=value, in place if key exists, else at the end.
func (a *Attrs) Set(key, value string) { a.put(Attr{Key: key, Value: value}) }

// SetFlag gives a class (".hide-code") or flag ("always").
func (a *Attrs) SetFlag(key string) { a.put(Attr{Key: key, Flag: true}) }

func (a *Attrs) put(attr Attr) {
	if i := a.find(attr.Key); i >= 0 {
		(*a)[i] = attr
		return
	}
	*a = append(*a, attr)
}

// Delete removes an attribute of any kind.
func (a *Attrs) Delete(key string) {
	if i := a.find(key); i >= 0 {
		*a = append((*a)[:i:i], (*a)[i+1:]...)
	}
}

// After gives the ids of after=a,b: cells that must have run before.
func (a Attrs) After() []string {
	value, _ := a.Get(After)
	var ids []string
	for id := range strings.SplitSeq(value, ",") {
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// Timeout gives timeout=30s; 0 when there is none.
func (a Attrs) Timeout() (time.Duration, error) {
	value, ok := a.Get(Timeout)
	if !ok {
		return 0, nil
	}
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("timeout=%s is not a duration: write 30s, 5m or 1h30m", value)
	}
	return d, nil
}

// Retries gives retries=2; 0 when there is none.
func (a Attrs) Retries() (int, error) {
	value, ok := a.Get(Retries)
	if !ok {
		return 0, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("retries=%s is not a count: write a number from 0", value)
	}
	return n, nil
}
