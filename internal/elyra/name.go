package elyra

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// maxNameLength keeps name plus ".json" within the 255 bytes that file systems
// allow a file's name. Elyra itself sets no limit.
const maxNameLength = 250

var (
	nameRule = regexp.MustCompile(`^[a-z]([a-z0-9_-]*[a-z0-9])?$`)

	// spaces are what \s of Python's re module matches in a str: Unicode's whitespace and the four
	// information separators.
	spaces  = regexp.MustCompile(`[\t-\r\x1c-\x1f\x{85}\p{Z}]+`)
	noNames = regexp.MustCompile(`[^a-z0-9_-]`)
)

// ValidateName reports whether Elyra can save an instance under name: lowercase
// letters, digits, hyphens and underscores, a letter first, a letter or digit
// last, at most 250 bytes. The rule is MetadataManager._save's (Elyra's
// elyra/metadata/manager.py) without the comma that its pattern lets through
// by a slip.
func ValidateName(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case len(name) > maxNameLength:
		return fmt.Errorf("the name has %d bytes; file systems leave room for %d", len(name), maxNameLength)
	case !nameRule.MatchString(name):
		return fmt.Errorf("%q isn't a name that Elyra can save: it must consist of lowercase letters, digits, hyphens and underscores, begin with a letter and end with a letter or digit", name)
	}
	return nil
}

// NameFromDisplayName returns the name that Elyra gives an instance that is
// created without one: lowercase, each run of whitespace an underscore, every
// other character outside a-z, 0-9, hyphen and underscore dropped, "a_" in front
// if no letter is first, "_0" at the end if no letter or digit is last. It
// fails if nothing is left. Elyra itself fails with an internal error there.
//
// The rule is MetadataManager.get_normalized_name (Elyra's
// elyra/metadata/manager.py).
func NameFromDisplayName(displayName string) (string, error) {
	// U+0130 and U+212A, the dotted capital I and the Kelvin sign, are the two characters beyond ASCII
	// whose lower case begins with a letter a-z, in Python as in Go.
	name := noNames.ReplaceAllString(spaces.ReplaceAllString(strings.ToLower(displayName), "_"), "")
	if name == "" {
		return "", errors.New("the display name has no letter a-z, digit, hyphen or underscore to make a name of")
	}
	if name[0] < 'a' {
		name = "a_" + name
	}
	if strings.ContainsAny(name[len(name)-1:], "-_") {
		name += "_0"
	}
	return name, nil
}
