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

// explain finds words for a refusal. It fixes everything that can be fixed in only one way and, if
// that makes an image name, offers it. Otherwise it reports what it couldn't fix, because only the
// author can decide that; the rest can wait for the next try.
func explain(input string) *Error {
	if placeholder := placeholders.FindString(input); placeholder != "" {
		return &Error{part: partPlaceholder, Reason: fmt.Sprintf("%s is a placeholder that isn't filled in: write the real value in its place", quote(placeholder))}
	}
	text, faults := unwrap(input)
	written := split(text)
	fixed, more := fix(written)
	faults = append(faults, more...)

	_, ok := accept(fixed.String())
	switch {
	// Without a fault, what's accepted is only a better spelling: a Kelvin sign in a host is a k in lower case.
	case ok && len(faults) > 0:
		e := &Error{part: faults[0].part, Reason: faults[0].reason}
		isPage := slices.ContainsFunc(faults, func(f fault) bool { return f.part == partPage })
		if fixed.tag == "" && fixed.digest == "" && !isPage { // a page shows which tags there are
			fixed.tag = ":latest"
			e.Reason += `. Without a tag, the name means the tag "latest"`
		}
		e.Correction = fixed.String()
		return e
	// No other message may quote them.
	case len(faults) > 0 && faults[0].part == partCredentials:
		return &Error{part: faults[0].part, Reason: faults[0].reason}
	}
	f := unfixable(text, written)
	return &Error{part: f.part, Reason: f.reason}
}

// placeholders are what templates and documentation have where a value belongs. An image name can have
// those of capital letters in its tag.
var placeholders = regexp.MustCompile(`<[^<>]+>|\{\{.*?\}\}|\$\([^()]*\)|\$\{[^{}]*\}|\$[A-Za-z_]\w*|` + capitalPlaceholders)

const capitalPlaceholders = `\b(?:[A-Z0-9_]*(?:PLACEHOLDER|REPLACE[_-]?ME|CHANGE[_-]?ME)[A-Z0-9_]*|__[A-Z][A-Z0-9_]*__)\b`

var placeholderTag = regexp.MustCompile(capitalPlaceholders)

