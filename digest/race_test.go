//go:build race

package digest

// raceDetector makes tests that find nothing by it do less.
const raceDetector = true
