// What the host offers to extensions.
#pragma once
#include <stddef.h>
#include <stdint.h>

// wnb_fail ends the call with an error that has this text.
_Noreturn void wnb_fail(const char *message);
// wnb_log writes a line to the log of the host.
void wnb_log(const char *message);

// The classes of a classifier in their order, if the host has told them.
extern size_t class_count;
extern const char *const *classes;
