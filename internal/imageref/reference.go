package imageref

import (
	// go-digest knows only the algorithms that the program links. Without these, what Parse accepts
	// would depend on who else imports them.
	_ "crypto/sha256"
	_ "crypto/sha512"
	"strings"

	"github.com/distribution/reference"
)

// Reference is a parsed image name. It says what a pull will ask for, in the sense of
// reference.ParseNormalizedNamed; what to store is the string that was parsed.
type Reference struct {
	// Registry is the host with its port, in the case it was written in; "docker.io" when none is
	// written, or the older name index.docker.io.
	Registry string
	// Repository is the path within the registry, "jdoe/my-image"; with "library/" in front for
	// docker.io/python.
	Repository string
	// Owner is everything of Repository before the last "/", "jdoe"; it may hold a "/" itself. It
	// is empty for quay.io/image.
	Owner string
	// Image is the last component of Repository, "my-image".
	Image string
	// Tag is "" when none is written; "latest" is not filled in.
	Tag string
	// Digest is "" when none is written, else algorithm and hexadecimal digits, "sha256:…".
	Digest string
}

// Name returns registry and repository, without tag and digest: "docker.io/jdoe/my-image".
func (r Reference) Name() string {
	return r.Registry + "/" + r.Repository
}

// String returns the fully qualified form, "docker.io/jdoe/my-image:1.0". It is for messages and
// for asking a registry. To Elyra, which compares plain strings, it is another image name than the
// one that was parsed.
func (r Reference) String() string {
	s := r.Name()
	if r.Tag != "" {
		s += ":" + r.Tag
	}
	if r.Digest != "" {
		s += "@" + r.Digest
	}
	return s
}

// Pinned reports whether the name has a digest, and so means the same image for ever. With both a
// tag and a digest the digest is what is pulled.
func (r Reference) Pinned() bool {
	return r.Digest != ""
}

// ImpliesLatest reports whether the name has neither tag nor digest: container runtimes then pull
// the tag "latest" (reference.TagNameOnly), whatever that is on the day.
func (r Reference) ImpliesLatest() bool {
	return r.Tag == "" && r.Digest == ""
}

// Parse parses s as an image name for Elyra, by the rules of the package comment. The error, when
// there is one, is an *Error.
func Parse(s string) (Reference, error) {
	if r, ok := accept(s); ok {
		return r, nil
	}
	return Reference{}, explain(s)
}

// accept is the whole of the verdict; explain only finds words for it.
func accept(s string) (Reference, bool) {
	named, err := reference.ParseNormalizedNamed(s)
	if err != nil {
		return Reference{}, false
	}
	first, _, slash := strings.Cut(s, "/")
	if !slash {
		return Reference{}, false // Elyra's rule: what else it asks for, the library has asked for
	}
	if !isRegistry(first) && first != strings.ToLower(first) {
		return Reference{}, false // a capitalised owner, taken for a host
	}

	r := Reference{Registry: reference.Domain(named), Repository: reference.Path(named)}
	if slash := strings.LastIndex(r.Repository, "/"); slash >= 0 {
		r.Owner = r.Repository[:slash]
	}
	r.Image = strings.TrimPrefix(r.Repository[len(r.Owner):], "/")
	if tagged, ok := named.(reference.Tagged); ok {
		r.Tag = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		r.Digest = digested.Digest().String()
	}

	switch {
	case r.Registry == "", // the library's answer to my_registry.example/a/b
		isMisspeltDockerHub(r.Registry),
		r.Digest == "" && isHex64(r.Tag):
		return Reference{}, false
	}
	if _, _, ok := findPage(s, false); ok {
		return Reference{}, false
	}
	return r, true
}

// isRegistry reports whether the part before the first "/" is a registry rather than an owner.
func isRegistry(first string) bool {
	return strings.ContainsAny(first, ".:") || strings.EqualFold(first, "localhost")
}

// isMisspeltDockerHub reports whether the registry is Docker Hub in the wrong letter case.
func isMisspeltDockerHub(registry string) bool {
	lower := strings.ToLower(registry)
	return lower != registry && (lower == "docker.io" || lower == "index.docker.io")
}

// isHex64 reports whether s is 64 hexadecimal digits of either case: a bare SHA-256.
func isHex64(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}
