package imageref

import (
	// go-digest knows only the algorithms that the program links. Without these, what Parse accepts
	// would depend on who else imports them.
	_ "crypto/sha256"
	_ "crypto/sha512"
	"path"
	"strings"

	"github.com/distribution/reference"
)

// Reference is a parsed image name. It says what a pull asks for, as reference.ParseNormalizedNamed
// does; what to store is the string that was parsed.
type Reference struct {
	// Registry is the host with its port, in the case it was written in. It's "docker.io" if none is
	// written, or the older name index.docker.io.
	Registry string
	// Repository is the path within the registry, "jdoe/my-image"; with "library/" in front for
	// docker.io/python.
	Repository string
	// Owner is everything in Repository before the last "/", "jdoe"; it can have a "/" itself. It's
	// empty for quay.io/image.
	Owner string
	// Image is the last component of Repository, "my-image".
	Image string
	// Tag is "" if none is written; "latest" isn't filled in. Without a digest, either, container
	// runtimes pull that tag (reference.TagNameOnly).
	Tag string
	// Digest is "" if none is written, else algorithm and hexadecimal digits, "sha256:…". With both a
	// tag and a digest, the digest is pulled.
	Digest string
}

// Parse parses s as an image name for Elyra, by the rules in the package comment. Its error is an
// *Error.
func Parse(s string) (Reference, error) {
	if r, ok := accept(s); ok {
		return r, nil
	}
	return Reference{}, explain(s)
}

// accept decides; explain only finds words for it.
func accept(s string) (Reference, bool) {
	named, err := reference.ParseNormalizedNamed(s)
	if err != nil {
		return Reference{}, false
	}
	first, _, slash := strings.Cut(s, "/")
	if !slash {
		return Reference{}, false // Elyra's rule; the library has checked the rest of it
	}
	if !isRegistry(first) && first != strings.ToLower(first) {
		return Reference{}, false // a capitalised owner, taken for a host
	}

	r := Reference{Registry: reference.Domain(named), Repository: reference.Path(named)}
	r.Owner, r.Image = path.Split(r.Repository)
	r.Owner = strings.TrimSuffix(r.Owner, "/")
	if tagged, ok := named.(reference.Tagged); ok {
		r.Tag = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		r.Digest = digested.Digest().String()
	}

	switch {
	case r.Registry == "", // the library's answer to my_registry.example/a/b
		isMisspelledDockerHub(r.Registry),
		r.Digest == "" && isHex64(r.Tag):
		return Reference{}, false
	}
	if _, ok := findPage(s); ok || placeholderTag.MatchString(r.Tag) {
		return Reference{}, false
	}
	return r, true
}

// isRegistry reports whether the part before the first "/" is a registry rather than an owner.
func isRegistry(first string) bool {
	return strings.ContainsAny(first, ".:") || strings.EqualFold(first, "localhost")
}

// isMisspelledDockerHub reports whether the registry is Docker Hub in the wrong letter case.
func isMisspelledDockerHub(registry string) bool {
	lower := strings.ToLower(registry)
	return lower != registry && (lower == "docker.io" || lower == "index.docker.io")
}

// isHex64 reports whether s is 64 hexadecimal digits in either case: a bare SHA-256.
func isHex64(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}
