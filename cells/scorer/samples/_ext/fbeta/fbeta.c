#include <stddef.h>

// F-beta of labels 0 and 1: 0 if there is nothing to find and nothing found.
double score(const double *y_true, const double *y_pred, size_t n) {
	int hit = 0, missed = 0, wrong = 0;
	for (size_t i = 0; i < n; i++) {
		int real = y_true[i] > 0.5, found = y_pred[i] > 0.5;
		hit += real & found;
		missed += real & !found;
		wrong += !real & found;
	}
	double b = params.beta * params.beta;
	double all = (1 + b) * hit + b * missed + wrong;
	return all == 0 ? 0 : (1 + b) * hit / all;
}
