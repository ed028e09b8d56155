package frame

import (
	"encoding/hex"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestCodecRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := frames(t, "frame", shortTexts())
		// Taking rows leaves unused dictionary entries behind.
		f = f.take(rapid.SliceOf(rapid.IntRange(0, max(0, f.rows-1))).Filter(func(r []int) bool { return f.rows > 0 || len(r) == 0 }).Draw(t, "rows"))
		data := must[[]byte](t)(f.AppendBinary(nil))
		got := must[*Frame](t)(Decode(data))
		if !got.Equal(f) {
			t.Fatalf("got\n%v\nwant\n%v", got, f)
		}
		if got.Hash() != f.Hash() {
			t.Fatal("the hash changed on the way")
		}
		one := must[[]byte](t)(f.cols[0].AppendBinary(nil))
		if s := must[*Series](t)(DecodeSeries(one)); !s.Equal(f.cols[0]) {
			t.Fatalf("series: got\n%v\nwant\n%v", s, f.cols[0])
		}
	})
}

func TestHash(t *testing.T) {
	base := frameOf(t, series(t, "a", 1, 2), series(t, "b", "x", nil))
	sum := base.Hash()
	// A changed encoding makes every stored result unreadable: raise the version.
	if got, want := hex.EncodeToString(sum[:]), "a9276ba63913a2cd28771d083f1d0d16cc9497a5a55cb449aab9df1f83495bb6"; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
	// The same values by another way have the same hash.
	wide := frameOf(t, series(t, "a", 5, 2, 1), series(t, "b", "y", nil, "x"))
	if taken := must[*Frame](t)(wide.Take([]int{2, 1})); taken.Hash() != base.Hash() {
		t.Error("hash depends on how the frame was made")
	}
	payload := math.Float64frombits(0x7ff8000000000001)
	if series(t, "a", payload).Hash() != series(t, "a", math.NaN()).Hash() {
		t.Error("NaN payloads have different hashes")
	}
	different := map[string]*Frame{
		"base":      base,
		"name":      frameOf(t, series(t, "c", 1, 2), series(t, "b", "x", nil)),
		"dtype":     frameOf(t, series(t, "a", 1.0, 2.0), series(t, "b", "x", nil)),
		"value":     frameOf(t, series(t, "a", 1, 3), series(t, "b", "x", nil)),
		"null":      frameOf(t, series(t, "a", 1, nil), series(t, "b", "x", nil)),
		"empty":     frameOf(t, series(t, "a", 1, 2), series(t, "b", "x", "")),
		"order":     frameOf(t, series(t, "b", "x", nil), series(t, "a", 1, 2)),
		"zero":      frameOf(t, series(t, "a", 0.0)),
		"minus 0":   frameOf(t, series(t, "a", math.Copysign(0, -1))),
		"NaN":       frameOf(t, series(t, "a", math.NaN())),
		"null only": frameOf(t, series(t, "a", nil)),
		"nothing":   {},
	}
	seen := map[[32]byte]string{}
	for name, f := range different {
		if other, ok := seen[f.Hash()]; ok {
			t.Errorf("%s and %s have the same hash", name, other)
		}
		seen[f.Hash()] = name
	}
	if s := series(t, "a", 0.0); s.Hash() == frameOf(t, s).Hash() {
		t.Error("a series has the hash of its frame")
	}
}

func TestDecodeErrors(t *testing.T) {
	good := must[[]byte](t)(frameOf(t, series(t, "a", 1.5, nil), series(t, "s", "x", "y")).AppendBinary(nil))
	change := func(at int, to byte) []byte {
		bad := append([]byte(nil), good...)
		bad[at] = to
		return bad
	}
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "does not start with wnbf"},
		{"other magic", change(0, 'x'), "does not start with wnbf"},
		{"newer version", change(4, 2), "version 2, this program reads 1"},
		{"series", change(5, 2), "kind 2, expected 1"},
		{"many rows", change(16, 9), "rows in"},
		{"truncated", good[:len(good)-1], "column 1: 1 bytes are missing"},
		{"too long", append(good[:len(good):len(good)], 0), "1 bytes too many"},
		{"dtype", change(27, 9), "unknown dtype 9"},
		{"padding", change(29, 1), "numbers are not aligned with zeros"},
		{"null mark", change(28, 2), "null mark 2"},
		{"nothing null", change(32, 0), "no row is null"},
		{"null past the end", change(32, 6), "bits are set past the last row"},
		{"value under null", change(48, 1), "row 1 is null but has a value"},
		{"long entry", change(72, 9), "2280 bytes are missing"},
		{"code", change(len(good)-1, 3), "row 1 has code"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Decode(test.data)
			wantError(t, err, test.want)
			if !errors.Is(err, ErrEncoding) {
				t.Errorf("%v is not ErrEncoding", err)
			}
		})
	}
}

func TestEncodeReportsWriteErrors(t *testing.T) {
	wantError(t, series(t, "a", 1).Encode(failingWriter{}), "disk full")
}

func FuzzDecode(f *testing.F) {
	seeds := []*Frame{{}, frameOf(f, series(f, "a", 1.5, nil, math.NaN())), frameOf(f, series(f, "n", 1, -2), series(f, "s", "x", nil)),
		frameOf(f, series(f, "b", true, false, nil)), frameOf(f, NewString("s", []string{"x", "y", "x"}))}
	for _, seed := range seeds {
		data, err := seed.AppendBinary(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := Decode(data)
		if err != nil {
			return
		}
		again, err := frame.AppendBinary(nil)
		if err != nil || string(again) != string(data) {
			t.Fatalf("decodes to\n%v\nwhich encodes otherwise (%v)", frame, err)
		}
		_ = frame.String()
	})
}
