package samples

// The constants below are aggregate statistics of WineQT.csv, 1143 rows; nothing
// else of the file is here. They were computed with pandas as follows.
//
//   - wineGrades: per grade the number of rows, the number of those that equal an
//     earlier one in all but Id, and each column's mean and standard deviation, to
//     three or four digits.
//   - wineColumns: each column's usual number of decimals, its least and greatest
//     value, and its shape: the values minus the mean of their grade, divided by the
//     standard deviation of their grade, taken over all grades together; of these the
//     quantiles at Φ(knot) for the knots of wineKnots, shifted and scaled to mean 0
//     and variance 1 under a normal law.
//   - wineCorrelation: Pearson correlations of the normal scores Φ⁻¹((rank-½)/n) of
//     the same standardised values.
//   - wineBoundSulfur: the least difference of total and free sulfur dioxide.

type wineGrade struct {
	grade     int64
	rows      int // of 1143
	repeats   int // of these rows, those that repeat an earlier one
	mean, std [11]float64
}

var wineGrades = [...]wineGrade{
	{3, 6, 0,
		[11]float64{8.45, 0.8975, 0.2117, 2.667, 0.1053, 8.17, 24.5, 0.997682, 3.3617, 0.55, 9.692},
		[11]float64{2.032, 0.3676, 0.2872, 1.492, 0.0533, 6.24, 18.36, 0.002218, 0.1496, 0.0856, 0.887}},
	{4, 33, 0,
		[11]float64{7.809, 0.7, 0.1658, 2.567, 0.0948, 14.85, 40.61, 0.996669, 3.3912, 0.6379, 10.261},
		[11]float64{1.686, 0.2164, 0.2113, 1.19, 0.0949, 10.2, 28.49, 0.001734, 0.2107, 0.2925, 1.026}},
	{5, 483, 50,
		[11]float64{8.161, 0.5853, 0.2401, 2.54, 0.0918, 16.61, 55.3, 0.997073, 3.3021, 0.6134, 9.902},
		[11]float64{1.558, 0.1682, 0.1797, 1.436, 0.0523, 10.96, 36.55, 0.001637, 0.1496, 0.161, 0.753}},
	{6, 462, 53,
		[11]float64{8.318, 0.505, 0.2637, 2.445, 0.0853, 15.22, 39.94, 0.99661, 3.3238, 0.6765, 10.655},
		[11]float64{1.772, 0.1596, 0.1954, 1.256, 0.0405, 9.53, 24.61, 0.002002, 0.1571, 0.1634, 1.054}},
	{7, 143, 21,
		[11]float64{8.851, 0.3937, 0.3866, 2.76, 0.0752, 14.54, 37.49, 0.996071, 3.2871, 0.7436, 11.483},
		[11]float64{2.105, 0.1338, 0.1978, 1.409, 0.0305, 9.9, 36.74, 0.002292, 0.1512, 0.1437, 0.98}},
	{8, 16, 1,
		[11]float64{8.806, 0.41, 0.4325, 2.644, 0.0702, 11.06, 29.38, 0.995553, 3.2406, 0.7662, 11.938},
		[11]float64{2.089, 0.1479, 0.169, 1.36, 0.0105, 9.63, 22.7, 0.002217, 0.1969, 0.1219, 1.185}},
}

type wineColumn struct {
	name      string // with the unit that the paper gives, below
	decimals  int
	low, high float64
	shape     [11]float64
}

var wineKnots = [11]float64{-3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3}

// Acids are in g/l of tartaric, acetic and citric acid, sugar in g/l, chlorides in
// g/l of sodium chloride, sulfur dioxide in mg/l, density in g/cm³, sulphates in g/l
// of potassium sulphate and alcohol in percent by volume.
var wineColumns = [11]wineColumn{
	{"fixed acidity", 1, 4.6, 15.9, [11]float64{-1.87, -1.62, -1.17, -0.85, -0.57, -0.24, 0.28, 0.92, 1.7, 2.53, 4.64}},
	{"volatile acidity", 2, 0.12, 1.58, [11]float64{-2.35, -1.81, -1.37, -0.98, -0.59, -0.03, 0.42, 0.95, 1.56, 2.21, 4}},
	{"citric acid", 2, 0, 1, [11]float64{-1.99, -1.37, -1.36, -1.19, -0.64, -0.06, 0.45, 1.18, 1.58, 2.07, 3.02}},
	{"residual sugar", 1, 0.9, 15.5, [11]float64{-1.11, -0.85, -0.7, -0.56, -0.45, -0.27, -0.05, 0.27, 1.47, 2.78, 8.46}},
	{"chlorides", 3, 0.012, 0.611, [11]float64{-2.2, -0.98, -0.74, -0.5, -0.34, -0.19, -0.02, 0.28, 0.83, 2.85, 9.19}},
	{"free sulfur dioxide", 0, 1, 68, [11]float64{-1.49, -1.24, -1.07, -0.97, -0.69, -0.23, 0.29, 1.03, 1.67, 2.49, 4.57}},
	{"total sulfur dioxide", 0, 6, 289, [11]float64{-1.31, -1.21, -1.1, -0.93, -0.64, -0.25, 0.27, 0.95, 1.69, 2.27, 5.66}},
	{"density", 5, 0.99007, 1.00369, [11]float64{-3.07, -2.06, -1.43, -0.88, -0.49, -0.06, 0.42, 0.94, 1.56, 2.12, 3.67}},
	{"pH", 2, 2.74, 4.01, [11]float64{-2.91, -1.91, -1.44, -0.98, -0.48, -0.03, 0.42, 0.94, 1.54, 2.07, 4.02}},
	{"sulphates", 2, 0.33, 2, [11]float64{-2.17, -1.29, -1, -0.74, -0.49, -0.23, 0.15, 0.67, 1.38, 2.71, 6.92}},
	{"alcohol", 1, 8.4, 14.9, [11]float64{-2.28, -1.54, -1.21, -0.95, -0.63, -0.2, 0.41, 1, 1.7, 2.19, 4.23}},
}

const (
	freeSulfur, totalSulfur = 5, 6 // positions in wineColumns
	wineBoundSulfur         = 3
)

var wineCorrelation = [][]float64{
	{1},
	{-0.23, 1},
	{0.64, -0.52, 1},
	{0.25, 0.04, 0.23, 1},
	{0.33, 0.07, 0.25, 0.22, 1},
	{-0.18, 0.01, -0.07, 0.06, -0.04, 1},
	{-0.08, 0.03, 0.04, 0.14, 0.04, 0.76, 1},
	{0.71, -0.06, 0.43, 0.46, 0.42, -0.08, 0.06, 1},
	{-0.72, 0.21, -0.55, -0.11, -0.29, 0.1, -0.02, -0.35, 1},
	{0.16, -0.24, 0.27, 0.02, 0.13, 0.06, 0.08, 0.26, -0.07, 1},
	{-0.2, -0.02, -0.04, 0.11, -0.28, -0.02, -0.14, -0.46, 0.27, -0.03, 1},
}
