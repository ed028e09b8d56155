package protocol

import (
	"strings"
	"testing"
	"time"
)

// benchSource makes messages like those of a running kernel.
func benchSource() (Source, Header) {
	src := Source{
		Session:  "f4d3b0c2-5b1e-4c55-9d4f-0c5d0ac3e2b1",
		Username: "ada",
		Now:      func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC) },
		NewID:    func() string { return "0b0f3c55-3c1c-4d27-9a38-6f8e5f7c0d11_42" },
	}
	parent := Header{MsgID: "c0ffee00-aaaa-bbbb-cccc-0123456789ab", MsgType: TypeExecuteRequest,
		Session: "e2b1f4d3", Username: "ada", Date: "2026-01-02T03:04:04.000001Z", Version: "5.3"}
	return src, parent
}

func benchContents() []Content {
	return []Content{
		Stream{Name: Stdout, Text: strings.Repeat("epoch 12  loss 0.4312  accuracy 0.87\n", 100)},
		ExecuteResult{ExecutionCount: 3, Data: MimeBundle{
			"text/plain": Text("frame of 100 rows"),
			"text/html":  Text("<table>" + strings.Repeat(`<tr><td class="n">1.25</td></tr>`, 100) + "</table>"),
		}},
	}
}

func BenchmarkNew(b *testing.B) {
	src, parent := benchSource()
	for _, c := range benchContents() {
		b.Run(c.MsgType(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := src.Publish(parent, c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFraming(b *testing.B) {
	src, parent := benchSource()
	for _, f := range []Framing{V1, Legacy} {
		for _, c := range benchContents() {
			m, err := src.Publish(parent, c)
			if err != nil {
				b.Fatal(err)
			}
			frame, binary, err := f.Append(nil, m)
			if err != nil {
				b.Fatal(err)
			}
			name := strings.Split(f.String(), ".")[0] + "/" + c.MsgType()
			b.Run("encode/"+name, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(frame)))
				for b.Loop() {
					if frame, _, err = f.Append(frame[:0], m); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("decode/"+name, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(frame)))
				for b.Loop() {
					if _, err := f.Decode(frame, binary, Limits{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkDecode reads the content, which a server that only passes messages
// on does not need.
func BenchmarkDecode(b *testing.B) {
	src, parent := benchSource()
	for _, c := range benchContents() {
		m, err := src.Publish(parent, c)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.MsgType(), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(m.Content)))
			for b.Loop() {
				if _, err := Decode(m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkZMQ(b *testing.B) {
	src, parent := benchSource()
	s, err := NewSigner("hmac-sha256", []byte("a0436f6c-1916-498b-8eb9-e81ab9368e84"))
	if err != nil {
		b.Fatal(err)
	}
	m, err := src.Publish(parent, benchContents()[0])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Decode(s.Encode(nil, m), IOPub, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
