//go:build race

package scorer

// raceDetector is on: it multiplies memory, so bounds on that say nothing.
const raceDetector = true
