package scorer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// replaced is an honest metric with another function under the name of an export.
func renamed(old, to string) []byte {
	b := string(meanError().bytes())
	i := strings.Index(b, old)
	return []byte(b[:i] + to + b[i+len(old):])
}

func importing(module, name string, kind byte, desc ...byte) func() []byte {
	return func() []byte {
		var w writer
		w.u32(1)
		w.name(module)
		w.name(name)
		w.put(kind)
		w.raw(desc)
		return insert(2, w.buf...)()
	}
}

func opcodes(raw ...byte) func() []byte {
	return func() []byte {
		a := newAsm()
		a.fnRaw("", ">", "", raw)
		addMetric(a, "", "f64.const 1")
		return a.bytes()
	}
}

func exporting(name, sig, code string) func() []byte {
	return func() []byte {
		a := meanError()
		a.fn(name, sig, "", code)
		return a.bytes()
	}
}

func withManifest(json string) func() []byte {
	return func() []byte {
		a := meanError()
		a.custom = nil
		a.manifest(json)
		return a.bytes()
	}
}

func fixed(b []byte) func() []byte { return func() []byte { return b } }

func TestRefusedModules(t *testing.T) {
	const okMetric = `"metric":{"greater_is_better":true,"input":"value"}`
	for _, tc := range []struct {
		name string
		wasm func() []byte
		says string
	}{
		{"28 fd_read", importing("wasi_snapshot_preview1", "fd_read", 0, 0), "import wasi_snapshot_preview1.fd_read is not offered"},
		{"28 path_open", importing("wasi_snapshot_preview1", "path_open", 0, 0), "import wasi_snapshot_preview1.path_open is not offered"},
		{"28 sock_send", importing("wasi_snapshot_preview1", "sock_send", 0, 0), "import wasi_snapshot_preview1.sock_send is not offered"},
		{"28 unknown module", importing("os", "exec", 0, 0), "import os.exec is not offered"},
		{"28 type of an import", importing("wnb", "log", 0, 0), "import wnb.log has another type"},
		{"28 memory", importing("env", "memory", 2, 0, 1), "import env.memory is a memory"},
		{"28 table", importing("env", "table", 1, 0x70, 0, 1), "import env.table is a table"},
		{"28 global", importing("env", "g", 3, 0x7f, 0), "import env.g is a global"},
		{"28 unknown kind", importing("env", "g", 4, 0, 0), "unknown kind 4"},
		{"29 no marker", fixed(renamed("wnb_abi_1", "wnb_abc_1")), `export "wnb_abi_1" is missing`},
		{"29 ABI 2", fixed(renamed("wnb_abi_1", "wnb_abi_2")), "extension needs ABI 2, this host offers 1"},
		{"29 no metric", fixed(renamed("wnb_metric", "wnb_mettic")), `export "wnb_metric" is missing`},
		{"29 no allocator", fixed(renamed("wnb_alloc", "wnb_slloc")), `export "wnb_alloc" is missing`},
		{"29 no memory", fixed(renamed("memory", "nemory")), `export "memory" is missing`},
		{"29 twice", exporting("wnb_metric", ">", ""), `export "wnb_metric" twice`},
		{"29 wrong type", exporting("wnb_predict", ">", ""), `export "wnb_predict" has another type`},
		{"29 memory is a function", func() []byte {
			a := newAsm()
			a.fn("memory", ">", "", "")
			a.manifest(fmt.Sprintf(metricManifest, "x"))
			return a.bytes()
		}, `export "memory" is a function`},
		{"29 metric is a global", func() []byte {
			a := newAsm()
			a.mem(1, 1)
			a.global(0)
			a.export("wnb_metric", 3, 0)
			a.manifest(fmt.Sprintf(metricManifest, "x"))
			return a.bytes()
		}, `export "wnb_metric" is a global; it must be a function`},
		{"30 export of the meter", exporting("__wnb_fuel", ">", ""), "names that start with __wnb_ or wnb.__ are reserved"},
		{"30 export in the name of the meter", exporting("wnb.__x", ">", ""), "reserved"},
		{"30 import of the meter", importing("wnb", "__refuel", 0, 0), "reserved"},
		{"31 _start", exporting("_start", ">", ""), "export _start"},
		{"33 atomics", opcodes(0xfe, 0x03, 0), "threads"},
		{"33 tail call", opcodes(0x12, 0), "tail call"},
		{"33 tail call through a table", opcodes(0x13, 0, 0), "tail call"},
		{"33 try_table", opcodes(0x1f, 0x40, 0), "exception handling"},
		{"33 throw", opcodes(0x08, 0), "exception handling"},
		{"33 call_ref", opcodes(0x14, 0), "function references"},
		{"33 GC", opcodes(0xfb, 0, 0), "garbage collection"},
		{"33 relaxed SIMD", opcodes(0xfd, 0x80, 0x02), "relaxed SIMD"},
		{"33 unknown", opcodes(0xff), "opcode 0xff: not an instruction"},
		{"33 unknown bulk", opcodes(0xfc, 18), "opcode 0xfc 18: not an instruction"},
		{"33 shared memory", insert(5, 1, 3, 1, 2), "threads"},
		{"33 memory64", insert(5, 1, 4, 1), "memory64"},
		{"33 two memories", insert(5, 2, 0, 1, 0, 1), "2 memories"},
		{"33 tag section", func() []byte { return append(meanError().bytes(), 13, 1, 0) }, "section id 13"},
		{"34 component", fixed([]byte("\x00asm\x0d\x00\x01\x00")), "a component"},
		{"34 nothing", fixed(nil), "not a WebAssembly module"},
		{"34 ELF", fixed([]byte("\x7fELF\x02\x01\x01\x00\x00\x00")), "not a WebAssembly module"},
		{"34 version 2", fixed([]byte("\x00asm\x02\x00\x00\x00")), "unknown version"},
		{"34 empty module", fixed([]byte("\x00asm\x01\x00\x00\x00")), "no manifest"},
		{"34 9 MiB", fixed(append([]byte("\x00asm\x01\x00\x00\x00"), make([]byte, 9<<20)...)), "the limit is 8388608"},
		{"35 manifest of 2 MB", withManifest(`{"abi":1,"x":"` + strings.Repeat("x", 2<<20) + `"}`), "the limit is 65536"},
		{"35 repeated key", withManifest(`{"abi":1,"abi":1}`), `key "abi" twice`},
		{"35 repeated key in other case", withManifest(`{"abi":1,"ABI":1}`), `key "abi" twice`},
		{"35 deep", withManifest(strings.Repeat("[", 20000) + strings.Repeat("]", 20000)), "deeper than 16"},
		{"35 not UTF-8", withManifest("{\"abi\":1,\"name\":\"\xff\"}"), "not UTF-8"},
		{"35 unknown field", withManifest(`{"abi":1,"kind":"metric","name":"x","colour":1,` + okMetric + `}`), `unknown field "colour"`},
		{"35 wrong kind", withManifest(`{"abi":1,"kind":"virus","name":"x"}`), `kind "virus"`},
		{"35 kind without object", withManifest(`{"abi":1,"kind":"scorer","name":"x",` + okMetric + `}`), `goes with a "scorer" object`},
		{"35 ABI of the manifest", withManifest(`{"abi":2,"kind":"metric","name":"x",` + okMetric + `}`), "extension needs ABI 2"},
		{"35 text after it", withManifest(`{"abi":1,"kind":"metric","name":"x",` + okMetric + `} {}`), "text after"},
		{"35 memory over the most", withManifest(`{"abi":1,"kind":"metric","name":"x","limits":{"memory_mib":4096},` + okMetric + `}`), "memory_mib is 4096"},
		{"35 fuel over the most", withManifest(`{"abi":1,"kind":"metric","name":"x","limits":{"fuel_per_row":100001},` + okMetric + `}`), "fuel_per_row is 100001, the most is 100000"},
		{"35 parameters nobody takes", withManifest(`{"abi":1,"kind":"metric","name":"x","params":{"a":{"type":"number","default":1}},` + okMetric + `}`), `no export "wnb_configure"`},
		{"35 two manifests", func() []byte {
			a := meanError()
			a.manifest(`{}`)
			return a.bytes()
		}, `a second section "wnb"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := openTest(t, Config{})
			_, err := e.Compile(context.Background(), tc.wasm(), Limits{})
			var v *ValidationError
			if !errors.As(err, &v) || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%.300v, want a ValidationError with %q", err, tc.says)
			}
		})
	}
}

// Every prefix of a good module is refused.
func TestPrefixesAreRefused(t *testing.T) {
	wasm := logLossGuest().bytes()
	lim := Limits{}.withDefaults()
	for n := range wasm {
		m, err := decode(wasm[:n], &lim)
		if err != nil {
			continue
		}
		if _, err := m.readManifest(); err == nil {
			t.Errorf("the first %d of %d bytes pass", n, len(wasm))
		}
	}
}
