package containerimage

import (
	"slices"
	"time"
)

// Report is what a registry told of an image.
type Report struct {
	// Exists is true when the registry showed the image. A registry that wants
	// credentials first does not say whether there is one: false, and a problem
	// with [CodeCredentials].
	Exists bool

	// AnonymousPull is true when manifest and configuration could be read
	// without credentials, so that a cluster needs no pull secret.
	AnonymousPull bool

	// AuthenticatedPull is the same with the Client's credentials; nil when it has none for the
	// repository.
	AuthenticatedPull *bool

	// Digest is what the image name stands for now, such as "sha256:…": the
	// digest of the manifest, or of the index when there is one for several
	// platforms.
	Digest string

	// PinnedImageName is the image by its digest, usable as an Elyra
	// image_name: registry and repository as the caller wrote them, no tag, and
	// the digest. A Docker Hub name without an owner gets "library/", which
	// Elyra insists on.
	PinnedImageName string

	// MediaType is that of the manifest or index with Digest.
	MediaType string

	// Size is what pulling the platform's image transfers, in bytes: its
	// configuration and its layers as they are stored.
	Size int64

	// Created is when the image says it was built; zero when it does not say.
	Created time.Time

	Labels     map[string]string
	Env        []string // "NAME=value", as the image sets them
	Entrypoint []string

	// Platform is what the image that was looked at is for, and Platforms all
	// that Digest has one for, as "os/arch" or "os/arch/variant".
	Platform  string
	Platforms []string

	// Sh, Mkdir, Python and Curl are what a shell in the container would run, as its user; nil when
	// there is none, or when the image was not inspected.
	Sh, Mkdir, Python, Curl *Executable

	// Certificates is the certificate store that was found, or "".
	Certificates string

	// User is the number of the user that the container runs as.
	User uint32

	// PrerequisitesMet is whether the image has what Elyra cannot do without. It is nil when that is
	// not known: no inspection was asked for, or it could not be carried through and Problems says
	// why.
	PrerequisitesMet *bool

	// Inspected is how many bytes of layers the inspection transferred, and InspectedLayers of how
	// many layers. What another check with the same Client has read is not counted again.
	Inspected       int64
	InspectedLayers int

	// Problems is everything that stands between the image and a pipeline that
	// runs, in the order of finding.
	Problems []Problem
}

// Executable is a program in an image.
type Executable struct {
	Path   string // as found along PATH
	Target string // the file that Path resolves to, after symbolic links

	// Version is, for Python, major and minor such as "3.11", as far as names
	// tell; otherwise empty.
	Version string

	// Pip is, for Python, where its pip is; otherwise empty.
	Pip string
}

// Code names a kind of problem. Codes are stable: configurations compare them.
type Code string

// What a registry may have against an image.
const (
	CodeImageNotFound       Code = "image_not_found"          // no such tag or digest in the repository
	CodeRepositoryNotFound  Code = "repository_not_found"     // no such repository
	CodeCredentials         Code = "credentials_required"     // not without credentials
	CodeCredentialsRefused  Code = "credentials_refused"      // not with these: wrong
	CodeCredentialsExpired  Code = "credentials_expired"      // not with these: their time is up
	CodeCredentialsDenied   Code = "credentials_denied"       // not with these: their user may not
	CodeCredentialsWithheld Code = "credentials_withheld"     // a token server elsewhere was given none
	CodeCredentialHelper    Code = "credential_helper_failed" // the machine's Docker configuration gave none
	CodeRateLimited         Code = "rate_limited"             // 429
	CodeRefused             Code = "refused"                  // another 4xx
	CodeNotARegistry        Code = "not_a_registry"           // a web page, or no registry API
	CodeInvalidAnswer       Code = "invalid_answer"           // what cannot be understood or breaks off
	CodeDigestMismatch      Code = "digest_mismatch"          // content that is not what its digest says
	CodeTooLarge            Code = "too_large"                // a manifest or configuration beyond reason
	CodeUnsupportedType     Code = "unsupported_media_type"   // not a container image, or too old a format
	CodePlatformNotFound    Code = "platform_not_found"       // nothing for the platform
)

// CodeUnreachable never comes from Check, for which that is an error; see
// [UnreachableError.Problem].
const CodeUnreachable Code = "registry_unreachable"

// What an inspection may have against it.
const (
	CodeShMissing           Code = "sh_missing"                     // no sh in the search path
	CodeMkdirMissing        Code = "mkdir_missing"                  // no mkdir in the search path
	CodeCurlMissing         Code = "curl_missing"                   // no curl in the search path
	CodePythonMissing       Code = "python3_missing"                // no python3 in the search path
	CodePythonUnsupported   Code = "python3_unsupported"            // a Python that the bootstrapper refuses
	CodePythonUnknown       Code = "python3_unknown"                // a Python of unknown version
	CodePipMissing          Code = "pip_missing"                    // that Python has no pip
	CodePipUnknown          Code = "pip_unknown"                    // nobody can tell where it has its modules
	CodePipManaged          Code = "pip_externally_managed"         // its pip installs nothing
	CodeCertificatesMissing Code = "certificates_missing"           // no certificate store; a warning
	CodeUserMissing         Code = "user_missing"                   // the image's user does not exist in it
	CodeDirectoryReadOnly   Code = "working_directory_not_writable" // for the container's user
	CodeMaxBytes            Code = "max_bytes_exceeded"             // MaxBytes were not enough
	CodeInspectionTimeout   Code = "inspection_timeout"             // Timeout was not enough
	CodeInspectionFailed    Code = "inspection_failed"              // a layer could not be read
	CodeInspectionPlatform  Code = "inspection_not_linux"           // only Linux images can be inspected
	CodeLayerUnreadable     Code = "layer_unreadable"               // an encrypted layer, or one in another form
)

// Problem is one thing that is wrong with an image.
type Problem struct { //nolint:errname // data to callers, an error only on its way
	Code     Code
	Message  string // a sentence: what, which, why
	NextStep string // a sentence: what to do about it
}

// String is message and next step in one line.
func (p Problem) String() string { return p.Message + " " + p.NextStep }

// Error makes a Problem an error within the package, until Check puts it into
// the Report.
func (p *Problem) Error() string { return p.String() }

// Has says whether the report has a problem of that code.
func (r *Report) Has(code Code) bool {
	return slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Code == code })
}

// Codes lists all codes.
func Codes() []Code {
	return []Code{
		CodeImageNotFound,
		CodeRepositoryNotFound,
		CodeCredentials,
		CodeCredentialsRefused,
		CodeCredentialsExpired,
		CodeCredentialsDenied,
		CodeCredentialsWithheld,
		CodeCredentialHelper,
		CodeRateLimited,
		CodeRefused,
		CodeNotARegistry,
		CodeInvalidAnswer,
		CodeDigestMismatch,
		CodeTooLarge,
		CodeUnsupportedType,
		CodePlatformNotFound,
		CodeShMissing,
		CodeMkdirMissing,
		CodeCurlMissing,
		CodePythonMissing,
		CodePythonUnsupported,
		CodePythonUnknown,
		CodePipMissing,
		CodePipUnknown,
		CodePipManaged,
		CodeCertificatesMissing,
		CodeUserMissing,
		CodeDirectoryReadOnly,
		CodeMaxBytes,
		CodeInspectionTimeout,
		CodeInspectionFailed,
		CodeInspectionPlatform,
		CodeLayerUnreadable,
		CodeUnreachable,
	}
}
