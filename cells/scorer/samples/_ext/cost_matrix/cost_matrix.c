#include <stddef.h>

// The mean cost; weights may be NULL.
double score(const double *y_true, const double *y_pred, const double *weights, size_t n) {
	double costs[2][2] = {{params.true_negative, params.false_positive}, {params.false_negative, params.true_positive}};
	double sum = 0, total = 0;
	for (size_t i = 0; i < n; i++) {
		double w = weights ? weights[i] : 1;
		sum += w * costs[y_true[i] > 0.5][y_pred[i] > 0.5];
		total += w;
	}
	return sum / total;
}
