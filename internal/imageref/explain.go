package imageref

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/distribution/reference"
)

// explain finds words for a refusal: it mends all that has but one mending and, if that makes an
// image name, offers it. Otherwise it reports what it could not mend, because that is what only the
// author can decide; a correction for the rest comes with the next try.
func explain(input string) *Error {
	text, faults := unwrap(input)
	written := split(text)
	mended, more := mend(written)
	faults = append(faults, more...)

	// No fault and yet a better name: a Kelvin sign in a host, of which the lower case is a plain k.
	if correction := mended.String(); len(faults) > 0 {
		if _, ok := accept(correction); ok {
			return &Error{Input: input, Part: faults[0].part, Reason: faults[0].reason, Correction: correction}
		}
	}
	f := unmendable(text, written)
	return &Error{Input: input, Part: f.part, Reason: f.reason}
}

// commands are what documentation puts in front of an image name.
var commands = []string{
	"docker pull ", "docker image pull ", "podman pull ", "podman image pull ", "nerdctl pull ", "crictl pull ",
}

// schemes are those that image names are written with elsewhere: in a browser, by skopeo, Helm and
// Kubernetes. Any other names something that is not in a registry.
var schemes = []string{"https", "http", "docker", "oci", "docker-pullable"}

// unwrap takes off what is around an image name and what cannot be seen in it, from the outside in.
func unwrap(s string) (string, []fault) {
	var faults []fault
	for _, step := range []func(string) (string, fault){
		withoutInvisible, withoutBlanks, withoutQuotes, withoutCommand, withoutWebAddress, withoutFinalSlash, joinAtSeparators,
	} {
		rest, f := step(s)
		if rest != s {
			s, faults = rest, append(faults, f)
		}
	}
	return s, faults
}

func withoutInvisible(s string) (string, fault) {
	at := strings.IndexFunc(s, isInvisible)
	if at < 0 {
		return s, fault{}
	}
	rest := strings.Map(func(r rune) rune {
		if isInvisible(r) {
			return -1
		}
		return r
	}, s)
	return rest, faultf(partWhiteSpace,
		"The name has an invisible character in it, %U, which no image name may have", []rune(s[at:])[0])
}

func withoutBlanks(s string) (string, fault) {
	return strings.TrimSpace(s), faultf(partWhiteSpace,
		"There is white space around the name, and Elyra would take it for a part of the name")
}

func withoutQuotes(s string) (string, fault) {
	return strings.TrimFunc(s, isWrapping), faultf(partPunctuation,
		"Quotes, commas and semicolons around an image name are not part of it")
}

func withoutCommand(s string) (string, fault) {
	line := strings.Join(strings.Fields(s), " ")
	for _, command := range commands {
		if rest, ok := strings.CutPrefix(line, command); ok {
			return strings.TrimFunc(rest, isWrapping), faultf(partCommand,
				"This is a command line: the image name is what follows %q", strings.TrimSpace(command))
		}
	}
	return s, fault{}
}

// withoutWebAddress makes an image name of the address of a page about one, and takes off a scheme
// where what follows it is an image name. It leaves what may be any page: see webFault.
func withoutWebAddress(s string) (string, fault) {
	scheme, rest := cutScheme(s)
	if _, image, ok := findPage(rest, isWeb(scheme)); ok {
		if !canBeMended(image) {
			return s, fault{}
		}
		return image, faultf(partPage, "This is the address of a web page, not the name of an image")
	}
	host, path, _ := strings.Cut(rest, "/")
	if isWeb(scheme) && host != "" && !isKnownRegistry(host) && !hasVersion(path) {
		return s, fault{}
	}
	if at := strings.IndexAny(rest, "?#"); at >= 0 && isKnownRegistry(host) {
		return strings.TrimRight(rest[:at], "/"), faultf(partPage,
			"What follows a %q in the address of a web page is not part of an image name", rest[at:at+1])
	}
	return rest, faultf(partScheme,
		"An image name has no scheme: it begins with the registry or the owner, not with %q", s[:len(s)-len(rest)])
}

func canBeMended(image string) bool {
	mended, _ := mend(split(image))
	_, ok := accept(mended.String())
	return ok
}

// cutScheme cuts off a scheme that image names are written with elsewhere.
func cutScheme(s string) (scheme, rest string) {
	if before, after, ok := strings.Cut(s, "://"); ok && slices.Contains(schemes, strings.ToLower(before)) {
		return strings.ToLower(before), after
	}
	return "", s
}

