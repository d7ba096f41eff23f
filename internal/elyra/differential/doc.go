// Package differential holds what this provider makes of names, documents, directories and
// environments against what Elyra's own Python makes of them, in random cases. It has nothing but
// tests: ELYRA_FAULT_SEED repeats a run, and a difference is shrunk to its smallest form. The known
// differences, with the reason for each, are in known_test.go.
package differential
