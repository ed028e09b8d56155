// The part of the standard library that extensions have. Memory lasts until the
// call from the host returns, and free does nothing.
#pragma once
#include <stddef.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);
static inline void free(void *at) { (void)at; }
_Noreturn void abort(void);
static inline int abs(int v) { return v < 0 ? -v : v; }