func isWeb(scheme string) bool { return scheme == "https" || scheme == "http" }

// withoutFinalSlash cuts it off behind a tag or digest, where it is a slip; behind a bare name, the
// image may be what is missing.
func withoutFinalSlash(s string) (string, fault) {
	rest := strings.TrimSuffix(s, "/")
	if !strings.ContainsAny(rest[strings.LastIndex(rest, "/")+1:], ":@") {
		return s, fault{}
	}
	return rest, faultf(partPunctuation, `There is a "/" behind the tag or digest, which ends an image name`)
}

// isInvisible is true of format characters: zero-width spaces, byte order marks, soft hyphens.
func isInvisible(r rune) bool { return unicode.Is(unicode.Cf, r) }

// isWrapping is true of what a name is wrapped in when it is copied from code, prose or a list.
func isWrapping(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("\"'`“”„‘’‚«»,;", r)
}

// joinAtSeparators removes white space next to a separator. White space between two words stays.
func joinAtSeparators(s string) (string, fault) {
	var joined strings.Builder
	last := ""
	for _, word := range strings.Fields(s) {
		if last != "" && !strings.ContainsAny(last[len(last)-1:]+word[:1], "/:@") {
			joined.WriteByte(' ')
		}
		joined.WriteString(word)
		last = word
	}
	return joined.String(), faultf(partWhiteSpace, `There is white space next to a "/", ":" or "@", and an image name has none`)
}

// pieces are the parts of something like an image name, each with its separator: put together they
// make the string again.
type pieces struct {
	registry string // with the "/" behind it
	path     string
	tag      string // with the ":" before it
	digest   string // with the "@" before it
}

func (p pieces) String() string { return p.registry + p.path + p.tag + p.digest }

// split takes any string apart; the parts need not be valid.
func split(s string) pieces {
	var p pieces
	p.path = s
	if at := strings.Index(p.path, "@"); at >= 0 {
		p.path, p.digest = p.path[:at], p.path[at:]
	}
	if slash := strings.Index(p.path, "/"); slash >= 0 && isRegistry(p.path[:slash]) {
		p.registry, p.path = p.path[:slash+1], p.path[slash+1:]
	}
	if colon := strings.Index(p.path, ":"); colon >= 0 {
		p.path, p.tag = p.path[:colon], p.path[colon:]
	}
	return p
}

// mend mends what has one mending, from left to right.
func mend(p pieces) (pieces, []fault) {
	var faults []fault
	p, digestFaults := mendDigest(p) // first, as it can shorten the path

	if registry := strings.TrimSuffix(p.registry, "/"); isMisspeltDockerHub(registry) {
		faults = append(faults, faultf(partRegistry,
			"Docker Hub is known by the exact name %q: with capital letters, another host is asked", strings.ToLower(registry)))
	}
	p.registry = strings.ToLower(p.registry) // no fault, but the usual spelling

	if missesOwner(p) {
		faults = append(faults, faultf(partOwner,
			`The owner is missing: Elyra's pipelines take only "[registry/]owner/image[:tag]", and a name without an owner means an official image of Docker Hub, owned by "library"`))
		p.path = "library/" + p.path
	}

	if lower := strings.ToLower(p.path); lower != p.path {
		slash := strings.LastIndex(p.path, "/")
		owner, image := p.path[:max(slash, 0)], p.path[slash+1:]
		if owner == strings.ToLower(owner) {
			faults = append(faults, faultf(partImage,
				"The image %s has capital letters: a repository's name is all lower case", quote(image)))
		} else {
			faults = append(faults, faultf(partOwner,
				"The owner %s has capital letters: a repository's name is all lower case", quote(owner)))
		}
		p.path = lower
	}

	return p, append(faults, digestFaults...)
}

