// Reads the JSON object that the host writes: compact, with numbers, booleans,
// strings, and a list of strings.

static const char *wnb_json_string(const char **at) {
	const char *s = *at + 1;
	size_t n = 0;
	for (; s[n] != '"'; n++) n += s[n] == '\\';
	char *out = wnb_take(&wnb_top, n + 1), *to = out;
	if (!out) wnb_fail("out of memory");
	for (const char *end = s + n; s < end; s++) {
		if (*s != '\\') {
			*to++ = *s;
			continue;
		}
		unsigned v = 0;
		switch (*++s) {
		case 'u':
			for (int i = 0; i < 4; i++) {
				s++;
				v = v << 4 | ((*s & 15) + (*s > '9' ? 9 : 0));
			}
			if (v >= 0x800) *to++ = 0xe0 | v >> 12;
			if (v >= 0x80) *to++ = v >= 0x800 ? 0x80 | (v >> 6 & 63) : 0xc0 | v >> 6;
			*to++ = v >= 0x80 ? 0x80 | (v & 63) : v;
			break;
		case 'n': *to++ = '\n'; break;
		case 'r': *to++ = '\r'; break;
		case 't': *to++ = '\t'; break;
		case 'b': *to++ = '\b'; break;
		case 'f': *to++ = '\f'; break;
		default: *to++ = *s;
		}
	}
	*to = 0;
	*at = s + 1;
	return out;
}

// wnb_json_number gives the double that is nearest to a decimal number, ties to
// even; one below the smallest normal number is 0. The digits are doubled or
// halved until the number is in [1, 2), and again for every bit of the fraction.
static double wnb_json_number(const char **at) {
	static unsigned char d[1600]; // the number is 0.d[0]d[1]... times 10^point
	int n = 0, point = 0, seen = 0, sign = 1, power = 0, tens = 0, tens_sign = 1;
	const char *s = *at;
	if (*s == '-') sign = -1, s++;
	for (; (*s >= '0' && *s <= '9') || *s == '.'; s++) {
		if (*s == '.') {
			seen = 1;
		} else if (n > 0 || *s != '0') {
			if (n < 400) d[n++] = *s - '0';
			point += !seen;
		} else {
			point -= seen;
		}
	}
	if (*s == 'e' || *s == 'E') {
		s++;
		if (*s == '-') tens_sign = -1;
		s += *s == '-' || *s == '+';
		for (; *s >= '0' && *s <= '9'; s++) tens = tens < 10000 ? tens * 10 + (*s - '0') : tens;
	}
	*at = s;
	point += tens_sign * tens;
	if (n == 0 || point < -310) return 0;
	while (point > 1 || (point == 1 && d[0] > 1)) { // halve
		int carry = 0;
		for (int i = 0; i < n; i++) {
			int v = carry * 10 + d[i];
			d[i] = v / 2;
			carry = v % 2;
		}
		if (carry && n < 1600) d[n++] = 5;
		if (d[0] == 0) memmove(d, d + 1, --n), point--;
		power++;
	}
	uint64_t mantissa = 0;
	for (int bits = 0, started = 0; bits < 53;) {
		if (point == 1) { // the bit before the point
			started = 1;
			memmove(d, d + 1, --n), point--;
			mantissa = mantissa * 2 + 1;
			bits++;
		} else if (started) {
			mantissa *= 2;
			bits++;
		} else {
			power--;
		}
		if (bits == 53) break;
		int carry = 0;
		for (int i = n - 1; i >= 0; i--) { // double
			int v = d[i] * 2 + carry;
			d[i] = v % 10;
			carry = v / 10;
		}
		// A number below 0.1 gets nearer to the point before it passes it.
		if (carry) memmove(d + 1, d, n), d[0] = 1, n++, point++;
	}
	while (n > 0 && d[n - 1] == 0) n--;
	int half = n > 0 && point == 0 ? d[0] : 0;
	if (half > 5 || (half == 5 && (n > 1 || mantissa & 1))) mantissa++;
	double v = sign * (double)mantissa;
	for (int e = power - 52; e != 0; e += e > 0 ? -1 : 1) v = e > 0 ? v * 2 : v / 2;
	return power < -1022 ? 0 : v;
}

static long long wnb_json_integer(const char **at) { return wnb_json_number(at); }

static bool wnb_json_boolean(const char **at) {
	bool v = **at == 't';
	*at += v ? 4 : 5;
	return v;
}

static void wnb_json_classes(const char **at) {
	size_t count = 0, room = 0;
	const char **all = 0;
	for (++*at; **at == '"'; *at += **at == ',') {
		if (count == room) { // the lists that were too short stay: there are few
			const char **more = wnb_take(&wnb_top, (room = 2 * room + 8) * sizeof *all);
			if (!more) wnb_fail("out of memory");
			for (size_t i = 0; i < count; i++) more[i] = all[i];
			all = more;
		}
		all[count++] = wnb_json_string(at);
	}
	++*at;
	classes = all;
	class_count = count;
}
