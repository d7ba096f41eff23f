// Package bench measures the provider and what it's compared with, and holds no code of its
// own: "make bench" runs its tests, each of which adds a table to a report.
//
// A figure is a median. Contenders take turns, so that whatever else the machine does meets all of
// them alike. CPU is the time of Terraform and its providers together, user and system.
package bench