// mendDigest mends a digest, and makes one of what is written like a tag and looks like a digest.
func mendDigest(p pieces) (pieces, []fault) {
	if p.digest != "" {
		lower := strings.ToLower(p.digest)
		switch {
		case isHex64(lower[1:]):
			p.digest = "@sha256:" + lower[1:]
			return p, []fault{faultf(partDigest, `The digest does not name its algorithm: a digest is "@sha256:" and 64 hexadecimal digits`)}
		case lower != p.digest:
			p.digest = lower
			return p, []fault{faultf(partDigest, "The digest has capital letters: a digest is all lower case")}
		}
		return p, nil
	}
	hex := strings.TrimPrefix(strings.ToLower(strings.TrimPrefix(p.tag, ":")), "sha256:")
	if !isHex64(hex) || isDigestAlone(p) {
		return p, nil
	}
	p.tag, p.digest = "", "@sha256:"+hex
	if slash := strings.LastIndex(p.path, "/"); slash > 0 && strings.EqualFold(p.path[slash:], "/sha256") {
		p.path = strings.TrimSuffix(p.path[:slash], "/manifest") // as the address of a page has it
		return p, []fault{faultf(partDigest, `Before a digest stands "@", not "/"`)}
	}
	return p, []fault{faultf(partTag,
		`The tag is 64 hexadecimal digits and so looks like a digest, before which stands "@sha256:", not ":"`)}
}

// missesOwner reports whether "library/" in front is what the name lacks: it is a single word that
// is neither a host ("quay.io", "localhost:5000") nor a digest.
func missesOwner(p pieces) bool {
	return p.registry == "" && p.path != "" && !strings.Contains(p.path, "/") && !isRegistry(p.path) && !isDigestAlone(p)
}

// isDigestAlone reports whether the name is a digest without the repository that it is in.
func isDigestAlone(p pieces) bool {
	return p.registry == "" &&
		(isHex64(p.path) || strings.EqualFold(p.path, "sha256") && isHex64(strings.TrimPrefix(p.tag, ":")))
}

// unmendable finds the fault that keeps p, which text was split into, from being mended. Letter
// case is none: it can be.
func unmendable(text string, p pieces) fault {
	if text == "" {
		return faultf(partName, `The image name is empty: write "[registry/]owner/image[:tag][@digest]"`)
	}
	if f, ok := webFault(text); ok {
		return f
	}
	if at := strings.IndexFunc(text, unicode.IsSpace); at >= 0 {
		return faultf(partWhiteSpace, "There is white space after %s, and an image name has none", quote(text[:at]))
	}
	if isDigestAlone(p) {
		return faultf(partRepository,
			`This is a digest without a repository: "owner/image@sha256:" stands before its 64 hexadecimal digits`)
	}
	return partFault(p)
}

// partFault finds the part at fault.
func partFault(p pieces) fault {
	for _, check := range []func(pieces) (fault, bool){registryFault, pathFault, tagFault, digestFault} {
		if f, ok := check(p); ok {
			return f
		}
	}
	return faultf(partName, `This is not a container image reference: write "[registry/]owner/image[:tag][@digest]"`)
}

// webFault says what an address is that no image name follows from.
func webFault(text string) (fault, bool) {
	scheme, rest := cutScheme(text)
	if p, image, ok := findPage(rest, isWeb(scheme)); ok {
		if image != "" && !canBeMended(image) {
			return partFault(split(image)), true
		}
		return faultf(partPage, "This is the address of a web page, not the name of an image: %s", p.where), true
	}
	if isWeb(scheme) {
		return faultf(partScheme, "An image name has no scheme, and this may be the address of a web page: %s", wherePage), true
	}
	if scheme, _, ok := strings.Cut(text, "://"); ok {
		return faultf(partScheme, "An image name has no scheme, and what %s leads to is not in a registry", quote(scheme+"://")), true
	}
	return fault{}, false
}

func registryFault(p pieces) (fault, bool) {
	registry := strings.TrimSuffix(p.registry, "/")
	if registry == "" {
		return fault{}, false
	}
	// The library can match what is no host as the beginning of a path, so ask what it matched.
	if named, err := reference.WithName(registry + "/x"); err == nil && reference.Domain(named) == registry {
		return fault{}, false
	}
	return faultf(partRegistry,
		`The registry %s is not a host name or address: a host name has letters, digits, "-" and ".", an IPv6 address stands in brackets, and a port is ":" and digits`,
		quote(registry)), true
}

