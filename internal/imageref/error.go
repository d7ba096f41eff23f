package imageref

import (
	"fmt"
	"strconv"
)

// Error says which part of an image name is wrong, why, and what to write instead.
type Error struct {
	// Reason is a sentence, without its full stop, that says what's wrong. What it quotes of the name
	// is escaped, and is never a credential.
	Reason string
	// Correction is an image name to paste that has no fault left. It's empty if what was meant is
	// anybody's guess. Parse accepts it.
	Correction string

	part string
}

// Error returns the reason and, if there's one, the correction to paste.
func (e *Error) Error() string {
	if e.Correction == "" {
		return e.Reason
	}
	return fmt.Sprintf("%s; use %q", e.Reason, e.Correction)
}

// The parts of an image name, and what else can be wrong with it. With several faults, an Error has
// the one that only the author can fix, or else the first.
const (
	partName        = "name" // all of it
	partPlaceholder = "placeholder"
	partCredentials = "credentials"
	partWhiteSpace  = "whitespace" // and characters that can't be seen
	partPunctuation = "punctuation"
	partLine        = "line" // of a file or shell that has the name in it
	partPage        = "web page"
	partScheme      = "scheme"
	partRegistry    = "registry"
	partOwner       = "owner"
	partImage       = "image"
	partRepository  = "repository" // owner and image
	partTag         = "tag"
	partDigest      = "digest"
)

// fault is one thing wrong with an image name.
type fault struct{ part, reason string }

func faultf(part, format string, args ...any) fault {
	return fault{part, fmt.Sprintf(format, args...)}
}

// quote makes any text fit for a message: printable, and not long.
func quote(s string) string {
	const most = 72
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}
