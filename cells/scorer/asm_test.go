package scorer

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
)

// A small assembler, so that tests of hostile and of honest modules need only Go.

// asm builds a module. Sections are written in order by bytes.
type asm struct {
	types   []string // signatures such as "ii>d"
	imports []asmImport
	funcs   []asmFunc
	memory  []byte // limits, nil = none
	table   []byte // limits of a table of funcref
	globals []byte // entries
	nGlobal int
	exports []byte
	nExport int
	start   int // -1 = none
	elems   []uint32
	datas   [][]byte // at offset 16, 32, ...
	custom  [][]byte // whole sections, at the end
	insert  map[byte][]byte
}

type asmImport struct{ module, name, sig string }

type asmFunc struct {
	sig    string
	locals string // types, as in a signature
	code   []byte
}

func newAsm() *asm { return &asm{start: -1, insert: map[byte][]byte{}} }

func (a *asm) typ(sig string) uint32 {
	for i, t := range a.types {
		if t == sig {
			return uint32(i)
		}
	}
	a.types = append(a.types, sig)
	return uint32(len(a.types) - 1)
}

// importFunc must come before the first fn.
func (a *asm) importFunc(module, name, sig string) uint32 {
	a.typ(sig)
	a.imports = append(a.imports, asmImport{module, name, sig})
	return uint32(len(a.imports) - 1)
}

// fn adds a function; code is text for wat. It is exported if name is not "".
func (a *asm) fn(name, sig, locals, code string) uint32 {
	return a.fnRaw(name, sig, locals, wat(code))
}

func (a *asm) fnRaw(name, sig, locals string, code []byte) uint32 {
	a.typ(sig)
	a.funcs = append(a.funcs, asmFunc{sig, locals, append(code, 0x0b)})
	index := uint32(len(a.imports) + len(a.funcs) - 1)
	if name != "" {
		a.export(name, 0, index)
	}
	return index
}

func (a *asm) export(name string, kind byte, index uint32) {
	var w writer
	w.name(name)
	w.op(kind, index)
	a.exports = append(a.exports, w.buf...)
	a.nExport++
}

// mem declares a memory of lo to hi pages and exports it.
func (a *asm) mem(lo, hi uint32) {
	a.memory = limitsOf(lo, hi)[1:]
	a.export("memory", 2, 0)
}

// global adds a mutable i32.
func (a *asm) global(v int32) uint32 {
	var w writer
	w.put(byte(i32), 1, 0x41)
	w.s64(int64(v))
	w.put(0x0b)
	a.globals = append(a.globals, w.buf...)
	a.nGlobal++
	return uint32(a.nGlobal - 1)
}

func vector(n int, entries []byte) []byte {
	var w writer
	w.u32(uint32(n))
	w.raw(entries)
	return w.buf
}

func (a *asm) bytes() []byte {
	w := &writer{}
	w.raw([]byte("\x00asm\x01\x00\x00\x00"))
	section := func(id byte, n int, entries []byte) {
		if raw, ok := a.insert[id]; ok {
			w.section(id, raw)
		} else if n > 0 {
			w.section(id, vector(n, entries))
		}
	}
	var types, imports, funcs, elems, codes, datas writer
	for _, sig := range a.types {
		in, out := signature(sig)
		types.put(0x60)
		types.types(in)
		types.types(out)
	}
	for _, i := range a.imports {
		imports.name(i.module)
		imports.name(i.name)
		imports.op(0, a.typ(i.sig))
	}
	for _, f := range a.funcs {
		funcs.u32(a.typ(f.sig))
		b := f.body()
		codes.u32(uint32(len(b)))
		codes.raw(b)
	}
	section(1, len(a.types), types.buf)
	section(2, len(a.imports), imports.buf)
	section(3, len(a.funcs), funcs.buf)
	section(4, min(1, len(a.table)), append([]byte{byte(funcref)}, a.table...))
	section(5, min(1, len(a.memory)), a.memory)
	section(6, a.nGlobal, a.globals)
	section(7, a.nExport, a.exports)
	if a.start >= 0 {
		w.section(8, vector(a.start, nil))
	}
	if len(a.elems) > 0 {
		elems.put(0, 0x41, 0, 0x0b)
		elems.u32(uint32(len(a.elems)))
		for _, f := range a.elems {
			elems.u32(f)
		}
	}
	section(9, min(1, len(a.elems)), elems.buf)
	section(12, 0, nil)
	section(10, len(a.funcs), codes.buf)
	for i, d := range a.datas {
		datas.put(0, 0x41)
		datas.s64(int64(16 * (i + 1)))
		datas.put(0x0b)
		datas.u32(uint32(len(d)))
		datas.raw(d)
	}
	section(11, len(a.datas), datas.buf)
	for _, c := range a.custom {
		w.section(0, c)
	}
	return w.buf
}

