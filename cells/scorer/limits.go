package scorer

import "time"

// Limits bound what a module may declare, and what it may use when it runs. A
// zero field means its default, so Limits{} is the default set.
type Limits struct {
	ModuleBytes                                int
	Functions, Types, Globals, Exports         int
	Imports                                    int
	FunctionBytes                              int   // of one function's body
	Locals                                     int   // declared in one function
	Depth, Blocks                              int   // nesting, and count in one function
	BranchTargets                              int   // br_table targets in one function
	FunctionCost, CompileCost                  int64 // of one function, of all: see checker.compileCost
	DataSegments, DataBytes                    int
	DocumentBytes                              int // of a transform, in or out
	ElemSegments                               int
	TableEntries                               int   // clamps every table's maximum
	MemoryMiB                                  int   // used when the manifest says nothing
	MemoryMaxMiB                               int   // the most that a manifest may ask for
	CallDepth                                  int   // in units of 512 bytes of estimated stack
	Fuel, FuelPerRow, Slice                    int64 // of a call, and more for each row; see fuel in the package's comment
	CallTime, InitTime, CheckTime, CompileTime time.Duration
	LogMessage, LogJob                         int // bytes
}

// DefaultModuleBytes is the size of the largest module, where Limits says nothing.
const DefaultModuleBytes = 8 << 20

const (
	pageSize       = 1 << 16
	maxParams      = 255     // parameters and results of one function type
	maxTables      = 16      // tables of one module
	maxManifest    = 1 << 16 // bytes of manifest or of configured parameters
	maxBatchRows   = 65536   // rows of one chunk of a streaming metric
	maxScorerRows  = 1024    // rows of one chunk of a row scorer, which stay in the processor's cache
	stackUnit      = 512     // estimated bytes of native stack per unit of CallDepth
	bulkShift      = 4       // bulk operations cost one unit of fuel per 16 bytes
	bulkChunk      = 1 << 24 // longest single memory.fill or memory.copy
	importCallCost = 200     // a call into the host
	growCost       = 1000    // memory.grow and table.grow leave compiled code
)

// withDefaults fills in the zero fields.
func (l Limits) withDefaults() Limits {
	def := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	def64 := func(p *int64, v int64) {
		if *p == 0 {
			*p = v
		}
	}
	span := func(p *time.Duration, v time.Duration) {
		if *p == 0 {
			*p = v
		}
	}
	def(&l.ModuleBytes, DefaultModuleBytes)
	def(&l.Functions, 20_000)
	def(&l.Types, 2_000)
	def(&l.Globals, 2_000)
	def(&l.Exports, 1_000)
	def(&l.Imports, 64)
	def(&l.FunctionBytes, 64<<10)
	def(&l.Locals, 1_000)
	def(&l.Depth, 1_024)
	def(&l.Blocks, 3_000)
	def(&l.BranchTargets, 4_096)
	def64(&l.FunctionCost, 1_500_000)
	def64(&l.CompileCost, 45_000_000)
	def(&l.DataSegments, 100_000) // Go's linker makes 20,000 of a small program
	def(&l.DataBytes, 4<<20)
	def(&l.DocumentBytes, 4<<20)
	def(&l.ElemSegments, 1_000)
	def(&l.TableEntries, 65_536)
	def(&l.MemoryMiB, 64)
	def(&l.MemoryMaxMiB, 1_024)
	def(&l.CallDepth, 10_000)
	def64(&l.Fuel, 100_000_000)
	def64(&l.FuelPerRow, 100_000) // so that a collection of Go's garbage fits in a small batch
	def64(&l.Slice, 2_000_000)
	span(&l.CallTime, 10*time.Second)
	span(&l.InitTime, 2*time.Second)
	span(&l.CheckTime, 5*time.Second)
	span(&l.CompileTime, 10*time.Second)
	def(&l.LogMessage, 4<<10)
	def(&l.LogJob, 64<<10)
	return l
}
