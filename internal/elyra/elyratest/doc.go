// Package elyratest is a Jupyter Server with Elyra's extension that lives in the
// test's process: it answers as the real one does, records what it is asked, and
// fails on demand.
//
// What it answers is measured: the package's tests send one table of requests to
// it and to a real server, and compare.
package elyratest