func (f asmFunc) body() []byte {
	var w writer
	locals, _ := signature(f.locals)
	w.u32(uint32(len(locals)))
	for _, t := range locals {
		w.put(1, byte(t))
	}
	w.raw(f.code)
	return w.buf
}

// manifest adds one.
func (a *asm) manifest(json string) {
	var w writer
	w.name(manifestSection)
	w.raw([]byte(json))
	a.custom = append(a.custom, w.buf)
}

var mnemonics = map[string]string{
	"unreachable": "00", "nop": "01", "block": "02t", "loop": "03t", "if": "04t", "else": "05", "end": "0b",
	"br": "0cu", "br_if": "0du", "return": "0f", "call": "10u", "call_indirect": "11uu", "drop": "1a", "select": "1b",
	"local.get": "20u", "local.set": "21u", "local.tee": "22u", "global.get": "23u", "global.set": "24u",
	"i32.load": "28uu", "i64.load": "29uu", "f64.load": "2buu", "i32.store": "36uu", "i64.store": "37uu", "f64.store": "39uu",
	"i32.store8": "3auu", "i32.load8_u": "2duu", "memory.size": "3fu", "memory.grow": "40u", "i32.const": "41s", "i64.const": "42s", "f64.const": "44d",
	"i32.eqz": "45", "i32.eq": "46", "i32.ne": "47", "i32.lt_s": "48", "i32.lt_u": "49", "i32.gt_u": "4b", "i32.ge_u": "4f",
	"f64.eq": "61", "f64.lt": "63", "f64.gt": "64", "i32.add": "6a", "i32.sub": "6b", "i32.mul": "6c", "i32.div_s": "6d",
	"i32.and": "71", "i32.or": "72", "i32.shl": "74", "i32.shr_u": "76", "i64.add": "7c", "i64.sub": "7d", "i64.and": "83",
	"i64.or": "84", "i64.shr_u": "88", "i64.shl": "86", "f64.abs": "99", "f64.neg": "9a", "f64.add": "a0", "f64.sub": "a1", "f64.mul": "a2",
	"f64.div": "a3", "f64.min": "a4", "f64.max": "a5", "i32.wrap_i64": "a7", "f64.convert_i32_s": "b7", "f64.convert_i32_u": "b8",
	"f64.convert_i64_s": "b9", "i64.reinterpret_f64": "bd", "f64.reinterpret_i64": "bf", "memory.copy": "fc0azz", "memory.fill": "fc0bz",
	"table.grow": "fc0fu", "ref.null": "d0t", "ref.func": "d2u", "table.get": "25u", "i64.extend_i32_u": "ad",
}

// wat assembles flat text: an instruction and its immediates, one after the
// other. Loads and stores take alignment and offset; blocks take a type, one of
// i l f d v, func, or "-" for none.
func wat(text string) []byte {
	var w writer
	words := strings.Fields(text)
	next := func() string {
		word := words[0]
		words = words[1:]
		return word
	}
	number := func() int64 {
		word := next()
		v, err := strconv.ParseInt(word, 0, 64)
		if err != nil {
			u, err := strconv.ParseUint(word, 0, 64)
			if err != nil {
				panic(err)
			}
			return int64(u)
		}
		return v
	}
	for len(words) > 0 {
		name := next()
		spec, ok := mnemonics[name]
		if !ok {
			panic("unknown instruction " + name)
		}
		op := strings.TrimRight(spec, "utsdz")
		if len(op)%2 == 1 { // a "d" that is part of the opcode
			op = spec[:len(op)+1]
		}
		code, err := strconv.ParseUint(op, 16, 16)
		if err != nil {
			panic(err)
		}
		if code > 255 {
			w.put(byte(code >> 8))
		}
		w.put(byte(code))
		for _, imm := range spec[len(op):] {
			switch imm {
			case 'z':
				w.put(0)
			case 'u':
				w.u32(uint32(number()))
			case 's':
				w.s64(number())
			case 'd':
				v, err := strconv.ParseFloat(next(), 64)
				if err != nil {
					panic(err)
				}
				w.raw(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
			case 't':
				switch t := next(); t {
				case "-":
					w.put(0x40)
				case "func":
					w.put(byte(funcref))
				default:
					in, _ := signature(t)
					w.put(byte(in[0]))
				}
			}
		}
	}
	return w.buf
}
