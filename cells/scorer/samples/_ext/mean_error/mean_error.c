#include <math.h>
#include <stddef.h>

// The mean of the absolute errors.
double score(const double *y_true, const double *y_pred, size_t n) {
	double sum = 0;
	for (size_t i = 0; i < n; i++) sum += fabs(y_true[i] - y_pred[i]);
	return sum / n;
}
