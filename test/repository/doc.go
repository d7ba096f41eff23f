// Package repository has the tests of what isn't code: the documents at the root and their links, and the
// installation and the release as users meet them.
package repository
