//go:build !unix

package elyra_test

import "time"

// processorTime isn't known here.
func processorTime(func()) time.Duration { return time.Second }
