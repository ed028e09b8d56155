// Elementary functions in double precision.
//
// exp and log reduce their argument to a small interval around 0 or 1 and use
// the approximations published with FDLIBM (Sun Microsystems, 1993): a rational
// one of degree 5 for exp on [-ln2/2, ln2/2], a polynomial of degree 7 in
// (f/(2+f))^2 for log(1+f). pow, log2 and log10 need more digits than a double
// has in between: they compute the logarithm as the unevaluated sum of two
// doubles, with the error-free sums and products of Dekker (1971).
#include <math.h>
#include <stdint.h>

typedef struct {
	double hi, lo;
} pair;

static uint64_t bits(double x) {
	union {
		double f;
		uint64_t i;
	} u = {x};
	return u.i;
}

static double from_bits(uint64_t i) {
	union {
		uint64_t i;
		double f;
	} u = {i};
	return u.f;
}

// scale is x 2^k.
static double scale(double x, int k) {
	for (; k > 1023; k -= 1023) {
		x *= 0x1p1023;
		if (k > 4000) return x * INFINITY;
	}
	if (k < -1022) { // one rounding only: x is at least 1/2
		if (k < -1100) return x * 0x1p-1022 * 0x1p-1022;
		x *= from_bits((uint64_t)(k + 1022 + 200 + 1023) << 52);
		return x * 0x1p-1022 * 0x1p-200;
	}
	return x * from_bits((uint64_t)(k + 1023) << 52);
}

static const double ln2_hi = 6.93147180369123816490e-01, ln2_lo = 1.90821492927058770002e-10;

// exp_of is e^(x+more), for a more that is small beside x.
static double exp_of(double x, double more) {
	if (x != x) return x;
	if (x > 709.782712893383973096) return INFINITY;
	if (x < -745.133219101941108420) return 0;
	double k = rint(x * 1.44269504088896338700);
	double hi = x - k * ln2_hi, lo = k * ln2_lo - more;
	double r = hi - lo, t = r * r;
	double c = r - t * (1.66666666666666019037e-01 +
	                    t * (-2.77777777770155933842e-03 +
	                         t * (6.61375632143793436117e-05 +
	                              t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
	return scale(1 + (r * c / (2 - c) - lo + hi), (int)k);
}

double exp(double x) { return exp_of(x, 0); }

// reduce gives m in [sqrt(1/2), sqrt(2)) and k with x = m 2^k, for a positive x.
static double reduce(double x, int *k) {
	*k = 0;
	if (x < 0x1p-1022) {
		x *= 0x1p54;
		*k = -54;
	}
	uint64_t i = bits(x) - 0x3fe6a09e667f3bcd;
	*k += (int)((int64_t)i >> 52);
	return from_bits((i & 0xfffffffffffff) + 0x3fe6a09e667f3bcd);
}

// unusual answers for the arguments that have no finite logarithm.
static int unusual(double x, double *y) {
	if (x > 0 && x < INFINITY) return 0;
	*y = x == 0 ? -INFINITY : x > 0 ? x : NAN;
	return 1;
}

double log(double x) {
	double y;
	if (unusual(x, &y)) return y;
	int k;
	double f = reduce(x, &k) - 1, s = f / (2 + f), z = s * s, w = z * z, half = 0.5 * f * f;
	double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
	double odd = z * (6.666666666666735130e-01 +
	                  w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
	return s * (half + even + odd) + k * ln2_lo - half + f + k * ln2_hi;
}

static pair sum(double a, double b) {
	double s = a + b, t = s - a;
	return (pair){s, (a - (s - t)) + (b - t)};
}

static pair product(double a, double b) {
	double p = a * b, c = 134217729 * a, d = 134217729 * b;
	double ah = c - (c - a), al = a - ah, bh = d - (d - b), bl = b - bh;
	return (pair){p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

static pair add(pair a, pair b) {
	pair s = sum(a.hi, b.hi);
	return sum(s.hi, s.lo + a.lo + b.lo);
}

static pair multiply(pair a, pair b) {
	pair p = product(a.hi, b.hi);
	return sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

// log_parts gives k and log(m) for x = m 2^k, to about 2^-65 of its value: the
// series of 2 artanh(s) for s = (m-1)/(m+1), whose first terms are pairs.
static pair log_parts(double x, int *k) {
	double m = reduce(x, k);
	pair below = sum(m, 1);
	double s = (m - 1) / below.hi;
	pair back = multiply((pair){s, 0}, below);
	pair ratio = sum(s, ((m - 1 - back.hi) - back.lo) / below.hi);
	pair z = multiply(ratio, ratio);
	double rest = 0;
	for (int i = 29; i >= 5; i -= 2) rest = rest * z.hi + 1.0 / i;
	pair third = multiply(z, (pair){0x1.5555555555555p-2, 0x1.5555555555555p-56});
	pair series = add((pair){1, 0}, sum(third.hi, third.lo + rest * z.hi * z.hi));
	pair half = multiply(ratio, series);
	return (pair){2 * half.hi, 2 * half.lo};
}

static const pair ln2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};

double log2(double x) {
	double y;
	if (unusual(x, &y)) return y;
	int k;
	pair l = multiply(log_parts(x, &k), (pair){0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56});
	l = add((pair){k, 0}, l);
	return l.hi + l.lo;
}

double log10(double x) {
	double y;
	if (unusual(x, &y)) return y;
	int k;
	pair l = log_parts(x, &k);
	l = multiply(add(multiply((pair){k, 0}, ln2), l), (pair){0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57});
	return l.hi + l.lo;
}

// The correction by the rounding error of 1+x is due to Kahan.
double log1p(double x) {
	double u = 1 + x;
	if (u == 1 || x == INFINITY) return x;
	if (u <= 0) return log(u);
	return log(u) + (x - (u - 1)) / u;
}

double expm1(double x) {
	if (fabs(x) > 0.5) return exp(x) - 1; // no more than one bit is lost
	double u = exp(x);
	return u == 1 ? x : (u - 1) * x / log(u);
}

double exp2(double x) {
	if (x > 1024) return INFINITY;
	if (x < -1075) return 0;
	if (x != x) return x;
	double k = rint(x);
	return scale(exp((x - k) * ln2.hi), (int)k);
}

double tanh(double x) {
	double a = fabs(x), t = a > 22 ? INFINITY : expm1(2 * a);
	return copysign(a > 22 ? 1 : t / (t + 2), x) + (x != x ? x : 0);
}

// whole is 2 for an even integer, 1 for an odd one, 0 for another number.
static int whole(double y) {
	if (fabs(y) >= 0x1p53) return 2;
	if (y != trunc(y)) return 0;
	return (int64_t)y & 1 ? 1 : 2;
}

double pow(double x, double y) {
	if (y == 0 || x == 1) return 1;
	if (x != x || y != y) return NAN;
	int integer = whole(y);
	double sign = integer == 1 ? copysign(1, x) : 1, a = fabs(x);
	if (isinf(y)) return a == 1 ? 1 : (a > 1) == (y > 0) ? INFINITY : 0;
	if (a == 0 || isinf(a)) return sign * ((a == 0) == (y > 0) ? 0 : INFINITY);
	if (x < 0 && !integer) return NAN;
	if (a == 1) return sign;
	int k;
	pair l = log_parts(a, &k);
	l = add(multiply((pair){k, 0}, ln2), l);
	if (fabs(l.hi * y) > 800) return sign * ((l.hi > 0) == (y > 0) ? INFINITY : 0);
	l = multiply(l, (pair){y, 0});
	return sign * exp_of(l.hi, l.lo);
}