// unwrap takes off what's around an image name and what can't be seen in it, from the outside in.
func unwrap(s string) (string, []fault) {
	var faults []fault
	for _, step := range []func(string) (string, fault){
		withoutInvisible, withoutCredentials, withoutBlanks, withoutLine, withoutQuotes, withoutWebAddress, withoutFinalSlash, joinAtSeparators,
	} {
		rest, f := step(s)
		if rest != s {
			s, faults = rest, append(faults, f)
		}
	}
	if i := slices.IndexFunc(faults, func(f fault) bool { return f.part == partCredentials }); i > 0 {
		faults[0], faults[i] = faults[i], faults[0]
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
	return rest, faultf(partWhiteSpace, "The name has an invisible character in it, %U", []rune(s[at:])[0])
}

// withoutCredentials cuts off "user:token@" before a registry. A digest also follows an "@", but no
// "/" follows a digest.
func withoutCredentials(s string) (string, fault) {
	slash := strings.LastIndex(s, "/")
	at := strings.LastIndex(s[:max(slash, 0)], "@")
	if at < 0 || strings.HasPrefix(s[at:], "@sha") {
		return s, fault{}
	}
	_, rest := cutScheme(s[:at])
	if strings.Contains(rest, "/") && !strings.Contains(rest, ":") {
		return s, fault{}
	}
	return s[:at-len(rest)] + s[at+1:], faultf(partCredentials,
		`The part before the "@" looks like credentials, which don't belong in an image name: pipelines pull with the Kubernetes Secret that pull_secret names`)
}

func withoutBlanks(s string) (string, fault) {
	return strings.TrimSpace(s), faultf(partWhiteSpace, "There's whitespace around the name, and Elyra would take it for a part of the name")
}

// lines are what people paste with an image name in it: a command, an instruction of a Dockerfile, and
// a line of YAML, JSON, or HCL. whitespace in them is one blank.
var lines = []*regexp.Regexp{
	regexp.MustCompile(`^(?:docker|podman|nerdctl|crictl)(?: image)? pull (?:-\S+ )*(\S+)$`),
	regexp.MustCompile(`^(?i:from) (?:--\S+ )*(\S+)(?: (?i:as) \S+)?$`),
	regexp.MustCompile(`^(?:-+ ?)?["']?(?i:(?:container_?|docker_?|runtime_?)?image(?:_?name)?)["']? ?(?::[ "']|=) ?(\S+)(?: #.*)?$`),
}

func withoutLine(s string) (string, fault) {
	text := strings.Join(strings.Fields(strings.TrimFunc(s, isWrapping)), " ")
	for _, line := range lines {
		if match := line.FindStringSubmatch(text); match != nil {
			return strings.TrimFunc(match[1], isWrapping), faultf(partLine, "This is a whole line, and only a part of it is the image name")
		}
	}
	return s, fault{}
}

func withoutQuotes(s string) (string, fault) {
	return strings.TrimFunc(s, isWrapping), faultf(partPunctuation,
		"Quotation marks, commas, and semicolons around an image name aren't a part of it")
}

// withoutWebAddress makes an image name of the address of a page about an image, and cuts off a scheme
// before an image name. It leaves what may be any page to webFault.
func withoutWebAddress(s string) (string, fault) {
	scheme, rest := cutScheme(s)
	if image, ok := findPage(rest); ok {
		if !canBeFixed(image) {
			return s, fault{}
		}
		return image, faultf(partPage, "This is the address of a web page, not an image name")
	}
	if isWeb(scheme) && !isImageAddress(rest) {
		return s, fault{}
	}
	return rest, faultf(partScheme, "An image name begins with the registry or the owner, not with %q", s[:len(s)-len(rest)])
}

func canBeFixed(image string) bool {
	fixed, _ := fix(split(image))
	_, ok := accept(fixed.String())
	return ok
}

// schemes are those that image names are written with elsewhere: in a browser, by skopeo, Helm, and
// Kubernetes. Any other scheme leads to something that isn't in a registry.
var schemes = []string{"https", "http", "docker", "oci", "docker-pullable"}

func cutScheme(s string) (scheme, rest string) {
	if before, after, ok := strings.Cut(s, "://"); ok && slices.Contains(schemes, strings.ToLower(before)) {
		return strings.ToLower(before), after
	}
	return "", s
}

func isWeb(scheme string) bool { return scheme == "https" || scheme == "http" }

// withoutFinalSlash cuts it off after a tag or digest. After a bare name, the image may be what's
// missing.
func withoutFinalSlash(s string) (string, fault) {
	rest := strings.TrimSuffix(s, "/")
	if !strings.ContainsAny(rest[strings.LastIndex(rest, "/")+1:], ":@") {
		return s, fault{}
	}
	return rest, faultf(partPunctuation, `There's a "/" after the tag or digest, which ends an image name`)
}

// isInvisible is true of format characters: zero-width spaces, byte order marks, soft hyphens.
func isInvisible(r rune) bool { return unicode.Is(unicode.Cf, r) }

// isWrapping is true of what's around a name that is copied from code, prose, or a list.
func isWrapping(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("\"'`“”„‘’‚«»,;", r)
}

// joinAtSeparators removes whitespace next to a separator. whitespace between two words stays.
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
	return joined.String(), faultf(partWhiteSpace, `There's whitespace next to a "/", ":", or "@"`)
}

