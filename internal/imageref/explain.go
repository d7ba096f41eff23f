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

// Error says which part of an image name is wrong, why, and what to write instead.
type Error struct {
	// Reason is a sentence, without its full stop, that says what's wrong. What it quotes of the name
	// is escaped, and is never a credential. With several faults, it's the one that only the author can
	// fix, or else the first.
	Reason string
	// Correction is an image name to paste that has no fault left. It's empty if what was meant is
	// anybody's guess. Parse accepts it.
	Correction string
}

// Error returns the reason and, if there's one, the correction to paste.
func (e *Error) Error() string {
	if e.Correction == "" {
		return e.Reason
	}
	return fmt.Sprintf("%s; use %q", e.Reason, e.Correction)
}

const pageFault = "This is the address of a web page, not an image name"

// explain finds words for a refusal. It fixes everything that can be fixed in only one way and, if
// that makes an image name, offers it. Otherwise it reports what it couldn't fix, because only the
// author can decide that; the rest can wait for the next try.
func explain(input string) *Error {
	if hasCredentials(input) { // first, as no other message may quote them
		return &Error{Reason: `The part before the "@" looks like credentials, which don't belong in an image name: pipelines pull with the Kubernetes Secret that pull_secret names`}
	}
	if placeholder := placeholders.FindString(input); placeholder != "" {
		return &Error{Reason: fmt.Sprintf("%s is a placeholder that isn't filled in: write the real value in its place", quote(placeholder))}
	}
	text, faults := unwrap(input)
	fixed, more := fix(split(text))
	faults = append(faults, more...)

	// Without a fault, what's accepted is only a better spelling: a Kelvin sign in a host is a k in lower case.
	if _, ok := accept(fixed.String()); !ok || len(faults) == 0 {
		return &Error{Reason: unfixable(text, fixed)}
	}
	e := &Error{Reason: faults[0]}
	if fixed.tag == "" && fixed.digest == "" && !slices.Contains(faults, pageFault) { // a page shows which tags there are
		fixed.tag = ":latest"
		e.Reason += `. Without a tag, the name means the tag "latest"`
	}
	e.Correction = fixed.String()
	return e
}

// hasCredentials reports whether there's "user:token@" before a registry. A digest also follows an "@",
// but no "/" follows a digest.
func hasCredentials(s string) bool {
	slash := strings.LastIndex(s, "/")
	at := strings.LastIndex(s[:max(slash, 0)], "@")
	if at < 0 || strings.HasPrefix(s[at:], "@sha") {
		return false
	}
	_, before := cutScheme(s[:at])
	return strings.Contains(before, ":") || !strings.Contains(before, "/")
}

// placeholders are what templates and documentation have where a value belongs. An image name can have
// those of capital letters in its tag.
var placeholders = regexp.MustCompile(`<[^<>]+>|\{\{.*?\}\}|\$\([^()]*\)|\$\{[^{}]*\}|\$[A-Za-z_]\w*|` + capitalPlaceholders)

const capitalPlaceholders = `\b(?:[A-Z0-9_]*(?:PLACEHOLDER|REPLACE[_-]?ME|CHANGE[_-]?ME)[A-Z0-9_]*|__[A-Z][A-Z0-9_]*__)\b`

var placeholderTag = regexp.MustCompile(capitalPlaceholders)

// unwrap takes off what's around an image name, from the outside in.
func unwrap(s string) (string, []string) {
	var faults []string
	for _, step := range []func(string) (string, string){withoutLine, trim, withoutWebAddress} {
		rest, fault := step(s)
		if rest != s {
			s, faults = rest, append(faults, fault)
		}
	}
	return s, faults
}

// isWrapping is true of what's around a name that is copied from code, prose, or a list.
func isWrapping(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("\"'`“”,;", r)
}

// lines are what people paste with an image name in it: a command, an instruction of a Dockerfile, and
// a line of YAML, JSON, or HCL. Whitespace in them is one blank.
var lines = []*regexp.Regexp{
	regexp.MustCompile(`^(?:docker|podman|nerdctl|crictl)(?: image)? pull (?:-\S+ )*(\S+)$`),
	regexp.MustCompile(`^(?i:from) (?:--\S+ )*(\S+)(?: (?i:as) \S+)?$`),
	regexp.MustCompile(`^(?:-+ ?)?["']?(?i:(?:container_?|docker_?|runtime_?)?image(?:_?name)?)["']? ?(?::[ "']|=) ?(\S+)(?: #.*)?$`),
}

