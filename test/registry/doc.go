// Package registry holds the version of the CNCF distribution registry that
// the tests of internal/containerimage run against.
//
// It is a module of its own, because the registry brings more than a hundred
// modules along that the provider has no use for. Build it from the
// repository's root with
//
//	go build -C test/registry -o "$PWD/bin/registry" github.com/distribution/distribution/v3/cmd/registry
//
// and set the variable that tests read: REGISTRY_BIN="$PWD/bin/registry".
package registry
