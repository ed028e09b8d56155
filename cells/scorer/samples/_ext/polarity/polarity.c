#include <stddef.h>
#include <string.h>
#include <wnb.h>

static int weight(const char *word, size_t n) {
	static const char *const good[] = {"good", "great", "excellent", "love", "best"};
	static const char *const bad[] = {"bad", "poor", "boring", "dull", "worst"};
	for (int i = 0; i < 5; i++) {
		if (strlen(good[i]) == n && !strncmp(word, good[i], n)) return 1;
		if (strlen(bad[i]) == n && !strncmp(word, bad[i], n)) return -1;
	}
	return 0;
}

// Answers one request: polarity 2 is positive, 1 negative. The host has checked
// that in is JSON; it ends with a zero byte.
const char *transform(const char *in, size_t n) {
	const char *at = strstr(in, "\"text\"");
	if (!at) wnb_fail("the request has no \"text\"");
	at += 6;
	while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r' || *at == ':') at++;
	if (*at != '"') wnb_fail("the request's \"text\" is not a string");
	int balance = 0;
	char word[16];
	size_t length = 0;
	for (at++;; at++) {
		char c = *at >= 'A' && *at <= 'Z' ? *at + 32 : *at;
		if (c >= 'a' && c <= 'z') {
			if (length < sizeof word) word[length] = c;
			length++;
			continue;
		}
		if (length <= sizeof word) balance += weight(word, length);
		length = 0;
		if (*at == '"') break;
		if (*at == '\\') at++;
	}
	return balance < 0 ? "{\"polarity\":1,\"message\":\"negative\"}" : "{\"polarity\":2,\"message\":\"positive\"}";
}
