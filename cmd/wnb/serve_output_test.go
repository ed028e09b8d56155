package main

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// The document says how much of a long output it leaves out, once, and the
// server gives the whole.
func TestWholeOutput(t *testing.T) {
	dir := newServed(t)
	s := serve(t, dir)
	session, kernel := s.session("n.wnb")
	c := s.connect(kernel, session, protocol.V1)
	c.run("use", "for i in range(30000):\n    print('x' * 99)")
	stored := s.stored("use")
	notes := regexp.MustCompile(`… (\d+) bytes left out; the whole output is blob ([0-9a-f]{64})`).FindAllStringSubmatch(stored, -1)
	if len(notes) != 1 || strings.Count(stored, "left out") != 1 {
		t.Fatalf("notes in the document: %q", notes)
	}
	if want := "1951512"; notes[0][1] != want { // all but 512 KiB at the end and whole lines of 512 KiB at the front
		t.Errorf("%s bytes left out, want %s", notes[0][1], want)
	}
	get := func(sum string) (int, []byte) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+"/api/wnb/outputs/"+sum, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "token secret")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, body
	}
	line := append(bytes.Repeat([]byte("x"), 99), '\n')
	if status, body := get(notes[0][2]); status != http.StatusOK || !bytes.Equal(body, bytes.Repeat(line, 30000)) {
		t.Errorf("the whole is answered with %d and %d bytes", status, len(body))
	}
	for _, sum := range []string{"0", notes[0][2][:63] + "g", "..%2f..%2fwnb.db"} {
		if status, _ := get(sum); status != http.StatusNotFound && status != http.StatusBadRequest {
			t.Errorf("%s is answered with %d", sum, status)
		}
	}
}
