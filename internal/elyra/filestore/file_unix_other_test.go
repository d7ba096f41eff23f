//go:build unix && !linux

package filestore_test

import "testing"

func dropFileAccess(t *testing.T) { t.Error("run this test as a user other than root") }
