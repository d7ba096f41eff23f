package containerimage

import "fmt"

// Severity says what a problem means for pipelines.
type Severity string

const (
	severityError   Severity = "error"   // a pipeline with the image fails
	severityUnknown Severity = "unknown" // whether one fails isn't known
	severityWarning Severity = "warning" // it may matter, and pipelines run
)

// Kind is a kind of problem. Configurations compare its code, so that's stable.
type Kind struct {
	Code     string
	Severity Severity
	Meaning  string // a sentence, in Markdown
	Cure     string // what to do about it, in one or two sentences
}

// problem is one of that kind. Its cure is the kind's, unless [Problem.cure] says better.
func (k *Kind) problem(message string, args ...any) *Problem {
	return &Problem{k.Code, k.Severity, fmt.Sprintf(message, args...), k.Cure}
}

// cure replaces what to do about a problem.
func (p *Problem) cure(format string, args ...any) *Problem {
	p.NextStep = fmt.Sprintf(format, args...)
	return p
}

// kinds are all of them, in the order of the documentation.
var kinds []*Kind

// Kinds lists all kinds of problems.
func Kinds() []*Kind { return kinds }

func kind(code string, severity Severity, meaning, cure string) *Kind {
	k := &Kind{code, severity, meaning, cure}
	kinds = append(kinds, k)
	return k
}

// What a registry may have against an image.
var (
	imageNotFound = kind("image_not_found", severityError, "The repository has no such tag or digest.",
		"Check the tag or digest in image_name, or push the image.")
	repositoryNotFound = kind("repository_not_found", severityError, "The registry has no such repository.",
		"Check the spelling of image_name, or push the image.")
	credentialsRequired = kind("credentials_required", severityUnknown, "The registry doesn't show the image without credentials. It may not exist.",
		"Check the spelling of image_name. If the image is private, set pull_secret to the name of a Kubernetes Secret that can pull it, and give the provider the same credentials (registry_auth) to check it.")
	credentialsRefused = kind("credentials_refused", severityUnknown, "The registry refuses the credentials.",
		"Check the user name and the password or token in the provider's configuration. A token may have expired. Some registries also answer like this if the image doesn't exist or its user may not pull it.")
	credentialsDenied = kind("credentials_denied", severityUnknown, "The registry doesn't let the credentials pull the image.",
		"Grant their user the right to pull it, or get new credentials if they have expired, as those of Amazon ECR do. The Secret behind pull_secret needs the same.")
	credentialsWithheld = kind("credentials_withheld", severityUnknown, "The registry's token server is on another domain, so the provider sent it no credentials.",
		"If that host belongs to the registry, give it the same credentials in registry_auth.")
	credentialHelperFailed = kind("credential_helper_failed", severityWarning, "The machine's Docker configuration gave no credentials.",
		"Try docker login (or podman login) on this machine, or set registry_auth in the provider's configuration.")
	rateLimited = kind("rate_limited", severityUnknown, "The registry limits requests, and did so until the timeout.",
		"Try again later, or set registry_auth: most registries allow more requests with credentials. Cluster nodes that pull without a pull_secret meet the same limit.")
	refused = kind("refused", severityUnknown, "The registry refuses the request, or redirects to an address that the provider doesn't follow.",
		"Check image_name, and ask who runs the registry.")
	notARegistry = kind("not_a_registry", severityUnknown, "The host responds, but it isn't a container registry.",
		"Check the host in image_name: it comes first, as in quay.io/owner/image:tag. If it's right, a proxy or a login page is in front of the registry.")
	invalidAnswer = kind("invalid_answer", severityUnknown, "The registry's response is malformed.",
		"Check that image_name is a container image. If it is, push it again.")
	digestMismatch = kind("digest_mismatch", severityUnknown, "The registry's content doesn't match its digest.",
		"Push the image again. If it stays like this, the registry or a proxy is broken or tampers with content.")
	tooLarge = kind("too_large", severityUnknown, "The manifest or the configuration is too large for an image.",
		"Check that image_name is a container image.")
	unsupportedMediaType = kind("unsupported_media_type", severityError, "It isn't a container image, or it has a format that runtimes no longer pull.",
		"Check image_name: registries also hold charts, models, and signatures.")
	platformNotFound = kind("platform_not_found", severityError, "There's no image for the platform.",
		"Build and push it for that platform.")
	storageFailed = kind("storage_failed", severityUnknown, "The registry has the image, but the storage that it redirects to doesn't deliver it.",
		"Check that the storage can be reached from here. Cluster nodes need it, too.")
	registryUnreachable = kind("registry_unreachable", severityUnknown, "The registry doesn't answer; only with `allow_unreachable`.",
		"Check the host in image_name, and that it can be reached from here.")
)

