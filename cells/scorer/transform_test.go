package scorer

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// transformer gives what code, which has 0 pointer and 1 length, packs.
func transformer(code, selfcheck string) *asm {
	a := newAsm()
	a.mem(1, 1024)
	bump(a)
	a.datas = [][]byte{[]byte(`{"a":1}`), []byte("\"\xff\""), []byte(`{"a":`)}
	a.fn(exportMarker, ">", "", "")
	a.fn(exportTransform, "ii>l", "", code)
	a.manifest(`{"abi":1,"kind":"transform","name":"tr","selfcheck":[` + selfcheck + `]}`)
	return a
}

func packed(ptr, size int64) string { return fmt.Sprintf("i64.const %d", ptr<<32|size) }

const echo = "local.get 0 i64.extend_i32_u i64.const 32 i64.shl local.get 1 i64.extend_i32_u i64.or"

func TestTransform(t *testing.T) {
	long := `["` + strings.Repeat("x", 5<<20) + `"]`
	for _, tc := range []struct{ name, code, doc, want, kind, says string }{
		{"echo", echo, `[{"text":"é"}]`, `[{"text":"é"}]`, "", ""},
		{"constant", packed(16, 7), `[]`, `{"a":1}`, "", ""},
		{"not UTF-8", packed(32, 3), `[]`, "", "abi", "not JSON in UTF-8"},
		{"not JSON", packed(48, 5), `[]`, "", "abi", "not JSON"},
		{"nothing", packed(16, 0), `[]`, "", "abi", "not JSON"},
		{"outside", packed(65530, 7), `[]`, "", "abi", "outside of the memory"},
		{"wraps", packed(0xfffffff0, 32), `[]`, "", "abi", "outside of the memory"},
		{"4 GiB", packed(0, 0xffffffff), `[]`, "", "abi", "the limit is"},
		{"loops", "loop - br 0 end i64.const 0", `[]`, "", "fuel", ""},
		{"traps", "unreachable", `[]`, "", "trap", ""},
		{"input is not JSON", echo, `[`, "", "other", "the document is not JSON"},
		{"input is too long", echo, long, "", "other", "the limit is 4194304"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := openTest(t, Config{})
			tr, err := compileTest(t, e, transformer(tc.code, `{"in":[],"out":[]}`).bytes(), Limits{}).NewTransform(nil)
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			got, err := tr.Apply(context.Background(), []byte(tc.doc))
			if string(got) != tc.want || kindOf(err) != tc.kind || err != nil && !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%q, %.200v; want %q, %s with %q", got, err, tc.want, tc.kind, tc.says)
			}
		})
	}
}

// Limits.DocumentBytes counts for what goes in and for what comes out, each by
// itself.
func TestLimitsOfDocuments(t *testing.T) {
	text := func(n int) string { return `"` + strings.Repeat("x", n-2) + `"` }
	const most = 4 << 20
	for _, tc := range []struct {
		name, code string
		limit      int // Limits.DocumentBytes
		doc        string
		size       int // of what comes out
		kind, says string
	}{
		{"in and out by default", echo, 0, text(most), most, "", ""},
		{"in, over the default", echo, 0, text(most + 1), 0, "other", "document of 4194305 bytes, the limit is 4194304"},
		{"out, over the default", packed(0, most+1), 0, `1`, 0, "abi", "wnb_transform gave a document of 4194305 bytes, the limit is 4194304"},
		{"in and out at a limit", echo, 9, text(9), 9, "", ""},
		{"in, over a limit", packed(16, 7), 8, text(9), 0, "other", "document of 9 bytes, the limit is 8"},
		{"out at a limit", packed(16, 7), 7, `1`, 7, "", ""},
		{"out, over a limit", packed(16, 7), 6, `1`, 0, "abi", "gave a document of 7 bytes, the limit is 6"},
		{"more than by default", echo, most + 1, text(most + 1), most + 1, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tr, err := compileTest(t, openTest(t, Config{}), transformer(tc.code, "").bytes(), Limits{DocumentBytes: tc.limit}).NewTransform(nil)
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			got, err := tr.Apply(t.Context(), []byte(tc.doc))
			if len(got) != tc.size || kindOf(err) != tc.kind || err != nil && !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%d bytes, %v; want %d, %s with %q", len(got), err, tc.size, tc.kind, tc.says)
			}
		})
	}
}

func TestSelfCheckOfTransforms(t *testing.T) {
	e := openTest(t, Config{})
	if _, err := e.Install(context.Background(), transformer(echo, `{"in":[{"b": 2}],"out":[ {"b":2}]}`).bytes(), Limits{}); err != nil {
		t.Error(err)
	}
	_, err := e.Install(context.Background(), transformer(packed(16, 7), `{"in":[],"out":[]}`).bytes(), Limits{})
	if kindOf(err) != "selfcheck" || !strings.Contains(err.Error(), `it gave {"a":1}, expected []`) {
		t.Error(err)
	}
	if _, err := e.Install(context.Background(), transformer(echo, "").bytes(), Limits{}); err != nil {
		t.Errorf("without vectors: %v", err)
	}
	trap := transformer(echo, "")
	trap.start = int(trap.fn("", ">", "", "unreachable"))
	if _, err := e.Install(context.Background(), trap.bytes(), Limits{}); kindOf(err) != "init trap" {
		t.Errorf("without vectors, and with a start that traps: %v", err)
	}
	wrong := transformer(echo, `{"y":[1],"expect":1}`).bytes()
	if _, err := e.Compile(context.Background(), wrong, Limits{}); kindOf(err) != "validation" {
		t.Errorf("a vector of another kind: %v", err)
	}
}
