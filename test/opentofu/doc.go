// Package opentofu holds the version of OpenTofu that the acceptance tests run on.
//
// It is a module of its own, because OpenTofu needs its own version of HCL, by the replace line that
// its go.mod has, too. For a newer OpenTofu, copy its go.mod's require, replace and godebug
// lines, then run go mod tidy.
package opentofu
