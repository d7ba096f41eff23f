package differential

import (
	"errors"

	"pgregory.net/rapid"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// nameCase is an instance that is created with a display name, and with a name or without.
type nameCase struct{ displayName, name string }

// oddRunes are those that the rules of names treat in ways of their own.
var oddRunes = []rune("aZ09-_,. \t\n\v\f\r\x1c\x1d\x1e\x1f\x7f\u0085\u00a0\u1680\u180e\u2000\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeffİıKſßΣσÅ日é\u0301😀\x00")

var runes = rapid.OneOf(rapid.SampledFrom(oddRunes), rapid.SampledFrom([]rune("abcxyz0189-_")), rapid.Rune())

// nameKind is what Elyra makes of display names, and which names it saves.
func nameKind() kind[nameCase] {
	names := rapid.OneOf(rapid.Just(""), rapid.StringOfN(runes, 1, 12, 60), rapid.StringMatching(`[a-z]?[a-z0-9_-]{0,8}[a-z0-9,\n]?`))
	return kind[nameCase]{
		generate: rapid.Custom(func(r *rapid.T) nameCase {
			return nameCase{rapid.StringOfN(runes, 1, 20, 80).Draw(r, "display name"), names.Draw(r, "name")}
		}),
		compare: func(o *oracle, c nameCase) (ours, theirs any, err error) {
			var made *string
			err = o.ask("name", map[string]any{"display_name": c.displayName, "name": c.name}, &made)
			if made == nil {
				theirs = errNoName
			} else {
				theirs = *made
			}
			name := c.name
			if name == "" {
				name, _ = elyra.NameFromDisplayName(c.displayName)
			}
			if elyra.ValidateName(name) != nil {
				return errNoName, theirs, err
			}
			return name, theirs, err
		},
		known: knownNames,
	}
}

var errNoName = errors.New("no name")