// pieces are the parts of something like an image name, each with its separator. Together they're the
// string again.
type pieces struct {
	registry string // with the "/" after it
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

// fix fixes what can be fixed in only one way, from left to right.
func fix(p pieces) (pieces, []fault) {
	var faults []fault
	p, digestFaults := fixDigest(p) // first, as it can shorten the path

	if registry := strings.TrimSuffix(p.registry, "/"); isMisspelledDockerHub(registry) {
		faults = append(faults, faultf(partRegistry,
			"Docker Hub's registry is %q, in lowercase: any other spelling is taken for another host", strings.ToLower(registry)))
	}
	p.registry = strings.ToLower(p.registry) // not a fault, but the usual spelling

	if missesOwner(p) {
		faults = append(faults, faultf(partOwner,
			`The owner is missing: Elyra's pipelines need "[registry/]owner/image[:tag]". A name without an owner means an official image on Docker Hub, whose owner is "library"`))
		p.path = "library/" + p.path
	}

	if lower := strings.ToLower(p.path); lower != p.path {
		slash := strings.LastIndex(p.path, "/")
		owner, image := p.path[:max(slash, 0)], p.path[slash+1:]
		if owner == strings.ToLower(owner) {
			faults = append(faults, faultf(partImage, "The image %s has capital letters, and must be lowercase", quote(image)))
		} else {
			faults = append(faults, faultf(partOwner, "The owner %s has capital letters, and must be lowercase", quote(owner)))
		}
		p.path = lower
	}

	return p, append(faults, digestFaults...)
}

// fixDigest fixes a digest, and makes one of what's written like a tag and looks like a digest.
func fixDigest(p pieces) (pieces, []fault) {
	if p.digest != "" {
		lower := strings.ToLower(p.digest)
		switch {
		case isHex64(lower[1:]):
			p.digest = "@sha256:" + lower[1:]
			return p, []fault{faultf(partDigest, `The digest lacks its algorithm: a digest is "@sha256:" and 64 hexadecimal digits`)}
		case lower != p.digest:
			p.digest = lower
			return p, []fault{faultf(partDigest, "The digest has capital letters, and must be lowercase")}
		}
		return p, nil
	}
	hex := strings.TrimPrefix(strings.ToLower(strings.TrimPrefix(p.tag, ":")), "sha256:")
	if !isHex64(hex) || isDigestAlone(p) {
		return p, nil
	}
	p.tag, p.digest = "", "@sha256:"+hex
	if slash := strings.LastIndex(p.path, "/"); slash > 0 && strings.EqualFold(p.path[slash:], "/sha256") {
		p.path = strings.TrimSuffix(p.path[:slash], "/manifest") // as in the address of a page
		return p, []fault{faultf(partDigest, `A digest comes after "@", not after "/"`)}
	}
	return p, []fault{faultf(partTag, `The tag is 64 hexadecimal digits and so looks like a digest, which comes after "@sha256:", not after ":"`)}
}

// missesOwner reports whether "library/" in front is what the name lacks: it's a single word, and
// neither a host ("quay.io", "localhost:5000") nor a digest.
func missesOwner(p pieces) bool {
	return p.registry == "" && p.path != "" && !strings.Contains(p.path, "/") && !isRegistry(p.path) && !isDigestAlone(p)
}

// isDigestAlone reports whether the name is a digest without the repository that it is in.
func isDigestAlone(p pieces) bool {
	return p.registry == "" &&
		(isHex64(p.path) || strings.EqualFold(p.path, "sha256") && isHex64(strings.TrimPrefix(p.tag, ":")))
}

// unfixable finds the fault that keeps p, the parts of text, from being fixed. Letter case isn't one.
func unfixable(text string, p pieces) fault {
	if text == "" {
		return faultf(partName, `The image name is empty: write "[registry/]owner/image[:tag][@digest]"`)
	}
	if f, ok := webFault(text); ok {
		return f
	}
	if at := strings.IndexFunc(text, unicode.IsSpace); at >= 0 {
		return faultf(partWhiteSpace, "There's whitespace after %s, and an image name has none", quote(text[:at]))
	}
	if isDigestAlone(p) {
		return faultf(partRepository, `This is a digest without a repository: write "owner/image@sha256:" before its 64 hexadecimal digits`)
	}
	for _, check := range []func(pieces) (fault, bool){registryFault, pathFault, tagFault, digestFault} {
		if f, ok := check(p); ok {
			return f
		}
	}
	return faultf(partName, `This isn't a container image reference: write "[registry/]owner/image[:tag][@digest]"`)
}

// webFault says what an address is that no image name follows from.
func webFault(text string) (fault, bool) {
	scheme, rest := cutScheme(text)
	if _, ok := findPage(rest); ok || isWeb(scheme) {
		return faultf(partPage, `This is a web address, not an image name: write the name that the page shows after "docker pull", without a scheme such as "https://"`), true
	}
	if scheme, _, ok := strings.Cut(text, "://"); ok {
		return faultf(partScheme, "An image name has no scheme, and %s doesn't lead to a registry", quote(scheme+"://")), true
	}
	return fault{}, false
}

func registryFault(p pieces) (fault, bool) {
	registry := strings.TrimSuffix(p.registry, "/")
	if registry == "" {
		return fault{}, false
	}
	// The library can match what isn't a host as the beginning of a path, so ask what it matched.
	if named, err := reference.WithName(registry + "/x"); err == nil && reference.Domain(named) == registry {
		return fault{}, false
	}
	return faultf(partRegistry,
		`The registry %s isn't a host name or address: a host name has letters, digits, "-", and ".", an IPv6 address is in brackets, and a port is ":" and digits`,
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
			return faultf(part, "The image is missing: nothing follows the last \"/\". An empty variable can be the cause"), true
		}
		if component == "" {
			return faultf(part, `The owner has an empty part: there's nothing before a "/". An empty variable can be the cause`), true
		}
		_, err := reference.WithName("host.example/" + strings.ToLower(component))
		if err == nil || errors.Is(err, reference.ErrNameTooLong) {
			continue
		}
		if bad, ok := invalidCharacter(component); ok {
			return faultf(part, `The %s %s has the character %s in it: only lowercase letters, digits, ".", "_", and "-" are allowed`,
				part, quote(component), bad), true
		}
		return faultf(part,
			`The %s is malformed at %s: it must begin and end with a letter or digit, and between them one ".", one or two "_", or any number of "-" are allowed`,
			part, quote(component)), true
	}
	if len(components) == 1 && p.registry == "" && isRegistry(p.path) {
		return faultf(partOwner,
			`The owner is missing: if %s is a registry, add "/owner/image" after it; if it's an image, add "owner/" before it`,
			quote(p.path)), true
	}
	length := len(p.path)
	if missesOwner(p) {
		length += len("library/")
	}
	if length > reference.RepositoryNameTotalLengthMax {
		return faultf(partRepository, "The repository %s is %d characters long; at most %d are allowed",
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
		return faultf(partTag, `The tag is empty: write one after the ":", or remove the ":"`), true
	}
	if strings.Contains(tag, "/") {
		return faultf(partTag, `The tag %s has a "/" in it, which isn't allowed. If it's the name of a branch, look up the tag that the build pushed, often with "-" for "/"`, quote(tag)), true
	}
	if bad, ok := invalidCharacter(tag); ok {
		return faultf(partTag, `The tag %s has the character %s in it: only letters, digits, "_", ".", and "-" are allowed`, quote(tag), bad), true
	}
	if len(tag) > maxLength {
		return faultf(partTag, "The tag %s is %d characters long; at most %d are allowed", quote(tag), len(tag), maxLength), true
	}
	return faultf(partTag, `The tag %s begins with a %q: it must begin with a letter, a digit, or "_"`, quote(tag), tag[:1]), true
}

// digestLengths has the algorithms that distribution/reference knows, each with the number of its
// hexadecimal digits.
var digestLengths = map[string]int{"sha256": 64, "sha384": 96, "sha512": 128}

// digestShape is what the OCI Image Specification calls a digest, with any algorithm.
var digestShape = regexp.MustCompile(`^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$`)

func digestFault(p pieces) (fault, bool) {
	if p.digest == "" {
		return fault{}, false
	}
	written := p.digest[1:]
	lower := strings.ToLower(written) // as fixed
	algorithm, hex, _ := strings.Cut(lower, ":")
	length, known := digestLengths[algorithm]
	switch {
	case written == "":
		return faultf(partDigest, `The digest is empty: write one after the "@", or remove the "@"`), true
	case !known && digestShape.MatchString(lower):
		return faultf(partDigest, `The digest's algorithm %s isn't "sha256", "sha384", or "sha512"`, quote(algorithm)), true
	case known && hex != "" && len(hex) != length:
		return faultf(partDigest, "The digest has %d characters after %q instead of %d hexadecimal digits", len(hex), algorithm+":", length), true
	case known && hex != "" && strings.Trim(hex, "0123456789abcdef") == "":
		return fault{}, false
	}
	return faultf(partDigest, `%s isn't a digest, which is "sha256:" and 64 hexadecimal digits. A tag comes after ":", not after "@"`, quote(written)), true
}

// invalidCharacter describes the first character of s that neither a path component nor a tag may have, in
// either letter case.
func invalidCharacter(s string) (string, bool) {
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
