#include <stddef.h>

// The mean pinball loss.
double score(const double *y_true, const double *y_pred, size_t n) {
	double over = params.alpha, under = params.alpha - 1, sum = 0;
	for (size_t i = 0; i < n; i++) {
		double d = y_true[i] - y_pred[i];
		sum += d > 0 ? over * d : under * d;
	}
	return sum / n;
}