func withoutLine(s string) (name, fault string) {
	text := strings.Join(strings.Fields(strings.TrimFunc(s, isWrapping)), " ")
	for _, line := range lines {
		if match := line.FindStringSubmatch(text); match != nil {
			return strings.TrimFunc(match[1], isWrapping), "This is a whole line, and only a part of it is the image name"
		}
	}
	return s, ""
}

func trim(s string) (name, fault string) {
	return strings.TrimFunc(s, isWrapping), "There's whitespace or punctuation around the name, and Elyra would take it for a part of the name"
}

// withoutWebAddress makes an image name of the address of a page about an image, and cuts off a scheme
// before an image name. It leaves what may be any page to webFault.
func withoutWebAddress(s string) (name, fault string) {
	scheme, rest := cutScheme(s)
	switch image, ok := findPage(rest); {
	case image != "":
		return image, pageFault
	case ok, isWeb(scheme) && !hasVersion(rest):
		return s, ""
	}
	return rest, fmt.Sprintf("An image name begins with the registry or the owner, not with %q", s[:len(s)-len(rest)])
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
func fix(p pieces) (pieces, []string) {
	var faults []string
	if isMisspelledDockerHub(strings.TrimSuffix(p.registry, "/")) {
		faults = append(faults, "Docker Hub's registry must be lowercase: any other spelling is taken for another host")
	}
	p.registry = strings.ToLower(p.registry) // not a fault, but the usual spelling
	if missesOwner(p) {
		faults = append(faults, `The owner is missing: Elyra's pipelines need "[registry/]owner/image[:tag]". A name without an owner means an official image on Docker Hub, whose owner is "library"`)
		p.path = "library/" + p.path
	}
	if lower := strings.ToLower(p.path); lower != p.path {
		faults = append(faults, fmt.Sprintf("%s has capital letters: the owner and the image must be lowercase", quote(p.path)))
		p.path = lower
	}
	if lower := strings.ToLower(p.digest); lower != p.digest {
		faults = append(faults, "The digest has capital letters, and must be lowercase")
		p.digest = lower
	}
	version := p.digest
	if version == "" && !isDigestAlone(p) {
		version = p.tag
	}
	if hex := strings.TrimPrefix(strings.ToLower(strings.TrimLeft(version, ":@")), "sha256:"); isHex64(hex) && version != "@sha256:"+hex {
		faults = append(faults, `64 hexadecimal digits are a digest, which comes after "@sha256:"`)
		p.tag, p.digest = strings.TrimSuffix(p.tag, version), "@sha256:"+hex
	}
	return p, faults
}

// missesOwner reports whether "library/" in front is what the name lacks: it's a single word, and
// neither a host ("quay.io", "localhost:5000") nor a digest.
func missesOwner(p pieces) bool {
	return p.registry == "" && p.path != "" && !strings.Contains(p.path, "/") && !isRegistry(p.path) && !isDigestAlone(p)
}

// isDigestAlone reports whether the name is a digest without an "@" and the repository before it.
func isDigestAlone(p pieces) bool {
	return p.registry == "" && isHex64(p.path) ||
		strings.EqualFold(p.path[strings.LastIndex(p.path, "/")+1:], "sha256") && isHex64(strings.TrimPrefix(p.tag, ":"))
}

// unfixable finds the fault that keeps text from being fixed. p are its parts, with what could be fixed.
func unfixable(text string, p pieces) string {
	if text == "" {
		return `The image name is empty: write "[registry/]owner/image[:tag][@digest]"`
	}
	scheme, rest := cutScheme(text)
	if _, ok := findPage(rest); ok || isWeb(scheme) {
		return `This is a web address, not an image name: write the name that the page shows after "docker pull", without a scheme such as "https://"`
	}
	if scheme, _, ok := strings.Cut(text, "://"); ok {
		return fmt.Sprintf("An image name has no scheme, and %s doesn't lead to a registry", quote(scheme+"://"))
	}
	if at := strings.IndexFunc(text, unicode.IsSpace); at >= 0 {
		return fmt.Sprintf("There's whitespace after %s, and an image name has none", quote(text[:at]))
	}
	if isDigestAlone(p) {
		return `This is a digest without a repository: write "owner/image@sha256:" before its 64 hexadecimal digits`
	}
	for _, check := range []func(pieces) string{registryFault, pathFault, tagFault, digestFault} {
		if fault := check(p); fault != "" {
			return fault
		}
	}
	return `This isn't a container image reference: write "[registry/]owner/image[:tag][@digest]"`
}

func registryFault(p pieces) string {
	registry := strings.TrimSuffix(p.registry, "/")
	if registry == "" {
		return ""
	}
	// The library can match what isn't a host as the beginning of a path, so ask what it matched.
	if named, err := reference.WithName(registry + "/x"); err == nil && reference.Domain(named) == registry {
		return ""
	}
	return fmt.Sprintf(`The registry %s isn't a host name or address: a host name has letters, digits, "-", and ".", an IPv6 address is in brackets, and a port is ":" and digits`,
		quote(registry))
}

func pathFault(p pieces) string {
	components := strings.Split(p.path, "/")
	for i, component := range components {
		part := "owner"
		if i == len(components)-1 {
			part = "image"
		}
		if component == "" {
			return fmt.Sprintf(`The %s is missing: there's nothing next to a "/", ":", or "@". An empty variable can be the cause`, part)
		}
		_, err := reference.WithName("host.example/" + component)
		if err == nil || errors.Is(err, reference.ErrNameTooLong) {
			continue
		}
		if bad := invalidCharacter(component); bad != "" {
			return fmt.Sprintf(`The %s %s has the character %s in it: only lowercase letters, digits, ".", "_", and "-" are allowed`,
				part, quote(component), bad)
		}
		return fmt.Sprintf(`The %s is malformed at %s: it must begin and end with a letter or digit, and between them one ".", one or two "_", or any number of "-" are allowed`,
			part, quote(component))
	}
	if p.registry == "" && len(components) == 1 {
		return fmt.Sprintf(`The owner is missing: if %s is a registry, add "/owner/image" after it; if it's an image, add "owner/" before it`,
			quote(p.path))
	}
	if len(p.path) > reference.RepositoryNameTotalLengthMax {
		return fmt.Sprintf("The repository %s is %d characters long; at most %d are allowed",
			quote(p.path), len(p.path), reference.RepositoryNameTotalLengthMax)
	}
	return ""
}

func tagFault(p pieces) string {
	if p.tag == "" {
		return ""
	}
	tag := p.tag[1:]
	name, _ := reference.WithName("host.example/x")
	if _, err := reference.WithTag(name, tag); err == nil {
		return ""
	}
	if tag == "" {
		return `The tag is empty: write one after the ":", or remove the ":"`
	}
	if strings.Contains(tag, "/") {
		return fmt.Sprintf(`The tag %s has a "/" in it, which isn't allowed. If it's the name of a branch, look up the tag that the build pushed, often with "-" for "/"`, quote(tag))
	}
	if bad := invalidCharacter(tag); bad != "" {
		return fmt.Sprintf(`The tag %s has the character %s in it: only letters, digits, "_", ".", and "-" are allowed`, quote(tag), bad)
	}
	return fmt.Sprintf(`The tag %s isn't allowed: a tag has at most 128 characters, and begins with a letter, a digit, or "_"`, quote(tag))
}

func digestFault(p pieces) string {
	if p.digest == "" {
		return ""
	}
	if _, err := reference.ParseNormalizedNamed("a/b" + p.digest); err == nil {
		return ""
	}
	return fmt.Sprintf(`%s isn't a digest, which is "sha256:" and 64, "sha384:" and 96, or "sha512:" and 128 hexadecimal digits. A tag comes after ":", not after "@"`, quote(p.digest[1:]))
}

// invalidCharacter describes the first character of s that neither a path component nor a tag may have, in
// either letter case; "" if there isn't one.
func invalidCharacter(s string) string {
	rest := strings.TrimLeft(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
	if rest == "" {
		return ""
	}
	r := []rune(rest)[0]
	if r > unicode.MaxASCII {
		return fmt.Sprintf("%q (%U)", string(r), r) // it may look like one that is allowed
	}
	return strconv.Quote(string(r))
}

// quote makes any text fit for a message: printable, and not long.
func quote(s string) string {
	const most = 72
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}
