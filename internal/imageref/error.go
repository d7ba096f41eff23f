package imageref

import (
	"fmt"
	"strconv"
)

// Error says which part of an image name is wrong, why, and what to write instead.
type Error struct {
	// Input is the string that was parsed, untouched: it may hold control characters.
	Input string
	// Part is the part at fault, one of these words, which do not change: "name" (all of it),
	// "white space" (and characters that cannot be seen), "punctuation" (around it), "command",
	// "web page" (its address), "scheme", "registry", "owner", "image", "repository" (owner and image
	// together), "tag", "digest". With several faults it is the one that only the author can mend,
	// or else the first.
	Part string
	// Reason is a sentence, without its full stop, that says what is wrong and what the rule is.
	// What it quotes of Input is escaped as by strconv.Quote.
	Reason string
	// Correction is an image name to paste, in which all faults are mended; "" when what was meant
	// is anybody's guess. Parse accepts it.
	Correction string
}

// Error returns the reason and, where there is one, the correction to paste.
func (e *Error) Error() string {
	if e.Correction == "" {
		return e.Reason
	}
	return fmt.Sprintf("%s; use %q", e.Reason, e.Correction)
}

// The words of Error.Part.
const (
	partName        = "name"
	partWhiteSpace  = "white space"
	partPunctuation = "punctuation"
	partCommand     = "command"
	partPage        = "web page"
	partScheme      = "scheme"
	partRegistry    = "registry"
	partOwner       = "owner"
	partImage       = "image"
	partRepository  = "repository"
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
