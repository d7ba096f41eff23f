package elyra

import (
	"errors"
	"fmt"
	"strings"
)

// Every store wraps these, so that errors.Is distinguishes them whatever the
// store. Any other error says nothing about whether the instance
// exists.
var (
	// ErrNotFound says that no instance of that name exists: the store looked
	// everywhere it can and is certain.
	ErrNotFound = errors.New("no such instance")
	// ErrExists says that the name is taken; see [ExistsError].
	ErrExists = errors.New("the instance already exists")
	// ErrOutcomeUnknown says that a write may or may not have happened: the answer
	// was lost, and reading the instance failed too.
	ErrOutcomeUnknown = errors.New("the outcome is unknown")
	// ErrReadOnly says that the instance lives where this store can't write; see
	// [ReadOnlyError].
	ErrReadOnly = errors.New("the instance is read-only")
	// ErrUnreadable says that the instance exists, but this user may not read it.
	ErrUnreadable = errors.New("this user may not read the instance")
	// ErrChanged says that the instance isn't the one that the caller expected;
	// see [ChangedError].
	ErrChanged = errors.New("the instance has changed")
)

// ExistsError is the [ErrExists] of one instance.
type ExistsError struct {
	// Found is what has the name: its name, location, and level, and its document
	// if that could be read.
	Found Instance
}

func (e *ExistsError) Error() string {
	return fmt.Sprintf("%q already exists at %s", e.Found.Name, e.Found.Location)
}

// Is makes errors.Is(err, ErrExists) true.
func (e *ExistsError) Is(target error) bool { return target == ErrExists }

// ChangedError is the [ErrChanged] of one instance.
type ChangedError struct {
	// Found is what is there instead of what was expected.
	Found Instance
}

func (e *ChangedError) Error() string {
	return fmt.Sprintf("%q at %s has changed", e.Found.Name, e.Found.Location)
}

// Is makes errors.Is(err, ErrChanged) true.
func (e *ChangedError) Is(target error) bool { return target == ErrChanged }

// ReadOnlyError is the [ErrReadOnly] of one instance.
type ReadOnlyError struct {
	Name     string
	Location string
	// Reason is a clause that completes "the instance …", such as "lives outside
	// the first directory of the search path".
	Reason string
}

func (e *ReadOnlyError) Error() string {
	return fmt.Sprintf("%q at %s %s", e.Name, e.Location, e.Reason)
}

// Is makes errors.Is(err, ErrReadOnly) true.
func (e *ReadOnlyError) Is(target error) bool { return target == ErrReadOnly }

// InvalidError says that Elyra refuses a document: it isn't JSON, or doesn't
// match Elyra's schema.
type InvalidError struct {
	// Name and Location of the instance; empty if only a document is checked.
	Name     string
	Location string
	// Reasons has one clause for each fault, such as `metadata.image_name is
	// missing`. Never empty.
	Reasons []string
	// Unloadable reports that Elyra can't even load the document (not JSON, not an
	// object), so its lists show an instance of the same name that lives later in
	// the search path.
	Unloadable bool
	// Irreparable reports that the store can neither replace nor delete the
	// instance, as a server can't if the document is broken or its schema unknown.
	Irreparable bool
}

func (e *InvalidError) Error() string {
	if e.Name == "" {
		return "invalid document: " + e.Reason()
	}
	return fmt.Sprintf("%q at %s is invalid: %s", e.Name, e.Location, e.Reason())
}

const (
	// maxReasons is how many reasons a message has, and maxReason how many characters one has.
	maxReasons = 10
	maxReason  = 400
)

// Reason has the first ten reasons in one line, and says how many more there are.
func (e *InvalidError) Reason() string {
	if more := len(e.Reasons) - maxReasons; more > 0 {
		return fmt.Sprintf("%s; and %d more", strings.Join(e.Reasons[:maxReasons], "; "), more)
	}
	return strings.Join(e.Reasons, "; ")
}

// shorten cuts what is longer than that many characters, and marks the cut.
func shorten(text string, characters int) string {
	for i := range text {
		if characters == 0 {
			return text[:i] + "…"
		}
		characters--
	}
	return text
}