func pathFault(p pieces) (fault, bool) {
	components := strings.Split(p.path, "/")
	for i, component := range components {
		part := partOwner
		if i == len(components)-1 {
			part = partImage
		}
		if component == "" && part == partImage {
			return faultf(part, "The image is missing: there is nothing where its name belongs (an empty variable can be the cause)"), true
		}
		if component == "" {
			return faultf(part, `The owner has an empty part: there is nothing before a "/" (an empty variable can be the cause)`), true
		}
		_, err := reference.WithName("host.example/" + strings.ToLower(component))
		if err == nil || errors.Is(err, reference.ErrNameTooLong) {
			continue
		}
		if bad, ok := strange(component); ok {
			return faultf(part, `The %s %s has the character %s in it: only lower-case letters, digits, ".", "_" and "-" may stand there`,
				part, quote(component), bad), true
		}
		return faultf(part,
			`The %s is malformed at %s: letters and digits stand at both ends, and are joined by one ".", one or two "_" or any number of "-"`,
			part, quote(component)), true
	}
	if len(components) == 1 && p.registry == "" && isRegistry(p.path) {
		return faultf(partOwner,
			`The owner is missing: if %s is a registry, "/owner/image" must follow it, and if it is an image, "owner/" must stand before it`,
			quote(p.path)), true
	}
	length := len(p.path)
	if missesOwner(p) {
		length += len("library/")
	}
	if length > reference.RepositoryNameTotalLengthMax {
		return faultf(partRepository, "The repository %s is %d characters long: %d is the most",
			quote(p.path), length, reference.RepositoryNameTotalLengthMax), true
	}
	return fault{}, false
}

func tagFault(p pieces) (fault, bool) {
	if p.tag == "" {
		return fault{}, false
	}
	const maxLength = 128
	tag := p.tag[1:]
	name, _ := reference.WithName("host.example/x")
	if _, err := reference.WithTag(name, tag); err == nil {
		return fault{}, false
	}
	if tag == "" {
		return faultf(partTag, `The tag is empty: write one after the ":", or leave out the ":" as well`), true
	}
	if strings.Contains(tag, "/") {
		return faultf(partTag, `The tag %s has a "/" in it, which no tag has: builds push a branch under a tag without it, often with "-" in its place`, quote(tag)), true
	}
	if bad, ok := strange(tag); ok {
		return faultf(partTag, `The tag %s has the character %s in it: only letters, digits, "_", "." and "-" may stand there`,
			quote(tag), bad), true
	}
	if len(tag) > maxLength {
		return faultf(partTag, "The tag %s is %d characters long: %d is the most", quote(tag), len(tag), maxLength), true
	}
	return faultf(partTag, `The tag %s begins with a %q: a tag begins with a letter, a digit or "_"`, quote(tag), tag[:1]), true
}

// digestLengths has the algorithms that distribution/reference knows, each with the number of its
// hexadecimal digits.
var digestLengths = map[string]int{"sha256": 64, "sha384": 96, "sha512": 128}

// digestShape is what the OCI Image Specification calls a digest, of whatever algorithm.
var digestShape = regexp.MustCompile(`^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$`)

func digestFault(p pieces) (fault, bool) {
	if p.digest == "" {
		return fault{}, false
	}
	written := p.digest[1:]
	lower := strings.ToLower(written) // as mend makes it
	algorithm, hex, _ := strings.Cut(lower, ":")
	length, known := digestLengths[algorithm]
	switch {
	case written == "":
		return faultf(partDigest, `The digest is empty: write one after the "@", or leave out the "@" as well`), true
	case !known && digestShape.MatchString(lower):
		return faultf(partDigest, `The digest's algorithm %s is not one of "sha256", "sha384" and "sha512"`, quote(algorithm)), true
	case known && hex != "" && len(hex) != length:
		return faultf(partDigest, "The digest has %d characters after %q, where %d hexadecimal digits belong",
			len(hex), algorithm+":", length), true
	case known && hex != "" && strings.Trim(hex, "0123456789abcdef") == "":
		return fault{}, false
	}
	return faultf(partDigest,
		`%s is not a digest: after "@" comes "sha256:" and 64 hexadecimal digits (a tag comes after a ":")`, quote(written)), true
}

// strange describes the first character of s that neither a path component nor a tag may have.
// Letter case is not looked at.
func strange(s string) (string, bool) {
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.', r == '_', r == '-':
		case r > unicode.MaxASCII:
			return fmt.Sprintf("%q (%U)", string(r), r), true // it may look like one that is allowed
		default:
			return strconv.Quote(string(r)), true
		}
	}
	return "", false
}
