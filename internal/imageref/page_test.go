package imageref

import (
	"errors"
	"strings"
	"testing"
)

// pageNames has addresses, and the image name that is offered for each; "" for none.
var pageNames = map[string]string{
	"https://hub.docker.com/_/python/tags?name=3.11":                        "library/python",
	"hub.docker.com/_/python:3.11":                                          "library/python:3.11",
	"https://hub.docker.com/r/acme/train/tags?page=1&name=1.0":              "acme/train",
	"https://HUB.docker.com/r/Acme/Train":                                   "acme/train",
	"https://hub.docker.com/repository/docker/acme/train/general":           "acme/train",
	"https://hub.docker.com/_/microsoft-dotnet-sdk":                         "",
	"https://hub.docker.com/r/microsoft/dotnet-sdk":                         "",
	"https://hub.docker.com/_/oracle-database-enterprise-edition":           "",
	"https://hub.docker.com/r/acme/tags":                                    "",
	"https://hub.docker.com/repository/docker/acme":                         "",
	"https://hub.docker.com/v2/repositories/library/python/tags":            "",
	"https://hub.docker.com/layers/rust/library/rust/1.49.0/images/sha256-": "",
	"hub.docker.com/acme/train":                                             "",

	"quay.io/repository/acme/train:1":                                           "quay.io/acme/train:1",
	"https://quay.io/repository/acme/train?tab=tags#x":                          "quay.io/acme/train",
	"https://quay.io/repository/acme/train/status":                              "quay.io/acme/train",
	"https://quay.io/repository/acme/models/train":                              "quay.io/acme/models/train",
	"https://quay.io/repository/acme/train/manifest/sha256:" + hex64 + "?tab=x": "quay.io/acme/train",
	"https://quay.io/repository/acme/train/tag/1.0?tab=details":                 "quay.io/acme/train",
	"https://quay.io/repository/acme":                                           "",
	"https://quay.io/organization/acme":                                         "",

	"github.com/acme/models/pkgs/container/train":                            "ghcr.io/acme/train",
	"https://github.com/Acme/Models/pkgs/container/Train/versions?filters=x": "ghcr.io/acme/train",
	"https://github.com/acme/models/pkgs/container/models%2F123":             "ghcr.io/acme/models/123",
	"https://github.com/acme/models/pkgs/container/train/123456?tag=1.0":     "ghcr.io/acme/train",
	"https://github.com/orgs/acme/packages/container/package/train":          "ghcr.io/acme/train",
	"https://github.com/users/jdoe/packages/container/train/versions":        "ghcr.io/jdoe/train",
	"github.com/acme/models:1":                                               "",
	"https://github.acme.example/acme/models/pkgs/container/train":           "",

	"https://catalog.redhat.com/software/containers/ubi9/python-311/61a61032bfd4a5234d59629e?container-tabs=gti": "registry.access.redhat.com/ubi9/python-311",
	"https://catalog.redhat.com/en/software/containers/ubi10/python-312-minimal/61a61032bfd4a5234d59629e":        "registry.access.redhat.com/ubi10/python-312-minimal",
	"https://catalog.redhat.com/software/containers/rhel9/python-312/61a61032bfd4a5234d59629e":                   "registry.redhat.io/rhel9/python-312",
	"https://catalog.redhat.com/software/containers/acme/train/61a61032bfd4a5234d59629e":                         "", // a partner's, who may have a registry

	"https://registry.example/v2/acme/train/manifests/1.0":          "registry.example/acme/train",
	"registry.example:5000/v2/acme/train/manifests/sha256:" + hex64: "registry.example:5000/acme/train",
	"https://registry-1.acme.example/v2/acme/train/tags/list":       "registry-1.acme.example/acme/train",
	"https://registry.example/v2/acme/train/blobs/sha256:" + hex64:  "",
	"https://registry.example/v2/_catalog":                          "",

	// An image name with a scheme has a tag or a digest.
	"https://ghcr.io/acme/train:1":                  "ghcr.io/acme/train:1",
	"https://images.acme.example/a@sha256:" + hex64: "images.acme.example/a@sha256:" + hex64,
	"http://[::1]:8080/acme/train:1":                "[::1]:8080/acme/train:1",
	"docker://images.acme.example/a/train":          "images.acme.example/a/train:latest",

	// All others may be any page.
	"https://acme.example":                                 "",
	"https://ghcr.io/acme/train":                           "",
	"https://acme.example/a/train:1?x=y":                   "",
	"https://acme.example:8443/a/train":                    "",
	"https://acme.jfrog.io/ui/packages/docker:%2F%2Ftrain": "",
	"https://harbor.acme.example/harbor/projects/3/repositories/train/artifacts/sha256:" + hex64: "",
	"https://console.cloud.google.com/gcr/images/acme-prj/global/":                               "",
	"https://console.cloud.google.com/gcr/images/acme-prj/global/train?tag=1.0":                  "",
}

func TestPages(t *testing.T) {
	for in, want := range pageNames {
		_, err := Parse(in)
		var e *Error
		if !errors.As(err, &e) || e.Correction != want || want == "" && !strings.Contains(e.Reason, "docker pull") {
			t.Errorf("Parse(%q)\n got %v\nwant the name %q", in, err, want)
		}
	}
	for _, page := range pages {
		met := false
		for in := range pageNames {
			_, address := cutScheme(in)
			address, _, _ = strings.Cut(address, "?")
			rest, ok := strings.CutPrefix(strings.TrimRight(address, "/"), page.site)
			met = met || ok && page.address.MatchString(rest)
		}
		if !met {
			t.Errorf("no test meets %s", page.address)
		}
	}
}

// TestPages_long: every pattern takes time in proportion to the length.
func TestPages_long(t *testing.T) {
	const n = 2_000
	for _, in := range []string{
		"https://quay.io/" + strings.Repeat("repository/", n) + "a", "quay.io/" + strings.Repeat("v2/", n) + "manifests/!",
		"https://x.y/" + strings.Repeat("v2/manifests/", n),
	} {
		if _, err := Parse(in); err == nil {
			t.Errorf("%.40s… is accepted", in)
		}
	}
}

// TestPages_others are names that look like the address of a page and are accepted.
func TestPages_others(t *testing.T) {
	for _, name := range []string{
		"quay.io/organization/acme", "quay.io/user/acme:1", "quay.io/repository/acme", "registry.example/repository/acme/train",
		"registry.example/ui/train", "registry.example/v2/train", "registry.gitlab.com/acme/train", "acme/v2/train/manifests/1",
		"registry.hub.docker.com/library/python", "acme.jfrog.io/docker-local/train:1", "docker.io/r/train", "mcr.microsoft.com/dotnet/sdk",
	} {
		if _, err := Parse(name); err != nil {
			t.Errorf("Parse(%q): %v", name, err)
		}
	}
}
