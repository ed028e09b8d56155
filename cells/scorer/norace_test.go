//go:build !race

package scorer

const raceDetector = false
