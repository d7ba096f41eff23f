package containerimage

import "time"

// Report is what's known of an image.
type Report struct {
	// Exists is nil if the registry didn't say.
	Exists *bool

	// AnonymousPull is whether a cluster can pull the image without a pull secret, as far as its manifest
	// and configuration show; nil if the registry gave no clear answer. AuthenticatedPull is the same with
	// the Client's credentials, and nil also if it has none for the repository.
	AnonymousPull, AuthenticatedPull *bool

	// Digest is what the image name stands for now: the digest of the manifest, or of the index.
	Digest string

	// PinnedImageName is the image by its digest, usable as an Elyra image_name: registry and repository as
	// the caller wrote them. A Docker Hub name without an owner gets "library/", which Elyra requires.
	PinnedImageName string

	MediaType string // of what Digest names
	Size      int64  // of the platform's image as it's stored, in bytes

	Created    time.Time // zero if the image doesn't say
	Labels     map[string]string
	Env        []string // "NAME=value"
	Entrypoint []string
	ConfigUser string // USER, as written
	WorkingDir string // WORKDIR, as written
	Layers     []string

	// Platform is what the image that was looked at is for, and Platforms all that Digest has one for, as
	// "os/arch" or "os/arch/variant".
	Platform  string
	Platforms []string

	// What a shell in the container would run, as its user; nil without an inspection.
	Sh, Mkdir, Curl, Tar, Gzip, Python *Executable

	Programs      map[string]string // the paths of those of Options.Programs that were found
	Distributions map[string]string // versions of the Python distributions, by normalized name
	OS, OSVersion string            // ID and VERSION_ID of /etc/os-release
	Certificates  string            // the certificate store that was found, or ""

	// User is the number of the container's user; nil if it isn't known.
	User *int64

	// PrerequisitesMet is whether the image has what Elyra needs; nil if that isn't known.
	PrerequisitesMet *bool

	Problems []Problem // in the order of finding
}

// Executable is a program in an image.
type Executable struct {
	Path    string // as found along PATH
	Target  string // the file that Path resolves to, after symbolic links
	Version string // for Python, major and minor such as "3.11"; "" if it isn't known
	Pip     string // for Python, where its pip is
}

// Problem is one thing that's wrong with an image, or isn't known of it.
type Problem struct { //nolint:errname // data to callers, an error only on its way
	Code     string
	Severity Severity
	Message  string // a sentence: what, which, why
	NextStep string // what to do about it
}

// Error makes a Problem an error within the package, until Check puts it into the Report.
func (p Problem) Error() string { return p.Message + " " + p.NextStep }
