package elyra

import (
	"errors"
	"fmt"
	"strings"
)

// Every store wraps these, so that errors.Is tells them apart whatever the
// store. An error that is none of them says nothing about whether the instance
// exists.
var (
	// ErrNotFound says that no instance of that name exists: the store looked
	// everywhere it can and is certain.
	ErrNotFound = errors.New("no such runtime image")
	// ErrExists says that the name is taken; see [ExistsError].
	ErrExists = errors.New("runtime image already exists")
	// ErrUncertain says that a creation may or may not have happened: the answer
	// was lost, and asking again failed, too.
	ErrUncertain = errors.New("whether it was created is unknown")
	// ErrReadOnly says that the instance lives where this store must not write;
	// see [ReadOnlyError].
	ErrReadOnly = errors.New("runtime image is not ours to write")
)

// ExistsError is the [ErrExists] of one instance.
type ExistsError struct {
	Name string
	// Location is where the instance is, as [Instance.Location].
	Location string
	// Writable reports whether it lives where the store writes; otherwise it ships
	// with Elyra or belongs to the system. Unknown counts as true.
	Writable bool
	// Origin is the level that it lives on, as [Instance.Origin].
	Origin Origin
	// Identical reports whether its whole document is the one that was to be
	// created: nothing would change, and nothing in it is somebody else's. A
	// store that does not compare leaves it false.
	Identical bool
}

func (e *ExistsError) Error() string {
	return fmt.Sprintf("runtime image %q already exists at %s", e.Name, e.Location)
}

// Is makes errors.Is(err, ErrExists) true.
func (e *ExistsError) Is(target error) bool { return target == ErrExists }

// ReadOnlyError is the [ErrReadOnly] of one instance.
type ReadOnlyError struct {
	Name     string
	Location string
	// Reason is a clause that completes "the instance … ", such as "lives
	// outside the first directory of the search path".
	Reason string
}

func (e *ReadOnlyError) Error() string {
	return fmt.Sprintf("runtime image %q at %s %s", e.Name, e.Location, e.Reason)
}

// Is makes errors.Is(err, ErrReadOnly) true.
func (e *ReadOnlyError) Is(target error) bool { return target == ErrReadOnly }

// InvalidError says that a document is not a runtime image to Elyra: not JSON,
// or against Elyra's schema.
type InvalidError struct {
	// Name and Location of the instance; empty where only a document is judged.
	Name     string
	Location string
	// Reasons has one clause for each fault, such as `metadata.pull_policy is
	// "always", not one of Always, IfNotPresent, Never`. Never empty.
	Reasons []string
	// Unloadable reports that Elyra cannot even load the document (not JSON, no
	// object), so that an instance of the same name further along the search
	// path shows through in its lists.
	Unloadable bool
}

func (e *InvalidError) Error() string {
	if e.Name == "" {
		return "invalid runtime image: " + e.Reason()
	}
	return fmt.Sprintf("runtime image %q at %s is invalid: %s", e.Name, e.Location, e.Reason())
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
