#include <math.h>
#include <stddef.h>

// The smallest probability that a row is scored with: a certain mistake would cost infinity.
static const double smallest = 1e-15;

// The log-loss.
double score(const double *y_true, const double *y_pred, size_t n) {
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		double p = 1 / (1 + exp(-(params.slope * y_pred[i] + params.offset)));
		if (p < smallest) p = smallest;
		if (p > 1 - smallest) p = 1 - smallest;
		sum -= y_true[i] * log(p) + (1 - y_true[i]) * log(1 - p);
	}
	return sum / n;
}
