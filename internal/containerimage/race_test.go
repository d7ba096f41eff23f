//go:build race

package containerimage

const raceEnabled = true
