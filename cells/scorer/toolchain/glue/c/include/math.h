// The part of the standard library that extensions have.
#pragma once

#define NAN __builtin_nanf("")
#define INFINITY __builtin_inff()
#define HUGE_VAL __builtin_inf()
#define isnan(x) __builtin_isnan(x)
#define isinf(x) __builtin_isinf(x)
#define isfinite(x) __builtin_isfinite(x)
#define signbit(x) __builtin_signbit(x)
#define M_PI 3.14159265358979323846
#define M_E 2.7182818284590452354
#define M_LN2 0.69314718055994530942

// Each of these is one instruction.
static inline double fabs(double x) { return __builtin_fabs(x); }
static inline double sqrt(double x) { return __builtin_sqrt(x); }
static inline double floor(double x) { return __builtin_floor(x); }
static inline double ceil(double x) { return __builtin_ceil(x); }
static inline double trunc(double x) { return __builtin_trunc(x); }
static inline double rint(double x) { return __builtin_rint(x); }
static inline double nearbyint(double x) { return __builtin_rint(x); }
static inline double copysign(double x, double y) { return __builtin_copysign(x, y); }

static inline double fmax(double x, double y) { return x != x ? y : y != y || x > y ? x : y; }
static inline double fmin(double x, double y) { return x != x ? y : y != y || x < y ? x : y; }
static inline double round(double x) {
	double t = trunc(x);
	return fabs(x - t) >= 0.5 ? t + copysign(1, x) : t;
}

// Within one unit in the last place, or two for pow and tanh.
double exp(double x);
double exp2(double x);
double expm1(double x);
double log(double x);
double log2(double x);
double log10(double x);
double log1p(double x);
double pow(double x, double y);
double tanh(double x);
