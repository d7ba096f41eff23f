//go:build !unix

package elyra_test

import "time"

// processorTime is not known here.
func processorTime(func()) time.Duration { return time.Second }
