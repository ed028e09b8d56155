// Memory from __heap_base on: what the host keeps lies below wnb_top, what the
// author allocates during a call above it, until the call ends.
extern unsigned char __heap_base;
static uintptr_t wnb_top, wnb_scratch;

static void *wnb_take(uintptr_t *from, size_t size) {
	uintptr_t at = *from, have = __builtin_wasm_memory_size(0) << 16;
	if (size > UINT32_MAX - 15 - at) return 0;
	uintptr_t end = (at + size + 15) & ~(uintptr_t)15;
	if (end > have && __builtin_wasm_memory_grow(0, (end - have + 0xffff) >> 16) == (size_t)-1) return 0;
	*from = end;
	return (void *)at;
}

static void wnb_start(void) {
	if (!wnb_top) wnb_top = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
}

WNB_EXPORT("wnb_alloc") void *wnb_alloc(uint32_t size) {
	wnb_start();
	return wnb_take(&wnb_top, size);
}

// wnb_begin frees what the last call allocated.
static void wnb_begin(void) {
	wnb_start();
	wnb_scratch = wnb_top;
}

WNB_IMPORT("fail") void wnb_host_fail(int code, const char *at, size_t n);
WNB_IMPORT("log") void wnb_host_log(int level, const char *at, size_t n);

void wnb_fail(const char *message) {
	wnb_host_fail(1, message, strlen(message));
	__builtin_unreachable();
}

void wnb_log(const char *message) { wnb_host_log(1, message, strlen(message)); }

void abort(void) { wnb_fail("aborted"); }

void *malloc(size_t size) {
	void *at = wnb_take(&wnb_scratch, size + 16); // the size is kept in front, for realloc
	if (!at) wnb_fail("out of memory");
	*(size_t *)at = size;
	return (char *)at + 16;
}

void *calloc(size_t count, size_t size) {
	if (size && count > UINT32_MAX / size) wnb_fail("out of memory");
	return memset(malloc(count * size), 0, count * size);
}

void *realloc(void *old, size_t size) {
	void *at = malloc(size);
	if (old) {
		size_t had = *(size_t *)((char *)old - 16);
		memcpy(at, old, had < size ? had : size);
	}
	return at;
}

size_t class_count;
const char *const *classes;