// What an inspection may have against an image.
var (
	shMissing = kind("sh_missing", severityError, "The image's `PATH` has no `sh` that runs.",
		"Use a base image that has a shell. Elyra starts everything with sh -c.")
	mkdirMissing = kind("mkdir_missing", severityUnknown, "The image's `PATH` has no `mkdir` that runs. Airflow pipelines need it; Kubeflow pipelines don't.",
		"Install coreutils or busybox in the image.")
	curlMissing = kind("curl_missing", severityError, "The image's `PATH` has no `curl` that runs.",
		"Install curl in the image (RUN apt-get install -y curl, dnf install -y curl).")
	tarMissing = kind("tar_missing", severityError, "The image's `PATH` has no `tar` that runs. Elyra unpacks the pipeline's files with it.",
		"Install tar in the image (RUN apt-get install -y tar, dnf install -y tar).")
	gzipMissing = kind("gzip_missing", severityError, "The image's `PATH` has no `gzip` that runs. GNU tar needs it.",
		"Install gzip in the image (RUN apt-get install -y gzip, dnf install -y gzip).")
	programUnknown = kind("program_unknown", severityUnknown, "One of these programs is a script, so the data source doesn't know what it runs.",
		"Run the program in a container of the image, or put the real one earlier in PATH.")
	pythonMissing = kind("python3_missing", severityError, "The image's `PATH` has no `python3` that runs.",
		"Install Python 3 in the image, or put its directory into PATH (ENV PATH=/opt/python/bin:$PATH).")
	pythonUnsupported = kind("python3_unsupported", severityError, "Elyra's bootstrapper doesn't support this version of Python.",
		"Use an image with a version of Python that Elyra supports, or set elyra_version to the Elyra that runs the pipelines.")
	pythonUnknown = kind("python3_unknown", severityUnknown, "The version of Python isn't known.",
		"Check python3 --version in a container of the image.")
	pipMissing = kind("pip_missing", severityError, "That Python has no pip that the container's user can run.",
		"Install pip in the image (RUN apt-get install -y python3-pip, dnf install -y python3-pip).")
	pipUnknown = kind("pip_unknown", severityUnknown, "It isn't known whether pip installs packages.",
		"Check that python3 -m pip install packaging works in a container of the image, as its user.")
	pipManaged = kind("pip_externally_managed", severityError, "pip refuses to install into the distribution's own Python (PEP 668).",
		"Set ENV PIP_BREAK_SYSTEM_PACKAGES=1 in the image, or put a virtual environment first in its PATH.")
	pipRefuses = kind("pip_refuses", severityError, "pip's configuration in the image keeps it from installing.",
		"Remove that setting from the image, or use a virtual environment.")
	pipNotWritable = kind("pip_not_writable", severityError, "The container's user can't write where pip installs packages.",
		"Use a virtual environment that the user can write, or give the user a home directory that it owns (RUN useradd -m).")
	certificatesMissing = kind("certificates_missing", severityWarning, "There's no certificate store where curl looks for one, so downloads over HTTPS may fail.",
		"Install ca-certificates in the image, unless it gets its certificates in another way.")
	userMissing = kind("user_missing", severityError, "The image's user or group doesn't exist in it.",
		"Set USER in the image to a number (USER 1001), or add the user to the image.")
	userUnknown = kind("user_unknown", severityUnknown, "The image's `/etc/passwd` or `/etc/group` is too large to read.",
		"Set USER in the image to a user and a group by number (USER 1001:0).")
	directoryNotWritable = kind("working_directory_not_writable", severityError, "The container's user can't write in the working directory.",
		"Set WORKDIR in the image to a directory that its user can write. For an arbitrary user, group 0 must be able to (RUN chgrp 0 /work && chmod g=u /work).")
	layerRefused = kind("layer_refused", severityError, "Container runtimes refuse to unpack a layer.",
		"Build the image again with a current builder.")
	layerUnreadable = kind("layer_unreadable", severityUnknown, "A layer is encrypted, or in a format that the provider doesn't read.",
		"Set inspect = false to skip the inspection.")
	maxBytesExceeded = kind("max_bytes_exceeded", severityUnknown, "The image's layers are larger than `max_bytes`.",
		"Set max_bytes, or inspect = false to skip the inspection.")
	inspectionTimeout = kind("inspection_timeout", severityUnknown, "`timeout` wasn't enough to read the layers.",
		"Set timeout, or inspect = false to skip the inspection.")
	inspectionFailed = kind("inspection_failed", severityUnknown, "A layer can't be read.",
		"Try again. If it stays like this, push the image again: clusters can't pull it either.")
	inspectionNotLinux = kind("inspection_not_linux", severityUnknown, "Only Linux images can be inspected.",
		`Set platform to a Linux one such as "`+defaultPlatform+`". Elyra's pipelines run on Linux.`)
)
